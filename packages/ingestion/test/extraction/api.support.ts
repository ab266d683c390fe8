import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { handle } from '../../lambda/extraction/handler';
import type { ExtractionConfiguration, RestConfiguration } from '../../src/private/extraction-configuration';
import { MemoryStore } from './memory-store';

export const URL_OF_API = 'https://api.example.com/v1/things';
export const NOW = Date.parse('2026-03-01T00:01:00Z');

/** Answers one request of a test. */
export type Answering = (request: IncomingMessage, response: ServerResponse, body: string) => void;

/** A server on loopback that stands for an API. */
export class Api {
  public static async start(): Promise<Api> {
    const api = new Api();
    await new Promise<void>((started) => api.server.listen(0, '127.0.0.1', started));
    return api;
  }

  public answer: Answering = json([]);
  public readonly requests: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  private readonly server: Server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    this.requests.push({ url: request.url ?? '', headers: request.headers, body });
    this.answer(request, response, body);
  });

  public get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  public end(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}

/** An answer in JSON. */
export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Answering {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
  };
}

/** An answer of any text. */
export function text(body: string, status = 200, type = 'application/json'): Answering {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type }).end(body);
  };
}

/** One answer after the other; the last one again and again. */
export function inTurn(...answers: Answering[]): Answering {
  let at = 0;
  return (...call) => answers[Math.min(at++, answers.length - 1)]?.(...call);
}

export const GOOD = { id: 1, modified: '2026-03-01T00:00:30Z' };

/** Lets the function run against the server, over real HTTP; waits are noted, and not waited. */
export async function extractFrom(
  api: Api,
  source: Partial<RestConfiguration> = {},
  secret = 'top-secret',
  config: Partial<ExtractionConfiguration> = {},
) {
  const store = new MemoryStore(() => NOW);
  const waits: number[] = [];
  const locate = (url: string) => url.replace('https://api.example.com', api.url);
  const answer = handle(
    {
      store,
      fetch,
      now: () => NOW,
      sleep: async (millis) => {
        waits.push(millis);
        await sleep(0);
      },
      random: () => 1,
      timeIsUp: () => false,
      locate,
      log: () => {},
      readSecret: async () => secret,
      invoke: async () => ({ payload: '' }),
    },
    {
      name: 'Things',
      target: { bucket: 'lake', prefix: 'things' },
      state: { bucket: 'lake', prefix: 'state' },
      watermark: {
        field: 'modified',
        format: 'iso',
        overlapSeconds: 5,
        lagSeconds: 0,
        initial: '2026-03-01T00:00:00Z',
      },
      rowsPerFile: 100,
      source: {
        kind: 'rest',
        url: URL_OF_API,
        parameters: {},
        headers: {},
        pagination: { kind: 'none' },
        maxAttempts: 3,
        timeoutSeconds: 1,
        ...source,
      },
      ...config,
    },
    'run',
  );
  const failure = await answer.then(
    () => undefined,
    (error: Error) => error,
  );
  return { store, waits, failure, report: failure ? undefined : await answer };
}
