import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import type { ApiShape } from '../api-shape';
import { type Caller, type HttpCall, type LakeContext, ServiceError } from '../service';
import type { MultipartUploads } from './multipart-uploads';

/** What the handlers of requests share. */
export interface S3Room {
  readonly lake: LakeContext;
  readonly uploads: MultipartUploads;
}

export interface S3Request {
  readonly method: string;
  /** '' for requests to the service. */
  readonly bucket: string;
  /** '' for requests to a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
  /** Complete when the body has ended. */
  readonly checksums: Readonly<Record<string, string>>;
  readonly caller: Caller;
  /** For error documents. */
  readonly resource: string;
}

export interface S3Response {
  /** @default 200 */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | number | undefined>>;
  /** Text is XML. */
  readonly body?: string | Readable;
}

export type S3Handler = (request: S3Request, room: S3Room) => Promise<S3Response>;

export const XMLNS = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Largest XML document of a request, in bytes: what 1,000 keys or 10,000 parts need, generously. */
const MAX_XML = 8 * 1024 * 1024;

/** @throws ServiceError InvalidURI */
export function readRequest(request: IncomingMessage, call: HttpCall): S3Request {
  // Not the URL's path: that has dot segments resolved, and a key keeps them.
  const path = (request.url ?? '/').split('?')[0].replace(/^https?:\/\/[^/]+/, '');
  const decoded = decode(path).slice(1);
  const slash = decoded.indexOf('/');
  const [bucket, key] =
    call.hostBucket === undefined
      ? slash < 0
        ? [decoded, '']
        : [decoded.slice(0, slash), decoded.slice(slash + 1)]
      : [call.hostBucket, decoded];
  return {
    method: request.method ?? 'GET',
    bucket,
    key,
    query: call.url.searchParams,
    headers: request.headers,
    body: call.body,
    checksums: call.checksums,
    caller: call.caller,
    resource: path,
  };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceError('InvalidURI', "Couldn't parse the specified URI.", 400, { URI: path });
  }
}

/** A header that has one value. */
export function header(request: S3Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/**
 * The root element of a request's XML. `lists` are the elements that may repeat: they are always arrays.
 *
 * @throws ServiceError MalformedXML
 */
export async function readXml(request: S3Request, root: string, lists: readonly string[]): Promise<ApiShape> {
  const text = (await readAll(request.body, MAX_XML)).toString('utf8');
  const malformed = new ServiceError(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  );
  // A document type could define entities that refer to files or grow without end: S3 has no use for one.
  if (/<!DOCTYPE/i.test(text) || XMLValidator.validate(text) !== true) throw malformed;
  const parser = new XMLParser({
    ignoreAttributes: true,
    removeNSPrefix: true,
    parseTagValue: false,
    trimValues: false,
    processEntities: false,
    tagValueProcessor: (_name, value) => decodeEntities(value),
    isArray: (name) => lists.includes(name),
  });
  const element = parser.parse(text)[root];
  if (typeof element === 'string') return {};
  if (element === undefined) throw malformed;
  return element;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** In one pass, so that nothing is decoded twice. SDKs write line ends in keys as character references. */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (all, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name.toLowerCase()];
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : all;
  });
}

export async function readAll(body: Readable, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > limit) throw new ServiceError('MaxMessageLengthExceeded', 'Your request was too big.', 400);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A whole number of the query string, or undefined. */
export function queryNumber(request: S3Request, name: string, max: number): number | undefined {
  const text = request.query.get(name);
  if (text === null || text === '') return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0) return Math.min(value, max);
  throw new ServiceError('InvalidArgument', `Provided ${name} not an integer or within integer range`, 400, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

export function notDone(what: string): ServiceError {
  return new ServiceError('NotImplemented', `s3:${what} isn't done by Lakewright`, 501);
}
