import type { ServerResponse } from 'node:http';
import { LakewrightError } from '../../host/host';
import { ServiceError } from '../../services/service';
import { xmlDocument } from './xml';

/** Any error as one of an API: what isn't a `ServiceError` is a fault of ours, and says so. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof LakewrightError) return new ServiceError(error.code, error.message, 400);
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('InternalFailure', `Lakewright failed: ${message}`, 500);
}

export function unknownOperation(service: string, operation: string): ServiceError {
  return new ServiceError(
    'UnknownOperationException',
    `UnknownOperationException: ${service}:${operation} isn't done by Lakewright`,
    501,
  );
}

export function reply(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** S3's error document, for what fails before the service has read the request. */
export function replyXmlError(response: ServerResponse, requestId: string, error: unknown): void {
  const { code, message, status } = asServiceError(error);
  const body = xmlDocument('Error', undefined, { Code: code, Message: message, RequestId: requestId });
  reply(response, status, { 'content-type': 'application/xml', 'x-amz-request-id': requestId }, body);
}

/** Dates as epoch seconds and bytes as base64: how AWS's JSON protocols write them. */
export function toApiJson(value: unknown): string {
  return JSON.stringify(plain(value) ?? {});
}

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.getTime() / 1000;
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}
