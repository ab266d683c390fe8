import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import type { Assembly } from '../assembly/resource';
import type { LocalLake } from '../local-lake';
import type { RunReport } from '../report/report';
import { ServiceError } from '../services/service';
import { onTrace } from '../services/states';
import { readJson } from '../workspace/atomic-file';
import {
  CONSOLE_PATH,
  type CompareStart,
  type LakeModel,
  type PersonaModel,
  type QueryStart,
  type RunAnswer,
  type RunChoice,
  type RunGraph,
  type RunStart,
  type TableProfile,
} from './contract';
import { readInput, sendAsset, sendError, sendJson } from './http';
import { Live } from './live';
import { accessModel, accessReasons } from './model/access-model';
import { type Comparable, compareAccess } from './model/compare';
import { coverageOf } from './model/coverage';
import { lakeModel } from './model/map';
import { personasOf } from './model/personas';
import { profileOf } from './model/profile';
import { Queries } from './model/queries';
import { sampleOf } from './model/sample';
import { idOf, TableWatch } from './model/table-facts';
import { tableDetail } from './model/tables';
import { redriveRun, startRun, stopRun } from './runs/actions';
import { RunReader } from './runs/run-reader';
import { taskDetail } from './runs/task-detail';

/** How long changes are gathered before pages hear of them, once they have heard of one. */
const GATHER_MS = 50;

type Handler = (
  params: readonly string[],
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<unknown>;

/** The console: a page on this lake, and what it asks and is told. */
export class Console {
  private readonly token = randomBytes(24).toString('base64url');
  private readonly live = new Live();
  private readonly reader: RunReader;
  private readonly watch: TableWatch;
  private readonly queries: Queries;
  private readonly ends: (() => void)[] = [];
  private readonly sent = new Map<string, string>();
  private readonly profiles = new Map<string, { readonly mark: string; readonly profile: Promise<TableProfile> }>();
  private model: Promise<LakeModel> | undefined;
  private news: { readonly data: boolean } | undefined;
  private telling: Promise<void> | undefined;

  public constructor(
    private readonly lake: LocalLake,
    private readonly assembly: Assembly,
    private readonly app: Comparable,
  ) {
    this.reader = new RunReader(lake);
    this.watch = new TableWatch(lake, () => this.changed(true));
    this.queries = new Queries(lake);
    const report = readJson<RunReport>(path.join(lake.workspace.runs, 'latest', 'report.json'));
    for (const { database, name, rows } of report?.tables ?? []) this.watch.remember(`${database}.${name}`, rows);
    this.watch.refresh();
    this.ends.push(
      onTrace(lake.service('states'), () => this.changed()),
      lake.events.subscribe(({ source, detail }) => {
        if (source === 'aws.states') this.changed();
        const isOver =
          detail.currentState === 'SUCCEEDED' || (detail.status !== undefined && detail.status !== 'RUNNING');
        if (isOver && (source !== 'aws.athena' || detail.statementType !== 'DML')) this.watch.refresh();
      }),
    );
    lake.catalog.subscribe(() => this.watch.refresh());
  }

  /** Below the server's own address. */
  public static readonly path = CONSOLE_PATH;

  /** Never rejects. */
  public async handle(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    try {
      const rest = url.pathname.slice(CONSOLE_PATH.length);
      if (!rest.startsWith('api/')) {
        if (request.method !== 'GET' && request.method !== 'HEAD') throw notAllowed(request);
        return sendAsset(request, response, rest === '' ? 'index.html' : rest, this.token);
      }
      const params = rest.slice('api/'.length).split('/').map(decoded);
      const handler = (request.method === 'POST' ? this.posts : request.method === 'GET' ? this.gets : {})[
        params[0] ?? ''
      ];
      if (!handler)
        throw request.method === 'GET' || request.method === 'POST' ? noSuchPath(rest) : notAllowed(request);
      const answer = await handler(params.slice(1), request, response, url);
      if (answer !== undefined) sendJson(response, answer);
    } catch (error) {
      sendError(response, error);
    }
  }

  public async close(): Promise<void> {
    for (const end of this.ends) end();
    this.live.close();
    this.news = undefined;
    await this.telling;
    await this.watch.close();
  }

  private readonly gets: Readonly<Record<string, Handler>> = {
    lake: () => this.lakeModel(),
    runs: (params) => this.runs(params),
    tables: ([database = '', table = '']) => this.table(database, table),
    access: (params) => this.access(params),
    profile: ([database = '', table = '']) => this.profile(database, table),
    sample: ([persona = '', database = '', table = '']) =>
      sampleOf(this.lake, this.findTable(database, table), this.findPersona(persona)),
    coverage: async () => coverageOf(this.lake, this.assembly),
    functions: async () => this.queries.functions(),
    queries: (params, _, response, url) => this.readQueries(params, response, url),
    events: async (_, __, response) => this.live.attach(response),
  };

  private readonly posts: Readonly<Record<string, Handler>> = {
    runs: async ([verb], request) => {
      const input = await this.input<RunStart & RunChoice>(request);
      const act = { start: startRun, redrive: redriveRun, stop: stopRun }[verb ?? ''];
      if (!act) throw noSuchPath(`api/runs/${verb}`);
      const run = await act(this.lake, this.reader, input);
      this.changed();
      return { run } satisfies RunAnswer;
    },
    queries: async ([id, verb], request) => {
      const input = await this.input<QueryStart>(request);
      if (id === undefined) return await this.queries.start(input);
      if (verb === 'cancel') return await this.queries.cancel(id);
      throw noSuchPath(`api/queries/${id}/${verb}`);
    },
    compare: async (_, request) => await compareAccess(this.app, await this.input<CompareStart>(request)),
    plan: async (_, request) => await this.queries.plan(await this.input<QueryStart>(request)),
  };

  private input<T>(request: IncomingMessage): Promise<T> {
    return readInput<T>(request, this.token);
  }

  private lakeModel(): Promise<LakeModel> {
    this.model ??= lakeModel(this.lake, this.reader, this.watch).catch((error) => {
      this.model = undefined;
      throw error;
    });
    return this.model;
  }

  private async runs([...params]: readonly string[]): Promise<unknown> {
    if (params.length === 0) {
      const { pipelines } = await this.lakeModel();
      const all = await Promise.all(this.reader.machines.pipelines().map((one) => this.reader.runs(one)));
      return { pipelines, runs: all.flat().sort((a, b) => b.started.localeCompare(a.started)) };
    }
    const [id = '', number, task] = params;
    const facts = await this.reader.run(this.reader.pipeline(id), Number(number));
    if (task === undefined) return facts.graph;
    const [shown, flowTask] = [facts.graph.tasks, facts.flow.tasks].map((all) => all.find((one) => one.id === task));
    if (!shown || !flowTask) throw new ServiceError('NoSuchTask', `"${task}" → the run has no task of that name`, 404);
    return await taskDetail(this.lake, this.watch, facts, flowTask as never, shown as never);
  }

  private async table(database: string, name: string): Promise<unknown> {
    const table = this.findTable(database, name);
    const { nodes } = await this.lakeModel();
    const node = nodes.find(({ id }) => id === idOf(table));
    if (!node) throw new ServiceError('EntityNotFoundException', `${idOf(table)} is a version of a table`, 404);
    return await tableDetail(this.lake, this.watch, table, node);
  }

  private async access([persona, database = '', name = '']: readonly string[]): Promise<unknown> {
    if (persona === undefined) return accessModel(this.lake, this.watch.tables(), personasOf(this.lake));
    const found = this.findPersona(persona);
    const table = this.findTable(database, name);
    return await accessReasons(this.lake, table, found, this.watch.facts(idOf(table))?.rows ?? null);
  }

  /** Read once for each state of the table's files. */
  private profile(database: string, name: string): Promise<TableProfile> {
    const table = this.findTable(database, name);
    const id = idOf(table);
    const facts = this.watch.facts(id);
    const mark = JSON.stringify([facts, table.UpdateTime, table.StorageDescriptor?.Columns?.length]);
    const kept = this.profiles.get(id);
    if (kept?.mark === mark) return kept.profile;
    const profile = profileOf(this.lake, table, facts?.rows ?? null);
    profile.catch(() => this.profiles.delete(id));
    this.profiles.set(id, { mark, profile });
    return profile;
  }

  private findPersona(name: string): PersonaModel {
    const found = personasOf(this.lake).find((one) => one.name === name);
    if (found) return found;
    throw new ServiceError('NoSuchPersona', `"${name}" → nobody of the lake is called so`, 404);
  }

  private findTable(database: string, name: string) {
    const table = this.lake.catalog.table(database, name);
    if (table) return table;
    throw new ServiceError('EntityNotFoundException', `"${database}.${name}" → the catalog has no such table`, 404);
  }

  private async readQueries([id, what]: readonly string[], response: ServerResponse, url: URL): Promise<unknown> {
    if (id === undefined) return this.queries.history();
    if (what === undefined) return await this.queries.poll(id);
    if (what === 'rows')
      return await this.queries.rows(id, Math.max(0, Number(url.searchParams.get('from') ?? 0) || 0));
    if (what !== 'csv') throw noSuchPath(`api/queries/${id}/${what}`);
    const file = await this.queries.file(id);
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': 'attachment; filename="result.csv"',
    };
    response.writeHead(200, { ...headers, 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    file.on('error', () => response.destroy());
    file.pipe(response);
    return undefined;
  }

  /** Something of a run, or also of the tables, is other than before. */
  private changed(data = false): void {
    this.model = undefined;
    this.news = { data: data || (this.news?.data ?? false) };
    if (this.live.isWatched) this.telling ??= this.tell();
  }

  /** The runs at once, for somebody may look at one; then that all else is to be asked for again. */
  private async tell(): Promise<void> {
    try {
      for (let news = this.news; news !== undefined; news = this.news) {
        // Others hear of the same event after this one: the journal is among them.
        await new Promise((resolve) => setImmediate(resolve));
        this.news = undefined;
        this.model = undefined;
        for (const pipeline of this.reader.machines.pipelines()) {
          const newest = await this.reader.newest(pipeline);
          if (newest && this.isNew(newest.graph)) this.live.send({ kind: 'run', graph: newest.graph });
        }
        this.live.send({ kind: 'lake', data: news.data });
        await new Promise((resolve) => setTimeout(resolve, GATHER_MS));
      }
    } catch {
      // The lake closes.
    } finally {
      this.telling = undefined;
    }
  }

  /** Whether a state is another one than when it was sent last; durations go on by themselves. */
  private isNew({ run, tasks }: RunGraph): boolean {
    const text = JSON.stringify([
      run.number,
      run.state,
      run.canRedrive,
      tasks.map(({ id, state, note }) => [id, state, note]),
    ]);
    if (this.sent.get(run.pipeline) === text) return false;
    this.sent.set(run.pipeline, text);
    return true;
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new ServiceError('InvalidRequest', `"${part}" is no part of an address`, 400);
  }
}

const noSuchPath = (rest: string): ServiceError => new ServiceError('NotFound', `the console has no ${rest}`, 404);

const notAllowed = ({ method }: IncomingMessage): ServiceError =>
  new ServiceError('MethodNotAllowed', `${method} isn't answered here`, 405);
