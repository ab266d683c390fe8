import { SqlError } from '../errors';
import type { Cursor } from './cursor';
import type { ColumnDefinition, CreateTable, PartitionTransform, Properties } from './statement';
import { type StorageClauses, storageFormat } from './storage-format';
import { positionOf } from './tokens';
import { readType } from './type-text';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** After `CREATE [EXTERNAL] TABLE`. The clauses come in Hive's order, as Athena wants them. */
export function createTable(cursor: Cursor, external: boolean): CreateTable {
  const ifNotExists = cursor.accept('IF NOT EXISTS');
  const table = cursor.name();
  const columns = cursor.looksAt('(') ? cursor.list(() => cursor.column()) : [];
  const comment = cursor.accept('COMMENT') ? cursor.string() : undefined;
  const partitioning = cursor.accept('PARTITIONED BY') ? partitionedBy(cursor) : { keys: [], transforms: [] };
  const clusteredBy = cursor.accept('CLUSTERED BY') ? clustering(cursor) : undefined;
  const storage = storageClauses(cursor);
  const location = cursor.accept('LOCATION') ? cursor.string() : undefined;
  const properties = cursor.accept('TBLPROPERTIES') ? cursor.properties() : {};
  cursor.end();
  refuseDuplicates(cursor, [...columns, ...partitioning.keys]);
  return {
    kind: 'create table',
    table,
    external,
    ifNotExists,
    columns,
    ...(comment !== undefined && { comment }),
    partitionKeys: partitioning.keys,
    transforms: partitioning.transforms,
    ...(clusteredBy && { clusteredBy }),
    format: storageFormat(storage),
    ...(location !== undefined && { location }),
    properties,
  };
}

function refuseDuplicates(cursor: Cursor, columns: readonly ColumnDefinition[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name)) {
      throw new SqlError(
        'DUPLICATE_COLUMN_NAME',
        `column '${name}' is specified more than once`,
        positionOf(cursor.sql, 0),
      );
    }
    seen.add(name);
  }
}

/** `(dt string, …)` for Hive tables, `(day(ts), bucket(16, id), category)` for Iceberg tables. */
function partitionedBy(cursor: Cursor): { keys: ColumnDefinition[]; transforms: PartitionTransform[] } {
  const keys: ColumnDefinition[] = [];
  const transforms: PartitionTransform[] = [];
  cursor.list(() => {
    const name = cursor.identifier();
    if (cursor.looksAt('(')) transforms.push({ transform: `${name}(${transformArguments(cursor)})` });
    else if (cursor.looksAt(',') || cursor.looksAt(')')) transforms.push({ transform: name });
    else {
      const type = readType(cursor);
      keys.push({ name, type, ...(cursor.accept('COMMENT') && { comment: cursor.string() }) });
    }
  });
  return { keys, transforms };
}

function transformArguments(cursor: Cursor): string {
  return cursor.list(() => (cursor.peek().kind === 'number' ? cursor.next().text : cursor.identifier())).join(', ');
}

function clustering(cursor: Cursor): { columns: string[]; buckets: number } {
  const columns = cursor.list(() => cursor.identifier());
  cursor.expect('INTO');
  const count = cursor.next();
  if (count.kind !== 'number') cursor.unexpected('<integer>');
  cursor.expect('BUCKETS');
  return { columns, buckets: Number(count.text) };
}

function storageClauses(cursor: Cursor): StorageClauses {
  const clauses: Mutable<StorageClauses> = { serdeParameters: {} };
  let parameters: Properties = {};
  if (cursor.accept('ROW FORMAT')) {
    if (cursor.expectOneOf('SERDE', 'DELIMITED') === 'SERDE') {
      clauses.serde = cursor.string();
      if (cursor.accept('WITH SERDEPROPERTIES')) parameters = cursor.properties();
    } else parameters = delimiters(cursor);
  }
  if (cursor.accept('STORED AS')) {
    if (cursor.accept('INPUTFORMAT')) {
      clauses.inputFormat = cursor.string();
      cursor.expect('OUTPUTFORMAT');
      clauses.outputFormat = cursor.string();
    } else clauses.storedAs = cursor.identifier().toUpperCase();
  }
  if (cursor.accept('WITH SERDEPROPERTIES')) parameters = { ...parameters, ...cursor.properties() };
  clauses.serdeParameters = parameters;
  return clauses;
}

/** `ROW FORMAT DELIMITED …` → LazySimpleSerDe's parameters; Hive really spells it `colelction.delim`. */
function delimiters(cursor: Cursor): Properties {
  const parameters: Record<string, string> = {};
  for (;;) {
    if (cursor.accept('FIELDS TERMINATED BY')) {
      const delimiter = cursor.string();
      parameters['field.delim'] = delimiter;
      parameters['serialization.format'] = delimiter;
      if (cursor.accept('ESCAPED BY')) parameters['escape.delim'] = cursor.string();
    } else if (cursor.accept('ESCAPED BY')) parameters['escape.delim'] = cursor.string();
    else if (cursor.accept('COLLECTION ITEMS TERMINATED BY')) parameters['colelction.delim'] = cursor.string();
    else if (cursor.accept('MAP KEYS TERMINATED BY')) parameters['mapkey.delim'] = cursor.string();
    else if (cursor.accept('LINES TERMINATED BY')) parameters['line.delim'] = cursor.string();
    else if (cursor.accept('NULL DEFINED AS')) parameters['serialization.null.format'] = cursor.string();
    else return parameters;
  }
}
