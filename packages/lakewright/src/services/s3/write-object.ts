import { asServiceError } from '../../server/protocols/reply';
import { xmlDocument } from '../../server/protocols/xml';
import type { ObjectInfo, WriteOptions } from '../../workspace/object-store';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import { mayDelete } from './access';
import { checksumHeaders, readConditions, readObjectFields } from './object-fields';
import { checkVersion } from './read-object';
import { header, notDone, readXml, type S3Handler, type S3Request, type S3Room, XMLNS } from './request';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html */
const MAX_DELETES = 1_000;
/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
const MAX_PUT = 5 * 1024 ** 3;

export const putObject: S3Handler = async (request, { lake }) => {
  const length = Number(
    header(request, 'x-amz-decoded-content-length') ?? header(request, 'content-length') ?? Number.NaN,
  );
  if (length > MAX_PUT) {
    throw new ServiceError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', 400, {
      ProposedSize: length,
      MaxSizeAllowed: MAX_PUT,
    });
  }
  if (header(request, 'x-amz-write-offset-bytes') !== undefined) throw notDone('PutObject with a write offset');
  const info = await lake.objects.write(request.bucket, request.key, request.body, {
    ...readObjectFields(request),
    ...readConditions(request),
    seal: () => sealChecksums(request),
  });
  return { headers: { etag: info.etag, ...checksumHeaders(info.checksums) } };
};

function sealChecksums({ checksums }: S3Request): Partial<WriteOptions> {
  return Object.keys(checksums).length > 0 ? { checksums: { ...checksums } } : {};
}

export const copyObject: S3Handler = async (request, room) => {
  const source = await readCopySource(request, room);
  const replaceMetadata = directive(request, 'x-amz-metadata-directive');
  const replaceTags = directive(request, 'x-amz-tagging-directive');
  if (source.bucket === request.bucket && source.info.key === request.key && !replaceMetadata && !replaceTags) {
    throw new ServiceError(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const given = readObjectFields(request);
  const kept: WriteOptions = replaceMetadata
    ? {
        contentType: given.contentType,
        contentEncoding: given.contentEncoding,
        headers: given.headers ?? {},
        metadata: given.metadata ?? {},
      }
    : {};
  const info = await room.lake.objects.copy(
    { bucket: source.bucket, key: source.info.key },
    { bucket: request.bucket, key: request.key },
    { ...kept, ...(replaceTags ? { tags: given.tags ?? {} } : {}), ...readConditions(request) },
  );
  return {
    body: xmlDocument('CopyObjectResult', XMLNS, { LastModified: info.lastModified.toISOString(), ETag: info.etag }),
  };
};

function directive(request: S3Request, name: string): boolean {
  const value = header(request, name) ?? 'COPY';
  if (value === 'COPY' || value === 'REPLACE') return value === 'REPLACE';
  throw new ServiceError('InvalidArgument', `Unknown ${name}: "${value}"`, 400, {
    ArgumentName: name,
    ArgumentValue: value,
  });
}

/** The object that `x-amz-copy-source` names, after its conditions. */
export async function readCopySource(
  request: S3Request,
  { lake }: S3Room,
): Promise<{ readonly bucket: string; readonly info: ObjectInfo }> {
  const [path, search = ''] = (header(request, 'x-amz-copy-source') ?? '').split('?');
  const text = decode(path).replace(/^\//, '');
  const slash = text.indexOf('/');
  if (slash < 1) {
    throw new ServiceError(
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  const [bucket, key] = [text.slice(0, slash), text.slice(slash + 1)];
  checkVersion({ ...request, key, query: new URLSearchParams(search) });
  const info = await lake.objects.head(bucket, key);
  if (info === undefined) throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: key });
  const match = header(request, 'x-amz-copy-source-if-match');
  const noneMatch = header(request, 'x-amz-copy-source-if-none-match');
  const bare = (tag: string) => tag.replaceAll('"', '');
  if (
    (match !== undefined && bare(match) !== bare(info.etag)) ||
    (noneMatch !== undefined && bare(noneMatch) === bare(info.etag))
  ) {
    throw new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412);
  }
  return { bucket, info };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError('InvalidArgument', `x-amz-copy-source is not URL-encoded: "${text}"`);
  }
}

export const deleteObject: S3Handler = async (request, { lake }) => {
  checkVersion(request);
  await lake.objects.delete(request.bucket, request.key);
  return { status: 204 };
};

export const deleteObjects: S3Handler = async (request, room) => {
  const { lake } = room;
  const { bucket } = request;
  const document = await readXml(request, 'Delete', ['Object']);
  const wanted: ApiShape[] = document.Object ?? [];
  if (wanted.length === 0 || wanted.length > MAX_DELETES) {
    throw new ServiceError(
      'MalformedXML',
      `one request deletes 1 to ${MAX_DELETES} objects, this one has ${wanted.length}`,
    );
  }
  if (!lake.objects.hasBucket(bucket)) {
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: bucket });
  }
  const deleted: { Key: string }[] = [];
  const errors: { Key: string; Code: string; Message: string }[] = [];
  for (const { Key, VersionId } of wanted) {
    const key = String(Key ?? '');
    try {
      checkVersion({ ...request, key, query: new URLSearchParams(VersionId ? { versionId: String(VersionId) } : {}) });
      await mayDelete(request, key, room);
      await lake.objects.delete(bucket, key);
      deleted.push({ Key: key });
    } catch (error) {
      const { code, message } = asServiceError(error);
      errors.push({ Key: key, Code: code, Message: message });
    }
  }
  const quiet = String(document.Quiet).toLowerCase() === 'true';
  return { body: xmlDocument('DeleteResult', XMLNS, { Deleted: quiet ? [] : deleted, Error: errors }) };
};
