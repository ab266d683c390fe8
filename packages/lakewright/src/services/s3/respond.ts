import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asServiceError } from '../../server/protocols/reply';
import { type XmlMembers, xmlDocument } from '../../server/protocols/xml';
import type { S3Response } from './request';

/** Sends an answer; a client that goes away meanwhile is no error. */
export async function send(response: ServerResponse, requestId: string, answer: S3Response): Promise<void> {
  const { status = 200, headers = {}, body } = answer;
  const given = Object.entries(headers).filter((entry): entry is [string, string | number] => entry[1] !== undefined);
  const all: Record<string, string | number> = { 'x-amz-request-id': requestId, ...Object.fromEntries(given) };
  if (body instanceof Readable) {
    try {
      response.writeHead(status, all);
    } catch (error) {
      body.destroy();
      throw error;
    }
    // The status is out: a failing disk can only be told by ending the connection, which the client notices.
    await pipeline(body, response).catch(() => response.destroy());
    return;
  }
  if (body !== undefined) {
    all['content-type'] ??= 'application/xml';
    all['content-length'] = Buffer.byteLength(body);
  } else if (all['content-length'] === undefined && status !== 204 && status !== 304) {
    all['content-length'] = 0;
  }
  response.writeHead(status, all);
  response.end(body);
}

/** S3's error document; HEAD requests get the status alone, as HTTP says. */
export function sendError(
  response: ServerResponse,
  request: { readonly method: string; readonly resource: string },
  requestId: string,
  error: unknown,
): void {
  if (response.headersSent || response.destroyed) {
    response.destroy();
    return;
  }
  const { code, message, status, fields } = asServiceError(error);
  const members = { Code: code, Message: message, ...fields, Resource: request.resource, RequestId: requestId };
  const body =
    status === 304 || request.method === 'HEAD' ? undefined : xmlDocument('Error', undefined, members as XmlMembers);
  response.writeHead(status, {
    'x-amz-request-id': requestId,
    'x-amzn-errortype': code,
    ...(body === undefined ? {} : { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
}
