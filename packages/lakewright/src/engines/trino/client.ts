import { setTimeout } from 'node:timers/promises';
import type { Value } from './compare';

/** What Trino answers: rows in the form of its REST API, or an error by its name. */
export type TrinoAnswer =
  | {
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly rows: readonly (readonly Value[])[];
    }
  | { readonly error: { readonly name: string; readonly message: string } };

export interface TrinoStatementOptions {
  /** @default - names must be qualified */
  readonly schema?: string;
  readonly catalog: string;
  readonly signal?: AbortSignal;
}

interface Page {
  readonly nextUri?: string;
  readonly columns?: readonly { readonly name: string; readonly type: string }[];
  readonly data?: readonly (readonly Value[])[];
  readonly error?: { readonly errorName: string; readonly message: string };
}

/**
 * Runs one statement on a Trino server and fetches all of its rows; the session's time zone is UTC, as Athena's.
 *
 * @see https://trino.io/docs/current/develop/client-protocol.html
 */
export async function runOnTrino(server: string, sql: string, options: TrinoStatementOptions): Promise<TrinoAnswer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await ask(server, sql, options);
    if (!('error' in answer) || !NOT_READY.has(answer.error.name) || attempt === ATTEMPTS) return answer;
    await setTimeout(RETRY_MS, undefined, { signal: options.signal });
  }
}

/** A server that has just started, or is very busy, knows of no worker for a moment. */
const NOT_READY: ReadonlySet<string> = new Set(['SERVER_STARTING_UP', 'NO_NODES_AVAILABLE']);
const ATTEMPTS = 60;
const RETRY_MS = 500;

async function ask(server: string, sql: string, options: TrinoStatementOptions): Promise<TrinoAnswer> {
  const headers = {
    'X-Trino-User': 'lakewright',
    'X-Trino-Time-Zone': 'UTC',
    'X-Trino-Catalog': options.catalog,
    'X-Trino-Client-Capabilities': 'PARAMETRIC_DATETIME',
    ...(options.schema !== undefined && { 'X-Trino-Schema': options.schema }),
  };
  const { signal } = options;
  let page = await json(fetch(`${server}/v1/statement`, { method: 'POST', body: sql, headers, signal }));
  let { columns } = page;
  const rows: (readonly Value[])[] = [];
  for (;;) {
    columns ??= page.columns;
    rows.push(...(page.data ?? []));
    if (page.error) return { error: { name: page.error.errorName, message: page.error.message } };
    if (!page.nextUri) return { columns: (columns ?? []).map(({ name, type }) => ({ name, type })), rows };
    page = await json(fetch(page.nextUri, { headers, signal }));
  }
}

/** Integers that a JavaScript number can't hold become texts. Numbers are read whole: the digits of a fraction are none. */
const exactIntegers = (text: string): string =>
  text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (token) =>
    /^-?\d{16,}$/.test(token) ? `"${token}"` : token,
  );

async function json(request: Promise<Response>): Promise<Page> {
  const response = await request;
  if (!response.ok) throw new Error(`Trino answers ${response.status}: ${(await response.text()).slice(0, 300)}`);
  return JSON.parse(exactIntegers(await response.text())) as Page;
}
