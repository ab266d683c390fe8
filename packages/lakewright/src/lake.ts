import { cpSync, existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { type AccessMatrix, type AccessQuestion, accessMatrix } from './actions/access/access';
import { withDeclaredLake } from './actions/access/declared-lake';
import { type AccessChange, accessDiff } from './actions/access/diff';
import { type Check, doctor } from './actions/doctor/doctor';
import { explain, type QueryExplanation } from './actions/explain/explain';
import { makePlan, type Plan } from './actions/plan/plan';
import { declaredWorkgroupOf, personaCaller, requirePersona, workgroupOf } from './actions/query/persona';
import { type Call, type QueryOptions, type QueryResult, runQuery } from './actions/query/query';
import { remoteCall, servedUrl } from './actions/query/remote';
import { RESULTS_URI, resultsLocation } from './actions/query/results-bucket';
import { unload } from './actions/query/unload';
import { reset } from './actions/reset/reset';
import { deploy } from './actions/run/deploy';
import { chosen, type RunOptions, run } from './actions/run/run';
import { type RunningServer, serve } from './actions/serve/serve';
import { type RunningSuperset, type SupersetOptions, supersetOn } from './actions/superset/superset';
import { type NamedStatement, namedQueries, statementsOf } from './actions/verify/statements';
import { type Verification, verify } from './actions/verify/verify';
import { withTrino } from './actions/verify/with-trino';
import { sameTemplates, synthesize } from './actions/watch/synth';
import { watchLake } from './actions/watch/watch';
import { loadAssembly } from './assembly';
import { classify } from './assembly/classify';
import { runOnTrino, type TrinoAnswer } from './engines/trino/client';
import { LAKE_CATALOG } from './engines/trino/server';
import { type Host, LakewrightError, MemoryHost } from './host/host';
import { LocalLake } from './local-lake';
import type { RunReport } from './report/report';
import type { Caller } from './services/service';
import { parameterValue } from './services/ssm/parameters';
import { FolderWorkspace } from './workspace/folder-workspace';
import { loadConfig } from './workspace/load-config';
import { withScratchWorkspace } from './workspace/scratch-workspace';
import type { Workspace } from './workspace/workspace';

/** The port that `serve` takes if none is given. */
export const DEFAULT_PORT = 4570;

export interface LakeOptions {
  /**
   * The app's folder: relative paths start here, and `lakewright.config.json` lies here.
   *
   * @default - the working directory
   */
  readonly directory?: string;
  /**
   * A `cdk.out` folder or a CloudFormation template (JSON or YAML).
   *
   * @default "cdk.out"
   */
  readonly app?: string;
  /**
   * The state folder.
   *
   * @default ".lakewright"
   */
  readonly workspace?: string;
  /** Values for the templates' parameters, by name or `<stack>:<name>`. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Sets the lake's clock (ISO time). */
  readonly at?: string;
  /**
   * Where messages go.
   *
   * @default - nowhere
   */
  readonly host?: Host;
}

export interface VerifyOptions {
  /** `.sql` files, or folders of them (`target/compiled` of a dbt project); relative to the lake's directory. */
  readonly paths?: readonly string[];
  /** Statements themselves. */
  readonly sql?: readonly string[];
  /** Athena's named queries, too. */
  readonly namedQueries?: boolean;
  /** Database of unqualified names, where a named query doesn't say it. */
  readonly database?: string;
}

/**
 * A lake on this machine: the verbs of the command line, for programs and tests.
 *
 * ```ts
 * const lake = new Lake({ app: 'cdk.out' });
 * const report = await lake.run();
 * const { rows } = await lake.query('SELECT count(*) FROM converted.flights');
 * await lake.close();
 * ```
 *
 * The workspace is held from the first verb that needs it until `close()`. Failures are `LakewrightError`s.
 */
export class Lake {
  private readonly host: Host;
  private readonly directory: string;
  private opened?: Promise<LocalLake>;
  private served?: RunningServer;
  /** A copy of the assembly that `watch` keeps up to date. */
  private overlay?: string;

  public constructor(private readonly options: LakeOptions = {}) {
    this.host = options.host ?? new MemoryHost();
    this.directory = path.resolve(options.directory ?? '.');
  }

  /** Absolute path of the state folder. */
  public get workspace(): string {
    return path.resolve(this.directory, this.options.workspace ?? '.lakewright');
  }

  /** What `run` would do. Needs no workspace and changes nothing. */
  public async plan(): Promise<Plan> {
    const assembly = this.assembly();
    return await withScratchWorkspace(async (workspace) => {
      const lake = new LocalLake(workspace, loadConfig(this.directory), this.host, assembly);
      return makePlan(assembly, classify(assembly.resources, lake.services));
    });
  }

  /** Brings the declared resources about, runs the pipelines and the checks, and writes the report. */
  public async run(options: RunOptions = {}): Promise<RunReport> {
    const lake = await this.open();
    return await run(lake, this.assembly(lake.workspace), options);
  }

  /**
   * Runs the lake, and then, after each edit of a file of the app, the task that it concerns and what follows, until the
   * signal is aborted. Edits of what assets copy (scripts, SQL, dbt models, functions) go on at once; others synthesize the
   * app again, by the command in cdk.json.
   *
   * @throws LakewrightError LW_WATCH_NO_ASSEMBLY
   */
  public async watch(options: RunOptions & { readonly signal: AbortSignal }): Promise<void> {
    const source = path.resolve(this.directory, this.options.app ?? 'cdk.out');
    if (!existsSync(path.join(source, 'manifest.json'))) {
      throw new LakewrightError('LW_WATCH_NO_ASSEMBLY', `${source} → a cdk.out folder is expected → cdk synth`, 2);
    }
    const overlay = path.join(this.workspace, 'watch', 'cdk.out');
    const take = (from: string): void => {
      rmSync(overlay, { recursive: true, force: true });
      cpSync(from, overlay, { recursive: true });
    };
    await this.close();
    take(source);
    this.overlay = overlay;
    await this.run(options);
    const machine = options.pipeline === undefined ? undefined : chosen(this.assembly().resources, options.pipeline)[0];
    await watchLake({
      directory: this.directory,
      host: this.host,
      signal: options.signal,
      pipeline: machine?.path,
      open: () => this.open(),
      assembly: () => this.assembly(),
      renew: async () => {
        const next = path.join(this.workspace, 'watch', 'next');
        rmSync(next, { recursive: true, force: true });
        await synthesize(this.directory, next);
        if (sameTemplates(next, overlay)) return false;
        await this.close();
        take(next);
        return true;
      },
    });
  }

  /**
   * Runs one Athena statement.
   *
   * @throws QueryFailedError with Athena's reason; LakewrightError LW_NO_SUCH_PERSONA
   */
  public async query(sql: string, options: QueryOptions = {}): Promise<QueryResult> {
    const remote = this.remote(options.as);
    if (remote) {
      const workgroup = options.workgroup ?? (options.as && declaredWorkgroupOf(this.assembly().resources, options.as));
      return await runQuery(remote, sql, { outputLocation: RESULTS_URI, ...options, workgroup });
    }
    const lake = await this.open();
    const caller = personaCaller(lake, options.as);
    const workgroup = options.workgroup ?? workgroupOf(lake.access, lake.resources, caller);
    return await runQuery(callOf(lake, caller), sql, { outputLocation: resultsLocation(lake), ...options, workgroup });
  }

  /** What the SQL engine makes of a statement: types, the DuckDB SQL, or why it is refused. Runs nothing. */
  public async explain(sql: string, options: Pick<QueryOptions, 'database'> = {}): Promise<QueryExplanation> {
    return await explain(this.remote() ?? callOf(await this.open()), sql, options);
  }

  /**
   * Who sees which columns and rows of which table, and why: what holds after the next run. Needs no workspace and changes
   * nothing.
   *
   * @throws LakewrightError LW_NO_PRINCIPAL, LW_NO_TABLE
   */
  public async access(question: AccessQuestion = {}): Promise<AccessMatrix> {
    const config = loadConfig(this.directory);
    return await withDeclaredLake(this.assembly(), this.workspace, config, (lake) => accessMatrix(lake, question));
  }

  /** Who gains or loses what from another assembly to this one. */
  public async accessDiff(other: string, question: AccessQuestion = {}): Promise<readonly AccessChange[]> {
    const before = new Lake({ ...this.options, directory: this.directory, app: other });
    // A table or principal that only one of them has is a change, too.
    const [former, latter] = [await before.access(), await this.access()];
    const table = question.table?.toLowerCase();
    const isAsked = (change: AccessChange) =>
      (question.as === undefined || change.principal === question.as) &&
      (table === undefined || change.table === table || change.table.endsWith(`.${table}`));
    return accessDiff(former, latter).filter(isAsked);
  }

  /**
   * Runs queries here and on a real Trino, and compares the answers. Trino is set up at the first use, where there is a Java
   * that is new enough.
   */
  public async verify(options: VerifyOptions): Promise<readonly Verification[]> {
    const { paths = [], sql = [], database } = options;
    const given = statementsOf(paths.map((name) => path.resolve(this.directory, name)));
    const texts = sql.map((text): NamedStatement => ({ name: text, sql: text }));
    const lake = await this.open();
    await deploy(lake, classify(lake.resources, lake.services));
    const call = callOf(lake);
    const named = options.namedQueries ? await namedQueries(call) : [];
    const statements = [...given, ...texts, ...named].map((one) => ({ ...(database && { database }), ...one }));
    return await withTrino(lake, this.host, (trino) => verify(statements, call, trino, this.host));
  }

  /** Runs one query on a real Trino instead of the local engine. */
  public async queryTrino(sql: string, options: Pick<QueryOptions, 'database'> = {}): Promise<TrinoAnswer> {
    const lake = await this.open();
    await deploy(lake, classify(lake.resources, lake.services));
    const { database } = options;
    const context = { catalog: LAKE_CATALOG, ...(database && { schema: database }) };
    return await withTrino(lake, this.host, (trino) => runOnTrino(trino, sql, context));
  }

  /**
   * Runs one query and lets Athena write its result as Parquet.
   *
   * @returns the files' absolute paths
   * @throws QueryFailedError with Athena's reason
   */
  public async unload(sql: string, options: QueryOptions = {}): Promise<readonly string[]> {
    return await unload(await this.open(), sql, options);
  }

  /** Serves the AWS APIs and the console on one loopback port until the returned server is closed. */
  public async serve(options: { readonly port?: number } = {}): Promise<RunningServer> {
    const lake = await this.open();
    const app = { directory: this.directory, accessDiff: (other: string) => this.accessDiff(other) };
    const server = await serve(lake, options.port ?? DEFAULT_PORT, this.assembly(lake.workspace), app);
    const close = async (): Promise<void> => {
      if (this.served === server) this.served = undefined;
      await server.close();
    };
    this.served = server;
    return { ...server, close };
  }

  /**
   * Starts a real Superset on the lake, until it is closed: through the server that holds the workspace, or one of its own.
   *
   * @throws LakewrightError LW_SUPERSET_…, LW_PORT_IN_USE, LW_NO_SUCH_PERSONA, and those of the Python environment
   */
  public async superset(options: SupersetOptions = {}): Promise<RunningSuperset> {
    return await supersetOn(
      {
        assembly: this.assembly(),
        directory: this.directory,
        workspace: this.workspace,
        host: this.host,
        serve: async () => {
          const url = this.opened ? this.served?.url : servedUrl(this.workspace);
          return url === undefined ? await this.serve({ port: 0 }) : { url, close: async () => {} };
        },
      },
      options,
    );
  }

  /** What is on this machine, and what it enables. */
  public async doctor(options: { readonly port?: number } = {}): Promise<readonly Check[]> {
    const port = options.port ?? DEFAULT_PORT;
    const app = path.resolve(this.directory, this.options.app ?? 'cdk.out');
    if (!existsSync(app)) return await doctor(this.workspace, port);
    const assembly = this.assembly();
    return await withScratchWorkspace(async (workspace) => {
      const lake = new LocalLake(workspace, loadConfig(this.directory), this.host, assembly);
      return await doctor(this.workspace, port, classify(assembly.resources, lake.services));
    });
  }

  /** Deletes the workspace; the host is asked first unless `yes`. */
  public async reset(options: { readonly yes?: boolean } = {}): Promise<boolean> {
    await this.close();
    return await reset(this.workspace, this.host, options.yes ?? false);
  }

  /** Stops the services and gives the workspace back. */
  public async close(): Promise<void> {
    const opened = this.opened;
    this.opened = undefined;
    await (await opened)?.close();
  }

  /** The server that holds the workspace, if another process runs one. */
  private remote(persona?: string): Call | undefined {
    if (this.opened) return undefined;
    const remote = remoteCall(this.workspace, persona);
    // An unknown access key would be local-admin's: the server's lake is the same as this one.
    if (remote && persona !== undefined) requirePersona(this.assembly().resources, persona);
    return remote;
  }

  private assembly(workspace?: Workspace) {
    return loadAssembly(this.overlay ?? path.resolve(this.directory, this.options.app ?? 'cdk.out'), {
      parameters: this.options.parameters,
      ssm: (name) => workspace && parameterValue(workspace, name),
    });
  }

  private open(): Promise<LocalLake> {
    this.opened ??= this.start().catch((error) => {
      this.opened = undefined; // the next verb tries again
      throw error;
    });
    return this.opened;
  }

  private async start(): Promise<LocalLake> {
    this.assembly(); // what can't be read is said before a workspace is made
    const config = loadConfig(this.directory);
    const workspace = await FolderWorkspace.open(this.workspace);
    try {
      return new LocalLake(workspace, config, this.host, this.assembly(workspace), { at: this.options.at });
    } catch (error) {
      await workspace.close();
      throw error;
    }
  }
}

const callOf =
  (lake: LocalLake, caller?: Caller): Call =>
  (service, operation, input) =>
    lake.call(service, operation, input, caller);
