import { ServiceError } from '../service';
import type { S3Request } from './request';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html: a week. */
const MAX_SECONDS = 604_800;

/**
 * Refuses a presigned URL after its time, by the machine's clock, as the program that signed it used that.
 *
 * @throws ServiceError AccessDenied, AuthorizationQueryParametersError
 */
export function checkExpiry({ query }: S3Request): void {
  const expires = query.get('X-Amz-Expires');
  const date = query.get('X-Amz-Date');
  if (expires !== null || date !== null) checkVersion4(date ?? '', expires ?? '');
  const old = query.get('Expires');
  if (old !== null && query.has('Signature') && Number(old) * 1000 < Date.now())
    throw expired(new Date(Number(old) * 1000));
}

function checkVersion4(date: string, expires: string): void {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date);
  const seconds = Number(expires);
  if (match === null || !/^\d+$/.test(expires) || seconds > MAX_SECONDS) {
    throw new ServiceError(
      'AuthorizationQueryParametersError',
      `X-Amz-Date must be an ISO time and X-Amz-Expires 0 to ${MAX_SECONDS} seconds`,
      400,
    );
  }
  const [, year, month, day, hour, minute, second] = match.map(Number);
  const end = new Date(Date.UTC(year, month - 1, day, hour, minute, second) + seconds * 1000);
  if (end.getTime() < Date.now()) throw expired(end);
}

function expired(end: Date): ServiceError {
  return new ServiceError('AccessDenied', 'Request has expired', 403, {
    Expires: end.toISOString(),
    ServerTime: new Date().toISOString(),
  });
}
