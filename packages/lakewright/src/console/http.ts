import { randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { ServiceError } from '../services/service';
import { TOKEN_HEADER } from './contract';

const ASSETS = path.join(__dirname, '..', '..', 'assets', 'console');
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
};
/** A statement with its comments; nobody types more. */
const MAX_BODY = 1 << 20;

/** What every answer of the console says to the browser: nothing from elsewhere, nobody frames it. */
function secured(response: ServerResponse, nonce?: string): void {
  const style = nonce === undefined ? "'self'" : `'self' 'nonce-${nonce}'`;
  response.setHeader(
    'content-security-policy',
    `default-src 'none'; script-src 'self'; style-src ${style}; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader('cross-origin-opener-policy', 'same-origin');
  response.setHeader('cross-origin-resource-policy', 'same-origin');
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  secured(response);
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

export function sendError(response: ServerResponse, error: unknown): void {
  const known = error instanceof ServiceError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  if (response.headersSent) return void response.destroy();
  const body = { code: known?.code ?? (error as { code?: string }).code ?? 'InternalError', message };
  sendJson(response, body, known?.status ?? 500);
}

/** `assets/console/<name>`; the page itself with this server's token and a nonce for the editor's styles. */
export function sendAsset(request: IncomingMessage, response: ServerResponse, name: string, token: string): void {
  const file = path.join(ASSETS, name);
  const type = TYPES[path.extname(name)];
  if (!/^[\w.-]+$/.test(name) || type === undefined || !existsSync(file)) {
    throw new ServiceError('NotFound', `${name} isn't a part of the console`, 404);
  }
  const isPage = name === 'index.html';
  const nonce = isPage ? randomBytes(16).toString('base64') : undefined;
  const bytes = readFileSync(file);
  const body = isPage
    ? bytes
        .toString('utf8')
        .replaceAll('{{nonce}}', nonce ?? '')
        .replaceAll('{{token}}', token)
    : bytes;
  secured(response, nonce);
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-cache' });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/**
 * The input of a POST. Only the page that this server has sent knows the token: another page of this machine doesn't, and
 * a browser doesn't let it send the header.
 *
 * @throws ServiceError Forbidden, InvalidRequest
 */
export async function readInput<T>(request: IncomingMessage, token: string): Promise<T> {
  const given = Buffer.from(String(request.headers[TOKEN_HEADER] ?? ''));
  const wanted = Buffer.from(token);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
    throw new ServiceError('Forbidden', 'the page is of another server → reload it', 403);
  }
  if (!/^application\/json\b/.test(String(request.headers['content-type']))) {
    throw new ServiceError('InvalidRequest', 'the body must be application/json', 415);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) throw new ServiceError('InvalidRequest', 'the body is larger than 1 MiB', 413);
    chunks.push(chunk as Buffer);
  }
  const body = parsed(Buffer.concat(chunks).toString('utf8'));
  if (typeof body === 'object' && body !== null) return body as T;
  throw new ServiceError('InvalidRequest', 'the body is not a JSON object', 400);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
