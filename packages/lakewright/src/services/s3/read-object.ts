import type { ObjectInfo } from '../../workspace/object-store';
import { ServiceError } from '../service';
import { checksumHeaders, objectHeaders } from './object-fields';
import { header, queryNumber, type S3Handler, type S3Request, type S3Response } from './request';

interface Range {
  readonly start: number;
  /** Inclusive. */
  readonly end: number;
}

/** Query parameters by which a presigned URL sets headers of its answer. */
const OVERRIDES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

export const getObject: S3Handler = async (request, { lake }) => {
  checkVersion(request);
  const opened = await lake.objects.open(request.bucket, request.key);
  try {
    const { range, response } = describe(request, opened.info);
    if (response.status === 304 || opened.info.size === 0) {
      await opened.close();
      return response;
    }
    return { ...response, body: opened.stream(range) };
  } catch (error) {
    await opened.close();
    throw error;
  }
};

export const headObject: S3Handler = async (request, { lake }) => {
  checkVersion(request);
  const info = await lake.objects.head(request.bucket, request.key);
  if (info === undefined)
    throw new ServiceError('NoSuchKey', 'The specified key does not exist.', 404, { Key: request.key });
  return describe(request, info).response;
};

/** @throws ServiceError NoSuchVersion: only the current version is kept */
export function checkVersion(request: S3Request): void {
  const version = request.query.get('versionId');
  if (version === null || version === 'null') return;
  throw new ServiceError(
    'NoSuchVersion',
    'The specified version does not exist: Lakewright keeps the current version of an object only, "null"',
    404,
    { Key: request.key, VersionId: version },
  );
}

function describe(request: S3Request, info: ObjectInfo): { range?: Range; response: S3Response } {
  const headers = { ...objectHeaders(info), ...overrides(request) };
  if (isUnchanged(request, info)) return { response: { status: 304, headers } };
  const part = queryNumber(request, 'partNumber', 10_000);
  const range = part === undefined ? parseRange(header(request, 'range'), info.size) : partRange(info, part);
  const parts = part === undefined ? undefined : info.parts?.length;
  if (range === undefined) {
    const checksums = header(request, 'x-amz-checksum-mode') === 'ENABLED' ? checksumHeaders(info.checksums) : {};
    return { response: { headers: { ...headers, ...checksums, 'content-length': info.size } } };
  }
  const response = {
    status: 206,
    headers: {
      ...headers,
      'content-length': range.end - range.start + 1,
      'content-range': `bytes ${range.start}-${range.end}/${info.size}`,
      'x-amz-mp-parts-count': parts,
    },
  };
  return { range, response };
}

function overrides(request: S3Request): Record<string, string> {
  const given = OVERRIDES.map((name) => [name, request.query.get(`response-${name}`)] as const);
  return Object.fromEntries(given.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** @throws ServiceError PreconditionFailed */
function isUnchanged(request: S3Request, info: ObjectInfo): boolean {
  const ifMatch = header(request, 'if-match');
  const ifNoneMatch = header(request, 'if-none-match');
  const unmodifiedSince = header(request, 'if-unmodified-since');
  const modifiedSince = header(request, 'if-modified-since');
  // HTTP dates have whole seconds.
  const modified = Math.floor(info.lastModified.getTime() / 1000) * 1000;
  if (ifMatch !== undefined && !matches(ifMatch, info.etag)) throw failed('If-Match');
  if (ifMatch === undefined && unmodifiedSince !== undefined && modified > Date.parse(unmodifiedSince)) {
    throw failed('If-Unmodified-Since');
  }
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, info.etag);
  return modifiedSince !== undefined && modified <= Date.parse(modifiedSince);
}

function matches(condition: string, etag: string): boolean {
  const bare = etag.replaceAll('"', '');
  return condition.split(',').some((tag) => tag.trim() === '*' || tag.trim().replaceAll('"', '') === bare);
}

function failed(condition: string): ServiceError {
  return new ServiceError('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412, {
    Condition: condition,
  });
}

/** Undefined for no range, and for what S3 ignores: several ranges, other units. */
export function parseRange(text: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(text ?? '');
  if (match === null || (match[1] === '' && match[2] === '')) return undefined;
  const start = match[1] === '' ? Math.max(0, size - Number(match[2])) : Number(match[1]);
  const end = match[1] === '' || match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  if (match[1] !== '' && match[2] !== '' && Number(match[2]) < Number(match[1])) return undefined;
  if (start < size && start <= end) return { start, end };
  throw new ServiceError('InvalidRange', 'The requested range is not satisfiable', 416, {
    RangeRequested: text,
    ActualObjectSize: size,
  });
}

function partRange(info: ObjectInfo, part: number): Range | undefined {
  const parts = info.parts ?? [info.size];
  if (part < 1 || part > parts.length) {
    throw new ServiceError('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      ActualPartCount: parts.length,
      PartNumberRequested: part,
    });
  }
  if (info.size === 0) return undefined;
  const start = parts.slice(0, part - 1).reduce((sum, size) => sum + size, 0);
  return { start, end: start + parts[part - 1] - 1 };
}
