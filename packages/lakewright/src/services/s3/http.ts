import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpCall, ServiceError } from '../service';
import { authorizeRequest, hideMissing } from './access';
import { bucketSetting, ownerAcl, region, requireBucket, settingOf } from './bucket-settings';
import { listBuckets, listObjects, listObjectsV2, listObjectVersions } from './listing';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  listMultipartUploads,
  listParts,
  uploadPart,
  uploadPartCopy,
} from './multipart-requests';
import { checkExpiry } from './presigned';
import { getObject, headObject } from './read-object';
import { header, notDone, readAll, readRequest, readXml, type S3Handler, type S3Request, type S3Room } from './request';
import { send, sendError } from './respond';
import { deleteObjectTagging, getObjectTagging, putObjectTagging } from './tags';
import { copyObject, deleteObject, deleteObjects, putObject } from './write-object';

/** Sub-resources of an object that S3 has and that aren't done here. */
const OBJECT_OTHERS = ['attributes', 'legal-hold', 'retention', 'torrent', 'restore', 'select', 'renameObject'];

export async function handleS3(
  room: S3Room,
  incoming: IncomingMessage,
  response: ServerResponse,
  call: HttpCall,
): Promise<void> {
  const { requestId } = call.caller;
  const shape = { method: incoming.method ?? 'GET', resource: (incoming.url ?? '/').split('?')[0] };
  try {
    const request = readRequest(incoming, call);
    checkExpiry(request);
    checkOwner(request, room);
    const [operation, handler] = choose(request);
    await authorizeRequest(operation, request, room);
    const answer = await handler(request, room).catch((error) => {
      throw hideMissing(error, request, room);
    });
    await send(response, requestId, answer);
  } catch (error) {
    sendError(response, shape, requestId, error);
  }
}

/** The operation's name in the API, or the setting of a bucket, and who answers it. */
function choose(request: S3Request): readonly [operation: string, handler: S3Handler] {
  if (request.bucket === '') {
    if (request.method === 'GET') return ['ListBuckets', listBuckets];
    throw methodNotAllowed(request);
  }
  return request.key === '' ? chooseForBucket(request) : chooseForObject(request);
}

function chooseForBucket(request: S3Request): readonly [string, S3Handler] {
  const { method, query } = request;
  if (method === 'GET' && query.has('uploads')) return ['ListMultipartUploads', listMultipartUploads];
  if (method === 'GET' && query.has('versions')) return ['ListObjectVersions', listObjectVersions];
  if (method === 'POST' && query.has('delete')) return ['DeleteObjects', deleteObjects];
  const setting = settingOf(query);
  if (setting !== undefined) return [setting, bucketSetting(setting)];
  switch (method) {
    case 'GET':
      return query.get('list-type') === '2' ? ['ListObjectsV2', listObjectsV2] : ['ListObjects', listObjects];
    case 'HEAD':
      return ['HeadBucket', headBucket];
    case 'PUT':
      return ['CreateBucket', createBucket];
    case 'DELETE':
      return ['DeleteBucket', deleteBucket];
    case 'POST':
      throw notDone('browser uploads by POST (use PutObject or a presigned URL)');
    default:
      throw methodNotAllowed(request);
  }
}

function chooseForObject(request: S3Request): readonly [string, S3Handler] {
  const { method, query } = request;
  const other = OBJECT_OTHERS.find((name) => query.has(name));
  if (other !== undefined) throw notDone(`${method} of an object's "${other}"`);
  const copies = header(request, 'x-amz-copy-source') !== undefined;
  const upload = query.has('uploadId');
  const tagging = query.has('tagging');
  if (query.has('acl')) {
    if (method === 'GET') return ['GetObjectAcl', getObjectAcl];
    throw notDone('PutObjectAcl');
  }
  switch (method) {
    case 'GET':
      if (upload) return ['ListParts', listParts];
      return tagging ? ['GetObjectTagging', getObjectTagging] : ['GetObject', getObject];
    case 'HEAD':
      return ['HeadObject', headObject];
    case 'PUT':
      if (upload) return copies ? ['UploadPartCopy', uploadPartCopy] : ['UploadPart', uploadPart];
      if (tagging) return ['PutObjectTagging', putObjectTagging];
      return copies ? ['CopyObject', copyObject] : ['PutObject', putObject];
    case 'POST':
      if (query.has('uploads')) return ['CreateMultipartUpload', createMultipartUpload];
      if (upload) return ['CompleteMultipartUpload', completeMultipartUpload];
      throw methodNotAllowed(request);
    case 'DELETE':
      if (upload) return ['AbortMultipartUpload', abortMultipartUpload];
      return tagging ? ['DeleteObjectTagging', deleteObjectTagging] : ['DeleteObject', deleteObject];
    default:
      throw methodNotAllowed(request);
  }
}

const createBucket: S3Handler = async (request, { lake }) => {
  const { bucket, body } = request;
  const empty = header(request, 'content-length') === '0' || header(request, 'content-length') === undefined;
  if (empty) await readAll(body, 0);
  else await readXml(request, 'CreateBucketConfiguration', []);
  if (lake.objects.hasBucket(bucket) && lake.region !== 'us-east-1') {
    throw new ServiceError(
      'BucketAlreadyOwnedByYou',
      'Your previous request to create the named bucket succeeded and you already own it.',
      409,
      { BucketName: bucket },
    );
  }
  lake.objects.createBucket(bucket);
  return { headers: { location: `/${bucket}` } };
};

const headBucket: S3Handler = async ({ bucket }, { lake }) => {
  requireBucket(lake, bucket);
  return { headers: { 'x-amz-bucket-region': region(bucket, lake) || 'us-east-1', 'content-type': 'application/xml' } };
};

const deleteBucket: S3Handler = async ({ bucket }, { lake }) => {
  await lake.objects.deleteBucket(bucket);
  return { status: 204 };
};

const getObjectAcl: S3Handler = async ({ bucket, key }, { lake }) => {
  if ((await lake.objects.head(bucket, key)) === undefined) {
    throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  }
  return ownerAcl(lake);
};

function checkOwner(request: S3Request, { lake }: S3Room): void {
  const expected = header(request, 'x-amz-expected-bucket-owner');
  if (expected === undefined || expected === lake.account) return;
  throw new ServiceError(
    'AccessDenied',
    `the buckets here belong to account ${lake.account}, not to "${expected}"`,
    403,
  );
}

function methodNotAllowed({ method }: S3Request): ServiceError {
  return new ServiceError('MethodNotAllowed', 'The specified method is not allowed against this resource.', 405, {
    Method: method,
  });
}
