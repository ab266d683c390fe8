import { NotCoveredError } from '../errors';
import { typeText } from './text';
import type { RowField, TrinoType } from './type';

/**
 * The DuckDB type that carries a Trino type.
 *
 * | Trino | DuckDB | why |
 * |---|---|---|
 * | timestamp(p ≤ 6) with time zone | STRUCT(i TIMESTAMP, z VARCHAR): instant in UTC, zone | keeps the zone of each row |
 * | interval day to second | BIGINT milliseconds | DuckDB's INTERVAL says that a month is 30 days |
 * | interval year to month | INTEGER months | |
 * | char(n) | VARCHAR without trailing blanks | comparison is right for nothing; padded when it becomes text |
 * | row | STRUCT, fields named as declared (lower case) or f1 … fn | DuckDB's clients drop unnamed fields |
 * | json | VARCHAR, canonical text | the text of numbers survives |
 * | Geometry, BingTile | VARCHAR: well-known text, quadkey | |
 * | HyperLogLog, SetDigest, tdigest, qdigest | BLOB | the bytes that Trino's casts to varbinary give |
 * | ipaddress | BLOB of 16 bytes, an IPv4 address as `::ffff:a.b.c.d` | their order is Trino's |
 * | unknown | INTEGER, always NULL | |
 *
 * A type without a representation is refused by name.
 */
export function physicalType(type: TrinoType): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'double':
    case 'date':
    case 'uuid':
      return type.kind.toUpperCase();
    case 'real':
      return 'FLOAT';
    case 'decimal':
      return `DECIMAL(${type.precision},${type.scale})`;
    case 'varchar':
    case 'char':
    case 'json':
    case 'Geometry':
    case 'BingTile':
      return 'VARCHAR';
    case 'varbinary':
    case 'ipaddress':
      return 'BLOB';
    case 'interval day to second':
      return 'BIGINT';
    case 'HyperLogLog':
    case 'SetDigest':
    case 'tdigest':
    case 'qdigest(bigint)':
    case 'qdigest(double)':
    case 'qdigest(real)':
      return 'BLOB';
    case 'interval year to month':
    case 'unknown':
      return 'INTEGER';
    case 'timestamp':
    case 'time':
    case 'timestamp with time zone':
      if (type.precision > 6) throw new NotCoveredError(`type ${typeText(type)}`);
      if (type.kind === 'timestamp with time zone') return 'STRUCT(i TIMESTAMP, z VARCHAR)';
      return type.kind.toUpperCase();
    case 'array':
      return `${physicalType(type.element)}[]`;
    case 'map':
      return `MAP(${physicalType(type.key)}, ${physicalType(type.value)})`;
    case 'row':
      return `STRUCT(${physicalFields(type.fields)
        .map((field) => `${quoteName(field.name)} ${physicalType(field.type)}`)
        .join(', ')})`;
    default:
      throw new NotCoveredError(`type ${typeText(type)}`);
  }
}

/** The names of a row's fields in its STRUCT. */
export function physicalFields(fields: readonly RowField[]): { name: string; type: TrinoType }[] {
  const named = fields.map((field, index) => ({
    name: field.name ? field.name.toLowerCase() : `f${index + 1}`,
    type: field.type,
  }));
  if (new Set(named.map((field) => field.name)).size < named.length) {
    throw new NotCoveredError('row with two fields of one name');
  }
  return named;
}

/** A DuckDB identifier. */
export const quoteName = (name: string): string => `"${name.replace(/"/g, '""')}"`;
