import type { ColumnInfo } from '../../../engines/sql/result';

/** What a `.metadata` file says. */
export interface ResultMetadata {
  readonly queryId: string;
  /** For statements that write: `INSERT`, `CREATE TABLE` … and the number of rows. */
  readonly update?: { readonly type: string; readonly rows: number };
  readonly columns: readonly ColumnInfo[];
}

/**
 * The file that Athena puts beside a result: a Protocol Buffers message of the columns, which the JDBC driver reads when it
 * fetches results from S3.
 *
 * AWS publishes no schema. The field numbers are those that open readers of the files know (io.burt.athena's
 * `AthenaMetaDataParser`); which members are left out for a type, and the update's fields, were measured on AWS by the
 * project athena-local (its notes on `.metadata`). There the first field of most statements is the id of the engine's
 * query, which isn't known here: it is the QueryExecutionId, and readers skip it. SHOW TABLES, DATABASES, COLUMNS,
 * PARTITIONS and TBLPROPERTIES have a form on AWS that isn't public; here they have this one.
 */
export function metadataFile({ queryId, update, columns }: ResultMetadata): Buffer {
  return Buffer.concat([
    text(1, queryId),
    ...(update ? [text(2, update.type), number(3, update.rows)] : []),
    ...columns.map((column) => bytes(4, columnMessage(column))),
  ]);
}

const UNKNOWN_IF_NULLABLE = 3;

function columnMessage({ CatalogName, Name, Label, Type, Precision, Scale, CaseSensitive }: ColumnInfo): Buffer {
  const members = membersOf(Type);
  return Buffer.concat([
    text(1, CatalogName),
    text(4, Name),
    text(5, Label),
    text(6, Type),
    ...(members.includes('precision') ? [number(7, Precision)] : []),
    ...(members.includes('scale') ? [number(8, Scale)] : []),
    number(9, UNKNOWN_IF_NULLABLE),
    ...(members.includes('case') ? [number(10, CaseSensitive ? 1 : 0)] : []),
  ]);
}

/** A member is there or not by the column's type, also where it is zero. */
function membersOf(type: string): readonly ('precision' | 'scale' | 'case')[] {
  switch (type) {
    case 'boolean':
    case 'interval day to second':
    case 'interval year to month':
      return ['case'];
    case 'date':
      return ['scale', 'case'];
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'float':
    case 'double':
    case 'decimal':
    case 'varchar':
    case 'char':
    case 'varbinary':
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
    case 'time with time zone':
      return ['precision', 'scale', 'case'];
    default:
      return [];
  }
}

/** Protocol Buffers' wire types. */
const VARINT = 0;
const LENGTH_DELIMITED = 2;

const number = (field: number, value: number): Buffer => Buffer.concat([varint(tag(field, VARINT)), varint(value)]);

const text = (field: number, value: string): Buffer => bytes(field, Buffer.from(value));

const bytes = (field: number, value: Buffer): Buffer =>
  Buffer.concat([varint(tag(field, LENGTH_DELIMITED)), varint(value.length), value]);

const tag = (field: number, wireType: number): number => field * 8 + wireType;

/** Seven bits a byte, the lowest first. */
function varint(value: number): Buffer {
  const groups: number[] = [];
  let rest = value;
  while (rest >= 128) {
    groups.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...groups, rest]);
}
