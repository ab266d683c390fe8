import { randomUUID } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import { ServiceError } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { entityNotFound } from '../errors';
import { StateMap } from '../state-map';
import type { CrawlCounts } from './catalog-writer';
import type { Classifiers } from './classifiers';
import { Crawl, otherTargets } from './crawl';

/** What is kept of a crawler. */
export interface StoredCrawler {
  readonly definition: ApiShape;
  readonly schedule?: { readonly ScheduleExpression: string; readonly State: 'SCHEDULED' | 'NOT_SCHEDULED' };
  readonly creationTime: number;
  readonly lastUpdated: number;
  readonly version: number;
  readonly crawls: readonly CrawlRecord[];
  /** Folders that the last successful crawl saw. */
  readonly folders?: readonly string[];
}

/** One crawl, newest first in `crawls`. */
export interface CrawlRecord {
  readonly id: string;
  readonly state: 'COMPLETED' | 'FAILED' | 'STOPPED';
  /** Epoch seconds by the lake's clock. */
  readonly start: number;
  readonly end: number;
  /** Real time that it took, in seconds. */
  readonly seconds: number;
  readonly error?: string;
  readonly counts?: CrawlCounts;
  /** The crawl's log. */
  readonly log: readonly string[];
}

interface Running {
  readonly id: string;
  readonly start: number;
  readonly began: number;
  readonly abort: AbortController;
  readonly done: Promise<void>;
}

const KEPT_CRAWLS = 50;
const KEPT_LINES = 1000;

/** The crawlers of the lake, and those that run now: definitions are kept in the workspace, runs live in this process. */
export class Crawlers {
  public readonly stored: StateMap<StoredCrawler>;
  private readonly running = new Map<string, Running>();

  public constructor(
    private readonly context: CatalogContext,
    private readonly classifiers: Classifiers,
  ) {
    this.stored = new StateMap(context.lake.workspace, 'glue-crawlers');
  }

  public require(name: string): StoredCrawler {
    const crawler = this.stored.get(name);
    if (crawler) return crawler;
    const declared = this.context.lake.resources.find(
      ({ type, physicalId }) => type === 'AWS::Glue::Crawler' && physicalId === name,
    );
    const others = otherTargets(declared?.properties.Targets ?? {}).join(', ');
    const why =
      others && `: the template has it with ${others} targets, and the local crawler reads S3 and catalog targets`;
    throw entityNotFound(`Crawler with name ${name} does not exist${why}`);
  }

  public runOf(name: string): Running | undefined {
    return this.running.get(name);
  }

  /** Refuses a change or a start while the crawler runs. */
  public requireReady(name: string): StoredCrawler {
    const crawler = this.require(name);
    if (this.running.has(name)) {
      throw new ServiceError('CrawlerRunningException', `Crawler with name ${name} has already started`);
    }
    return crawler;
  }

  /** Starts a crawl and returns; its end is seen in GetCrawler and on the event bus. */
  public start(name: string): void {
    const crawler = this.requireReady(name);
    const abort = new AbortController();
    const id = randomUUID();
    const [start, began] = [this.context.now(), performance.now()];
    // A turn of the event loop first, so that the answer to StartCrawler doesn't wait for the crawl's first file.
    const run = { id, start, began, abort };
    const done = new Promise((resolve) => setImmediate(resolve)).then(() => this.run(name, crawler, run));
    this.running.set(name, { ...run, done });
  }

  public stop(name: string): void {
    this.require(name);
    const run = this.running.get(name);
    if (!run) throw new ServiceError('CrawlerNotRunningException', `Crawler with name ${name} isn't running`);
    if (run.abort.signal.aborted) {
      throw new ServiceError('CrawlerStoppingException', `Crawler with name ${name} is stopping`);
    }
    run.abort.abort();
  }

  /** Ends all runs and waits for them. */
  public async stopAll(): Promise<void> {
    const runs = [...this.running.values()];
    for (const run of runs) run.abort.abort();
    await Promise.all(runs.map((run) => run.done));
  }

  /** Never rejects: what goes wrong is the crawl's outcome. */
  private async run(name: string, crawler: StoredCrawler, run: Omit<Running, 'done'>): Promise<void> {
    const lines: string[] = [];
    const log = (text: string, level: 'info' | 'warning' = 'info') => {
      if (lines.length < KEPT_LINES) lines.push(`${level.toUpperCase()} ${text}`);
      const about = { text: `crawler ${name}: ${text}`, data: { crawler: name, crawlId: run.id } };
      const { host } = this.context.lake;
      // What went well is in the catalog and the crawl's history.
      if (level === 'warning') host.notify({ code: 'LW_GLUE_CRAWL_WARNING', level, ...about });
      else host.notify({ code: 'LW_GLUE_CRAWL_PROGRESS', level: 'debug', ...about });
    };
    this.publish(name, run, 'Started');
    const outcome = await this.outcome(name, crawler, run, log);
    const record: CrawlRecord = {
      ...outcome.record,
      id: run.id,
      start: run.start,
      end: this.context.now(),
      seconds: (performance.now() - run.began) / 1000,
      log: lines,
    };
    // The record before the state: who sees READY sees the crawl's outcome, too.
    try {
      this.keep(name, record, outcome.folders);
    } catch (error) {
      log(`its outcome (${record.state}) couldn't be kept: ${(error as Error).message}`, 'warning');
    }
    this.running.delete(name);
    this.publish(name, run, record.state === 'COMPLETED' ? 'Succeeded' : 'Failed', record);
  }

  private async outcome(
    name: string,
    crawler: StoredCrawler,
    { id, abort }: Omit<Running, 'done'>,
    log: (text: string, level?: 'info' | 'warning') => void,
  ): Promise<{ record: Pick<CrawlRecord, 'state' | 'error' | 'counts'>; folders?: readonly string[] }> {
    try {
      const crawl = new Crawl(this.context.lake, {
        crawler: name,
        crawlId: id,
        definition: crawler.definition,
        classifiers: this.classifiers.named(crawler.definition.Classifiers ?? []),
        knownFolders: crawler.folders,
        signal: abort.signal,
        log,
      });
      const { counts, folders } = await crawl.run();
      const { tablesCreated, tablesUpdated, tablesDeleted } = counts;
      log(`finished: ${tablesCreated} tables created, ${tablesUpdated} updated, ${tablesDeleted} deleted`);
      return { record: { state: 'COMPLETED', counts }, folders };
    } catch (error) {
      if (abort.signal.aborted) {
        log('stopped', 'warning');
        return { record: { state: 'STOPPED' } };
      }
      const text = error instanceof Error ? error.message : String(error);
      log(`failed: ${text}`, 'warning');
      return { record: { state: 'FAILED', error: text } };
    }
  }

  private keep(name: string, record: CrawlRecord, folders?: readonly string[]): void {
    const crawler = this.stored.get(name);
    if (!crawler) return;
    const crawls = [record, ...crawler.crawls].slice(0, KEPT_CRAWLS);
    this.stored.put(name, { ...crawler, crawls, folders: folders ?? crawler.folders });
  }

  /** https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html */
  private publish(
    name: string,
    run: Omit<Running, 'done'>,
    state: 'Started' | 'Succeeded' | 'Failed',
    record?: CrawlRecord,
  ): void {
    const { lake } = this.context;
    const time = (seconds: number) => new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
    const { counts } = record ?? {};
    const stopped = record?.state === 'STOPPED';
    lake.events.publish({
      source: 'aws.glue',
      'detail-type': 'Glue Crawler State Change',
      resources: [],
      detail: {
        accountId: lake.account,
        crawlerName: name,
        startTime: time(run.start),
        state,
        message: MESSAGES[state],
        cloudWatchLogLink: '',
        ...(record
          ? {
              completionDate: time(record.end),
              runningTime: `${Math.round(record.seconds)} sec`,
              warningMessage: 'N/A',
            }
          : {}),
        ...(record?.error || stopped ? { errorMessage: record?.error ?? 'The crawler was stopped' } : {}),
        ...(counts ? Object.fromEntries(Object.entries(counts).map(([key, count]) => [key, String(count)])) : {}),
      },
    });
  }
}

const MESSAGES = { Started: 'Crawler Started', Succeeded: 'Crawler Succeeded', Failed: 'Crawler Failed' };
