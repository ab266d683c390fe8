import { text } from 'node:stream/consumers';
import type { ObjectInfo } from '../../workspace/object-store';
import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError } from '../service';
import { requireBucket } from './bucket-settings';
import { DEFAULT_CONTENT_TYPE, ENGINES_CONTENT_TYPE, storageClass } from './object-fields';
import { parseTagHeader } from './tags';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: a state's data is at most 256 KiB. */
const MAX_TEXT = 256 * 1024;

/** S3 as Step Functions and neighbours call it (`aws-sdk:s3:*`), without HTTP; bodies are text. */
export function s3Operations(lake: LakeContext): Readonly<Record<string, Operation>> {
  const { objects } = lake;

  const head = async ({ Bucket, Key }: ApiShape): Promise<ObjectInfo> => {
    const info = await objects.head(Bucket, Key);
    if (info === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key });
    return info;
  };

  return {
    ListBuckets: async () => ({
      Buckets: objects.buckets().map(({ name, created }) => ({ Name: name, CreationDate: created })),
      Owner: { ID: lake.account },
    }),
    CreateBucket: async ({ Bucket }) => {
      objects.createBucket(Bucket);
      return { Location: `/${Bucket}` };
    },
    HeadBucket: async ({ Bucket }) => {
      requireBucket(lake, Bucket);
      return { BucketRegion: lake.region };
    },
    DeleteBucket: async ({ Bucket }) => {
      await objects.deleteBucket(Bucket);
      return {};
    },
    HeadObject: async (input) => describe(await head(input)),
    GetObject: async (input) => {
      const info = await head(input);
      if (info.size > MAX_TEXT) {
        throw new ServiceError(
          'States.DataLimitExceeded',
          `"${input.Key}" has ${info.size} bytes, a state holds ${MAX_TEXT}`,
        );
      }
      return { ...describe(info), Body: await text(await objects.read(input.Bucket, input.Key)) };
    },
    PutObject: async ({ Bucket, Key, Body, ContentType, ContentEncoding, Metadata, Tagging }) => {
      const body =
        typeof Body === 'string' || Buffer.isBuffer(Body) ? Body : Body === undefined ? '' : JSON.stringify(Body);
      const { etag } = await objects.write(Bucket, Key, body, {
        contentType: ContentType ?? DEFAULT_CONTENT_TYPE,
        contentEncoding: ContentEncoding,
        metadata: Metadata,
        tags: Tagging === undefined ? undefined : parseTagHeader(Tagging),
      });
      return { ETag: etag };
    },
    CopyObject: async ({ Bucket, Key, CopySource }) => {
      const source = decodeURIComponent(CopySource).replace(/^\//, '');
      const slash = source.indexOf('/');
      const from = { bucket: source.slice(0, slash), key: source.slice(slash + 1) };
      const { etag, lastModified } = await objects.copy(from, { bucket: Bucket, key: Key });
      return { CopyObjectResult: { ETag: etag, LastModified: lastModified } };
    },
    DeleteObject: async ({ Bucket, Key }) => {
      await objects.delete(Bucket, Key);
      return {};
    },
    DeleteObjects: async ({ Bucket, Delete }) => {
      const deleted: { Key: string }[] = [];
      const errors: { Key: string; Code: string; Message: string }[] = [];
      for (const { Key } of Delete.Objects as { Key: string }[]) {
        try {
          await objects.delete(Bucket, Key);
          deleted.push({ Key });
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          errors.push({ Key, Code: error.code, Message: error.message });
        }
      }
      return { Deleted: deleted, Errors: errors };
    },
    ListObjectsV2: async ({ Bucket, Prefix, Delimiter, StartAfter, ContinuationToken, MaxKeys }) => {
      const page = await objects.page(Bucket, {
        prefix: Prefix,
        delimiter: Delimiter,
        startAfter: ContinuationToken ?? StartAfter,
        limit: Math.min(Number(MaxKeys ?? 1000), 1000),
      });
      return {
        Name: Bucket,
        Prefix: Prefix ?? '',
        KeyCount: page.objects.length + page.prefixes.length,
        IsTruncated: page.next !== undefined,
        NextContinuationToken: page.next,
        Contents: page.objects.map((info) => ({
          Key: info.key,
          Size: info.size,
          ETag: info.etag,
          LastModified: info.lastModified,
          StorageClass: storageClass(info),
        })),
        CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: prefix })),
      };
    },
    GetObjectTagging: async (input) => {
      const { tags = {} } = await head(input);
      return { TagSet: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) };
    },
  };
}

function describe(info: ObjectInfo): Record<string, unknown> {
  return {
    ContentLength: info.size,
    ContentType: info.contentType ?? ENGINES_CONTENT_TYPE,
    ContentEncoding: info.contentEncoding,
    ETag: info.etag,
    LastModified: info.lastModified,
    Metadata: info.metadata ?? {},
  };
}
