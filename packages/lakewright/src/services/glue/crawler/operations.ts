import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { alreadyExists, invalidInput } from '../errors';
import { compact, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import { checkSchedule, crawlerDefinition } from './crawler-input';
import type { Crawlers, CrawlRecord, StoredCrawler } from './crawlers';

/**
 * How long GetCrawler of a running crawler holds its answer for the crawl's end, in milliseconds. Waits of a state machine
 * pass at once on the lake's clock: a loop that polls would otherwise go round thousands of times for one real second.
 */
const HOLD = 1000;

/** CreateCrawler … ListCrawls. */
export function crawlerOperations(context: CatalogContext, crawlers: Crawlers): Record<string, Operation> {
  const { stored } = crawlers;
  const nameOf = (input: ApiShape, member = 'Name') => requiredString(input[member], member.toLowerCase());
  const known = (name: string): [string, StoredCrawler][] => {
    const crawler = stored.get(name);
    return crawler ? [[name, crawler]] : [];
  };

  return {
    CreateCrawler: async (input) => {
      const definition = crawlerDefinition(input);
      if (stored.get(definition.Name)) throw alreadyExists(`Crawler with name ${definition.Name}`);
      putCrawler(context, crawlers, definition);
      context.tag(`crawler/${definition.Name}`, input.Tags);
      return {};
    },

    UpdateCrawler: async (input) => {
      const former = crawlers.requireReady(nameOf(input));
      putCrawler(context, crawlers, crawlerDefinition({ ...former.definition, ...compact(input) }));
      return {};
    },

    GetCrawler: async (input) => {
      const name = nameOf(input);
      crawlers.require(name);
      await crawlEnd(crawlers, name);
      return { Crawler: shownCrawler(crawlers, name, crawlers.require(name)) };
    },

    GetCrawlers: async (input) => {
      const { items, NextToken } = page(stored.entries(), ([name]) => name, input, 1000);
      return compact({ Crawlers: items.map(([name, crawler]) => shownCrawler(crawlers, name, crawler)), NextToken });
    },

    BatchGetCrawlers: async (input) => {
      const names = requiredStrings(input.CrawlerNames, 'crawlerNames', 100);
      return {
        Crawlers: names.flatMap(known).map(([name, crawler]) => shownCrawler(crawlers, name, crawler)),
        CrawlersNotFound: names.filter((name) => !stored.get(name)),
      };
    },

    ListCrawlers: async (input) => {
      const { items, NextToken } = page(stored.entries(), ([name]) => name, input, 1000);
      return compact({ CrawlerNames: items.map(([name]) => name), NextToken });
    },

    DeleteCrawler: async (input) => {
      crawlers.requireReady(nameOf(input));
      stored.delete(input.Name);
      return {};
    },

    StartCrawler: async (input) => {
      crawlers.start(nameOf(input));
      return {};
    },

    StopCrawler: async (input) => {
      crawlers.stop(nameOf(input));
      return {};
    },

    UpdateCrawlerSchedule: async (input) => {
      const name = nameOf(input, 'CrawlerName');
      const crawler = crawlers.require(name);
      checkSchedule(input.Schedule);
      stored.put(name, { ...crawler, schedule: scheduled(input.Schedule) });
      return {};
    },

    StartCrawlerSchedule: async (input) => {
      changeSchedule(crawlers, nameOf(input, 'CrawlerName'), 'SCHEDULED');
      return {};
    },

    StopCrawlerSchedule: async (input) => {
      changeSchedule(crawlers, nameOf(input, 'CrawlerName'), 'NOT_SCHEDULED');
      return {};
    },

    GetCrawlerMetrics: async (input) => {
      const names: string[] | undefined = input.CrawlerNameList;
      const chosen = names?.length ? names.flatMap(known) : stored.entries();
      const { items, NextToken } = page(chosen, ([name]) => name, input, 1000);
      return compact({ CrawlerMetricsList: items.map(([name, crawler]) => metrics(name, crawler)), NextToken });
    },

    /** Newest first. */
    ListCrawls: async (input) => {
      const name = nameOf(input, 'CrawlerName');
      const matches = crawlFilter(input.Filters ?? []);
      const { crawls } = crawlers.require(name);
      const key = (crawl: CrawlRecord) => `${crawl.start.toFixed(6).padStart(20, '0')} ${crawl.id}`;
      const { items, NextToken } = page(crawls.filter(matches), key, input, 1000, true);
      const run = input.NextToken ? undefined : crawlers.runOf(name);
      const running = run && matches({ ...run, state: 'RUNNING', end: 0, seconds: 0, log: [] }) && shownRun(name, run);
      return compact({ Crawls: [running || [], ...items.map((crawl) => shownCrawl(name, crawl))].flat(), NextToken });
    },
  };
}

/** Stores a checked definition; the history of a crawler that is there is kept. */
export function putCrawler(context: CatalogContext, crawlers: Crawlers, definition: ApiShape): void {
  const { Schedule, ...rest } = definition;
  const former = crawlers.stored.get(definition.Name);
  const now = context.now();
  crawlers.stored.put(definition.Name, {
    definition: rest,
    schedule: Schedule ? scheduled(Schedule) : former?.schedule,
    creationTime: former?.creationTime ?? now,
    lastUpdated: now,
    version: (former?.version ?? 0) + 1,
    crawls: former?.crawls ?? [],
    folders: former?.folders,
  });
}

async function crawlEnd(crawlers: Crawlers, name: string): Promise<void> {
  const run = crawlers.runOf(name);
  if (!run) return;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, HOLD);
  });
  await Promise.race([run.done, timeout]);
  clearTimeout(timer);
}

function scheduled(expression: ApiShape): StoredCrawler['schedule'] {
  return expression ? { ScheduleExpression: expression, State: 'SCHEDULED' } : undefined;
}

function changeSchedule(crawlers: Crawlers, name: string, State: 'SCHEDULED' | 'NOT_SCHEDULED'): void {
  const crawler = crawlers.require(name);
  if (!crawler.schedule) throw invalidInput(`The crawler ${name} has no schedule: set one with UpdateCrawlerSchedule.`);
  crawlers.stored.put(name, { ...crawler, schedule: { ...crawler.schedule, State } });
}

const LAST_STATUS = { COMPLETED: 'SUCCEEDED', FAILED: 'FAILED', STOPPED: 'CANCELLED' } as const;

const logPlace = (name: string, id: string) => ({
  LogGroup: '/aws-glue/crawlers',
  LogStream: name,
  MessagePrefix: id,
});

function shownCrawler(crawlers: Crawlers, name: string, crawler: StoredCrawler): ApiShape {
  const run = crawlers.runOf(name);
  const [last] = crawler.crawls;
  return compact({
    ...crawler.definition,
    State: run ? (run.abort.signal.aborted ? 'STOPPING' : 'RUNNING') : 'READY',
    Schedule: crawler.schedule,
    CrawlElapsedTime: run ? Math.round(performance.now() - run.began) : 0,
    CreationTime: crawler.creationTime,
    LastUpdated: crawler.lastUpdated,
    Version: crawler.version,
    LastCrawl: last && {
      Status: LAST_STATUS[last.state],
      ...(last.error ? { ErrorMessage: last.error } : {}),
      ...logPlace(name, last.id),
      StartTime: last.start,
    },
  });
}

function shownCrawl(name: string, crawl: CrawlRecord): ApiShape {
  return compact({
    CrawlId: crawl.id,
    State: crawl.state,
    StartTime: crawl.start,
    EndTime: crawl.end,
    Summary: crawl.counts && summary(crawl.counts),
    ErrorMessage: crawl.error,
    ...logPlace(name, crawl.id),
    DPUHour: 0,
  });
}

const shownRun = (name: string, { id, start }: { id: string; start: number }): ApiShape => ({
  CrawlId: id,
  State: 'RUNNING',
  StartTime: start,
  ...logPlace(name, id),
  DPUHour: 0,
});

/** `{"TABLE":"{\"Details\":{\"ADD\":2},…}"}`: nested JSON texts, as ListCrawls gives it. */
function summary(counts: NonNullable<CrawlRecord['counts']>): string {
  const part = (added: number, updated: number, deleted: number) =>
    JSON.stringify({ Details: { ADD: added, UPDATE: updated, DELETE: deleted } });
  return JSON.stringify({
    TABLE: part(counts.tablesCreated, counts.tablesUpdated, counts.tablesDeleted),
    PARTITION: part(counts.partitionsCreated, counts.partitionsUpdated, counts.partitionsDeleted),
  });
}

/** The tables are those of the last crawl. */
function metrics(name: string, { crawls }: StoredCrawler): ApiShape {
  const completed = crawls.filter((crawl) => crawl.state === 'COMPLETED');
  const times = completed.map((crawl) => crawl.seconds).sort((a, b) => a - b);
  const counts = completed[0]?.counts;
  return {
    CrawlerName: name,
    TimeLeftSeconds: 0,
    StillEstimating: false,
    LastRuntimeSeconds: completed[0]?.seconds ?? 0,
    MedianRuntimeSeconds: times[Math.floor(times.length / 2)] ?? 0,
    TablesCreated: counts?.tablesCreated ?? 0,
    TablesUpdated: counts?.tablesUpdated ?? 0,
    TablesDeleted: counts?.tablesDeleted ?? 0,
  };
}

type FilteredCrawl = Omit<CrawlRecord, 'state'> & { readonly state: CrawlRecord['state'] | 'RUNNING' };

const FIELDS: Record<string, (crawl: FilteredCrawl) => string | number> = {
  CRAWL_ID: (crawl) => crawl.id,
  STATE: (crawl) => crawl.state,
  START_TIME: (crawl) => crawl.start * 1000,
  END_TIME: (crawl) => crawl.end * 1000,
  DPU_HOUR: () => 0,
};

const OPERATORS: Record<string, (a: string | number, b: string | number) => boolean> = {
  EQ: (a, b) => a === b,
  NE: (a, b) => a !== b,
  GT: (a, b) => a > b,
  GE: (a, b) => a >= b,
  LT: (a, b) => a < b,
  LE: (a, b) => a <= b,
};

function crawlFilter(filters: ApiShape[]): (crawl: FilteredCrawl) => boolean {
  const tests = filters.map(({ FieldName, FilterOperator, FieldValue }) => {
    const field = FIELDS[FieldName];
    const operator = OPERATORS[FilterOperator];
    if (!field || !operator) {
      throw invalidInput(
        `The filter ${FieldName} ${FilterOperator} is none: fields ${Object.keys(FIELDS).join(', ')}; operators ${Object.keys(OPERATORS).join(', ')}.`,
      );
    }
    const isText = FieldName === 'CRAWL_ID' || FieldName === 'STATE';
    const wanted = isText ? String(FieldValue) : Number(FieldValue);
    return (crawl: FilteredCrawl) => operator(field(crawl), wanted);
  });
  return (crawl) => tests.every((test) => test(crawl));
}
