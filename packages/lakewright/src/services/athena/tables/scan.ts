import type { TableColumn } from '../../../engines/sql/contract';
import { physicalType, quoteName } from '../../../engines/sql/types/physical';
import type { DataFile } from './data-files';
import { partitionLiteral } from './partition-literal';
import { literal, literals } from './table-engine';

/** A file to scan: the object that the user sees, and the Parquet file that DuckDB reads for it. */
export interface ScanFile {
  readonly source: DataFile;
  readonly path: string;
  /** The values of the partition keys, in their order. */
  readonly values: readonly string[];
}

/** Files that are read by one `read_parquet`, with the SQL of each data column. */
export interface ScanPart {
  readonly files: readonly ScanFile[];
  /** Column name → SQL over the file's own columns. */
  readonly data: ReadonlyMap<string, string>;
}

/** The relation of the contract's `scan`: the wanted columns, in order, in parentheses. */
export function scanSql(
  wanted: readonly TableColumn[],
  keys: readonly TableColumn[],
  parts: readonly ScanPart[],
): string {
  if (!parts.length) {
    const nothing = wanted.map((column) => `CAST(NULL AS ${physicalType(column.type)}) AS ${quoteName(column.name)}`);
    return `(SELECT ${nothing.join(', ') || 'NULL AS "$none"'} WHERE false)`;
  }
  return `(${parts.map((part) => partSql(wanted, keys, part)).join(' UNION ALL ')})`;
}

function partSql(wanted: readonly TableColumn[], keys: readonly TableColumn[], part: ScanPart): string {
  const hive =
    keys.some((key) => wanted.includes(key) && varies(part, keys.indexOf(key))) && isHiveLayout(keys, part.files);
  const columns = wanted.map((column) => {
    const sql = column.hidden
      ? perFile(part.files.map((file) => hiddenValue(column.name, file.source)))
      : column.partitionKey
        ? keySql(column, keys.indexOf(column), part, hive)
        : (part.data.get(column.name) as string);
    return `${sql} AS ${quoteName(column.name)}`;
  });
  const paths = literals(part.files.map((file) => file.path));
  const types = keys.map((key) => `${literal(key.name)}: ${literal(physicalType(key.type))}`).join(', ');
  const partitioning = hive ? `hive_partitioning = true, hive_types = {${types}}` : 'hive_partitioning = false';
  return `SELECT ${columns.join(', ') || 'NULL AS "$none"'} FROM read_parquet(${paths}, ${partitioning})`;
}

const varies = (part: ScanPart, key: number): boolean =>
  part.files.some((file) => file.values[key] !== part.files[0]?.values[key]);

function keySql(key: TableColumn, index: number, part: ScanPart, hive: boolean): string {
  if (hive) return quoteName(key.name);
  return perFile(part.files.map((file) => partitionLiteral(file.values[index] ?? '', key)));
}

/** A value that hangs on the file: a constant when it is the same in all, else picked by the file's number. */
function perFile(values: readonly string[]): string {
  const [first = 'NULL'] = values;
  if (values.every((value) => value === first)) return first;
  return `([${values.join(', ')}])[CAST(file_index + 1 AS BIGINT)]`;
}

function hiddenValue(name: string, file: DataFile): string {
  switch (name) {
    case '$path':
      return literal(file.uri);
    case '$file_size':
      return `CAST(${file.size} AS BIGINT)`;
    default: {
      const time = file.modified.toISOString().replace('T', ' ').replace('Z', '');
      return `{'i': TIMESTAMP '${time}', 'z': 'UTC'}`;
    }
  }
}

const HIVE_TYPES: ReadonlySet<string> = new Set(['varchar', 'integer', 'bigint', 'date']);

/**
 * Whether the folders alone say what the catalog says (`…/month=3/…`), so that DuckDB's own Hive partitioning gives the
 * same values: it is the fastest, and prunes by itself.
 */
function isHiveLayout(keys: readonly TableColumn[], files: readonly ScanFile[]): boolean {
  if (!keys.every((key) => HIVE_TYPES.has(key.type.kind) && /^[a-z][a-z0-9_]*$/.test(key.name))) return false;
  return files.every((file) => {
    const named = file.path.split(/[\\/]/).filter((segment) => segment.includes('='));
    return (
      named.length === keys.length &&
      keys.every((key, index) => {
        const value = file.values[index] as string;
        const plain =
          key.type.kind === 'date'
            ? /^\d{4}-\d{2}-\d{2}$/
            : key.type.kind === 'varchar'
              ? /^[A-Za-z0-9][A-Za-z0-9.-]*$/
              : /^-?\d{1,9}$/;
        return plain.test(value) && !/^null$/i.test(value) && named[index] === `${key.name}=${value}`;
      })
    );
  });
}
