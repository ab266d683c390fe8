import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawRoute } from '../../services/service';
import { reply } from './reply';

/** The input of an operation whose body is one member as it is. */
export function rawInput(route: RawRoute, request: IncomingMessage, body: Buffer): Record<string, unknown> {
  const fields = Object.entries(route.request).flatMap(([header, member]) => {
    const value = request.headers[header];
    return value === undefined ? [] : [[member, value]];
  });
  return { ...Object.fromEntries(fields), ...(body.length > 0 && { [route.payload]: body }) };
}

export function replyRaw(
  response: ServerResponse,
  route: RawRoute,
  requestId: string,
  output: Readonly<Record<string, unknown>>,
): void {
  const headers = Object.entries(route.response).flatMap(([member, header]) =>
    output[member] === undefined ? [] : [[header, String(output[member])]],
  );
  const payload = output[route.payload];
  const body = payload instanceof Uint8Array ? Buffer.from(payload) : Buffer.from(String(payload ?? ''));
  const common = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  reply(response, Number(output[route.status] ?? 200), { ...common, ...Object.fromEntries(headers) }, body);
}
