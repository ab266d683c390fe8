import type { ActionRequest } from '../../access/contract';
import { copySource, listContext, onBucket, onBucketKey, onObject } from '../../access/operations/s3';
import { refusingAs } from '../../access/refusal';
import { LOCAL_ADMIN, ServiceError } from '../service';
import { header, type S3Request, type S3Room } from './request';
import { parseTagHeader } from './tags';

type Needs = (request: S3Request, room: S3Room) => Promise<readonly ActionRequest[]>;

/** Request headers that are condition keys, `s3:x-amz-acl`. */
const HEADERS = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
  'x-amz-grant-full-control',
  'x-amz-grant-read',
  'x-amz-grant-read-acp',
  'x-amz-grant-write',
  'x-amz-grant-write-acp',
];

const bucket =
  (action: string): Needs =>
  async (request, { lake }) => [onBucket(lake, request.bucket, action, contextOf(request))];

const object =
  (...actions: string[]): Needs =>
  (request, { lake }) =>
    Promise.all(actions.map((action) => onObject(lake, request.bucket, request.key, action, contextOf(request))));

const listing =
  (action: string): Needs =>
  async (request, { lake }) => {
    const { query } = request;
    const listed = listContext(query.get('prefix'), query.get('delimiter'), query.get('max-keys'));
    return [onBucket(lake, request.bucket, action, { ...contextOf(request), ...listed })];
  };

const read: Needs = async (request, room) => [
  ...(await object(request.query.has('versionId') ? 'GetObjectVersion' : 'GetObject')(request, room)),
  ...onBucketKey(room.lake, request.bucket, request.key, ['Decrypt']),
];

/** Tags in a header are a right of their own. */
const write: Needs = async (request, room) => {
  const tagged = header(request, 'x-amz-tagging') !== undefined;
  return [
    ...(await object('PutObject', ...(tagged ? ['PutObjectTagging'] : []))(request, room)),
    ...onBucketKey(room.lake, request.bucket, request.key, ['GenerateDataKey']),
  ];
};

/** Parts are put together by who may read them: AWS asks for Decrypt as well. */
const multipart: Needs = async (request, room) => [
  ...(await write(request, room)),
  ...onBucketKey(room.lake, request.bucket, request.key, ['Decrypt']),
];

const source: Needs = async (request, { lake }) => {
  const from = copySource(header(request, 'x-amz-copy-source') ?? '');
  const info = lake.objects.hasBucket(from.bucket) ? await lake.objects.head(from.bucket, from.key) : undefined;
  const keepsTags =
    header(request, 'x-amz-tagging-directive') !== 'REPLACE' && Object.keys(info?.tags ?? {}).length > 0;
  return [
    await onObject(lake, from.bucket, from.key, 'GetObject'),
    ...(keepsTags
      ? [
          await onObject(lake, from.bucket, from.key, 'GetObjectTagging'),
          await onObject(lake, request.bucket, request.key, 'PutObjectTagging'),
        ]
      : []),
    ...onBucketKey(lake, from.bucket, from.key, ['Decrypt']),
  ];
};

const all =
  (...needs: Needs[]): Needs =>
  async (request, room) =>
    (await Promise.all(needs.map((one) => one(request, room)))).flat();

/**
 * What each S3 request asks of its caller.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
export const REQUESTS: Readonly<Record<string, Needs>> = {
  ListBuckets: async (_, { lake }) => [{ action: 's3:ListAllMyBuckets', resources: [`arn:${lake.partition}:s3:::*`] }],
  CreateBucket: bucket('CreateBucket'),
  HeadBucket: listing('ListBucket'),
  DeleteBucket: bucket('DeleteBucket'),
  ListObjects: listing('ListBucket'),
  ListObjectsV2: listing('ListBucket'),
  ListObjectVersions: listing('ListBucketVersions'),
  ListMultipartUploads: listing('ListBucketMultipartUploads'),
  // Decided for each object: what isn't allowed is an error of the answer's.
  DeleteObjects: async () => [],
  GetObject: read,
  HeadObject: read,
  GetObjectAcl: object('GetObjectAcl'),
  GetObjectTagging: object('GetObjectTagging'),
  PutObjectTagging: object('PutObjectTagging'),
  DeleteObjectTagging: object('DeleteObjectTagging'),
  PutObject: write,
  CopyObject: all(source, write),
  DeleteObject: object('DeleteObject'),
  CreateMultipartUpload: write,
  UploadPart: multipart,
  UploadPartCopy: all(source, multipart),
  CompleteMultipartUpload: multipart,
  AbortMultipartUpload: object('AbortMultipartUpload'),
  ListParts: object('ListMultipartUploadParts'),
};

/** A bucket's settings have actions of irregular names. */
const SETTINGS: Readonly<Record<string, string>> = {
  location: 'GetBucketLocation',
  versioning: 'GetBucketVersioning',
  tagging: 'GetBucketTagging',
  policy: 'GetBucketPolicy',
  policyStatus: 'GetBucketPolicyStatus',
  encryption: 'GetEncryptionConfiguration',
  lifecycle: 'GetLifecycleConfiguration',
  notification: 'GetBucketNotification',
  publicAccessBlock: 'GetBucketPublicAccessBlock',
  ownershipControls: 'GetBucketOwnershipControls',
  acl: 'GetBucketAcl',
  logging: 'GetBucketLogging',
  accelerate: 'GetAccelerateConfiguration',
  requestPayment: 'GetBucketRequestPayment',
  cors: 'GetBucketCORS',
  website: 'GetBucketWebsite',
  replication: 'GetReplicationConfiguration',
  'object-lock': 'GetBucketObjectLockConfiguration',
};

/** @throws ServiceError AccessDenied */
export async function authorizeRequest(operation: string, request: S3Request, room: S3Room): Promise<void> {
  const { caller } = request;
  if (caller.principal === LOCAL_ADMIN.principal) return;
  const needs = Object.hasOwn(REQUESTS, operation)
    ? REQUESTS[operation]
    : Object.hasOwn(SETTINGS, operation) && request.method === 'GET'
      ? bucket(SETTINGS[operation])
      : undefined;
  if (needs === undefined) {
    throw new ServiceError('AccessDenied', `only local-admin may ${request.method} "${operation}" of a bucket`, 403);
  }
  const requests = await needs(request, room);
  refusingAs('s3', () => room.lake.access.require(caller, ...requests));
}

/**
 * Who may not list a bucket doesn't learn what isn't in it.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html "If the object that you request doesn't exist"
 */
export function hideMissing(error: unknown, request: S3Request, { lake }: S3Room): unknown {
  if (request.caller.principal === LOCAL_ADMIN.principal || !(error instanceof ServiceError)) return error;
  if (error.code !== 'NoSuchKey') return error;
  const from = header(request, 'x-amz-copy-source');
  const name = from === undefined ? request.bucket : copySource(from).bucket;
  try {
    lake.access.require(request.caller, onBucket(lake, name, 'ListBucket', listContext('', '', 1000)));
    return error;
  } catch (refused) {
    return refused;
  }
}

/** Whether one object of DeleteObjects may be deleted. */
export async function mayDelete(request: S3Request, key: string, { lake }: S3Room): Promise<void> {
  lake.access.require(request.caller, await onObject(lake, request.bucket, key, 'DeleteObject', contextOf(request)));
}

function contextOf(request: S3Request): Record<string, string | string[]> {
  const context: Record<string, string | string[]> = {
    's3:authType':
      request.query.has('X-Amz-Signature') || request.query.has('Signature') ? 'REST-QUERY-STRING' : 'REST-HEADER',
    's3:signatureversion': request.query.has('Signature') ? 'AWS' : 'AWS4-HMAC-SHA256',
  };
  for (const name of HEADERS) {
    const value = header(request, name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  const version = request.query.get('versionId');
  if (version !== null) context['s3:VersionId'] = version;
  const userAgent = header(request, 'user-agent');
  if (userAgent !== undefined) context['aws:UserAgent'] = userAgent;
  const referer = header(request, 'referer');
  if (referer !== undefined) context['aws:Referer'] = referer;
  const tags = header(request, 'x-amz-tagging');
  if (tags !== undefined) {
    const given = Object.entries(parseTagHeader(tags));
    context['s3:RequestObjectTagKeys'] = given.map(([key]) => key);
    for (const [key, value] of given) context[`s3:RequestObjectTag/${key}`] = value;
  }
  return context;
}
