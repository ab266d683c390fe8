import { algorithmOfHeader } from '../../server/checksums';
import { xmlDocument } from '../../server/protocols/xml';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import { checksumHeaders, checksumMembers, readConditions, readObjectFields } from './object-fields';
import { parseRange } from './read-object';
import { header, queryNumber, readXml, type S3Handler, type S3Request, type S3Room, XMLNS } from './request';
import { readCopySource } from './write-object';

const MAX_PAGE = 1_000;

export const createMultipartUpload: S3Handler = async (request, { uploads }) => {
  const { bucket, key } = request;
  const checksumAlgorithm = header(request, 'x-amz-checksum-algorithm');
  const checksumType = header(request, 'x-amz-checksum-type');
  const upload = await uploads.create({
    bucket,
    key,
    options: readObjectFields(request),
    checksumAlgorithm,
    checksumType,
  });
  return {
    headers: { 'x-amz-checksum-algorithm': checksumAlgorithm, 'x-amz-checksum-type': checksumType },
    body: xmlDocument('InitiateMultipartUploadResult', XMLNS, { Bucket: bucket, Key: key, UploadId: upload.id }),
  };
};

export const uploadPart: S3Handler = async (request, { uploads }) => {
  const upload = await find(request, uploads);
  const part = await uploads.addPart(upload, partNumber(request), request.body, () => request.checksums);
  return { headers: { etag: part.etag, ...checksumHeaders(part.checksums) } };
};

export const uploadPartCopy: S3Handler = async (request, room) => {
  const upload = await find(request, room.uploads);
  const source = await readCopySource(request, room);
  const text = header(request, 'x-amz-copy-source-range');
  const range = parseRange(text, source.info.size);
  if (text !== undefined && range === undefined) {
    throw new ServiceError('InvalidArgument', 'The x-amz-copy-source-range value must be of the form bytes=first-last');
  }
  const body = await room.lake.objects.read(source.bucket, source.info.key, range);
  const part = await room.uploads.addPart(upload, partNumber(request), body, () => ({}));
  return { body: xmlDocument('CopyPartResult', XMLNS, { LastModified: part.modified, ETag: part.etag }) };
};

export const completeMultipartUpload: S3Handler = async (request, { uploads }) => {
  const upload = await find(request, uploads);
  const document = await readXml(request, 'CompleteMultipartUpload', ['Part']);
  const named = (document.Part ?? []).map((part: ApiShape) => ({
    number: Number(part.PartNumber),
    etag: String(part.ETag ?? ''),
  }));
  const checksums = upload.checksumType === 'COMPOSITE' ? {} : wholeChecksums(request);
  const info = await uploads.complete(upload, named, {
    ...readConditions(request),
    checksums: Object.keys(checksums).length > 0 ? checksums : undefined,
  });
  return {
    body: xmlDocument('CompleteMultipartUploadResult', XMLNS, {
      Location: `http://${request.headers.host}/${request.bucket}/${encodeURI(request.key)}`,
      Bucket: request.bucket,
      Key: request.key,
      ETag: info.etag,
      ...checksumMembers(info.checksums),
    }),
  };
};

/** Checksums of the whole object; a composite one (`…-3`) follows from the parts' and isn't recomputed. */
function wholeChecksums(request: S3Request): Record<string, string> {
  const given = Object.keys(request.headers).map(
    (name) => [algorithmOfHeader(name), header(request, name) ?? ''] as const,
  );
  const whole = given.filter((entry): entry is [NonNullable<(typeof entry)[0]>, string] => {
    return entry[0] !== undefined && !entry[1].includes('-');
  });
  return Object.fromEntries(whole);
}

export const abortMultipartUpload: S3Handler = async (request, { uploads }) => {
  await uploads.abort(await find(request, uploads));
  return { status: 204 };
};

export const listParts: S3Handler = async (request, { uploads, lake }) => {
  const upload = await find(request, uploads);
  const after = queryNumber(request, 'part-number-marker', 10_000) ?? 0;
  const limit = queryNumber(request, 'max-parts', MAX_PAGE) ?? MAX_PAGE;
  const rest = (await uploads.parts(upload)).filter(({ number }) => number > after);
  const page = rest.slice(0, limit);
  const owner = { ID: lake.account };
  return {
    body: xmlDocument('ListPartsResult', XMLNS, {
      Bucket: upload.bucket,
      Key: upload.key,
      UploadId: upload.id,
      Initiator: owner,
      Owner: owner,
      StorageClass: 'STANDARD',
      PartNumberMarker: after,
      NextPartNumberMarker: page.at(-1)?.number ?? 0,
      MaxParts: limit,
      IsTruncated: rest.length > page.length,
      ChecksumAlgorithm: upload.checksumAlgorithm,
      Part: page.map(({ number, modified, etag, size, checksums }) => ({
        PartNumber: number,
        LastModified: modified,
        ETag: etag,
        Size: size,
        ...checksumMembers(checksums),
      })),
    }),
  };
};

export const listMultipartUploads: S3Handler = async (request, { uploads, lake }) => {
  if (!lake.objects.hasBucket(request.bucket)) {
    throw new ServiceError('NoSuchBucket', 'The specified bucket does not exist', 404, { BucketName: request.bucket });
  }
  const prefix = request.query.get('prefix') ?? '';
  const limit = queryNumber(request, 'max-uploads', MAX_PAGE) ?? MAX_PAGE;
  const keyMarker = request.query.get('key-marker') ?? '';
  const idMarker = request.query.get('upload-id-marker') ?? '';
  const all = (await uploads.list(request.bucket)).filter(({ key }) => key.startsWith(prefix));
  const seen = all.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const rest = seen >= 0 ? all.slice(seen + 1) : all.filter(({ key }) => key > keyMarker);
  const page = rest.slice(0, limit);
  const truncated = rest.length > page.length;
  return {
    body: xmlDocument('ListMultipartUploadsResult', XMLNS, {
      Bucket: request.bucket,
      Prefix: prefix,
      KeyMarker: keyMarker,
      UploadIdMarker: idMarker,
      NextKeyMarker: truncated ? page.at(-1)?.key : undefined,
      NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
      MaxUploads: limit,
      IsTruncated: truncated,
      Upload: page.map(({ key, id, initiated }) => ({
        Key: key,
        UploadId: id,
        Initiator: { ID: lake.account },
        Owner: { ID: lake.account },
        StorageClass: 'STANDARD',
        Initiated: initiated,
      })),
    }),
  };
};

function find(request: S3Request, uploads: S3Room['uploads']) {
  return uploads.get(request.query.get('uploadId') ?? '', request.bucket, request.key);
}

function partNumber(request: S3Request): number {
  return Number(request.query.get('partNumber') ?? Number.NaN);
}
