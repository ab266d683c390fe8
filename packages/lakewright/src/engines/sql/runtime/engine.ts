import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ResultColumn } from '../contract';
import { SqlError } from '../errors';
import { StatementCancelledError, StatementTimeoutError, toSqlError } from './failure';
import type { Cell, DuckDbOptions, RunOutput, RunResult, WorkerReply, WorkerRequest } from './protocol';
import { spawnWorker } from './spawn';

export interface StatementOptions {
  /** Stops the statement: it fails with {@link StatementCancelledError}. */
  readonly signal?: AbortSignal;
  /** @default - 30 minutes, Athena's own limit for queries */
  readonly timeLimitMs?: number;
}

export interface RowsOptions extends StatementOptions {
  /** @default 10000 */
  readonly maxRows?: number;
}

export interface CsvOptions extends StatementOptions {
  /** A first line with the columns' names. */
  readonly header: boolean;
}

/** Rows that were read, and whether there were more. */
export interface RowsResult<T> {
  readonly rows: readonly (readonly T[])[];
  readonly truncated: boolean;
}

const DEFAULT_TIME_LIMIT_MS = 30 * 60_000;
const DEFAULT_MAX_ROWS = 10_000;
/** A worker that doesn't answer an interrupt for so long is stuck in a JavaScript function: it's replaced. */
const GRACE_MS = 5000;

interface Pending {
  readonly resolve: (result: RunResult) => void;
  readonly reject: (error: Error) => void;
  readonly onRows: (rows: readonly (readonly Cell[])[]) => void;
}

/**
 * DuckDB in a process of its own, with the functions that the emitted SQL calls. In memory: data is in files.
 *
 * When the process dies, what runs fails with LOCAL_ENGINE_ERROR and the next statement starts a new one.
 */
export class DuckDbEngine {
  /** Starts the process and installs the functions (some 100 ms). */
  public static async open(options: DuckDbOptions = {}): Promise<DuckDbEngine> {
    const engine = new DuckDbEngine(options);
    await engine.ready();
    return engine;
  }

  private process?: { readonly worker: ChildProcess; readonly opened: Promise<unknown> };
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  private closed = false;

  private constructor(private readonly options: DuckDbOptions) {}

  /** Rows in the form of Trino's REST API (see `restWriter`). */
  public async rows(
    sql: string,
    columns: readonly ResultColumn[],
    options: RowsOptions = {},
  ): Promise<RowsResult<Cell>> {
    return this.collect(sql, { to: 'rows', columns, maxRows: options.maxRows ?? DEFAULT_MAX_ROWS }, options);
  }

  /** Rows of Athena's texts (see `textWriter`); NULL is null, and differs from ''. */
  public async text(
    sql: string,
    columns: readonly ResultColumn[],
    options: RowsOptions = {},
  ): Promise<RowsResult<string | null>> {
    const output = { to: 'text', columns, maxRows: options.maxRows ?? DEFAULT_MAX_ROWS } as const;
    return this.collect<string | null>(sql, output, options);
  }

  /** Writes Athena's CSV. The file appears when it's complete; when the statement fails, there is none. */
  public async toCsv(
    sql: string,
    columns: readonly ResultColumn[],
    file: string,
    options: CsvOptions,
  ): Promise<{ readonly rows: number; readonly bytes: number }> {
    const output = { to: 'csv', columns, file, header: options.header } as const;
    const { rows, bytes = 0 } = await this.run(sql, output, options);
    return { rows, bytes };
  }

  /** Runs a statement for its effect (COPY, DDL). `rows`: rows written. */
  public async execute(sql: string, options: StatementOptions = {}): Promise<{ readonly rows: number }> {
    const { rows } = await this.run(sql, { to: 'nothing' }, options);
    return { rows };
  }

  /** The DuckDB types of a query's columns; the query isn't run. */
  public async describe(sql: string, options: StatementOptions = {}): Promise<readonly string[]> {
    const { types = [] } = await this.run(sql, { to: 'types' }, options);
    return types;
  }

  /** Ends the process; what runs fails. The engine can't be used again. */
  public async close(): Promise<void> {
    this.closed = true;
    await this.stop(new SqlError('LOCAL_ENGINE_ERROR', 'the SQL engine was closed'));
  }

  private async collect<T extends Cell>(
    sql: string,
    output: RunOutput,
    options: StatementOptions,
  ): Promise<RowsResult<T>> {
    const rows: (readonly T[])[] = [];
    const { truncated = false } = await this.run(sql, output, options, (batch) => {
      for (const row of batch) rows.push(row as readonly T[]);
    });
    return { rows, truncated };
  }

  private async run(
    sql: string,
    output: RunOutput,
    { signal, timeLimitMs = DEFAULT_TIME_LIMIT_MS }: StatementOptions,
    onRows: Pending['onRows'] = () => {},
  ): Promise<RunResult> {
    if (signal?.aborted) throw new StatementCancelledError();
    await this.ready();
    const id = this.nextId++;
    let stopped: Error | undefined;
    let grace: NodeJS.Timeout | undefined;
    const stop = (reason: Error): void => {
      stopped ??= reason;
      this.post({ kind: 'cancel', id });
      grace ??= setTimeout(() => void this.stop(reason), GRACE_MS);
    };
    const onAbort = (): void => stop(new StatementCancelledError());
    const timer = setTimeout(() => stop(new StatementTimeoutError(timeLimitMs)), timeLimitMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const result = await this.request(id, { kind: 'run', id, sql, output }, onRows);
      // DuckDB may end an interrupted stream as if it had no more rows: what came so far isn't the answer.
      if (stopped) throw stopped;
      return result;
    } catch (error) {
      throw stopped ?? error;
    } finally {
      clearTimeout(timer);
      clearTimeout(grace);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  private request(id: number, message: WorkerRequest, onRows: Pending['onRows'] = () => {}): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onRows });
      if (this.process) keepAlive(this.process.worker, true);
      this.post(message);
    });
  }

  private post(message: WorkerRequest): void {
    this.process?.worker.send(message);
  }

  /** The process, started if there is none. */
  private async ready(): Promise<void> {
    if (this.closed) throw new SqlError('LOCAL_ENGINE_ERROR', 'the SQL engine was closed');
    this.process ??= this.start();
    await this.process.opened;
  }

  private start(): { readonly worker: ChildProcess; readonly opened: Promise<unknown> } {
    const worker = spawnWorker();
    worker.on('message', (reply: WorkerReply) => this.receive(worker, reply));
    worker.on('error', (error) => this.lost(worker, error));
    worker.on('exit', (code, signal) => this.lost(worker, new Error(`it ended with ${signal ?? `code ${code}`}`)));
    const id = this.nextId++;
    const opened = new Promise<RunResult>((resolve, reject) => {
      this.pending.set(id, { resolve, reject, onRows: () => {} });
      worker.send({ kind: 'open', id, options: this.options } satisfies WorkerRequest);
    });
    // Reported to whoever waits for it; a process that didn't open isn't kept.
    opened.catch(() => this.lost(worker, new Error('it could not open DuckDB')));
    return { worker, opened };
  }

  private receive(worker: ChildProcess, reply: WorkerReply): void {
    const pending = this.pending.get(reply.id);
    if (!pending) return;
    if (reply.kind === 'batch') {
      pending.onRows(reply.rows);
      worker.send({ kind: 'more', id: reply.id } satisfies WorkerRequest);
      return;
    }
    this.pending.delete(reply.id);
    if (this.pending.size === 0) keepAlive(worker, false);
    if (reply.kind === 'done') pending.resolve(reply.result);
    else pending.reject(toSqlError(reply));
  }

  /** The process died by itself. */
  private lost(worker: ChildProcess, error: Error): void {
    if (this.process?.worker !== worker) return;
    this.process = undefined;
    this.rejectAll(new SqlError('LOCAL_ENGINE_ERROR', `the SQL engine's process was lost: ${error.message}`));
  }

  private async stop(reason: Error): Promise<void> {
    const worker = this.process?.worker;
    this.process = undefined;
    this.rejectAll(reason);
    if (!worker || worker.exitCode !== null || worker.signalCode !== null) return;
    const ended = once(worker, 'exit');
    // An idle worker doesn't keep this process alive; its end is waited for.
    worker.ref();
    worker.kill('SIGKILL');
    await ended;
  }

  private rejectAll(reason: Error): void {
    const pending = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of pending) reject(reason);
  }
}

/** A statement that runs keeps this process alive; an idle engine doesn't. */
function keepAlive(worker: ChildProcess, alive: boolean): void {
  const handles = [worker, worker.channel];
  for (const handle of handles) {
    if (alive) handle?.ref();
    else handle?.unref();
  }
}
