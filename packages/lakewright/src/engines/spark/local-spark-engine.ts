import fs from 'node:fs';
import path from 'node:path';
import type { LakeContext, TaskMeasures } from '../../services/service';
import { ensureEnvironment, ensureJava, findEnvironment } from '../python/environment';
import { findJava } from '../python/java';
import { environmentOf, type GlueVersion, type SparkEngine, type SparkOutcome, type SparkRun } from './contract';
import { FileServer } from './file-server';
import { type JvmKind, JvmPool } from './jvm-pool';
import { type Metastore, startMetastore } from './metastore';
import { installModules } from './modules';
import { GLUE_RUNTIME, runPython } from './python-process';
import { newRunToken, RunFiles } from './run-files';
import { RunLog } from './run-log';
import { sparkConf } from './spark-conf';
import type { SparkJvm } from './spark-jvm';

const MEASURES = /^LAKEWRIGHT_MEASURES (\{.*\})\s*$/;

/** Spark on this machine, over the lake's own folders. */
export class LocalSparkEngine implements SparkEngine {
  private readonly files = new FileServer();
  private readonly jvms: JvmPool;
  private readonly folder: string;

  public constructor(private readonly lake: LakeContext) {
    this.folder = path.join(lake.workspace.tmp, 'spark');
    this.jvms = new JvmPool(this.folder);
  }

  public async run(run: SparkRun): Promise<SparkOutcome> {
    const started = performance.now();
    const kind = await this.kind(run);
    const modules = await installModules(kind.environment, run.modules, (text) => this.progress(text));
    const log = new RunLog(this.lake.workspace.root, run.id);
    try {
      const outcome = await this.execute(run, kind, modules, log);
      return { ...outcome, seconds: (performance.now() - started) / 1000 };
    } finally {
      log.close();
    }
  }

  public warmUp(version: GlueVersion): void {
    const environment = findEnvironment(environmentOf(version));
    if (environment === undefined) return;
    const begin = async () => {
      const java = await findJava();
      if (java !== undefined) await this.jvms.prepare({ environment, java, jars: [] });
    };
    // Whoever needs it starts it, and gets its error.
    begin().catch(() => {});
  }

  public async stop(): Promise<void> {
    await this.jvms.close();
    await this.files.close();
  }

  private async kind({ glueVersion, jars, plainPython }: SparkRun): Promise<JvmKind> {
    const onProgress = (text: string) => this.progress(text);
    const environment = await ensureEnvironment(environmentOf(glueVersion), { onProgress });
    const java = plainPython ? '' : await ensureJava({ onProgress });
    return { environment, java, jars };
  }

  private async execute(
    run: SparkRun,
    kind: JvmKind,
    modules: string | undefined,
    log: RunLog,
  ): Promise<Omit<SparkOutcome, 'seconds'>> {
    const scratch = path.join(this.folder, `run-${newRunToken()}`);
    const token = newRunToken();
    let measures: TaskMeasures | undefined;
    let jvm: SparkJvm | undefined;
    let metastore: Metastore | undefined;
    try {
      fs.mkdirSync(path.join(scratch, 'work'), { recursive: true });
      for (const file of run.files ?? []) fs.cpSync(file, path.join(scratch, 'work', path.basename(file)));
      const variables = await this.variables(run, kind, modules);
      const toError = (line: string) => log.write('error', line);
      if (!run.plainPython) {
        jvm = await this.jvms.take(kind, run.signal);
        const files = new RunFiles(this.lake, run.caller);
        this.files.admit(token, files);
        metastore = await startMetastore({ lake: this.lake, caller: run.caller, files });
        const conf = sparkConf(run.name ?? path.basename(run.script), {
          ...{ token, scratch, variables, metastore: metastore.uri, staging: path.join(scratch, 'staging') },
          files: await this.files.url(),
          endpoint: await this.lake.endpoint(),
          accessKeyId: String(variables.AWS_ACCESS_KEY_ID),
          region: this.lake.region,
          python: kind.environment.python,
        });
        await jvm.begin({ ...conf, ...run.conf }, toError);
      }
      const { succeeded, error } = await runPython({
        ...{ script: run.script, args: run.args, signal: run.signal, onError: toError },
        python: kind.environment.python,
        folder: path.join(scratch, 'work'),
        env: { ...variables, ...jvm?.environment, PYSPARK_PYTHON: kind.environment.python },
        onOutput: (line) => {
          const said = MEASURES.exec(line)?.[1];
          if (said !== undefined) measures = parsed(said) ?? measures;
          log.write('output', line);
          run.onOutput?.(line);
        },
      });
      if (succeeded) return { state: 'SUCCEEDED', measures };
      return run.signal.aborted ? { state: 'STOPPED', measures } : { state: 'FAILED', error, measures };
    } catch (error) {
      if (run.signal.aborted) return { state: 'STOPPED' };
      throw error;
    } finally {
      // First of all: tasks that still write find nobody who would publish it.
      this.files.dismiss(token);
      await metastore?.close();
      if (jvm) await this.jvms.giveBack(kind, jvm);
      fs.rmSync(scratch, { recursive: true, force: true });
    }
  }

  private async variables(
    run: SparkRun,
    { environment }: JvmKind,
    modules: string | undefined,
  ): Promise<Record<string, string>> {
    const { caller } = run;
    const { tmp } = this.lake.workspace;
    // A module is found by its folder, an archive by itself.
    const pyFiles = run.pyFiles.map((file) => (file.endsWith('.py') ? path.dirname(file) : file));
    const paths = [...pyFiles, ...(modules ? [modules] : []), GLUE_RUNTIME];
    return {
      PYTHONPATH: paths.join(path.delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      VIRTUAL_ENV: environment.folder,
      TZ: 'UTC',
      AWS_ENDPOINT_URL: await this.lake.endpoint(),
      AWS_REGION: this.lake.region,
      AWS_DEFAULT_REGION: this.lake.region,
      AWS_ACCESS_KEY_ID: caller.accessKeyId ?? caller.principal,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: path.join(tmp, 'no-config'),
      AWS_SHARED_CREDENTIALS_FILE: path.join(tmp, 'no-credentials'),
      ...run.environment,
    };
  }

  private progress(text: string): void {
    this.lake.host.notify({ code: 'LW_SETUP_PROGRESS', level: 'info', text });
  }
}

function parsed(text: string): TaskMeasures | undefined {
  try {
    return JSON.parse(text) as TaskMeasures;
  } catch {
    return undefined;
  }
}
