import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HttpCall, ServiceError } from '../service';
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
    await send(response, requestId, await choose(request)(request, room));
  } catch (error) {
    sendError(response, shape, requestId, error);
  }
}

function choose(request: S3Request): S3Handler {
  if (request.bucket === '') {
    if (request.method === 'GET') return listBuckets;
    throw methodNotAllowed(request);
  }
  return request.key === '' ? chooseForBucket(request) : chooseForObject(request);
}

function chooseForBucket(request: S3Request): S3Handler {
  const { method, query } = request;
  if (method === 'GET' && query.has('uploads')) return listMultipartUploads;
  if (method === 'GET' && query.has('versions')) return listObjectVersions;
  if (method === 'POST' && query.has('delete')) return deleteObjects;
  const setting = settingOf(query);
  if (setting !== undefined) return bucketSetting(setting);
  switch (method) {
    case 'GET':
      return query.get('list-type') === '2' ? listObjectsV2 : listObjects;
    case 'HEAD':
      return headBucket;
    case 'PUT':
      return createBucket;
    case 'DELETE':
      return deleteBucket;
    case 'POST':
      throw notDone('browser uploads by POST (use PutObject or a presigned URL)');
    default:
      throw methodNotAllowed(request);
  }
}

function chooseForObject(request: S3Request): S3Handler {
  const { method, query } = request;
  const other = OBJECT_OTHERS.find((name) => query.has(name));
  if (other !== undefined) throw notDone(`${method} of an object's "${other}"`);
  const copies = header(request, 'x-amz-copy-source') !== undefined;
  const upload = query.has('uploadId');
  const tagging = query.has('tagging');
  if (query.has('acl')) {
    if (method === 'GET') return getObjectAcl;
    throw notDone('PutObjectAcl');
  }
  switch (method) {
    case 'GET':
      return upload ? listParts : tagging ? getObjectTagging : getObject;
    case 'HEAD':
      return headObject;
    case 'PUT':
      if (upload) return copies ? uploadPartCopy : uploadPart;
      return tagging ? putObjectTagging : copies ? copyObject : putObject;
    case 'POST':
      if (query.has('uploads')) return createMultipartUpload;
      if (upload) return completeMultipartUpload;
      throw methodNotAllowed(request);
    case 'DELETE':
      return upload ? abortMultipartUpload : tagging ? deleteObjectTagging : deleteObject;
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
