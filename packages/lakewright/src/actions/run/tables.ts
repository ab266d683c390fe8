import type { LocalLake } from '../../local-lake';
import type { TableReport } from '../../report/report';
import type { Table } from '../../workspace/catalog-store';
import { type Call, runQuery } from '../query/query';
import { resultsLocation } from '../query/results-bucket';

/** `database.table` → the task that wrote it last. */
export type Writers = ReadonlyMap<string, string>;

/** Every table of the catalog, counted by a query: the number that a user would get. */
export async function describeTables(lake: LocalLake, writers: Writers): Promise<readonly TableReport[]> {
  const reports: TableReport[] = [];
  for (const { Name: database } of lake.catalog.databases()) {
    for (const table of lake.catalog.tables(database)) {
      reports.push({
        database,
        name: table.Name,
        rows: await countRows(lake, database, table.Name),
        bytes: await countBytes(lake, table),
        producedBy: producer(table, writers),
      });
    }
  }
  return reports;
}

function producer(table: Table, writers: Writers): TableReport['producedBy'] {
  const task = writers.get(`${table.DatabaseName}.${table.Name}`);
  if (task) return { type: 'task', task };
  const crawler = table.Parameters?.UPDATED_BY_CRAWLER;
  if (crawler) return { type: 'crawler', task: crawler };
  return null;
}

/** null where the table can't be read (a format that isn't covered): not measured. */
export async function countRows(lake: LocalLake, database: string, table: string): Promise<number | null> {
  const call: Call = (service, operation, input) => lake.call(service, operation, input);
  const name = [database, table].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
  try {
    const { rows } = await runQuery(call, `SELECT count(*) FROM ${name}`, { outputLocation: resultsLocation(lake) });
    return Number(rows[0][0]);
  } catch {
    return null;
  }
}

/** Bytes below the table's location and its partitions'; null for views and tables without one. */
async function countBytes(lake: LocalLake, table: Table): Promise<number | null> {
  const partitions = lake.catalog.partitions(table.DatabaseName, table.Name);
  const locations = [table, ...partitions].flatMap(({ StorageDescriptor }) => StorageDescriptor?.Location ?? []);
  const folders = outermost(locations.map((uri) => (uri.endsWith('/') ? uri : `${uri}/`)));
  if (folders.length === 0) return null;
  let bytes = 0;
  for (const folder of folders) {
    const [, bucket, prefix] = /^s3[an]?:\/\/([^/]+)\/(.*)$/.exec(folder) ?? [];
    if (!bucket || !lake.objects.hasBucket(bucket)) return null;
    for (const { size } of await lake.objects.list(bucket, { prefix })) bytes += size;
  }
  return bytes;
}

function outermost(folders: readonly string[]): readonly string[] {
  const result: string[] = [];
  for (const folder of [...new Set(folders)].sort()) {
    if (!result.some((outer) => folder.startsWith(outer))) result.push(folder);
  }
  return result;
}
