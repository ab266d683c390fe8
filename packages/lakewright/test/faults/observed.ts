import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { GetPartitionsCommand } from '@aws-sdk/client-glue';
import type { FaultLake } from './fault-lake';

/** What the pipeline makes, and what of it is partitioned. */
const TABLES = [
  'converted.orders',
  'converted.customers',
  'models.all_orders',
  'models.daily_revenue',
  'datasets.customer_spend',
  'datasets.revenue',
];
const PARTITIONED = ['converted.orders', 'models.daily_revenue', 'datasets.customer_spend'];

/** What each run leaves of its own: reports, dbt's artefacts, rows of the history. */
const OF_RUNS = /\/reports\/|^dbt\/(runs|state)\/|^pipeline_runs\//;

export interface Observed {
  /** All rows, sorted. */
  readonly rows: Readonly<Record<string, readonly string[]>>;
  /** Values, each with the number of its files. */
  readonly partitions: Readonly<Record<string, readonly string[]>>;
  /** Records that were set aside, each once. */
  readonly quarantined: readonly string[];
  /** All objects of the zones that the pipeline writes, without what differs from run to run. */
  readonly objects: readonly string[];
}

/** Everything that can be seen of the lake's data: rows, partitions, quarantine, files. */
export async function observe(lake: FaultLake): Promise<Observed> {
  const rows: Record<string, string[]> = {};
  for (const table of TABLES) {
    const answer = await lake.lake.query(`SELECT * FROM ${table}`);
    rows[table] = answer.rows.map((row) => JSON.stringify(row)).sort();
  }
  const partitions: Record<string, string[]> = {};
  const glue = await lake.glue();
  for (const table of PARTITIONED) {
    const [DatabaseName, TableName] = table.split('.');
    const { Partitions = [] } = await glue.send(new GetPartitionsCommand({ DatabaseName, TableName }));
    partitions[table] = Partitions.map(({ Values, StorageDescriptor }) => {
      const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(StorageDescriptor?.Location ?? '') ?? [];
      const files = fs.readdirSync(path.join(lake.workspace, 'buckets', bucket, prefix));
      return `${Values}: ${files.length}`;
    }).sort();
  }
  return {
    rows,
    partitions,
    quarantined: files(lake, 'converted')
      .filter((key) => key.includes('/quarantine/'))
      .flatMap((key) =>
        gunzipSync(fs.readFileSync(lake.file('converted', key)))
          .toString()
          .trim()
          .split('\n'),
      )
      .map((line) => JSON.parse(line).record)
      .sort(),
    objects: (['converted', 'datasets'] as const).flatMap((zone) => files(lake, zone).map(nameless)).sort(),
  };
}

function files(lake: FaultLake, zone: 'converted' | 'datasets'): string[] {
  const folder = lake.file(zone, '');
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .filter((key) => !OF_RUNS.test(key));
}

/** Without what is drawn by lot, and without the number of times that something was written. */
const nameless = (key: string): string =>
  key
    .replace(/^(customer_spend\/.*\/part-)\d{8}/, '$1<time>')
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>')
    .replace(/\d{8}T\d{6}_[0-9a-f]{32}/g, '<version>')
    .replace(/<version>\/a\d+-/g, '<version>/a<attempt>-')
    .replace(/[0-9a-f]{8}_(\d{5})_/g, '<query>_$1_');
