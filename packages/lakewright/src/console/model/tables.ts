import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import { decodeView } from '../../services/athena/tables/presto-view';
import type { Column, Table } from '../../workspace/catalog-store';
import type { ColumnModel, FileModel, NodeModel, PartitionModel, TableDetail } from '../contract';
import { isView, type TableWatch } from './table-facts';

const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/parquet/i, 'Parquet'],
  [/orc/i, 'ORC'],
  [/avro/i, 'Avro'],
  [/json/i, 'JSON'],
  [/opencsv|lazysimple|csv/i, 'CSV'],
  [/grok|regex/i, 'text'],
  [/ion/i, 'Ion'],
];

export function formatOf(table: Table): string {
  if (isView(table)) return 'view';
  if (String(table.Parameters?.table_type).toUpperCase() === 'ICEBERG') return 'Iceberg';
  const { SerdeInfo, InputFormat = '' } = table.StorageDescriptor ?? {};
  const text = `${SerdeInfo?.SerializationLibrary ?? ''} ${InputFormat}`;
  return FORMATS.find(([pattern]) => pattern.test(text))?.[1] ?? 'files';
}

/** With the partition keys, as SQL shows them. */
export function columnsOf({ StorageDescriptor, PartitionKeys }: Table): readonly Column[] {
  return [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])];
}

/** Files that a page shows; there may be many more. */
const SHOWN_FILES = 200;

export async function tableDetail(
  lake: LocalLake,
  watch: TableWatch,
  table: Table,
  node: NodeModel,
): Promise<TableDetail> {
  const location = table.StorageDescriptor?.Location ?? null;
  const files = (await watch.files(table)).filter(({ size }) => size > 0);
  const prefix = location?.replace(/^s3[an]?:\/\/[^/]+\//, '').replace(/\/?$/, '/') ?? '';
  const named = files.map(
    ({ key, size, lastModified }): FileModel => ({
      name: key.startsWith(prefix) ? key.slice(prefix.length) : key,
      bytes: size,
      modified: lastModified.toISOString(),
    }),
  );
  const keys = (table.PartitionKeys ?? []).map(({ Name }) => Name);
  return {
    ...{ node, location, columns: await columnModels(lake, table), partitionKeys: keys },
    partitions: partitionsOf(lake, table, named, keys),
    ...{ files: named.slice(0, SHOWN_FILES), fileCount: named.length },
    ...(isView(table) && { sql: sqlOf(table) }),
  };
}

function sqlOf(table: Table): string {
  try {
    return decodeView(table).originalSql;
  } catch {
    return table.ViewOriginalText ?? '';
  }
}

/** By the folders of its files: what is really there, also with partition projection. */
function partitionsOf(
  lake: LocalLake,
  table: Table,
  files: readonly FileModel[],
  keys: readonly string[],
): PartitionModel[] {
  const folders = new Map<string, { files: number; bytes: number }>();
  if (keys.length > 0) {
    for (const { Values } of lake.catalog.partitions(table.DatabaseName, table.Name)) {
      folders.set(keys.map((key, index) => `${key}=${Values[index]}`).join('/'), { files: 0, bytes: 0 });
    }
  }
  for (const { name, bytes } of files) {
    const parts = name
      .split('/')
      .slice(0, -1)
      .filter((part) => part.includes('=') || keys.length > 0);
    const folder = parts
      .filter((part) => part !== 'data')
      .slice(0, Math.max(keys.length, parts.length))
      .join('/');
    if (folder === '' || (keys.length === 0 && !folder.includes('='))) continue;
    const known = folders.get(folder) ?? { files: 0, bytes: 0 };
    folders.set(folder, { files: known.files + 1, bytes: known.bytes + bytes });
  }
  return [...folders].map(([name, sums]) => ({ name, ...sums })).sort((a, b) => b.bytes - a.bytes);
}

async function columnModels(lake: LocalLake, table: Table): Promise<ColumnModel[]> {
  const tags = await tagsOf(lake, table);
  const partitions = new Set((table.PartitionKeys ?? []).map(({ Name }) => Name));
  return columnsOf(table).map(({ Name, Type = '', Comment }) => ({
    ...{ name: Name, type: Type, isPartition: partitions.has(Name), tags: tags.get(Name.toLowerCase()) ?? [] },
    ...(Comment && { comment: Comment }),
  }));
}

async function tagsOf(lake: LocalLake, { DatabaseName, Name }: Table): Promise<ReadonlyMap<string, string[]>> {
  try {
    const answer: ApiShape = await lake.call('lakeformation', 'GetResourceLFTags', {
      Resource: { Table: { DatabaseName, Name } },
    });
    const columns: ApiShape[] = answer.LFTagsOnColumns ?? [];
    return new Map(
      columns.map((column) => [
        String(column.Name).toLowerCase(),
        (column.LFTags as ApiShape[]).map(({ TagKey, TagValues }) => `${TagKey}=${TagValues.join(',')}`),
      ]),
    );
  } catch {
    return new Map();
  }
}
