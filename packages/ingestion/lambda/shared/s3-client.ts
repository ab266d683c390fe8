import { S3Client } from '@aws-sdk/client-s3';

/**
 * A client that finds buckets of other regions, and that addresses them by path where an endpoint is given, which the local
 * runtime does.
 *
 * @param region of the bucket; the function's own if left out
 */
export function s3Client(region?: string): S3Client {
  return new S3Client({
    ...(region ? { region } : {}),
    followRegionRedirects: true,
    forcePathStyle: process.env.AWS_ENDPOINT_URL !== undefined || process.env.AWS_ENDPOINT_URL_S3 !== undefined,
    maxAttempts: 8,
  });
}
