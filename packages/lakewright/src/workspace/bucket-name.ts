import { ServiceError } from '../services/service';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME =
  /^(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3)$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !IP_ADDRESS.test(name);
}

/** @throws ServiceError InvalidBucketName */
export function checkBucketName(name: string): void {
  if (isBucketName(name)) return;
  throw new ServiceError(
    'InvalidBucketName',
    `The specified bucket is not valid: "${name}" → 3 to 63 lower-case letters, digits, dots and hyphens, with a letter or digit at both ends`,
    400,
    { BucketName: name },
  );
}
