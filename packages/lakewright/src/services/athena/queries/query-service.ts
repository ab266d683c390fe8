import { randomUUID } from 'node:crypto';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Expression } from '../../../engines/sql/parse/ast';
import { warmUp } from '../../../engines/sql/warm-up';
import type { ApiShape } from '../../api-shape';
import { type Caller, type LakeContext, ServiceError } from '../../service';
import { invalidRequest } from '../errors';
import { requiredText, seconds } from '../input';
import { PreparedStatements } from '../statements/prepared';
import type { StatementRun } from '../statements/run';
import { type ParsedStatement, parseParameters, parseText, runStatement, statementKind } from '../statements/statement';
import { folderOf, parseLocation } from '../tables/data-files';
import { athenaError } from './athena-error';
import { LakeEngine } from './engine';
import { type Execution, isFinal } from './execution';
import { QueryHistory } from './history';
import { publishResult } from './result-files';
import { findReusable, reuseResult } from './reuse';
import { type WorkGroup, WorkGroups } from './workgroups';

/** AWS's limit for the text of a query, in bytes. */
const LONGEST_QUERY = 262_144;
/**
 * StartQueryExecution and GetQueryExecution wait so long for a result. Measured for SELECT 1: 13 ms instead of 29 (poll
 * 20 ms) or 1008 (1 s); and a client that asks every 2 ms takes half a core from a long query if each is answered at once.
 */
const HOLD_MS = 100;

interface Running {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

class ScanLimitError extends Error {}

/** Runs queries: each in the background, its state in the history. */
export class QueryService {
  public readonly workGroups: WorkGroups;
  public readonly prepared: PreparedStatements;
  public readonly history: QueryHistory;
  private readonly engine: LakeEngine;
  private readonly running = new Map<string, Running>();

  public constructor(private readonly lake: LakeContext) {
    this.workGroups = new WorkGroups(lake);
    this.prepared = new PreparedStatements(lake);
    this.history = new QueryHistory(lake.workspace);
    this.engine = new LakeEngine(lake);
  }

  /** StartQueryExecution. */
  public async start(input: ApiShape, caller: Caller, options: { readonly hold?: boolean } = {}): Promise<Execution> {
    const query = requiredText(input, 'QueryString');
    if (Buffer.byteLength(query) > LONGEST_QUERY) {
      throw invalidRequest(`QueryString has ${Buffer.byteLength(query)} bytes: the limit is ${LONGEST_QUERY}`);
    }
    const workGroup = this.workGroups.get(input.WorkGroup ?? 'primary');
    if (workGroup.State === 'DISABLED') throw invalidRequest(`WorkGroup ${workGroup.Name} is disabled.`);
    const known = this.knownRequest(input, query);
    if (known) return known;
    // The engine starts in its own thread while the first query is parsed here; an error is reported by its use.
    this.engine.open().catch(() => undefined);
    const parsed = parseRequest(query);
    const parameters = parseArguments(input.ExecutionParameters);
    const execution = this.newExecution(input, query, workGroup, parsed, caller);
    this.checkBucket(execution.output);
    this.history.put(execution);
    const reusable = findReusable(this.history.list(), execution, parsed);
    if (reusable) {
      reuseResult(execution, reusable, seconds(this.lake.clock.now()));
      this.history.put(execution);
      return execution;
    }
    const abort = new AbortController();
    const finished = this.execute(execution, parsed, parameters, workGroup, abort);
    this.running.set(execution.id, { abort, finished });
    void finished.finally(() => this.running.delete(execution.id));
    if (options.hold !== false) await withTimeout(finished, HOLD_MS);
    return execution;
  }

  public get(id: string): Execution {
    const execution = this.history.get(id);
    if (!execution) throw invalidRequest(`QueryExecution ${id} was not found`);
    return execution;
  }

  /** A query as it is when it has ended, or a moment later while it runs: who polls learns of its end at once. */
  public async poll(id: string): Promise<Execution> {
    const running = this.running.get(id);
    if (running) await withTimeout(running.finished, HOLD_MS);
    return this.get(id);
  }

  /** Begins what the first query would wait for: the engine's process, and the parser's grammar in this one. */
  public warmUp(): void {
    this.engine.open().catch(() => undefined); // reported by its use
    warmUp();
  }

  /** Waits for the end of a query. */
  public async finished(id: string, signal?: AbortSignal): Promise<Execution> {
    const running = this.running.get(id);
    if (running) {
      const onAbort = () => void this.stop(id);
      signal?.addEventListener('abort', onAbort, { once: true });
      await running.finished;
      signal?.removeEventListener('abort', onAbort);
    }
    return this.get(id);
  }

  /** StopQueryExecution: a query that has ended stays as it is. */
  public async stop(id: string): Promise<void> {
    this.get(id);
    const running = this.running.get(id);
    running?.abort.abort();
    await running?.finished;
  }

  public async close(): Promise<void> {
    await Promise.all([...this.running.keys()].map((id) => this.stop(id)));
    await this.engine.close();
  }

  private knownRequest(input: ApiShape, query: string): Execution | undefined {
    const token = input.ClientRequestToken;
    if (!token) return undefined;
    const known = this.history.list().find((execution) => execution.clientRequestToken === token);
    if (known && known.query !== query) throw invalidRequest('Idempotent parameters do not match');
    return known;
  }

  private newExecution(
    input: ApiShape,
    query: string,
    workGroup: WorkGroup,
    parsed: ParsedStatement,
    caller: Caller,
  ): Execution {
    const context = input.QueryExecutionContext ?? {};
    const { location, configuration } = resultConfiguration(input, workGroup);
    const { type, substatement } = statementKind(parsed);
    return {
      id: randomUUID(),
      query,
      workGroup: workGroup.Name,
      // Some clients quote the name.
      ...(context.Database && { database: String(context.Database).replace(/[`"]/g, '').toLowerCase() }),
      catalog: String(context.Catalog ?? 'AwsDataCatalog').replace(/[`"]/g, ''),
      principal: caller.principal,
      ...(input.ClientRequestToken && { clientRequestToken: input.ClientRequestToken }),
      ...(input.ExecutionParameters && { parameters: input.ExecutionParameters }),
      output: folderOf(location),
      resultConfiguration: configuration,
      ...(input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration && {
        reuse: input.ResultReuseConfiguration.ResultReuseByAgeConfiguration,
      }),
      state: 'RUNNING',
      submitted: seconds(this.lake.clock.now()),
      statementType: type,
      ...(substatement && { substatement }),
      columns: [],
      header: false,
      reused: false,
      tables: [],
      times: { queue: 1, planning: 0, engine: 0, total: 0 },
      scannedBytes: 0,
      scannedFiles: 0,
      rowsIn: 0,
      rowsOut: 0,
      bytesOut: 0,
    };
  }

  private checkBucket(output: string): void {
    const { bucket } = locationOf(output);
    if (!this.lake.objects.hasBucket(bucket)) throw invalidRequest(`Unable to verify/create output bucket ${bucket}`);
  }

  private async execute(
    execution: Execution,
    parsed: ParsedStatement,
    parameters: readonly Expression[],
    workGroup: WorkGroup,
    abort: AbortController,
  ): Promise<void> {
    const started = performance.now();
    let planned = started;
    const meter = { bytes: 0, files: 0, rows: 0 };
    this.announce(execution, 'QUEUED');
    try {
      const run = await this.prepareRun(execution, parameters, workGroup, meter, abort.signal, () => {
        planned = performance.now();
      });
      const outcome = await runStatement(run, parsed, this.prepared);
      await publishResult(this.lake, execution, outcome);
      execution.statementType = outcome.type;
      execution.substatement = outcome.substatement;
      execution.tables = outcome.tables ?? [];
      execution.rowsOut = outcome.rowsOut ?? 0;
      execution.bytesOut = outcome.bytesOut ?? 0;
      if (outcome.updateCount !== undefined) execution.updateCount = outcome.updateCount;
      execution.state = 'SUCCEEDED';
    } catch (error) {
      fail(execution, error, abort.signal);
    }
    const total = performance.now() - started;
    const planning = planned - started;
    execution.times = {
      queue: 1,
      planning: Math.max(1, Math.round(planning)),
      engine: Math.max(1, Math.round(total)),
      total: Math.max(2, Math.ceil(total) + 1),
    };
    // DDL and utility statements scan nothing, as clients expect.
    const reads = execution.statementType === 'DML' || execution.substatement === 'CREATE_TABLE_AS_SELECT';
    execution.scannedBytes = reads ? meter.bytes : 0;
    execution.scannedFiles = meter.files;
    execution.rowsIn = meter.rows;
    execution.completed = Math.max(execution.submitted, seconds(this.lake.clock.now()));
    try {
      this.history.put(execution);
    } catch (error) {
      // The caller still learns of it; what couldn't be written would be RUNNING in the next session, and fail there.
      fail(execution, error, abort.signal);
    }
    this.announce(execution, 'RUNNING');
  }

  private async prepareRun(
    execution: Execution,
    parameters: readonly Expression[],
    workGroup: WorkGroup,
    meter: StatementRun['meter'],
    signal: AbortSignal,
    onPlanned: () => void,
  ): Promise<StatementRun> {
    const { sql, tables, reader } = await this.engine.open();
    if (execution.catalog.toLowerCase() !== 'awsdatacatalog') {
      throw new SqlError('CATALOG_NOT_FOUND', `Catalog '${execution.catalog}' does not exist`);
    }
    const now = this.lake.clock.now();
    const cutoff = workGroup.Configuration.BytesScannedCutoffPerQuery;
    return {
      lake: this.lake,
      engine: sql,
      tables,
      meter,
      session: {
        catalog: reader.session(now, meter),
        ...(execution.database !== undefined && { schema: execution.database }),
        timeZone: 'UTC',
        now,
        queryId: execution.id,
        user: execution.principal,
      },
      database: execution.database ?? 'default',
      queryId: execution.id,
      workGroup: workGroup.Name,
      output: execution.output,
      outputEnforced: isEnforced(workGroup) && !!workGroup.Configuration.ResultConfiguration?.OutputLocation,
      parameters,
      signal,
      checkScan: () => {
        onPlanned();
        if (cutoff && meter.bytes > cutoff) throw new ScanLimitError();
      },
    };
  }

  /** EventBridge: `Athena Query State Change`. */
  private announce(execution: Execution, previous: string): void {
    this.lake.events.publish({
      source: 'aws.athena',
      'detail-type': 'Athena Query State Change',
      detail: {
        versionId: '0',
        currentState: execution.state,
        previousState: previous,
        statementType: execution.statementType,
        queryExecutionId: execution.id,
        workgroupName: execution.workGroup,
        sequenceNumber: isFinal(execution.state) ? '3' : '2',
      },
    });
  }
}

/** Syntax errors are the answer of StartQueryExecution itself, as on AWS. */
function parseRequest(query: string): ParsedStatement {
  try {
    return parseText(query);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const text = error.reason.replace(/^SYNTAX_ERROR: /, '');
    throw invalidRequest(text, error instanceof NotCoveredError ? 'INVALID_INPUT' : 'MALFORMED_QUERY');
  }
}

function parseArguments(texts: ApiShape): readonly Expression[] {
  if (!Array.isArray(texts)) return [];
  try {
    return parseParameters(texts.map(String));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw invalidRequest(`ExecutionParameters: ${error.message}`, 'MALFORMED_QUERY');
  }
}

const isEnforced = (workGroup: WorkGroup): boolean => workGroup.Configuration.EnforceWorkGroupConfiguration === true;

/** The workgroup's settings win where it enforces them; they fill in where the request says nothing. */
function resultConfiguration(
  input: ApiShape,
  workGroup: WorkGroup,
): { location: string; configuration: Record<string, unknown> } {
  const own = workGroup.Configuration.ResultConfiguration ?? {};
  const given = input.ResultConfiguration ?? {};
  const configuration = isEnforced(workGroup) && own.OutputLocation ? own : { ...own, ...given };
  if (!configuration.OutputLocation) {
    throw invalidRequest(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  }
  return { location: configuration.OutputLocation, configuration };
}

function locationOf(output: string) {
  try {
    return parseLocation(output);
  } catch {
    throw invalidRequest(`outputLocation is not a valid S3 path: '${output}'`);
  }
}

function fail(execution: Execution, error: unknown, signal: AbortSignal): void {
  if (signal.aborted) {
    execution.state = 'CANCELLED';
    execution.reason = 'Query cancelled by user';
    return;
  }
  if (error instanceof ScanLimitError) {
    execution.state = 'CANCELLED';
    execution.reason = 'Query cancelled! : Bytes scanned limit was exceeded';
    return;
  }
  execution.state = 'FAILED';
  execution.reason = reasonOf(error);
  execution.error = athenaError(error, execution.reason);
}

function reasonOf(error: unknown): string {
  if (error instanceof SqlError) return error.reason;
  if (error instanceof ServiceError) return `${error.code}: ${error.message}`;
  return `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? error.message : String(error)}`;
}

async function withTimeout(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
