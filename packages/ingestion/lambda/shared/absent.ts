import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';

/**
 * Whether an error of reading an object says that there is none.
 *
 * S3 answers 403 to those whose right to list is limited to prefixes, as ours is: then the listing tells.
 */
export async function isAbsent(s3: S3Client, Bucket: string, Key: string, error: unknown): Promise<boolean> {
  if (!(error instanceof Error)) return false;
  if (['NoSuchKey', 'NotFound'].includes(error.name)) return true;
  const { $metadata } = error as { $metadata?: { httpStatusCode?: number } };
  if ($metadata?.httpStatusCode !== 403) return false;
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
    // keys are sorted: the key itself would come before all that begin with it
    return !Contents.some((object) => object.Key === Key);
  } catch {
    return false;
  }
}
