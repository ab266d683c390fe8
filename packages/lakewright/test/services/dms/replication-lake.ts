import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import type { ApiShape } from '../../../src/services/api-shape';
import { type ReplicationDefinition, runReplication } from '../../../src/services/dms/run/replication-run';
import { openLake, type TestLake } from '../glue/test-lake';

/** A lake with one replication into its bucket `lake`. */
export interface ReplicationLake {
  readonly lake: TestLake;
  readonly warnings: string[];
  /** One run. */
  run(changes?: Partial<ReplicationDefinition>, options?: { url?: string; reload?: boolean }): Promise<void>;
  keys(prefix?: string): Promise<string[]>;
  /** Rows of Parquet files, as texts; `from` is a key or a glob below the bucket. */
  rows(from: string, columns?: string, rest?: string): Promise<Record<string, string | null>[]>;
  /** DuckDB types of a file's columns. */
  types(from: string): Promise<Record<string, string>>;
}

export const SEQUENCE_RULE = {
  'rule-type': 'transformation',
  'rule-id': '900',
  'rule-action': 'add-column',
  'rule-target': 'column',
  'object-locator': { 'schema-name': '%', 'table-name': '%' },
  value: 'change_sequence',
  expression: '$AR_H_CHANGE_SEQ',
  'data-type': { type: 'string', length: 50 },
};

let nextRule = 1;

export const include = (schema: string, table: string, more: ApiShape = {}): ApiShape => ({
  'rule-type': 'selection',
  'rule-id': String(nextRule++),
  'rule-action': 'include',
  'object-locator': { 'schema-name': schema, 'table-name': table },
  ...more,
});

export const exclude = (schema: string, table: string): ApiShape =>
  include(schema, table, { 'rule-action': 'exclude' });

export const transform = (action: string, target: string, locator: ApiShape, more: ApiShape = {}): ApiShape => ({
  'rule-type': 'transformation',
  'rule-id': String(nextRule++),
  'rule-action': action,
  'rule-target': target,
  'object-locator': { 'schema-name': '%', 'table-name': '%', ...locator },
  ...more,
});

export const S3_SETTINGS = {
  BucketName: 'lake',
  BucketFolder: 'raw',
  DataFormat: 'parquet',
  IncludeOpForFullLoad: true,
  TimestampColumnName: 'dms_timestamp',
  DatePartitionEnabled: true,
};

export async function openReplicationLake(url: string): Promise<ReplicationLake> {
  const lake = await openLake([]);
  lake.context.objects.createBucket('lake');
  const warnings: string[] = [];
  const duckdb = await (await DuckDBInstance.create()).connect();
  await duckdb.run("SET TimeZone = 'UTC'");
  const file = (from: string) => `'${path.join(lake.context.workspace.buckets, 'lake', from)}'`;
  const read = async (sql: string) => (await duckdb.runAndReadAll(sql)).getRowObjectsJson() as ApiShape[];
  return {
    lake,
    warnings,
    run: async (changes = {}, options = {}) => {
      await runReplication(
        {
          id: `test_${path
            .basename(lake.context.workspace.root)
            .toLowerCase()
            .replaceAll(/[^a-z0-9]/g, '_')}`,
          type: 'full-load-and-cdc',
          engine: 'postgres',
          sourceSettings: {},
          s3Settings: S3_SETTINGS,
          tableMappings: { rules: [include('public', '%'), SEQUENCE_RULE] },
          settings: {},
          ...changes,
        },
        {
          lake: lake.context,
          url: options.url ?? url,
          reload: options.reload ?? false,
          signal: new AbortController().signal,
          warn: (text) => warnings.push(text),
          progress: () => {},
        },
      );
    },
    keys: async (prefix = '') => (await lake.context.objects.list('lake', { prefix })).map(({ key }) => key),
    rows: async (from, columns = '*', rest = '') => {
      const rows = await read(
        `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (SELECT ${columns} FROM read_parquet(${file(from)}, union_by_name = true) ${rest})`,
      );
      return rows;
    },
    types: async (from) => {
      const rows = await read(`DESCRIBE SELECT * FROM read_parquet(${file(from)})`);
      return Object.fromEntries(rows.map(({ column_name, column_type }) => [column_name, column_type]));
    },
  };
}
