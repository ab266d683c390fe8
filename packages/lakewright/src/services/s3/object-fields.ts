import { CHECKSUM_ALGORITHMS, checksumHeader } from '../../server/checksums';
import type { ObjectInfo, WriteOptions } from '../../workspace/object-store';
import { ServiceError } from '../service';
import { header, type S3Request } from './request';
import { checkTags, parseTagHeader } from './tags';

/** Headers that S3 keeps with an object and sends back with it. */
const KEPT_HEADERS = [
  'cache-control',
  'content-disposition',
  'content-language',
  'expires',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
];

const META = 'x-amz-meta-';
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAX_META = 2_048;
/** Of an upload that names none. */
export const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';
/** Of files that an engine put in place: what Athena and Hadoop's S3A write. */
export const ENGINES_CONTENT_TYPE = 'application/octet-stream';

/** What a request says about the object that it makes. */
export function readObjectFields(request: S3Request): WriteOptions {
  const headers = Object.fromEntries(
    KEPT_HEADERS.map((name) => [name, header(request, name)]).filter(([, value]) => value !== undefined),
  );
  const metadata = Object.fromEntries(
    Object.entries(request.headers)
      .filter(([name]) => name.startsWith(META))
      .map(([name, value]) => [name.slice(META.length), decodeMetadata(String(value))]),
  );
  const size = Object.entries(metadata).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  if (size > MAX_META) {
    throw new ServiceError('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', 400, {
      Size: size,
      MaxSizeAllowed: MAX_META,
    });
  }
  const tagging = header(request, 'x-amz-tagging');
  const encoding = header(request, 'content-encoding')
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '')
    .join(',');
  return {
    contentType: header(request, 'content-type') ?? DEFAULT_CONTENT_TYPE,
    contentEncoding: encoding || undefined,
    headers: Object.keys(headers).length > 0 ? headers : undefined,
    metadata: Object.keys(metadata).length > 0 ? metadata : undefined,
    tags: tagging === undefined ? undefined : checkTags(parseTagHeader(tagging)),
  };
}

/** @throws ServiceError NotImplemented for conditions that S3 doesn't have for writes either */
export function readConditions(request: S3Request): Pick<WriteOptions, 'ifMatch' | 'ifNoneMatch'> {
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new ServiceError(
      'NotImplemented',
      'A header you provided implies functionality that is not implemented',
      501,
      {
        Header: 'If-None-Match',
      },
    );
  }
  return { ifMatch: header(request, 'if-match'), ifNoneMatch };
}

export function objectHeaders(info: ObjectInfo): Record<string, string | number | undefined> {
  const metadata = Object.entries(info.metadata ?? {}).map(([name, value]) => [META + name, encodeMetadata(value)]);
  const tags = Object.keys(info.tags ?? {}).length;
  return {
    ...info.headers,
    ...Object.fromEntries(metadata),
    etag: info.etag,
    'last-modified': info.lastModified.toUTCString(),
    'content-type': info.contentType ?? ENGINES_CONTENT_TYPE,
    'content-encoding': info.contentEncoding,
    'accept-ranges': 'bytes',
    'x-amz-tagging-count': tags > 0 ? tags : undefined,
  };
}

/** Node reads headers as Latin-1, S3 reads them as UTF-8. */
function decodeMetadata(value: string): string {
  const text = Buffer.from(value, 'latin1').toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

/** As S3 sends what isn't US-ASCII: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
function encodeMetadata(value: string): string {
  return /^[\x20-\x7e]*$/.test(value) ? value : `=?UTF-8?B?${Buffer.from(value).toString('base64')}?=`;
}

export function checksumHeaders(checksums: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const entries = Object.entries(checksums ?? {});
  if (entries.length === 0) return {};
  const type = entries.some(([, value]) => value.includes('-')) ? 'COMPOSITE' : 'FULL_OBJECT';
  return {
    ...Object.fromEntries(entries.map(([algorithm, value]) => [checksumHeader(algorithm), value])),
    'x-amz-checksum-type': type,
  };
}

/** `{ CRC32: … }` → `{ ChecksumCRC32: … }`, for documents. */
export function checksumMembers(checksums: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    CHECKSUM_ALGORITHMS.filter((algorithm) => checksums?.[algorithm] !== undefined).map((algorithm) => [
      `Checksum${algorithm}`,
      checksums?.[algorithm] ?? '',
    ]),
  );
}

export function storageClass(info: ObjectInfo): string {
  return info.headers?.['x-amz-storage-class'] ?? 'STANDARD';
}
