import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import { contentTypeOf } from './content-types';
import { matchesPattern } from './sync-pattern';
import { readZip } from './zip';

/** A file that is to become an object; its key is relative to the destination's prefix. */
interface SourceFile {
  readonly key: string;
  content(): Promise<Buffer>;
}

/** Text in a file → what deployment puts there. */
type Markers = Readonly<Record<string, unknown>>;

/**
 * `BucketDeployment` of aws-cdk-lib: what its Lambda function does with `aws s3 sync`, done here on the asset's files.
 *
 * Objects that are the same already are left alone, so that a repeated run makes no events.
 *
 * https://github.com/aws/aws-cdk/tree/main/packages/aws-cdk-lib/aws-s3-deployment
 */
export async function deployBucket(lake: LakeContext, resource: LakeResource): Promise<void> {
  const properties: ApiShape = resource.properties;
  const bucket = String(properties.DestinationBucketName);
  const prefix = folderPrefix(properties.DestinationBucketKeyPrefix);
  const wanted = selector(properties);
  const files = new Map<string, () => Promise<Buffer>>();
  const names: string[] = properties.SourceBucketNames ?? [];
  for (const [index, source] of names.entries()) {
    const key = String(properties.SourceObjectKeys[index]);
    const markers: Markers = properties.SourceMarkers?.[index] ?? {};
    const jsonEscape = isTrue(properties.SourceMarkersConfig?.[index]?.jsonEscape);
    for (const file of await sourceFiles(lake, resource, source, key, isTrue(properties.Extract ?? true))) {
      if (wanted(file.key)) files.set(file.key, async () => substitute(await file.content(), markers, jsonEscape));
    }
  }
  for (const [key, content] of files) await put(lake, bucket, prefix + key, await content(), properties);
  if (!isTrue(properties.Prune ?? true)) return;
  for (const { key } of await lake.objects.list(bucket, { prefix })) {
    const relative = key.slice(prefix.length);
    if (!files.has(relative) && wanted(relative)) await lake.objects.delete(bucket, key);
  }
}

function folderPrefix(given: unknown): string {
  const prefix = String(given ?? '');
  if (prefix === '/') return '';
  return prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
}

/** As `aws s3 sync --exclude … --include …`: the last pattern that fits decides, and includes come after excludes. */
function selector({ Exclude, Include }: ApiShape): (key: string) => boolean {
  const excludes: string[] = Exclude ?? [];
  const includes: string[] = Include ?? [];
  return (key) =>
    includes.some((pattern) => matchesPattern(pattern, key)) ||
    !excludes.some((pattern) => matchesPattern(pattern, key));
}

async function sourceFiles(
  lake: LakeContext,
  resource: LakeResource,
  bucket: string,
  key: string,
  extract: boolean,
): Promise<SourceFile[]> {
  const asset =
    lake.assets.find((candidate) => candidate.key === key && candidate.bucket === bucket) ??
    // The asset's bucket has the environment in its name, which an unresolved one spells in another way.
    lake.assets.find((candidate) => candidate.key === key);
  if (asset?.packaging === 'zip') {
    if (!extract) {
      throw new ServiceError(
        'NotImplemented',
        `${resource.path}: extract: false of an asset that is a folder isn't done by Lakewright → use Source.asset() of a .zip file, or extract`,
        501,
      );
    }
    return folderFiles(asset.path);
  }
  const content =
    asset === undefined ? await objectContent(lake, resource, bucket, key) : await fs.promises.readFile(asset.path);
  if (!extract) return [{ key: key.slice(key.lastIndexOf('/') + 1), content: async () => content }];
  return readZip(content).map(({ name, content: unpack }) => ({ key: name, content: async () => unpack() }));
}

async function objectContent(lake: LakeContext, resource: LakeResource, bucket: string, key: string): Promise<Buffer> {
  if (lake.objects.hasBucket(bucket) && (await lake.objects.head(bucket, key)) !== undefined) {
    return buffer(await lake.objects.read(bucket, key));
  }
  throw new ServiceError(
    'NoSuchKey',
    `${resource.path}: its source s3://${bucket}/${key} is neither an asset of the app nor an object here → synthesize again, or mount the bucket in lakewright.config.json`,
    404,
  );
}

function folderFiles(folder: string): SourceFile[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((file) => ({
      key: path.relative(folder, file).split(path.sep).join('/'),
      content: () => fs.promises.readFile(file),
    }));
}

/**
 * Replaces the markers of `Source.data()` and `Source.jsonData()`; all other bytes stay, whatever their encoding.
 *
 * @param jsonEscape whether the values go into JSON strings
 */
function substitute(content: Buffer, markers: Markers, jsonEscape: boolean): Buffer {
  const present = Object.entries(markers).filter(([marker]) => content.includes(marker));
  if (present.length === 0) return content;
  let bytes = content.toString('latin1');
  for (const [marker, given] of present) {
    const value = jsonEscape ? JSON.stringify(given).replace(/^"(.*)"$/s, '$1') : String(given);
    bytes = bytes.replaceAll(Buffer.from(marker).toString('latin1'), () => Buffer.from(value).toString('latin1'));
  }
  return Buffer.from(bytes, 'latin1');
}

async function put(lake: LakeContext, bucket: string, key: string, body: Buffer, properties: ApiShape): Promise<void> {
  const system: Record<string, string> = properties.SystemMetadata ?? {};
  const { 'content-type': type, 'content-encoding': encoding, ...headers } = system;
  const metadata: Record<string, string> | undefined = properties.UserMetadata;
  const contentType = type ?? contentTypeOf(key);
  const etag = `"${createHash('md5').update(body).digest('hex')}"`;
  const there = await lake.objects.head(bucket, key);
  const same =
    there?.etag === etag &&
    there.contentType === contentType &&
    there.contentEncoding === encoding &&
    JSON.stringify(there.metadata ?? {}) === JSON.stringify(metadata ?? {}) &&
    JSON.stringify(there.headers ?? {}) === JSON.stringify(headers);
  if (same) return;
  await lake.objects.write(bucket, key, body, { contentType, contentEncoding: encoding, headers, metadata });
}

/** Custom resources get their booleans as text. */
function isTrue(value: unknown): boolean {
  return String(value) === 'true';
}
