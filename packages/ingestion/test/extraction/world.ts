import { parquetReadObjects } from 'hyparquet';
import { handle } from '../../lambda/extraction/handler';
import type {
  ExtractionConfiguration,
  PaginationConfiguration,
  RestConfiguration,
} from '../../src/private/extraction-configuration';
import { MemoryStore } from './memory-store';

export const START = Date.parse('2026-03-01T00:00:00Z');
export const URL_OF_API = 'https://api.example.com/v1/things';

/** A version of a record: `at` is what the source's clock says, `visible` when the API begins to show it. Milliseconds. */
export interface Version {
  readonly id: number;
  readonly at: number;
  readonly visible: number;
  readonly text: string;
}

export interface WorldOptions {
  readonly overlapSeconds?: number;
  readonly lagSeconds?: number;
  readonly stepSeconds?: number;
  readonly initial?: string;
  readonly pagination?: 'none' | 'cursor' | 'nextUrl' | 'link' | 'page' | 'offset';
  readonly pageSize?: number;
  /** Whether the API takes "from" as "after". */
  readonly after?: boolean;
  readonly keyed?: boolean;
  readonly declared?: boolean;
  /** How long a request takes. */
  readonly latency?: number;
}

/** A source with a clock, a store, and an API that shows of each record the latest version that is visible. */
export class World {
  public now = START;
  public readonly store = new MemoryStore(() => this.now);
  public readonly versions: Version[] = [];
  public readonly logged: string[] = [];
  public gate: (label: string) => Promise<void> = async () => {};
  public calls = 0;
  public readonly asked: URL[] = [];

  public constructor(public readonly options: WorldOptions = {}) {}

  public get config(): ExtractionConfiguration {
    const { overlapSeconds = 300, lagSeconds = 0, stepSeconds, initial, keyed = true, declared = true } = this.options;
    const source: RestConfiguration = {
      kind: 'rest',
      url: URL_OF_API,
      parameters: {},
      headers: {},
      fromParameter: 'since',
      pagination: this.pagination,
      recordsPath: 'data.items',
      maxAttempts: 3,
      timeoutSeconds: 5,
    };
    return {
      name: 'Lake/Things',
      target: { bucket: 'lake', prefix: 'things' },
      state: { bucket: 'lake', prefix: '_lakewright/things' },
      watermark: { field: 'modified', format: 'iso', overlapSeconds, lagSeconds, stepSeconds, initial },
      ...(keyed ? { key: ['id'] } : {}),
      ...(declared
        ? {
            columns: [
              ['id', 'bigint'],
              ['modified', 'timestamp'],
              ['text', 'string'],
            ] as const,
          }
        : {}),
      rowsPerFile: 4,
      source,
    };
  }

  /** Lets the function run at the present time. */
  public run(runId: string, config: Partial<ExtractionConfiguration> = {}) {
    return handle(
      {
        store: this.store,
        fetch: (url) => this.answer(new URL(url)),
        now: () => this.now,
        sleep: async (millis) => {
          this.now += millis;
        },
        random: () => 0.5,
        timeIsUp: () => false,
        locate: (url) => url,
        log: (line) => this.logged.push(line),
        readSecret: async () => 'unused',
        invoke: async () => ({ payload: '' }),
      },
      { ...this.config, ...config },
      runId,
    );
  }

  /** All rows of the target, as whoever lists it finds them. */
  public async delivered(): Promise<{ id: number; modified: number; text: string }[]> {
    const rows: { id: number; modified: number; text: string }[] = [];
    for (const key of this.keys('lake/things/')) {
      for (const row of await this.rows(key)) {
        const time = row.modified instanceof Date ? row.modified.getTime() : Date.parse(String(row.modified));
        rows.push({ id: Number(row.id), modified: time, text: String(row.text) });
      }
    }
    return rows.sort((a, b) => a.id - b.id || a.modified - b.modified);
  }

  public async rows(key: string): Promise<Record<string, unknown>[]> {
    const body = this.store.objects.get(key)?.body ?? new Uint8Array();
    return parquetReadObjects({
      file: body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength) as ArrayBuffer,
    });
  }

  public keys(prefix: string): string[] {
    return [...this.store.objects.keys()].filter((key) => key.startsWith(prefix));
  }

  public json(key: string): Record<string, unknown> {
    return JSON.parse(new TextDecoder().decode(this.store.objects.get(key)?.body));
  }

  /** What the API shows now: the latest visible version of each record, in the order of change. */
  public shown(): Version[] {
    const latest = new Map<number, Version>();
    for (const version of this.versions) {
      const before = latest.get(version.id);
      if (version.visible <= this.now && (!before || version.at > before.at)) latest.set(version.id, version);
    }
    return [...latest.values()].sort((a, b) => a.at - b.at || a.id - b.id);
  }

  private get pagination(): PaginationConfiguration {
    const size = this.options.pageSize ?? 3;
    switch (this.options.pagination ?? 'cursor') {
      case 'cursor':
        return { kind: 'cursor', path: 'paging.next', parameter: 'cursor' };
      case 'nextUrl':
        return { kind: 'nextUrl', path: 'paging.url' };
      case 'link':
        return { kind: 'link' };
      case 'page':
        return { kind: 'page', parameter: 'page', first: 1 };
      case 'offset':
        return { kind: 'offset', parameter: 'offset', sizeParameter: 'limit', size };
      default:
        return { kind: 'none' };
    }
  }

  private async answer(url: URL): Promise<Response> {
    await this.gate(`request ${url.search}`);
    this.calls += 1;
    this.asked.push(url);
    this.now += this.options.latency ?? 0;
    const kind = this.options.pagination ?? 'cursor';
    const query = url.searchParams;
    const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z');
    const all = this.shown().filter(({ at }) => (this.options.after ? at > since : at >= since));
    const size = kind === 'none' ? all.length : (this.options.pageSize ?? 3);
    // cursors and links say after which record the page begins
    const [at = 0, id = 0] = (query.get('cursor') ?? '').split(',').map(Number);
    const keyset = all.findIndex((version) => version.at > at || (version.at === at && version.id > id));
    const begin = query.has('cursor')
      ? keyset === -1
        ? all.length
        : keyset
      : query.has('page')
        ? (Number(query.get('page')) - 1) * size
        : Number(query.get('offset') ?? 0);
    const page = all.slice(begin, begin + size);
    const last = page.at(-1);
    const more = last !== undefined && begin + size < all.length;
    const next = more ? `${last.at},${last.id}` : undefined;
    const link = new URL(url);
    if (next !== undefined) link.searchParams.set('cursor', next);
    const items = page.map(({ id, at, text }) => ({ id, modified: new Date(at).toISOString(), text }));
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (next !== undefined && kind === 'link')
      headers.link = `<${URL_OF_API}>; rel="first", <${link.href}>; rel="next"`;
    return new Response(
      JSON.stringify({ data: { items }, paging: { next: next ?? null, url: more ? link.search : null } }),
      {
        headers,
      },
    );
  }
}
