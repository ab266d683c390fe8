import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';
import { checkDrift } from '../result/drift';
import { claimEscapes, escapeClock, escapeSince } from './escapes';
import { toFailure } from './failure';
import { installSupport } from './install';
import { openOutput } from './outputs';
import type { Cell, DuckDbOptions, RunRequest, RunResult, WorkerReply, WorkerRequest } from './protocol';
import { vocabulary } from './vocabulary';

/** Statements that run at once; more of them wait. */
const MAX_CONNECTIONS = 16;

interface Run {
  connection?: DuckDBConnection;
  cancelled: boolean;
  /** Wakes the sender that waits for the receiver. */
  resume?: () => void;
}

/**
 * Owns the DuckDB instance. It lives in a process of its own because the JavaScript functions of a statement run on the
 * thread that opened the instance: a million rows would stall a server for seconds.
 */
export class DuckDbWorker {
  private instance?: DuckDBInstance;
  private readonly idle: DuckDBConnection[] = [];
  private connections = 0;
  private readonly waiting: ((connection: DuckDBConnection) => void)[] = [];
  private readonly runs = new Map<number, Run>();

  /** `end` is called when DuckDB can't go on: after a fatal error it refuses every statement. */
  constructor(
    private readonly reply: (message: WorkerReply) => void,
    private readonly end: () => void,
  ) {}

  public handle(request: WorkerRequest): void {
    switch (request.kind) {
      case 'open':
        void this.answer(request.id, () => this.open(request.options));
        return;
      case 'run':
        void this.answer(request.id, () => this.run(request));
        return;
      case 'cancel':
        this.cancel(request.id);
        return;
      case 'more':
        this.runs.get(request.id)?.resume?.();
        return;
    }
  }

  private async answer(id: number, work: () => Promise<RunResult>): Promise<void> {
    try {
      this.reply({ kind: 'done', id, result: await work() });
    } catch (error) {
      this.reply({ kind: 'failed', id, ...failureOf(error) });
      if (/FATAL Error|database has been invalidated/.test(String(error))) this.end();
    } finally {
      this.runs.delete(id);
    }
  }

  private async open(options: DuckDbOptions): Promise<RunResult> {
    this.instance = await DuckDBInstance.create(':memory:', settings(options));
    const connection = await this.instance.connect();
    this.connections = 1;
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    await installSupport(connection, vocabulary);
    if (options.allowedDirectories) {
      const list = options.allowedDirectories.map((folder) => `'${folder.replaceAll("'", "''")}'`).join(', ');
      await connection.run(`SET GLOBAL allowed_directories = [${list}]`);
      await connection.run('SET GLOBAL enable_external_access = false');
    }
    // No statement can change what's set here.
    await connection.run('SET GLOBAL lock_configuration = true');
    this.idle.push(connection);
    return { rows: 0 };
  }

  private async run(request: RunRequest): Promise<RunResult> {
    const run: Run = { cancelled: false };
    this.runs.set(request.id, run);
    const connection = await this.take();
    run.connection = connection;
    try {
      if (run.cancelled) throw new Error('INTERRUPT Error: cancelled before it began');
      if (request.output.to === 'types') return await describe(connection, request.sql);
      return await this.drain(connection, run, request);
    } catch (error) {
      claimEscapes(String(error));
      throw error;
    } finally {
      run.connection = undefined;
      this.give(connection);
    }
  }

  /** In two steps: what fails while the statement is planned may stand in a branch of a TRY that no row takes. */
  private async drain(connection: DuckDBConnection, run: Run, { id, sql, output }: RunRequest): Promise<RunResult> {
    const sink = openOutput(output, (rows) => this.send(id, run, rows));
    const planning = escapeClock();
    let prepared: DuckDBPreparedStatement | undefined;
    try {
      prepared = await connection.prepare(sql);
      const begun = escapeClock();
      const result = await prepared.stream();
      if ('columns' in output) checkDrift(output.columns, result.columnTypes().map(String));
      for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
        if (run.cancelled) throw new Error('INTERRUPT Error: cancelled');
        if (!(await sink.write(chunk))) break;
      }
      // DuckDB ends the stream of an interrupted statement as that of a complete one.
      if (run.cancelled) throw new Error('INTERRUPT Error: cancelled');
      const escaped = sql.includes('TRY(') ? escapeSince(planning, begun) : undefined;
      if (escaped !== undefined) throw new Error(escaped);
      return await sink.close(result);
    } catch (error) {
      await sink.abandon();
      throw error;
    } finally {
      prepared?.destroySync();
    }
  }

  /** Resolves when the receiver asks for the next batch: a slow one must not fill the memory. */
  private send(id: number, run: Run, rows: readonly (readonly Cell[])[]): Promise<void> {
    this.reply({ kind: 'batch', id, rows });
    return new Promise<void>((resolve) => {
      run.resume = resolve;
      if (run.cancelled) resolve();
    });
  }

  private cancel(id: number): void {
    const run = this.runs.get(id);
    if (!run) return;
    run.cancelled = true;
    run.connection?.interrupt();
    run.resume?.();
  }

  private async take(): Promise<DuckDBConnection> {
    const connection = this.idle.pop();
    if (connection) return connection;
    if (!this.instance) throw new Error('the engine is not open');
    if (this.connections < MAX_CONNECTIONS) {
      this.connections++;
      return this.instance.connect();
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private give(connection: DuckDBConnection): void {
    const next = this.waiting.shift();
    if (next) next(connection);
    else this.idle.push(connection);
  }
}

function settings(options: DuckDbOptions): Record<string, string> {
  return {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    ...(options.threads !== undefined && { threads: String(options.threads) }),
    ...(options.memoryLimit !== undefined && { memory_limit: options.memoryLimit }),
    ...(options.tempDirectory !== undefined && { temp_directory: options.tempDirectory }),
    ...(options.preserveInsertionOrder !== undefined && {
      preserve_insertion_order: String(options.preserveInsertionOrder),
    }),
  };
}

async function describe(connection: DuckDBConnection, sql: string): Promise<RunResult> {
  const prepared = await connection.prepare(sql);
  try {
    const types = Array.from({ length: prepared.columnCount }, (_, i) => String(prepared.columnType(i)));
    return { rows: 0, types };
  } finally {
    prepared.destroySync();
  }
}

function failureOf(error: unknown): { name: string; message: string } {
  if (error instanceof Error && 'errorName' in error) return { name: String(error.errorName), message: error.message };
  const message = error instanceof Error ? error.message : String(error);
  return /INTERRUPT Error/.test(message) ? { name: 'INTERRUPTED', message } : toFailure(message);
}
