import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { LakewrightError } from '../../host/host';
import { endChild, hasEnded, signalChild, startChild } from '../../programs/child';
import { javaOf } from '../python/java';

/** What Spark 3.5 opens of Java 17, as its own launcher does: org.apache.spark.launcher.JavaModuleOptions. */
const OPENED = [
  'java.base/java.lang',
  'java.base/java.lang.invoke',
  'java.base/java.lang.reflect',
  'java.base/java.io',
  'java.base/java.net',
  'java.base/java.nio',
  'java.base/java.util',
  'java.base/java.util.concurrent',
  'java.base/java.util.concurrent.atomic',
  'java.base/sun.nio.ch',
  'java.base/sun.nio.cs',
  'java.base/sun.security.action',
  'java.base/sun.util.calendar',
  'java.security.jgss/sun.security.krb5',
];
const START_MS = 60_000;
/** Stopping a context waits for its tasks. */
const RESET_MS = 10_000;

export interface JvmOptions {
  /** Java's home. */
  readonly java: string;
  /** In their order. */
  readonly classpath: readonly string[];
  /** MiB. */
  readonly heap: number;
  /** An empty folder of its own: its working directory, its settings, Spark's scratch space. */
  readonly folder: string;
  /** The environment's Python, and where Spark is. */
  readonly env: Readonly<Record<string, string>>;
  /** Told each line that Spark logs. */
  onLog(line: string): void;
}

/** A JVM of Spark that waits for Python processes: one run at a time, any number after another. */
export class SparkJvm {
  /** @throws LakewrightError LW_SPARK_FAILED */
  public static async start(options: JvmOptions): Promise<SparkJvm> {
    fs.mkdirSync(options.folder, { recursive: true });
    fs.writeFileSync(path.join(options.folder, 'log4j2.properties'), LOGGING);
    const child = startChild([javaOf(options.java), ...argumentsOf(options)], {
      cwd: options.folder,
      env: options.env,
    });
    const jvm = new SparkJvm(child, options);
    await jvm.ready();
    return jvm;
  }

  private readonly answers: Interface;
  private readonly waiting: ((answer: Readonly<Record<string, unknown>> | undefined) => void)[] = [];
  private readonly lastLines: string[] = [];
  private gateway = { port: 0, secret: '' };
  /** Of the run that has it. */
  private log?: (line: string) => void;

  private constructor(
    private readonly child: ChildProcess,
    private readonly options: JvmOptions,
  ) {
    child.stdin?.on('error', () => {});
    this.answers = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    this.answers.on('line', (line) => this.waiting.shift()?.(JSON.parse(line)));
    createInterface({ input: child.stderr as NodeJS.ReadableStream }).on('line', (line) => {
      this.lastLines.push(line);
      if (this.lastLines.length > 15) this.lastLines.shift();
      (this.log ?? this.options.onLog)(line);
    });
    const gone = () => {
      for (const answer of this.waiting.splice(0)) answer(undefined);
    };
    child.once('error', (error) => {
      this.lastLines.push(error.message);
      gone();
    });
    child.once('close', gone);
  }

  public get usable(): boolean {
    return !hasEnded(this.child);
  }

  public get pid(): number | undefined {
    return this.child.pid;
  }

  /** What a Python process needs to borrow it. */
  public get environment(): Readonly<Record<string, string>> {
    return { PYSPARK_GATEWAY_PORT: String(this.gateway.port), PYSPARK_GATEWAY_SECRET: this.gateway.secret };
  }

  /** Gives the JVM to a run: the settings are those that its SparkContext starts with. */
  public async begin(conf: Readonly<Record<string, string>>, log: (line: string) => void): Promise<void> {
    this.log = log;
    await this.command({ conf });
  }

  /** Takes it back. @returns whether it can be given to another run */
  public async end(): Promise<boolean> {
    if (!this.usable) return false;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<false>((resolve) => {
      timer = setTimeout(() => resolve(false), RESET_MS);
    });
    const reset = this.command({ conf: {} }).then(
      () => true,
      () => false,
    );
    const clean = await Promise.race([reset, late]);
    clearTimeout(timer);
    this.log = undefined;
    if (!clean) await this.stop(0);
    return clean && this.usable;
  }

  public async stop(patience = 2_000): Promise<void> {
    if (patience === 0) signalChild(this.child, 'SIGKILL');
    await endChild(this.child, { inputMs: patience, termMs: patience });
    fs.rmSync(this.options.folder, { recursive: true, force: true });
  }

  private async ready(): Promise<void> {
    const timer = setTimeout(() => signalChild(this.child, 'SIGKILL'), START_MS);
    const answer = await this.answer();
    clearTimeout(timer);
    if (answer === undefined) {
      await this.stop(0);
      throw new LakewrightError(
        'LW_SPARK_FAILED',
        `Spark's Java process ended before it was ready → its last lines: ${this.lastLines.join(' | ') || 'none'}`,
      );
    }
    this.gateway = { port: Number(answer.port), secret: String(answer.secret) };
  }

  private async command(command: object): Promise<void> {
    const answer = this.answer();
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
    const said = await answer;
    if (said === undefined || said.error !== '') {
      throw new LakewrightError(
        'LW_SPARK_FAILED',
        `Spark's Java process ${said === undefined ? 'ended' : `can't be used: ${said.error}`} → the job may be run again → its last lines: ${this.lastLines.join(' | ') || 'none'}`,
      );
    }
  }

  private answer(): Promise<Readonly<Record<string, unknown>> | undefined> {
    if (hasEnded(this.child)) return Promise.resolve(undefined);
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

function argumentsOf({ classpath, heap, folder }: JvmOptions): string[] {
  return [
    `-Xmx${heap}m`,
    '-XX:+UseSerialGC',
    // Most runs are over before the better compiler is ready.
    '-XX:TieredStopAtLevel=1',
    '-XX:+IgnoreUnrecognizedVMOptions',
    ...OPENED.map((name) => `--add-opens=${name}=ALL-UNNAMED`),
    '-Djdk.reflect.useDirectMethodHandle=false',
    '-Dfile.encoding=UTF-8',
    '-Duser.timezone=UTC',
    '-Djava.net.preferIPv4Stack=true',
    // A publication that was sent twice would fail the second time.
    '-Dsun.net.http.retryPost=false',
    '-Dhttp.maxConnections=32',
    `-Djava.io.tmpdir=${folder}`,
    `-Dderby.system.home=${folder}`,
    `-Dlog4j2.configurationFile=${path.join(folder, 'log4j2.properties')}`,
    '-cp',
    classpath.join(path.delimiter),
    'lakewright.SparkHost',
  ];
}

const LOGGING = `rootLogger.level = warn
rootLogger.appenderRef.console.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
`;
