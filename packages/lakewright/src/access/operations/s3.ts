import type { ApiShape } from '../../services/api-shape';
import type { LakeContext } from '../../services/service';
import type { ActionRequest } from '../contract';
import { list, type ServiceAccess } from './operation-access';
import { keyArn } from './others';

type Context = Readonly<Record<string, string | readonly string[]>>;

export const bucketArn = ({ partition }: LakeContext, bucket: unknown): string => `arn:${partition}:s3:::${bucket}`;
export const objectArn = (lake: LakeContext, bucket: unknown, key: unknown): string =>
  `${bucketArn(lake, bucket)}/${key}`;

/** An action on a bucket. */
export function onBucket(lake: LakeContext, bucket: unknown, action: string, context?: Context): ActionRequest {
  return { action: `s3:${action}`, resources: [bucketArn(lake, bucket)], ...(context && { context }) };
}

/** An action on an object, with the tags that it has. */
export async function onObject(
  lake: LakeContext,
  bucket: string,
  key: string,
  action: string,
  context: Context = {},
): Promise<ActionRequest> {
  const info =
    typeof bucket === 'string' && lake.objects.hasBucket(bucket)
      ? await lake.objects.head(bucket, key).catch(() => undefined)
      : undefined;
  const tags = Object.entries(info?.tags ?? {}).map(([name, value]) => [`s3:ExistingObjectTag/${name}`, value]);
  return {
    action: `s3:${action}`,
    resources: [objectArn(lake, bucket, key)],
    context: { ...Object.fromEntries(tags), ...context },
  };
}

/**
 * What KMS asks for an object of a bucket that a customer-managed key encrypts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
 */
export function onBucketKey(
  lake: LakeContext,
  bucket: string,
  key: string,
  actions: readonly ('Decrypt' | 'GenerateDataKey')[],
): readonly ActionRequest[] {
  const declared = lake.resources.find(({ type, physicalId }) => type === 'AWS::S3::Bucket' && physicalId === bucket);
  const [rule] = list(declared?.properties.BucketEncryption?.ServerSideEncryptionConfiguration);
  const id = rule?.ServerSideEncryptionByDefault?.KMSMasterKeyID;
  if (id === undefined || String(id).includes('alias/aws/')) return [];
  const context = {
    'kms:ViaService': `s3.${declared?.region ?? lake.region}.amazonaws.com`,
    'kms:CallerAccount': lake.account,
    'kms:EncryptionContext:aws:s3:arn': isTrue(rule.BucketKeyEnabled)
      ? bucketArn(lake, bucket)
      : objectArn(lake, bucket, key),
  };
  return actions.map((action) => ({ action: `kms:${action}`, resources: [keyArn(lake, id)], context }));
}

const isTrue = (value: unknown): boolean => String(value) === 'true';

/** Keys of a request to list: all that S3 has for it. */
export function listContext(prefix: unknown, delimiter: unknown, maxKeys: unknown): Context {
  return {
    's3:prefix': String(prefix ?? ''),
    's3:delimiter': String(delimiter ?? ''),
    's3:max-keys': String(maxKeys ?? 1000),
  };
}

/** `/bucket/key?versionId=…`, URL-encoded. */
export function copySource(text: string): { readonly bucket: string; readonly key: string } {
  const path = decoded(text.split('?')[0]).replace(/^\//, '');
  const slash = path.indexOf('/');
  return slash < 0 ? { bucket: path, key: '' } : { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const read = async ({ Bucket, Key }: ApiShape, lake: LakeContext): Promise<readonly ActionRequest[]> => [
  await onObject(lake, Bucket, Key, 'GetObject'),
  ...onBucketKey(lake, Bucket, Key, ['Decrypt']),
];

/** S3 as an SDK integration calls it; its HTTP requests are in services/s3/access.ts. */
export const s3Access: ServiceAccess = {
  ListBuckets: (_, { partition }) => [{ action: 's3:ListAllMyBuckets', resources: [`arn:${partition}:s3:::*`] }],
  CreateBucket: ({ Bucket }, lake) => [onBucket(lake, Bucket, 'CreateBucket')],
  HeadBucket: ({ Bucket }, lake) => [onBucket(lake, Bucket, 'ListBucket')],
  DeleteBucket: ({ Bucket }, lake) => [onBucket(lake, Bucket, 'DeleteBucket')],
  HeadObject: read,
  GetObject: read,
  GetObjectTagging: async ({ Bucket, Key }, lake) => [await onObject(lake, Bucket, Key, 'GetObjectTagging')],
  PutObject: async ({ Bucket, Key, Tagging }, lake) => [
    await onObject(lake, Bucket, Key, 'PutObject'),
    ...(Tagging === undefined ? [] : [await onObject(lake, Bucket, Key, 'PutObjectTagging')]),
    ...onBucketKey(lake, Bucket, Key, ['GenerateDataKey']),
  ],
  CopyObject: async ({ Bucket, Key, CopySource }, lake) => {
    const source = copySource(String(CopySource));
    return [
      ...(await read({ Bucket: source.bucket, Key: source.key }, lake)),
      await onObject(lake, Bucket, Key, 'PutObject'),
      ...onBucketKey(lake, Bucket, Key, ['GenerateDataKey']),
    ];
  },
  DeleteObject: async ({ Bucket, Key }, lake) => [await onObject(lake, Bucket, Key, 'DeleteObject')],
  DeleteObjects: ({ Bucket, Delete }, lake) =>
    Promise.all(list(Delete?.Objects).map(({ Key }) => onObject(lake, Bucket, Key, 'DeleteObject'))),
  ListObjectsV2: ({ Bucket, Prefix, Delimiter, MaxKeys }, lake) => [
    onBucket(lake, Bucket, 'ListBucket', listContext(Prefix, Delimiter, MaxKeys)),
  ],
};
