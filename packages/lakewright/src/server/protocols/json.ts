import type { ServerResponse } from 'node:http';
import { ServiceError } from '../../services/service';
import { decodeCbor, encodeCbor } from './cbor';
import { asServiceError, reply, toApiJson } from './reply';

/** The input of a JSON request; an empty body is an empty input. */
export function parseJsonInput(body: Buffer): Record<string, unknown> {
  if (body.length === 0) return {};
  try {
    const input = JSON.parse(body.toString('utf8'));
    if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input;
  } catch {}
  throw new ServiceError('SerializationException', 'the body of the request is no JSON object', 400);
}

export function replyJson(response: ServerResponse, version: string, requestId: string, output: unknown): void {
  reply(response, 200, headers(version, requestId), toApiJson(output));
}

/** In the form that AWS's JSON and REST-JSON clients read: the code as `__type` and as a header. */
export function replyJsonError(response: ServerResponse, version: string, requestId: string, error: unknown): void {
  const { code, message, status, fields } = asServiceError(error);
  const body = toApiJson({ ...fields, __type: code, message });
  reply(response, status, { ...headers(version, requestId), 'x-amzn-errortype': code }, body);
}

/** The same in Smithy's RPC protocol; the code needs its namespace there. */
export function replyCbor(response: ServerResponse, requestId: string, output: unknown): void {
  reply(response, 200, cborHeaders(requestId), encodeCbor(output ?? {}));
}

export function replyCborError(response: ServerResponse, requestId: string, error: unknown): void {
  const { code, message, status, fields } = asServiceError(error);
  const body = encodeCbor({ ...fields, __type: `com.amazonaws#${code}`, message });
  reply(response, status, cborHeaders(requestId), body);
}

/** The input of a CBOR request; an empty body is an empty input. */
export function parseCborInput(body: Buffer): Record<string, unknown> {
  const input = body.length === 0 ? {} : decodeCbor(body);
  if (typeof input === 'object' && input !== null && !Array.isArray(input)) return input as Record<string, unknown>;
  throw new ServiceError('SerializationException', 'the body of the request is no CBOR map', 400);
}

function cborHeaders(requestId: string): Record<string, string> {
  return { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor', 'x-amzn-requestid': requestId };
}

function headers(version: string, requestId: string): Record<string, string> {
  const type = version === '' ? 'application/json' : `application/x-amz-json-${version}`;
  return { 'content-type': type, 'x-amzn-requestid': requestId };
}
