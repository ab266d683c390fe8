import { randomUUID } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONSOLE_PATH } from '../console/contract';
import { LakewrightError } from '../host/host';
import { invocationOf, withLineage } from '../services/lineage';
import { type Caller, type LakeContext, LOCAL_ADMIN, type Service } from '../services/service';
import { answer } from './answer';
import { findTarget } from './dispatch';
import { replyJsonError } from './protocols/json';
import { asServiceError, reply } from './protocols/reply';
import { bucketOfHost, refusal } from './request-guard';
import { readSignature, type Signature } from './signature';

export interface ServerOptions {
  /** 0 = any free port. */
  readonly port: number;
  /**
   * A loopback address.
   *
   * @default '127.0.0.1'
   */
  readonly host?: string;
  /** Pages below `/_console/`, and what a browser gets at `/`. */
  readonly pages?: () => Pages | undefined;
}

/** Something for people to look at, on the same port. */
export interface Pages {
  /** Never rejects. */
  handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

/** One port that answers as the lake's AWS services. */
export interface LakeServer {
  readonly port: number;
  /** For `AWS_ENDPOINT_URL`: `http://127.0.0.1:4566`. */
  readonly url: string;
  /** Ends when the requests under way are answered, or after some seconds. Idempotent. */
  close(): Promise<void>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/;
/** How long requests under way may take when the server closes. */
const CLOSE_MS = 5_000;

/**
 * Starts the server.
 *
 * @throws LakewrightError LW_PORT_IN_USE, LW_PORT_REFUSED, LW_HOST_NOT_LOOPBACK
 */
export async function startServer(
  lake: LakeContext,
  services: readonly Service[],
  options: ServerOptions,
): Promise<LakeServer> {
  const { port, host = '127.0.0.1' } = options;
  if (!LOOPBACK.test(host)) {
    throw new LakewrightError(
      'LW_HOST_NOT_LOOPBACK',
      `"${host}" is no loopback address → anybody who reaches the server may read the lake, so it listens on this machine only → use 127.0.0.1`,
      2,
    );
  }
  const handler = new RequestHandler(lake, services, options.pages);
  const server = http.createServer((request, response) => void handler.handle(request, response));
  // SDKs keep connections for reuse; one that is closed under a request just sent is an error for them.
  server.keepAliveTimeout = 65_000;
  // A slow upload is no attack on a laptop.
  server.requestTimeout = 0;
  await listen(server, port, host);
  const address = server.address() as AddressInfo;
  const name = host === '::1' ? '[::1]' : host;
  let closing: Promise<void> | undefined;
  return {
    port: address.port,
    url: `http://${name}:${address.port}`,
    close: () => (closing ??= close(server)),
  };
}

async function listen(server: http.Server, port: number, host: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, port, host)));
    server.listen(port, host, resolve);
  });
}

function listenError(error: NodeJS.ErrnoException, port: number, host: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new LakewrightError(
      'LW_PORT_IN_USE',
      `port ${port} of ${host} is in use by another program → end that program, or give another port with --port`,
      1,
      { port },
    );
  }
  if (error.code === 'EACCES') {
    return new LakewrightError(
      'LW_PORT_REFUSED',
      `the system refuses port ${port} (${error.code}) → ports below 1024 need special rights → give another port with --port`,
    );
  }
  return error;
}

async function close(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  // A kept-alive connection is idle only when its request has been answered.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), CLOSE_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}

class RequestHandler {
  private readonly known = new Set<string | undefined>();

  public constructor(
    private readonly lake: LakeContext,
    private readonly services: readonly Service[],
    private readonly pages: () => Pages | undefined = () => undefined,
  ) {}

  /** Never rejects. */
  public async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const requestId = randomUUID();
    request.on('error', () => {});
    response.on('error', () => {});
    try {
      const refused = refusal(request);
      if (refused !== undefined) return reply(response, 403, { 'content-type': 'text/plain' }, `${refused}\n`);
      const url = requestUrl(request);
      if (await this.page(request, response, url)) return;
      const signature = readSignature(request, url);
      if (isHealthCheck(request, url, signature)) return this.health(response);
      const target = findTarget(this.services, request, signature);
      const token = request.headers['x-amz-security-token'] ?? url.searchParams.get('X-Amz-Security-Token');
      const sender = invocationOf(typeof token === 'string' ? token : undefined);
      // SDKs take another clock than their own for a skew, and send again whatever failed.
      if (sender) response.setHeader('date', new Date(Date.now() + sender.clockOffset).toUTCString());
      await withLineage(sender?.lineage ?? [], () =>
        answer(
          target,
          request,
          response,
          url,
          () => this.caller(signature, requestId),
          requestId,
          (error) => this.report(error),
        ),
      );
    } catch (error) {
      this.report(error);
      replyJsonError(response, '1.1', requestId, error);
    } finally {
      // A client that still sends would never read the answer.
      if (!request.readableEnded) request.resume();
    }
  }

  /** Whether the request was for a page. A bucket in the host's name has objects of any key, also of such. */
  private async page(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean> {
    const pages = bucketOfHost(request.headers.host) === undefined ? this.pages() : undefined;
    const isBrowser = String(request.headers.accept ?? '').includes('text/html');
    if (pages && url.pathname.startsWith(CONSOLE_PATH)) {
      await pages.handle(request, response, url);
      return true;
    }
    const name = CONSOLE_PATH.slice(0, -1);
    if (pages && isBrowser && request.method === 'GET' && (request.url === '/' || url.pathname === name)) {
      reply(response, 302, { location: CONSOLE_PATH }, '');
      return true;
    }
    // What lies in the lake is nobody's program: a page among its objects runs none, and isn't of the console's origin.
    if (request.headers['sec-fetch-dest'] !== undefined) response.setHeader('content-security-policy', 'sandbox');
    return false;
  }

  private caller(signature: Signature, requestId: string): Caller {
    const { accessKeyId } = signature;
    const caller = this.lake.access.callerOf(accessKeyId, requestId);
    const unnamed = caller.principal === LOCAL_ADMIN.principal && accessKeyId !== LOCAL_ADMIN.principal;
    if (unnamed && !this.known.has(accessKeyId)) {
      this.known.add(accessKeyId);
      this.lake.host.notify({
        code: 'LW_SERVER_LOCAL_ADMIN',
        level: 'info',
        text: `requests ${accessKeyId === undefined ? 'without an access key' : `with the access key "${accessKeyId}"`} run as ${LOCAL_ADMIN.principal}: the key names no role or user of the lake`,
        data: { accessKeyId },
      });
    }
    return caller;
  }

  private report(error: unknown): void {
    const { code, message, status } = asServiceError(error);
    const stack = status === 500 && error instanceof Error ? error.stack : undefined;
    this.lake.host.notify({
      code: 'LW_SERVER_REQUEST_FAILED',
      level: status >= 500 && status !== 501 && status !== 507 ? 'warning' : 'debug',
      text: `${code}: ${message}`,
      data: { code, status, stack },
    });
  }

  private health(response: ServerResponse): void {
    const services = this.services.filter(({ protocol }) => protocol !== undefined).map(({ name }) => name);
    const body = JSON.stringify({ name: 'lakewright', status: 'ok', region: this.lake.region, services });
    reply(response, 200, { 'content-type': 'application/json' }, `${body}\n`);
  }
}

/** Only for the query string and the host: its path has dot segments removed, which are part of an S3 key. */
function requestUrl(request: IncomingMessage): URL {
  const target = request.url ?? '/';
  const query = target.indexOf('?');
  const url = new URL(`http://${request.headers.host}/`);
  url.search = query < 0 ? '' : target.slice(query);
  url.pathname = query < 0 ? target : target.slice(0, query);
  return url;
}

function isHealthCheck(request: IncomingMessage, url: URL, signature: Signature): boolean {
  if (request.method !== 'GET') return false;
  return url.pathname === '/_lakewright/health' || (request.url === '/' && signature.accessKeyId === undefined);
}
