import { ExtractionFailed, ExtractionRefused } from './failure';

/** Time, and the network: the handler's are the real ones. */
export interface HttpSurroundings {
  fetch(url: string, init: RequestInit): Promise<Response>;
  now(): number;
  sleep(millis: number): Promise<void>;
  /** Between 0 and 1. */
  random(): number;
}

export interface HttpOptions {
  readonly maxAttempts: number;
  readonly timeoutSeconds: number;
  readonly requestsPerSecond?: number;
}

/** Longer than this a function doesn't wait for a source that asks it to. */
const LONGEST_WAIT = 120_000;
const MOMENTARY = [408, 425, 429, 500, 502, 503, 504];

/** An answer whose status isn't 2xx. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends requests one after the other, no faster than is allowed, and repeats those that failed for a moment. */
export class HttpClient {
  /** That were sent. */
  public requests = 0;
  private next = 0;

  public constructor(
    private readonly around: HttpSurroundings,
    private readonly options: HttpOptions,
  ) {}

  /**
   * @returns the last answer, whatever its status
   * @throws ExtractionFailed if there was none
   */
  public async send(url: string, init: RequestInit): Promise<HttpAnswer> {
    const where = place(url);
    for (let attempt = 1; ; attempt += 1) {
      await this.pace();
      let wait = this.backoff(attempt);
      const last = attempt >= this.options.maxAttempts;
      try {
        const answer = await this.once(url, init);
        if (!MOMENTARY.includes(answer.status) || last) return answer;
        wait = Math.max(wait, this.retryAfter(answer) ?? 0);
        if (wait > LONGEST_WAIT) return answer;
      } catch (error) {
        if (last) {
          throw new ExtractionFailed(
            'SourceUnreachable',
            `${where} gave no answer in ${attempt} attempts: ${causeOf(error, this.options.timeoutSeconds)}`,
            'an answer within the timeout',
            'see whether the address is right, the source up, and reachable from the VPC if the function is in one',
          );
        }
      }
      await this.around.sleep(wait);
    }
  }

  private async once(url: string, init: RequestInit): Promise<HttpAnswer> {
    this.requests += 1;
    const signal = AbortSignal.timeout(this.options.timeoutSeconds * 1000);
    // a redirect would take the credentials to another address
    const response = await this.around.fetch(url, { ...init, redirect: 'manual', signal });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  private async pace(): Promise<void> {
    const { requestsPerSecond } = this.options;
    if (requestsPerSecond === undefined) return;
    const now = this.around.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / requestsPerSecond;
    if (at > now) await this.around.sleep(at - now);
  }

  /** Doubling from a second to a minute, and somewhere between half and all of it, so that many don't come back at once. */
  private backoff(attempt: number): number {
    return Math.min(60_000, 1000 * 2 ** (attempt - 1)) * (0.5 + this.around.random() / 2);
  }

  private retryAfter({ headers }: HttpAnswer): number | undefined {
    const value = headers.get('retry-after');
    if (value === null) return undefined;
    if (/^\d+(\.\d+)?$/.test(value.trim())) return Number(value) * 1000;
    const time = Date.parse(value);
    return Number.isNaN(time) ? undefined : Math.max(0, time - this.around.now());
  }
}

/** A URL without its query, which may have a secret in it. */
export function place(url: string): string {
  if (!URL.canParse(url)) return url.replace(/[?#].*$/s, '');
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** The error for an answer that is no success; the body's beginning is shown, without the secrets. */
export function refusal(url: string, { status, headers, text }: HttpAnswer, secrets: readonly string[]): Error {
  const where = place(url);
  const begins = beginning(text, secrets);
  if (status === 401 || status === 403) {
    return new ExtractionRefused(
      'Unauthorized',
      `${where} answered ${status}: ${begins}`,
      'credentials that the source accepts',
      'see whether the secret has the present value, and the right field and kind of RestAuth is used',
    );
  }
  if (status >= 300 && status < 400) {
    const location = headers.get('location');
    return new ExtractionRefused(
      'Redirected',
      `${where} answered ${status}, and leads to ${location === null ? 'nowhere' : place(new URL(location, url).href)}`,
      'redirects are not followed, as the credentials would go along',
      'use that address as the url, if it is right',
    );
  }
  const momentary = MOMENTARY.includes(status);
  const parts = [
    momentary ? 'SourceUnavailable' : 'SourceRefused',
    `${where} answered ${status}: ${begins}`,
    'an answer with status 2xx',
    momentary
      ? 'run again later; if it happens often, lower requestsPerSecond or raise maxAttempts'
      : "see whether url, parameters and the names of the watermark's parameters are as the API wants them",
  ] as const;
  return momentary ? new ExtractionFailed(...parts) : new ExtractionRefused(...parts);
}

/** Up to 300 characters of a body in one line. */
export function beginning(text: string, secrets: readonly string[]): string {
  const known = secrets.filter((secret) => secret.length > 0);
  const forms = known.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ v: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
  ]);
  // the longest first, so that none leaves the rest of another
  const hidden = forms
    .sort((a, b) => b.length - a.length)
    .reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
  const line = hidden.replaceAll(/\s+/g, ' ').trim();
  if (line === '') return 'an empty body';
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function causeOf(error: unknown, timeoutSeconds: number): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${timeoutSeconds} s`;
  const { cause } = error;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
  return code ?? (cause instanceof Error ? cause.message : error.message);
}
