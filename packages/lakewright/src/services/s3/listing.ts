import { xmlDocument } from '../../server/protocols/xml';
import type { ObjectInfo, ObjectPage } from '../../workspace/object-store';
import { ServiceError } from '../service';
import { storageClass } from './object-fields';
import { queryNumber, type S3Handler, type S3Request, XMLNS } from './request';

const MAX_KEYS = 1_000;

interface Page {
  readonly page: ObjectPage;
  readonly maxKeys: number;
  readonly prefix: string;
  readonly delimiter?: string;
  /** Keys as the client asked for them. */
  encode(key: string): string;
  readonly encodingType?: string;
}

export const listBuckets: S3Handler = async (_request, { lake }) => {
  const buckets = lake.objects
    .buckets()
    .map(({ name, created }) => ({ Name: name, CreationDate: created.toISOString() }));
  return {
    body: xmlDocument('ListAllMyBucketsResult', XMLNS, {
      Buckets: { Bucket: buckets },
      Owner: { ID: lake.account, DisplayName: 'lakewright' },
    }),
  };
};

export const listObjectsV2: S3Handler = async (request, room) => {
  const { query, bucket } = request;
  const token = query.get('continuation-token');
  const startAfter = token === null ? (query.get('start-after') ?? '') : fromToken(token);
  const result = await readPage(request, room.lake.objects, startAfter);
  const { page, encode } = result;
  const owner = query.get('fetch-owner') === 'true' ? { Owner: { ID: room.lake.account } } : {};
  return {
    body: xmlDocument('ListBucketResult', XMLNS, {
      Name: bucket,
      ...common(result),
      KeyCount: page.objects.length + page.prefixes.length,
      StartAfter: query.has('start-after') ? encode(query.get('start-after') ?? '') : undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: page.next === undefined ? undefined : toToken(page.next),
      Contents: page.objects.map((info) => ({ ...content(info, encode), ...owner })),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  };
};

export const listObjects: S3Handler = async (request, room) => {
  const marker = request.query.get('marker') ?? '';
  const result = await readPage(request, room.lake.objects, marker);
  const { page, encode, delimiter } = result;
  return {
    body: xmlDocument('ListBucketResult', XMLNS, {
      Name: request.bucket,
      ...common(result),
      Marker: encode(marker),
      // Without a delimiter clients go on after the last key.
      NextMarker: page.next === undefined || delimiter === undefined ? undefined : encode(page.next),
      Contents: page.objects.map((info) => ({ ...content(info, encode), Owner: { ID: room.lake.account } })),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  };
};

/** No versions are kept: each object has the one that a bucket without versioning has, `null`. */
export const listObjectVersions: S3Handler = async (request, room) => {
  const marker = request.query.get('key-marker') ?? '';
  const result = await readPage(request, room.lake.objects, marker);
  const { page, encode } = result;
  return {
    body: xmlDocument('ListVersionsResult', XMLNS, {
      Name: request.bucket,
      ...common(result),
      KeyMarker: encode(marker),
      NextKeyMarker: page.next === undefined ? undefined : encode(page.next),
      NextVersionIdMarker: page.next === undefined ? undefined : 'null',
      Version: page.objects.map((info) => ({ ...content(info, encode), VersionId: 'null', IsLatest: true })),
      CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
    }),
  };
};

async function readPage(
  request: S3Request,
  objects: { page(bucket: string, options: object): Promise<ObjectPage> },
  startAfter: string,
): Promise<Page> {
  const { query, bucket } = request;
  const maxKeys = queryNumber(request, 'max-keys', MAX_KEYS) ?? MAX_KEYS;
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') || undefined;
  const encodingType = query.get('encoding-type') ?? undefined;
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new ServiceError('InvalidArgument', 'Invalid Encoding Method specified in Request', 400, {
      ArgumentName: 'encoding-type',
      ArgumentValue: encodingType,
    });
  }
  const page = await objects.page(bucket, { prefix, delimiter, startAfter, limit: maxKeys });
  const encode = encodingType === 'url' ? urlEncode : (key: string) => key;
  return { page, maxKeys, prefix, delimiter, encode, encodingType };
}

function common({ page, maxKeys, prefix, delimiter, encode, encodingType }: Page) {
  return {
    Prefix: encode(prefix),
    Delimiter: delimiter === undefined ? undefined : encode(delimiter),
    MaxKeys: maxKeys,
    EncodingType: encodingType,
    IsTruncated: page.next !== undefined,
  };
}

function content(info: ObjectInfo, encode: (key: string) => string) {
  return {
    Key: encode(info.key),
    LastModified: info.lastModified.toISOString(),
    ETag: info.etag,
    Size: info.size,
    StorageClass: storageClass(info),
  };
}

function urlEncode(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/');
}

function toToken(key: string): string {
  return Buffer.from(key).toString('base64');
}

function fromToken(token: string): string {
  const key = Buffer.from(token, 'base64').toString('utf8');
  if (key !== '' && toToken(key) === token) return key;
  throw new ServiceError('InvalidArgument', 'The continuation token provided is incorrect', 400, {
    ArgumentName: 'continuation-token',
  });
}
