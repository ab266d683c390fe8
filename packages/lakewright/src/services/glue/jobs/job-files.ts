import fs from 'node:fs';
import path from 'node:path';
import { authorize } from '../../../access/guard';
import { type Caller, type LakeContext, ServiceError } from '../../service';

/**
 * The file of this machine behind `s3://bucket/key`: an asset of the app, or an object that the job's role may read. An
 * asset that CDK would zip is the folder that it comes from.
 *
 * @throws ServiceError AccessDenied, InvalidInputException
 */
export async function jobFile(lake: LakeContext, caller: Caller, uri: string): Promise<string> {
  const [, bucket = '', key = ''] = /^s3[an]?:\/\/([^/]+)\/(.+)$/.exec(uri.trim()) ?? [];
  if (key === '') throw new ServiceError('InvalidInputException', `"${uri}" is no s3://bucket/key`);
  await authorize(lake, 's3', 'GetObject', { Bucket: bucket, Key: key }, caller);
  const asset =
    lake.assets.find((one) => one.key === key && one.bucket === bucket) ?? lake.assets.find((one) => one.key === key);
  if (asset !== undefined) return asset.path;
  if (lake.objects.hasBucket(bucket) && (await lake.objects.head(bucket, key)) !== undefined) {
    return lake.objects.path(bucket, key);
  }
  throw new ServiceError(
    'InvalidInputException',
    `${uri} is neither an asset of the app nor an object here → synthesize again, or mount the bucket in lakewright.config.json`,
  );
}

/** Files under the names that they have in S3: Python imports modules, and pip reads wheels, by their names. */
export async function namedFiles(
  lake: LakeContext,
  caller: Caller,
  uris: readonly string[],
  folder: string,
): Promise<string[]> {
  const files: string[] = [];
  for (const [index, uri] of uris.entries()) {
    const file = await jobFile(lake, caller, uri);
    const name = path.basename(uri);
    if (fs.statSync(file).isDirectory() || path.basename(file) === name) {
      files.push(file);
      continue;
    }
    const own = path.join(folder, String(index), name);
    fs.mkdirSync(path.dirname(own), { recursive: true });
    fs.copyFileSync(file, own);
    files.push(own);
  }
  return files;
}
