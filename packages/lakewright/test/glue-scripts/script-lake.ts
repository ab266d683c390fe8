import fs from 'node:fs';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { LakeResource } from '../../src/assembly/resource';
import type { ApiShape } from '../../src/services/api-shape';
import type { LakeConfig } from '../../src/workspace/config';
import { JobLake } from '../services/glue/job-lake';

type Column = readonly [name: string, type: string];
const columns = (list: readonly Column[]) => list.map(([Name, Type]) => ({ Name, Type }));

export interface TableOptions {
  readonly keys?: readonly Column[];
  readonly parameters?: Record<string, string>;
  readonly serde?: ApiShape;
}

/** A lake with a database "club", in which the scripts of this folder run as jobs. */
export class ScriptLake {
  public static async open(
    resources: readonly LakeResource[] = [],
    config: Partial<LakeConfig> = {},
  ): Promise<ScriptLake> {
    const jobs = await JobLake.open(resources, config);
    await jobs.call('CreateDatabase', { DatabaseInput: { Name: 'club', LocationUri: 's3://lake/club/' } });
    return new ScriptLake(jobs);
  }

  private readonly duckdb = DuckDBInstance.create().then((instance) => instance.connect());

  private constructor(public readonly jobs: JobLake) {}

  public async put(key: string, ...lines: readonly (string | object)[]): Promise<void> {
    const text = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
    await this.jobs.lake.objects.write('lake', key, text);
  }

  public async table(Name: string, classification: string, list: readonly Column[], options: TableOptions = {}) {
    const { keys = [], parameters = {}, serde = {} } = options;
    const StorageDescriptor = {
      ...{ Columns: columns(list), Location: `s3://lake/club/${Name}/`, SerdeInfo: { Parameters: {}, ...serde } },
    };
    await this.jobs.call('CreateTable', {
      DatabaseName: 'club',
      TableInput: {
        ...{ Name, TableType: 'EXTERNAL_TABLE', Parameters: { classification, ...parameters }, StorageDescriptor },
        PartitionKeys: columns(keys),
      },
    });
  }

  public async partition(TableName: string, Values: readonly string[], folder: string): Promise<void> {
    const StorageDescriptor = { Location: `s3://lake/club/${TableName}/${folder}/` };
    const PartitionInput = { Values, StorageDescriptor };
    await this.jobs.call('CreatePartition', { DatabaseName: 'club', TableName, PartitionInput });
  }

  /** Makes a job of a script, once, and runs it: its lines. @throws Error if it fails */
  public async run(script: string, args: Record<string, string> = {}, options: ApiShape = {}): Promise<string[]> {
    const { run, lines } = await this.attempt(script, args, options);
    if (run.JobRunState !== 'SUCCEEDED') throw new Error(`${script}: ${run.ErrorMessage}\n${lines.join('\n')}`);
    return lines;
  }

  public async attempt(script: string, args: Record<string, string> = {}, options: ApiShape = {}) {
    const { Name = script, ...rest } = options;
    const known = await this.jobs.call('GetJob', { JobName: Name }).catch(() => undefined);
    if (known === undefined) {
      await this.jobs.job(Name, fs.readFileSync(path.join(__dirname, `${script}.py`), 'utf8'), rest);
    }
    const run = await this.jobs.run(Name, args);
    const log = path.join(this.jobs.lake.workspace.root, 'logs', 'aws-glue', 'jobs', 'output', `${run.Id}.log`);
    const lines = fs.existsSync(log) ? fs.readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    return { run, lines };
  }

  public keys(prefix: string): Promise<string[]> {
    return this.jobs.spark.keys(prefix);
  }

  /** Lines of all objects below a prefix, sorted. */
  public async lines(prefix: string): Promise<string[]> {
    const texts = await Promise.all((await this.keys(prefix)).map((key) => this.jobs.text(key)));
    return texts.flatMap((text) => text.trimEnd().split('\n')).sort();
  }

  public async records(prefix: string): Promise<ApiShape[]> {
    return (await this.lines(prefix)).filter((line) => line !== '').map((line) => JSON.parse(line));
  }

  /** What DuckDB reads of the objects below a prefix. */
  public async rows(prefix: string, query = 'SELECT * FROM objects ORDER BY ALL', reader = 'read_parquet') {
    const files = (await this.keys(prefix)).map((key) => this.jobs.lake.objects.path('lake', key));
    const list = files.map((file) => `'${file.replaceAll("'", "''")}'`).join(', ');
    const connection = await this.duckdb;
    await connection.run(
      `CREATE OR REPLACE TEMP VIEW objects AS SELECT * FROM ${reader}([${list}], hive_partitioning = true)`,
    );
    return (await connection.runAndReadAll(query)).getRowObjectsJson();
  }

  public async columnsOf(Name: string): Promise<string[]> {
    const { Table } = await this.jobs.call('GetTable', { DatabaseName: 'club', Name });
    return Table.StorageDescriptor.Columns.map((column: ApiShape) => `${column.Name} ${column.Type}`);
  }

  public async partitionsOf(TableName: string): Promise<string[]> {
    const { Partitions } = await this.jobs.call('GetPartitions', { DatabaseName: 'club', TableName });
    return Partitions.map((one: ApiShape) => `${one.Values.join('/')} ${one.StorageDescriptor.Location}`).sort();
  }

  public close(): Promise<void> {
    return this.jobs.close();
  }
}
