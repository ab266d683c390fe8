import { NotCoveredError, SqlError } from '../sql/errors';
import type { PartitionField } from './metadata';
import { decimalOf, type IcebergType, type Schema } from './types';

/**
 * Partition transforms: their text in DDL and metadata, the type and DuckDB SQL of what they give.
 *
 * @see https://iceberg.apache.org/spec/#partition-transforms
 */
export interface Transform {
  readonly kind: 'identity' | 'bucket' | 'truncate' | 'year' | 'month' | 'day' | 'hour' | 'void';
  /** Buckets, or the width that values are cut to. */
  readonly width: number;
}

const PLAIN = ['identity', 'year', 'month', 'day', 'hour', 'void'] as const;

/** `bucket[16]`, `day` … as the metadata has them. */
export function parseTransform(text: string): Transform {
  const plain = PLAIN.find((kind) => kind === text);
  if (plain) return { kind: plain, width: 0 };
  const match = /^(bucket|truncate)\[(\d+)\]$/.exec(text);
  if (match) return { kind: match[1] as 'bucket' | 'truncate', width: Number(match[2]) };
  throw new NotCoveredError(`Iceberg partition transform ${text}`);
}

/** A field of a new partition spec: `day(ts)`, `bucket(16, id)`, `category` in DDL and in CTAS. */
export function parsePartitionTerm(text: string): { readonly column: string; readonly transform: string } {
  const match = /^\s*(\w+)\s*\(\s*(.*?)\s*\)\s*$/s.exec(text);
  if (!match) return { column: name(text), transform: 'identity' };
  const kind = (match[1] as string).toLowerCase().replace(/s$/, '');
  const args = (match[2] as string).split(',').map((part) => part.trim());
  const width = args.find((arg) => /^\d+$/.test(arg));
  const column = args.find((arg) => arg !== width);
  const sized = kind === 'bucket' || kind === 'truncate';
  const known = sized || PLAIN.some((plain) => plain === kind && plain !== 'void');
  if (!known || column === undefined || args.length !== (sized ? 2 : 1) || (sized && (!width || Number(width) < 1))) {
    throw new SqlError(
      'INVALID_TABLE_PROPERTY',
      `Unable to parse partitioning value: Invalid partition field declaration: ${text}`,
    );
  }
  return { column: name(column), transform: sized ? `${kind}[${Number(width)}]` : kind };
}

const name = (text: string): string =>
  text
    .trim()
    .replace(/^[`"]|[`"]$/g, '')
    .toLowerCase();

/** `bucket(16, id)`: how SHOW CREATE TABLE writes a field of the spec. */
export function partitionTermText(transform: string, column: string): string {
  const { kind, width } = parseTransform(transform);
  const quoted = `\`${column}\``;
  if (kind === 'identity') return quoted;
  return kind === 'bucket' || kind === 'truncate' ? `${kind}(${width}, ${quoted})` : `${kind}(${quoted})`;
}

/** The spec's name for a new partition field, as Iceberg's own library gives them out. */
export function partitionFieldName(transform: string, column: string): string {
  const { kind } = parseTransform(transform);
  if (kind === 'identity') return column;
  return `${column}_${kind === 'truncate' ? 'trunc' : kind}`;
}

/** The type of a partition value. */
export function transformedType(transform: string, source: IcebergType): IcebergType {
  switch (parseTransform(transform).kind) {
    case 'bucket':
    case 'year':
    case 'month':
    case 'hour':
      return 'int';
    // Kept as a date in the files of the manifests; the same number.
    case 'day':
      return 'date';
    default:
      return source;
  }
}

/** @throws SqlError NOT_SUPPORTED for a column that the transform can't take */
export function checkTransform(transform: string, column: string, source: IcebergType): void {
  const { kind } = parseTransform(transform);
  const type = typeof source === 'string' ? source : source.type;
  const allowed: Record<Transform['kind'], RegExp> = {
    identity: /^(?!struct|list|map)/,
    void: /./,
    bucket: /^(int|long|decimal|date|time|timestamp|timestamptz|string|uuid|binary|fixed)/,
    truncate: /^(int|long|decimal|string)/,
    year: /^(date|timestamp|timestamptz)$/,
    month: /^(date|timestamp|timestamptz)$/,
    day: /^(date|timestamp|timestamptz)$/,
    hour: /^(timestamp|timestamptz)$/,
  };
  if (allowed[kind].test(type)) return;
  throw new SqlError(
    'NOT_SUPPORTED',
    `Unsupported type for partition transform '${transform}' of column '${column}': ${type}`,
  );
}

/** DuckDB SQL of a partition value; `value` is in the representation of `types/physical.ts`. */
export function transformSql(field: PartitionField, source: IcebergType, value: string): string {
  const { kind, width } = parseTransform(field.transform);
  const type = typeof source === 'string' ? source : source.type;
  const time = type === 'timestamptz' ? `(${value}).i` : value;
  switch (kind) {
    case 'identity':
      return time;
    case 'void':
      return 'NULL';
    case 'year':
      return `CAST(year(${time}) - 1970 AS INTEGER)`;
    case 'month':
      return `CAST((year(${time}) - 1970) * 12 + month(${time}) - 1 AS INTEGER)`;
    case 'day':
      return `CAST(${time} AS DATE)`;
    case 'hour':
      return `CAST(floor(epoch_us(${time}) / 3600000000) AS INTEGER)`;
    case 'truncate':
      return truncateSql(type, width, value);
    case 'bucket':
      return `CAST((${hashSql(type, time)} & 2147483647) % ${width} AS INTEGER)`;
  }
}

function truncateSql(type: string, width: number, value: string): string {
  if (type === 'string') return `substring(${value}, 1, ${width})`;
  const decimal = decimalOf(type);
  if (!decimal) return `(${value} - (((${value} % ${width}) + ${width}) % ${width}))`;
  const step = `CAST(${width} AS HUGEINT)`;
  const digits = unscaled(value, decimal);
  const cut = `(${digits} - (((${digits} % ${step}) + ${step}) % ${step}))`;
  return `CAST(CAST(${cut} AS DECIMAL(38,0)) / ${10n ** BigInt(decimal.scale)} AS DECIMAL(${decimal.precision},${decimal.scale}))`;
}

const unscaled = (value: string, { scale }: { scale: number }): string =>
  `CAST(replace(CAST(CAST(${value} AS DECIMAL(38,${scale})) AS VARCHAR), '.', '') AS HUGEINT)`;

function hashSql(type: string, value: string): string {
  const decimal = decimalOf(type);
  if (decimal) return `lw_iceberg_hash_decimal(CAST(${unscaled(value, decimal)} AS VARCHAR))`;
  if (/^fixed/.test(type)) return `lw_iceberg_hash_bytes(${value})`;
  switch (type) {
    case 'int':
    case 'long':
      return `lw_iceberg_hash_long(CAST(${value} AS BIGINT))`;
    case 'date':
      return `lw_iceberg_hash_long(CAST(datediff('day', DATE '1970-01-01', ${value}) AS BIGINT))`;
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return `lw_iceberg_hash_long(epoch_us(${value}))`;
    case 'string':
      return `lw_iceberg_hash_bytes(encode(${value}))`;
    case 'binary':
      return `lw_iceberg_hash_bytes(${value})`;
    case 'uuid':
      return `lw_iceberg_hash_bytes(unhex(replace(CAST(${value} AS VARCHAR), '-', '')))`;
    default:
      throw new NotCoveredError(`Iceberg's bucket transform of ${type}`);
  }
}

/** The field of a schema with that id, at the top level. */
export function sourceField(schema: Schema, id: number) {
  const found = schema.fields.find((field) => field.id === id);
  if (!found) throw new NotCoveredError('Iceberg partitions by a nested field');
  return found;
}
