import { setTimeout as sleep } from 'node:timers/promises';
import { ServiceError } from '../../service';
import { sourceFailure } from './source';

export interface HttpOptions {
  /** For one answer. */
  readonly timeoutMs: number;
  /** Requests before a source that is busy, fails or doesn't answer is given up. */
  readonly attempts: number;
  /** Between two attempts, doubled each time; a Retry-After goes before it. */
  readonly pauseMs: number;
  /** The longest Retry-After that is waited for. */
  readonly longestPauseMs: number;
}

export const HTTP_DEFAULTS: HttpOptions = { timeoutMs: 30_000, attempts: 4, pauseMs: 250, longestPauseMs: 10_000 };

/** The largest answer: a page of records. */
const MOST_BYTES = 64 << 20;

export interface JsonAnswer {
  readonly value: unknown;
  readonly bytes: number;
}

/**
 * A GET that answers with JSON. 429, 5xx and silence are tried again.
 *
 * @throws ServiceError ConnectorAuthenticationException, ConnectorServerException, ThrottlingException, ValidationException
 */
export async function getJson(
  url: URL,
  what: string,
  signal: AbortSignal,
  options: HttpOptions = HTTP_DEFAULTS,
): Promise<JsonAnswer> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce(url, what, signal, options);
    if ('answer' in outcome) return outcome.answer;
    if (attempt >= options.attempts) throw outcome.failure;
    const pause = outcome.retryAfterMs ?? options.pauseMs * 2 ** (attempt - 1);
    await sleep(Math.min(pause, options.longestPauseMs), undefined, { signal });
  }
}

type AttemptOutcome = { readonly answer: JsonAnswer } | { readonly failure: Error; readonly retryAfterMs?: number };

async function attemptOnce(
  url: URL,
  what: string,
  signal: AbortSignal,
  { timeoutMs, attempts }: HttpOptions,
): Promise<AttemptOutcome> {
  const where = `${what}: ${url.origin}${url.pathname}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    text = await bodyOf(response, what);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof ServiceError) throw error;
    const reason = isLate(error) ? `no answer in ${timeoutMs / 1000} s` : describe(error);
    const message = `${where}: ${reason} (${attempts} attempts) → is the program that serves the fixture running?`;
    return { failure: sourceFailure('ConnectorServerException', message) };
  }
  const said = text.slice(0, 300).replace(/\s+/g, ' ');
  const retryAfterMs = retryAfter(response);
  if (response.status === 429) {
    const message = `${where} answered 429 (too many requests) ${attempts} times: ${said} → try later`;
    return { failure: sourceFailure('ThrottlingException', message), retryAfterMs };
  }
  if (response.status >= 500) {
    const message = `${where} answered ${response.status} ${attempts} times: ${said} → look into the source's own log`;
    return { failure: sourceFailure('ConnectorServerException', message), retryAfterMs };
  }
  if (response.status === 401 || response.status === 403) {
    throw sourceFailure(
      'ConnectorAuthenticationException',
      `${where} answered ${response.status}: ${said} → a fixture gets no credentials: it has to answer without`,
    );
  }
  if (!response.ok) throw sourceFailure('ValidationException', `${where} answered ${response.status}: ${said}`);
  try {
    return { answer: { value: JSON.parse(text), bytes: Buffer.byteLength(text) } };
  } catch (error) {
    throw sourceFailure('ConnectorServerException', `${where}: the answer is no JSON: ${describe(error)}`);
  }
}

async function bodyOf(response: Response, what: string): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    parts.push(part);
    bytes += part.length;
    if (bytes > MOST_BYTES) {
      throw sourceFailure('ConnectorServerException', `${what}: an answer of more than 64 MiB → smaller pages`);
    }
  }
  return Buffer.concat(parts).toString('utf8');
}

/** Seconds, or a date. */
function retryAfter(response: Response): number | undefined {
  const value = response.headers.get('retry-after');
  if (value === null) return undefined;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

function isLate(error: unknown): boolean {
  return error instanceof Error && (error.name === 'TimeoutError' || isLate(error.cause));
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return cause ? `${error.message}: ${cause.message || cause.code}` : error.message;
}
