import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LakewrightError } from '../../host/host';
import type { PythonEnvironment } from '../python/environment';
import { SparkJvm } from './spark-jvm';

/** Ours stands first: it has Iceberg's catalog of AWS Glue. */
const OUR_JAR = path.join(__dirname, '..', '..', '..', 'runtimes', 'spark', 'lakewright-spark.jar');
const MIB = 1024 * 1024;

/** What JVMs are alike in: one that has run a job can run the next of the same kind. */
export interface JvmKind {
  readonly environment: PythonEnvironment;
  readonly java: string;
  /** `--extra-jars`. */
  readonly jars: readonly string[];
}

/** JVMs that wait for runs. Spark has one context in a JVM, so runs at once have one each, and more of them wait. */
export class JvmPool {
  private readonly idle = new Map<string, SparkJvm[]>();
  private readonly all = new Set<SparkJvm>();
  private readonly starting = new Set<Promise<unknown>>();
  private readonly queue: (() => void)[] = [];
  private taken = 0;
  private closed = false;

  public constructor(
    private readonly folder: string,
    private readonly limit = Math.max(2, Math.floor(os.availableParallelism() / 2)),
  ) {}

  /** @throws LakewrightError LW_SPARK_FAILED */
  public async take(kind: JvmKind, signal?: AbortSignal): Promise<SparkJvm> {
    await this.turn(signal);
    try {
      const waiting = this.idle.get(keyOf(kind)) ?? [];
      for (let jvm = waiting.pop(); jvm !== undefined; jvm = waiting.pop()) {
        if (jvm.usable) return jvm;
        this.all.delete(jvm);
      }
      return await this.start(kind);
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** After a run: the JVM waits for the next one, if it can be used again. */
  public async giveBack(kind: JvmKind, jvm: SparkJvm): Promise<void> {
    if ((await jvm.end()) && !this.closed) this.keep(kind, jvm);
    else {
      this.all.delete(jvm);
      await jvm.stop(0);
    }
    this.free();
  }

  /** Starts one that no run waits for yet. */
  public async prepare(kind: JvmKind): Promise<void> {
    if (this.all.size > 0) return;
    this.keep(kind, await this.start(kind));
  }

  public async close(): Promise<void> {
    this.closed = true;
    // One that was begun ahead of its use would outlive the lake.
    await Promise.allSettled(this.starting);
    await Promise.all([...this.all].map((jvm) => jvm.stop()));
    this.all.clear();
    this.idle.clear();
  }

  private async start(kind: JvmKind): Promise<SparkJvm> {
    const jvm = this.launch(kind);
    this.starting.add(jvm);
    try {
      return await jvm;
    } finally {
      this.starting.delete(jvm);
    }
  }

  private async launch(kind: JvmKind): Promise<SparkJvm> {
    if (this.closed) throw new LakewrightError('LW_SPARK_FAILED', 'the lake was closed before its JVM was started');
    const { environment, java, jars } = kind;
    // Those of another kind that wait only take memory.
    for (const [key, waiting] of this.idle) {
      if (key === keyOf(kind) || this.all.size < this.limit) continue;
      for (const jvm of waiting.splice(0)) {
        this.all.delete(jvm);
        await jvm.stop(0);
      }
    }
    const spark = sparkHome(environment);
    const jvm = await SparkJvm.start({
      java,
      classpath: [OUR_JAR, ...jars, ...environment.jars, path.join(spark, 'jars', '*')],
      heap: heapOf(os.totalmem()),
      folder: path.join(this.folder, `jvm-${randomUUID()}`),
      env: { PYSPARK_PYTHON: environment.python, SPARK_HOME: spark, JAVA_HOME: java },
      onLog: () => {},
    });
    this.all.add(jvm);
    return jvm;
  }

  private keep(kind: JvmKind, jvm: SparkJvm): void {
    this.idle.set(keyOf(kind), [...(this.idle.get(keyOf(kind)) ?? []), jvm]);
  }

  private async turn(signal?: AbortSignal): Promise<void> {
    if (this.taken < this.limit) {
      this.taken++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      this.queue.push(resolve);
      signal?.addEventListener('abort', () => {
        const at = this.queue.indexOf(resolve);
        if (at < 0) return;
        this.queue.splice(at, 1);
        reject(signal.reason);
      });
    });
  }

  private free(): void {
    const next = this.queue.shift();
    if (next) next();
    else this.taken--;
  }
}

const keyOf = ({ environment, jars }: JvmKind): string => JSON.stringify([environment.folder, jars]);

/** A sixth of the memory, 1 to 4 GiB: two may run, beside DuckDB and the rest. */
const heapOf = (total: number): number => Math.floor(Math.min(4 * 1024, Math.max(1024, total / MIB / 6)));

/** Where pip put PySpark. */
export function sparkHome({ folder }: PythonEnvironment): string {
  const libraries = process.platform === 'win32' ? [path.join(folder, 'Lib')] : pythonFolders(path.join(folder, 'lib'));
  const homes = libraries.map((library) => path.join(library, 'site-packages', 'pyspark'));
  return homes.find((home) => fs.existsSync(home)) ?? (homes[0] as string);
}

const pythonFolders = (folder: string): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('python'))
    .map((name) => path.join(folder, name));
