import type { RestConfiguration, WatermarkConfiguration } from '../../src/private/extraction-configuration';
import type { Authenticator, Credentials } from './auth';
import { ExtractionRefused } from './failure';
import { beginning, type HttpAnswer, type HttpClient, place, refusal } from './http';
import { parseJson, valueAt } from './json';
import { nextPage, type PageRequest } from './pages';
import type { RecordSource, SourceInterval } from './record-source';
import { formatWatermark, unitOf } from './timestamps';

/** Records of a REST API. */
export class RestSource implements RecordSource {
  /** @param locate where a URL is really sent */
  public constructor(
    private readonly config: RestConfiguration,
    private readonly watermark: WatermarkConfiguration,
    private readonly http: HttpClient,
    private readonly authenticator: Authenticator,
    private readonly locate: (url: string) => string,
  ) {}

  public get requests(): number {
    return this.http.requests;
  }

  public async *read(interval: SourceInterval): AsyncGenerator<readonly unknown[]> {
    const { pagination } = this.config;
    let credentials = await this.authenticator.credentials();
    const parameters = this.parameters(interval);
    const first: PageRequest = { url: this.config.url, parameters, number: 0, records: 0 };
    const counted = pagination.kind === 'page' || pagination.kind === 'offset';
    let before: string | undefined;
    let repeated = 0;
    for (let page: PageRequest | undefined = first; page; ) {
      const url = withParameters(page.url, page.parameters, pagination, page);
      let answer = await this.get(url, credentials);
      if (answer.status === 401 && credentials.renewable) {
        credentials = await this.authenticator.credentials();
        answer = await this.get(url, credentials);
      }
      if (answer.status < 200 || answer.status > 299) throw refusal(url, answer, credentials.secrets);
      const { body, records } = this.records(url, answer, credentials);
      repeated = records.length > 0 && answer.text === before ? repeated + 1 : 0;
      if (repeated > (counted ? INSERTIONS : 0)) throw loop(url, 'the same records as the page before');
      before = answer.text;
      yield records;
      const next = nextPage(pagination, page, { body, headers: answer.headers, count: records.length, url });
      if (next && next.url === page.url && !counted) {
        if (JSON.stringify(next.parameters) === JSON.stringify(page.parameters))
          throw loop(url, 'itself as the next page');
      }
      if (next) this.sameHost(next.url);
      page = next;
    }
  }

  private get(url: string, { headers, parameters }: Credentials): Promise<HttpAnswer> {
    const complete = new URL(url);
    for (const [name, value] of Object.entries(parameters)) complete.searchParams.set(name, value);
    const all = { accept: 'application/json', ...this.config.headers, ...headers };
    return this.http.send(this.locate(complete.href), { method: 'GET', headers: all });
  }

  /**
   * The beginning is asked for one unit earlier: some APIs mean "after" and not "since". What is outside of the interval is
   * dropped here anyway.
   */
  private parameters({ from, to }: SourceInterval): Record<string, string> {
    const { format } = this.watermark;
    const begin = from === undefined ? undefined : formatWatermark(from - unitOf(format), format);
    const end = formatWatermark(to, format);
    const filled = Object.entries(this.config.parameters)
      .filter(([, value]) => begin !== undefined || !value.includes('{from}'))
      .map(([name, value]) => [name, value.replaceAll('{from}', begin ?? '').replaceAll('{to}', end)]);
    const { fromParameter, toParameter } = this.config;
    if (fromParameter !== undefined && begin !== undefined) filled.push([fromParameter, begin]);
    if (toParameter !== undefined) filled.push([toParameter, end]);
    return Object.fromEntries(filled);
  }

  /** A local service may link to itself. */
  private sameHost(next: string): void {
    const { origin } = new URL(this.config.url);
    if ([origin, new URL(this.locate(this.config.url)).origin].includes(new URL(next).origin)) return;
    throw new ExtractionRefused(
      'NextPageElsewhere',
      `the next page is at ${new URL(next).origin}`,
      `pages at ${origin} only, as the credentials go along`,
      'use that address in url, if it is the right one',
    );
  }

  private records(url: string, answer: HttpAnswer, { secrets }: Credentials): { body: unknown; records: unknown[] } {
    const type = answer.headers.get('content-type') ?? 'none';
    const { recordsPath } = this.config;
    if (answer.status === 204) return { body: undefined, records: [] };
    let body: unknown;
    try {
      body = parseJson(answer.text);
    } catch {
      const json = /json/i.test(type);
      throw new ExtractionRefused(
        json ? 'MalformedJson' : 'NotJson',
        `${place(url)} answered ${answer.status} with content type "${type}": ${beginning(answer.text, secrets)}`,
        'JSON',
        json
          ? 'the source has to mend it; nothing was written, and the next run reads the same interval'
          : 'see whether url leads to the API and not to a page for people, and whether a header has to ask for JSON',
      );
    }
    const records = recordsPath === undefined ? body : valueAt(body, recordsPath);
    if (Array.isArray(records)) return { body, records };
    const fields =
      typeof body === 'object' && body !== null && !Array.isArray(body) ? Object.keys(body).slice(0, 20) : [];
    throw new ExtractionRefused(
      'RecordsMissing',
      `${place(url)} has no list of records at "${recordsPath ?? '(the answer itself)'}"; ${fields.length > 0 ? `it has the fields ${fields.map((name) => `"${name}"`).join(', ')}` : `it is ${beginning(answer.text, secrets)}`}`,
      'a list there, empty if nothing changed',
      'set recordsPath to where the list stands, for example "data.items"',
    );
  }
}

function withParameters(
  url: string,
  parameters: Record<string, string>,
  pagination: RestConfiguration['pagination'],
  page: PageRequest,
): string {
  const complete = new URL(url);
  for (const [name, value] of Object.entries(parameters)) complete.searchParams.set(name, value);
  if (pagination.kind === 'page') {
    complete.searchParams.set(pagination.parameter, String(pagination.first + page.number));
  }
  if (pagination.kind === 'offset') complete.searchParams.set(pagination.parameter, String(page.records));
  if ((pagination.kind === 'page' || pagination.kind === 'offset') && pagination.sizeParameter && pagination.size) {
    complete.searchParams.set(pagination.sizeParameter, String(pagination.size));
  }
  return complete.href;
}

/**
 * Where pages are counted, a record that comes in before them moves the others on by one: a page of one record is then the one
 * before it again. So often in succession it isn't that any more.
 */
const INSERTIONS = 20;

function loop(url: string, what: string): ExtractionRefused {
  return new ExtractionRefused(
    'PaginationLoop',
    `${place(url)} gives ${what}`,
    'another page each time',
    "see whether the names of the pagination's parameters are those of the API",
  );
}
