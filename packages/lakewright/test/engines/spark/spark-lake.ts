import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { LakeResource } from '../../../src/assembly/resource';
import { ensureEnvironment } from '../../../src/engines/python/environment';
import type { SparkOutcome, SparkRun } from '../../../src/engines/spark/contract';
import { LocalSparkEngine } from '../../../src/engines/spark/local-spark-engine';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import { EMPTY_CONFIG, type LakeConfig } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';

/** Why Spark can't run here, or undefined. */
export const missing: string | undefined = await ensureEnvironment('glue-5.0').then(
  () => undefined,
  (error) => {
    if (error.code !== 'LW_PYTHON_MISSING' && error.code !== 'LW_JAVA_MISSING') throw error;
    return error.message as string;
  },
);

export const titled = (title: string): string => (missing ? `${title} (not run: ${missing})` : title);

/** A lake with one bucket, "lake", and Spark over it. */
export class SparkLake {
  public static async open(
    resources: readonly LakeResource[] = [],
    config: Partial<LakeConfig> = {},
  ): Promise<SparkLake> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-spark-'));
    const workspace = await FolderWorkspace.open(path.join(folder, '.lakewright'));
    const lake = new LocalLake(workspace, { ...EMPTY_CONFIG, ...config }, new MemoryHost(), {
      ...{ resources, assets: [], stacks: [], nests: [] },
    } as never);
    lake.objects.createBucket('lake');
    return new SparkLake(lake, folder);
  }

  public readonly engine: LocalSparkEngine;

  private constructor(
    public readonly lake: LocalLake,
    private readonly folder: string,
  ) {
    this.engine = new LocalSparkEngine(lake);
  }

  /** Runs a script's text; its output lines come with the outcome. */
  public async run(
    text: string,
    options: Partial<SparkRun> = {},
  ): Promise<SparkOutcome & { readonly output: string[] }> {
    const script = path.join(this.folder, `${randomUUID()}.py`);
    fs.writeFileSync(script, text);
    const output: string[] = [];
    const outcome = await this.engine.run({
      ...{ id: randomUUID(), glueVersion: '5.0', script, args: [], pyFiles: [], jars: [], modules: [], conf: {} },
      caller: { principal: 'local-admin', requestId: 'test' },
      ...{ environment: {}, signal: new AbortController().signal },
      ...options,
      onOutput: (line) => {
        output.push(line);
        options.onOutput?.(line);
      },
    });
    return { ...outcome, output };
  }

  public async keys(prefix = ''): Promise<string[]> {
    return (await this.lake.objects.list('lake', { prefix })).map(({ key }) => key);
  }

  public async close(): Promise<void> {
    await this.engine.stop();
    await this.lake.close();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}
