import { warmUp } from '../../../engines/sql/warm-up';
import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext } from '../../service';
import { invalidRequest } from '../errors';
import { seconds } from '../input';
import { PreparedStatements } from '../statements/prepared';
import { LakeEngine } from './engine';
import { type Execution, isFinal } from './execution';
import { explainQuery, type QueryExplanation } from './explain-query';
import { QueryHistory } from './history';
import { ManagedResults } from './managed-results';
import { newExecution, type QueryRequest, queryText, readRequest } from './query-request';
import { findReusable, reuseResult } from './reuse';
import { fail, runQuery } from './run-query';
import { type TypedRows, typedRows } from './typed-rows';
import { WorkGroups } from './workgroups';

/**
 * GetQueryExecution waits so long for a result. Measured for SELECT 1: 13 ms instead of 29 (poll 20 ms) or 1008 (1 s);
 * and a client that asks every 2 ms takes half a core from a long query if each is answered at once.
 * StartQueryExecution doesn't wait: the query runs while its id travels.
 */
const HOLD_MS = 200;

interface Running {
  readonly abort: AbortController;
  readonly finished: Promise<void>;
}

/** Runs queries: each in the background, its state in the history. */
export class QueryService {
  public readonly workGroups: WorkGroups;
  public readonly prepared: PreparedStatements;
  public readonly history: QueryHistory;
  public readonly managed: ManagedResults;
  private readonly engine: LakeEngine;
  private readonly running = new Map<string, Running>();

  public constructor(private readonly lake: LakeContext) {
    this.workGroups = new WorkGroups(lake);
    this.prepared = new PreparedStatements(lake);
    this.history = new QueryHistory(lake.workspace, () => seconds(lake.clock.now()));
    this.managed = new ManagedResults(lake);
    this.engine = new LakeEngine(lake);
  }

  /** StartQueryExecution. */
  public async start(input: ApiShape, caller: Caller): Promise<Execution> {
    const query = queryText(input);
    const workGroup = this.workGroups.get(input.WorkGroup ?? 'primary');
    if (workGroup.State === 'DISABLED') throw invalidRequest(`WorkGroup ${workGroup.Name} is disabled.`);
    const known = this.knownRequest(input, query, caller);
    if (known) return known;
    // The engine starts in its own process while the first query is parsed here; an error is reported by its use.
    this.engine.open().catch(() => undefined);
    const request = readRequest(query, input, workGroup, this.lake, this.managed, caller);
    const execution = newExecution(request, input, this.lake.clock.now());
    this.history.put(execution);
    const reusable = request.managed ? undefined : findReusable(this.history, execution, request.parsed);
    if (reusable) {
      reuseResult(execution, reusable, seconds(this.lake.clock.now()));
      this.history.put(execution);
      return execution;
    }
    const abort = new AbortController();
    const finished = this.execute(execution, request, abort.signal);
    this.running.set(execution.id, { abort, finished });
    void finished.finally(() => this.running.delete(execution.id));
    return execution;
  }

  /** What the engine makes of a statement; it isn't run and leaves no record. */
  public explain(input: ApiShape, caller: Caller): Promise<QueryExplanation> {
    return explainQuery(this.lake, this.engine, input, caller);
  }

  /** A query's rows with their types, for comparisons; no record is kept. */
  public rows(input: ApiShape, caller: Caller): Promise<TypedRows> {
    return typedRows(this.lake, this.engine, input, caller);
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

  /** Begins what the first query would wait for: the engine's process, and in this one the grammar, which explains mistakes. */
  public warmUp(awaited: 'pipelines' | 'clients'): void {
    this.engine.open().catch(() => undefined); // reported by its use
    if (awaited === 'clients') warmUp();
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

  /** A request that a client sends again is the same query. */
  private knownRequest(input: ApiShape, query: string, { principal }: Caller): Execution | undefined {
    const token = input.ClientRequestToken;
    if (!token) return undefined;
    const known = this.history.withToken(principal, token);
    if (known && known.query !== query) throw invalidRequest('Idempotent parameters do not match');
    return known;
  }

  private async execute(execution: Execution, request: QueryRequest, signal: AbortSignal): Promise<void> {
    this.announce(execution, 'QUEUED');
    const { lake, engine, prepared, managed } = this;
    await runQuery({ lake, engine, prepared, managed }, execution, request, signal);
    try {
      this.history.put(execution);
    } catch (error) {
      // The caller still learns of it; what couldn't be written would be RUNNING in the next session, and fail there.
      fail(execution, error, signal);
    }
    this.announce(execution, 'RUNNING');
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

async function withTimeout(work: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
