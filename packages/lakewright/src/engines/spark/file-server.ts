import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ServiceError } from '../../services/service';
import type { FileRequest, RunFiles } from './run-files';

const MOST_BYTES = 64 * 1024 * 1024;

/** Where the file system of `s3://` asks, on this machine only; each run by a token of its own. */
export class FileServer {
  private readonly runs = new Map<string, RunFiles>();
  private server?: Promise<Server>;

  public async url(): Promise<string> {
    this.server ??= this.listen();
    const { port } = (await this.server).address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  public admit(token: string, files: RunFiles): void {
    this.runs.set(token, files);
  }

  /** What a run asks from now on is refused: nothing of it appears any more. */
  public dismiss(token: string): void {
    this.runs.delete(token);
  }

  public async close(): Promise<void> {
    const server = await this.server;
    this.server = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  }

  private listen(): Promise<Server> {
    const server = createServer((request, response) => void this.answer(request, response));
    // A connection that is closed while Java sends its next request would fail that.
    server.keepAliveTimeout = 0;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const files = this.runs.get(String(request.headers.authorization));
      const operation = files?.operations[String(request.url).slice(1)];
      const body = await bodyOf(request);
      if (operation === undefined) throw new ServiceError('AccessDenied', 'the run that asks has ended', 403);
      send(response, 200, await operation(JSON.parse(body) as FileRequest));
    } catch (error) {
      const code = error instanceof ServiceError ? error.code : 'InternalError';
      send(response, 400, { code, message: error instanceof Error ? error.message : String(error) });
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    if (size > MOST_BYTES) throw new ServiceError('InvalidRequest', `more than ${MOST_BYTES} bytes`);
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function send(response: ServerResponse, status: number, value: object): void {
  const text = JSON.stringify(value);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
