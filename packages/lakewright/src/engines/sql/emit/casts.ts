import * as build from '../types/build';
import { sameType } from '../types/coercion';
import { physicalFields, physicalType, quoteName } from '../types/physical';
import type { TrinoType } from '../types/type';
import { notCovered, orFail, parseText } from './casts-of-text';
import { toNumber } from './casts-to-numbers';
import { toTime, toTimestamp, toZonedTimestamp } from './casts-to-times';
import { castFromJson, jsonOf } from './json-of';
import { attempt, bindOnce, check, fresh } from './text';
import { textOf } from './text-of';

/**
 * `CAST` by Trino's rules, coercions included. The analyzer has checked that Trino has the cast and that it's covered
 * (`types/cast-matrix.ts`).
 */
export function castSql(sql: string, from: TrinoType, to: TrinoType): string {
  return sameType(from, to) ? sql : bindOnce([sql], ([operand = '']) => castBound(operand, from, to));
}

function castBound(x: string, from: TrinoType, to: TrinoType): string {
  if (from.kind === 'unknown') return `CAST(NULL AS ${physicalType(to)})`;
  if (from.kind === 'json' && to.kind !== 'json') return castFromJson(x, to);
  switch (to.kind) {
    case 'varchar':
    case 'char':
      return toText(x, from, to);
    case 'boolean':
      return from.kind === 'varchar' ? orFail(x, from, to) : `(${x} <> 0)`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'double':
    case 'real':
      return toNumber(x, from, to);
    case 'date':
      if (from.kind === 'varchar') return orFail(x, from, to);
      return `CAST(${from.kind === 'timestamp with time zone' ? `lw_local(${x})` : x} AS DATE)`;
    case 'timestamp':
      return toTimestamp(x, from, to.precision);
    case 'timestamp with time zone':
      return toZonedTimestamp(x, from, to.precision);
    case 'time':
      return toTime(x, from, to.precision);
    case 'HyperLogLog':
    case 'SetDigest':
    case 'tdigest':
    case 'qdigest(bigint)':
    case 'qdigest(double)':
    case 'qdigest(real)':
      return x;
    case 'varbinary':
      if (physicalType(from) === 'BLOB') return x;
      return from.kind === 'uuid' ? `unhex(replace(CAST(${x} AS VARCHAR), '-', ''))` : `encode(${x})`;
    case 'uuid':
      return from.kind === 'varbinary' ? uuidOfBytes(x) : orFail(x, from, to);
    case 'ipaddress':
      return from.kind === 'varbinary' ? addressOfBytes(x) : orFail(x, from, to);
    case 'json':
      return jsonOf(x, from);
    case 'array':
      return toArray(x, from, to);
    case 'map':
      return toMap(x, from, to);
    case 'row':
      return toRow(x, from, to);
    default:
      throw notCovered(from, to);
  }
}

/** `TRY_CAST`: NULL where the cast fails. Texts are parsed to NULL, which is faster than failing under TRY. */
export function tryCastSql(sql: string, from: TrinoType, to: TrinoType): string {
  if (sameType(from, to)) return sql;
  const parsed = from.kind === 'varchar' ? parseText(sql, to) : undefined;
  if (parsed !== undefined) return parsed;
  if (to.kind === 'varchar' && to.length !== undefined && !build.isText(from) && !failsAsCast(from)) {
    return fittingText(tryCastSql(sql, from, build.VARCHAR), from, to);
  }
  return castSql(sql, from, to) === sql ? sql : attempt([sql], ([value = '']) => castSql(value, from, to));
}

function uuidOfBytes(x: string): string {
  const message = 'Invalid UUID binary length';
  return check(`octet_length(${x}) <> 16`, 'INVALID_CAST_ARGUMENT', message, build.UUID, `CAST(hex(${x}) AS UUID)`);
}

/** Four bytes are an IPv4 address. */
function addressOfBytes(x: string): string {
  const message = 'Invalid IP address binary length';
  const address = `CASE WHEN octet_length(${x}) = 4 THEN unhex('00000000000000000000FFFF' || hex(${x})) ELSE ${x} END`;
  return check(`octet_length(${x}) NOT IN (4, 16)`, 'INVALID_CAST_ARGUMENT', message, build.IPADDRESS, address);
}

function toText(x: string, from: TrinoType, to: build.VarcharType | build.CharType): string {
  const { length } = to;
  if (build.isText(from)) {
    const padded = from.kind === 'char' && to.kind === 'varchar' ? `rpad(${x}, ${from.length}, ' ')` : x;
    const cuts = length !== undefined && (from.length === undefined || from.length > length);
    const cut = cuts ? `substr(${padded}, 1, ${length})` : padded;
    return to.kind === 'char' && from.kind === 'varchar' ? `rtrim(${cut}, ' ')` : cut;
  }
  const text = textOf(x, from);
  return length === undefined ? text : fittingText(text, from, to);
}

/** Of these a text that is too long fails as a cast; of the others inside Trino, which TRY_CAST doesn't catch. */
const failsAsCast = (from: TrinoType): boolean => build.isNumeric(from) || from.kind === 'date';

/** The text of a value, if it isn't longer than the type. */
function fittingText(text: string, from: TrinoType, to: build.VarcharType | build.CharType): string {
  const error = failsAsCast(from) ? 'INVALID_CAST_ARGUMENT' : 'GENERIC_INTERNAL_ERROR';
  const message = `Value cannot be represented as varchar(${to.length})`;
  return bindOnce([text], ([value = '']) => check(`length(${value}) > ${to.length}`, error, message, to, value));
}

/** The cast leaves the representation alone. */
function isSameRepresentation(from: TrinoType, to: TrinoType): boolean {
  return castSql('x', from, to) === 'x';
}

function toArray(x: string, from: TrinoType, to: build.ArrayType): string {
  if (from.kind !== 'array') throw notCovered(from, to);
  if (from.element.kind === 'unknown') return `CAST(${x} AS ${physicalType(to)})`;
  if (isSameRepresentation(from.element, to.element)) return x;
  const element = fresh('e');
  return `list_transform(${x}, lambda ${element}: ${castSql(element, from.element, to.element)})`;
}

function toMap(x: string, from: TrinoType, to: build.MapType): string {
  if (from.kind !== 'map') throw notCovered(from, to);
  if (from.key.kind === 'unknown') return `CAST(${x} AS ${physicalType(to)})`;
  if (isSameRepresentation(from.key, to.key) && isSameRepresentation(from.value, to.value)) return x;
  const e = fresh('e');
  const keys = `list_transform(map_keys(${x}), lambda ${e}: ${castSql(e, from.key, to.key)})`;
  const values = `list_transform(map_values(${x}), lambda ${e}: ${castSql(e, from.value, to.value)})`;
  return `CASE WHEN ${x} IS NULL THEN NULL ELSE map(${keys}, ${values}) END`;
}

/** Field by field: DuckDB's own cast goes by name. */
function toRow(x: string, from: TrinoType, to: build.RowType): string {
  if (from.kind !== 'row' || from.fields.length !== to.fields.length) throw notCovered(from, to);
  const target = physicalFields(to.fields);
  const source = physicalFields(from.fields);
  const unchanged = target.every((field, index) => {
    const own = source[index];
    return own?.name === field.name && isSameRepresentation(own.type, field.type);
  });
  if (unchanged) return x;
  const parts = target.map((field, index) => {
    const value = castSql(`struct_extract_at(${x}, ${index + 1})`, source[index]?.type ?? field.type, field.type);
    return `${quoteName(field.name)}: ${value}`;
  });
  return `CASE WHEN ${x} IS NULL THEN NULL ELSE {${parts.join(', ')}} END`;
}
