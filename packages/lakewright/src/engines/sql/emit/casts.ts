import { NotCoveredError } from '../errors';
import * as build from '../types/build';
import { sameType } from '../types/coercion';
import { physicalFields, physicalType, quoteName } from '../types/physical';
import { typeText } from '../types/text';
import { LAST_ZONED_YEAR } from '../types/time-range';
import type { TrinoType } from '../types/type';
import { castFromJson, jsonOf } from './json-of';
import { attempt, bindOnce, check, evaluated, fresh, quoteText, raise, sessionZone } from './text';
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

const notCovered = (from: TrinoType, to: TrinoType): NotCoveredError =>
  new NotCoveredError(`CAST of ${typeText(from)} to ${typeText(to)}`);

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

/** A text as a number, date or time; NULL when it isn't one. Undefined where the cast has no such form. */
function parseText(x: string, to: TrinoType): string | undefined {
  switch (to.kind) {
    case 'boolean':
      return `lw_cast_bool(${x})`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return `TRY_CAST(lw_cast_int(${x}) AS ${physicalType(to)})`;
    case 'decimal':
      return `TRY_CAST(lw_cast_dec(${x}) AS ${physicalType(to)})`;
    case 'double':
    case 'real':
      return `TRY_CAST(lw_cast_dbl(${x}) AS ${physicalType(to)})`;
    case 'date':
      return `TRY_CAST(lw_cast_date(${x}) AS DATE)`;
    case 'timestamp':
      return rounded(readLocal(x, to.precision), to.precision);
    case 'uuid':
      // DuckDB takes it without hyphens, or with others, too.
      return `TRY_CAST(CASE WHEN regexp_full_match(${x}, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}') THEN ${x} WHEN strlen(${x}) = 36 THEN lw_uuid(${x}) END AS UUID)`;
    case 'ipaddress':
      return `lw_ip(${x})`;
    default:
      return undefined;
  }
}

/** A text with or without a zone as local time; a name of a zone must be one, and its clocks must have shown the time. */
function readLocal(x: string, precision: number): string {
  const named = `CASE WHEN regexp_matches(${x}, '[A-Za-z]') THEN lw_cast_tz_zone(${x}) ELSE 'UTC' END`;
  return bindOnce(
    [readText(x, precision), named],
    ([local, zone]) =>
      `CASE WHEN ${zone} = 'UTC' THEN ${local} ELSE lw_local2(lw_to_utc(${local}, ${zone}), ${zone}) END`,
  );
}

/** The local time in a text; only the sixth digit of a fraction has to be rounded while it's read. */
const readText = (x: string, precision: number): string =>
  precision === 6 ? `lw_read_ts(${x})` : `TRY_CAST(lw_cast_ts(${x}) AS TIMESTAMP)`;

/** The attempt's value; NULL of a value that isn't NULL is an error. */
function orFail(x: string, from: TrinoType, to: TrinoType, attempt = parseText(x, to)): string {
  const message = `Cannot cast ${typeText(from)} to ${typeText(to)}`;
  // Not COALESCE: DuckDB 1.5 crashes on a COALESCE that fails under TRY.
  return `CASE WHEN ${attempt} IS NOT NULL OR ${x} IS NULL THEN ${attempt} ELSE ${raise('INVALID_CAST_ARGUMENT', message, to)} END`;
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

function toNumber(x: string, from: TrinoType, to: TrinoType): string {
  const target = physicalType(to);
  if (from.kind === 'varchar') return orFail(x, from, to);
  // DuckDB makes true the smallest step of the decimal type, Trino a number that the type has no room for.
  if (from.kind === 'boolean' && to.kind === 'decimal' && to.scale === to.precision) throw notCovered(from, to);
  if (build.isFloating(from)) {
    if (build.isInteger(to)) return floatingToInteger(x, from, to);
    if (to.kind === 'decimal') return floatingToDecimal(x, target);
    if (to.kind === 'real') return doubleToReal(x);
  }
  const cast = `CAST(${x} AS ${target})`;
  return mostDigits(from) > sureDigits(to) ? evaluated(cast) : cast;
}

const INTEGER_DIGITS: Readonly<Record<string, number>> = { tinyint: 3, smallint: 5, integer: 10, bigint: 19 };

/** Before the point; none of other numbers, whose casts don't fail for their size. */
const mostDigits = (type: TrinoType): number =>
  type.kind === 'decimal' ? type.precision - type.scale : (INTEGER_DIGITS[type.kind] ?? 0);

/** Any number of so many digits has room in the type. */
const sureDigits = (type: TrinoType): number => (type.kind === 'decimal' ? mostDigits(type) : mostDigits(type) - 1);

/** Half away from zero. A real beyond every bigint is the nearest bigint; other numbers out of range fail. */
function floatingToInteger(x: string, from: TrinoType, to: TrinoType): string {
  const target = physicalType(to);
  const limit = `${2n ** BigInt(build.integerBits(to) - 1)}`;
  const rounded = `CAST(round(${x}) AS ${target})`;
  const outside = `NOT (round(${x}) >= -${limit}::DOUBLE AND round(${x}) < ${limit}::DOUBLE)`;
  const nan = `isnan(${x})`;
  const notANumber = raise('INVALID_CAST_ARGUMENT', `Cannot cast ${from.kind} NaN to ${to.kind}`, to);
  if (to.kind !== 'bigint') {
    const outOfRange = raise('NUMERIC_VALUE_OUT_OF_RANGE', `Out of range for ${to.kind}`, to);
    return `CASE WHEN ${nan} THEN ${notANumber} WHEN ${outside} THEN ${outOfRange} ELSE ${rounded} END`;
  }
  if (from.kind === 'double') return `CASE WHEN ${outside} THEN ${notANumber} ELSE ${rounded} END`;
  const nearest = `CASE WHEN ${x} > 0 THEN 9223372036854775807 ELSE -9223372036854775807 - 1 END`;
  return `CASE WHEN ${nan} THEN ${notANumber} WHEN ${outside} THEN ${nearest} ELSE ${rounded} END`;
}

/** By the shortest text that stands for the number: 0.1 is 0.1. DuckDB misreads what's too small for any decimal. */
const floatingToDecimal = (x: string, target: string): string =>
  `CASE WHEN abs(${x}) < 1e-40 THEN CAST(0 AS ${target}) ELSE CAST(CAST(${x} AS VARCHAR) AS ${target}) END`;

/** DuckDB fails where Java gives an infinity. */
function doubleToReal(x: string): string {
  const infinity = `CASE WHEN ${x} > 0 THEN 'Infinity'::DOUBLE ELSE '-Infinity'::DOUBLE END`;
  const tooLarge = `abs(${x}) > 3.4028235677973366e38 AND isfinite(${x})`;
  return `CAST(CASE WHEN ${tooLarge} THEN ${infinity} ELSE ${x} END AS FLOAT)`;
}

/** Cuts a timestamp to fewer digits, half up. */
function rounded(x: string, precision: number): string {
  if (precision >= 6) return x;
  const unit = 10 ** (6 - precision);
  return bindOnce(
    [`(epoch_us(${x}) + ${unit / 2})`],
    ([us = '']) => `make_timestamp(${us} - (${us} % ${unit} + ${unit}) % ${unit})`,
  );
}

const precisionOf = (type: TrinoType): number => ('precision' in type ? type.precision : 0);

function toTimestamp(x: string, from: TrinoType, precision: number): string {
  switch (from.kind) {
    case 'varchar':
      return orFail(x, from, build.timestamp(precision));
    case 'date':
      return `CAST(${x} AS TIMESTAMP)`;
    case 'timestamp':
      return precision < from.precision ? rounded(x, precision) : x;
    case 'timestamp with time zone':
      return precision < from.precision ? rounded(`lw_local(${x})`, precision) : `lw_local(${x})`;
    default:
      throw notCovered(from, build.timestamp(precision));
  }
}

/** A local time of the session's zone. */
export function inSessionZone(timestamp: string): string {
  return sessionZone() === 'UTC'
    ? `lw_utc_tz(${timestamp})`
    : `lw_from_local(${timestamp}, ${quoteText(sessionZone())})`;
}

const inZonedRange = (x: string, precision: number, sql: string): string =>
  check(
    `abs(year(${x})) > ${LAST_ZONED_YEAR}`,
    'INVALID_CAST_ARGUMENT',
    'Out of range for timestamp with time zone',
    build.zonedTimestamp(precision),
    sql,
  );

function toZonedTimestamp(x: string, from: TrinoType, precision: number): string {
  const cuts = precision < precisionOf(from);
  switch (from.kind) {
    case 'varchar': {
      const attempt = bindOnce(
        [rounded(readText(x, precision), precision), `lw_cast_tz_zone(${x})`],
        ([local, zone]) =>
          `CASE WHEN abs(year(${local})) <= ${LAST_ZONED_YEAR} THEN lw_from_local(${local}, ${zone}) END`,
      );
      return bindOnce([attempt], ([value = '']) => orFail(x, from, build.zonedTimestamp(precision), value));
    }
    case 'date':
      return inZonedRange(x, precision, inSessionZone(`CAST(${x} AS TIMESTAMP)`));
    case 'timestamp':
      return inZonedRange(x, precision, inSessionZone(cuts ? rounded(x, precision) : x));
    case 'timestamp with time zone':
      return cuts ? `lw_mk_tz(${rounded(`(${x}).i`, precision)}, (${x}).z)` : x;
    default:
      throw notCovered(from, build.zonedTimestamp(precision));
  }
}

/** Trino takes a second off the clock of timestamps before 1970 that have a fraction of one. */
const clockOf = (x: string): string =>
  `CASE WHEN epoch_us(${x}) < 0 AND epoch_us(${x}) % 1000000 <> 0 THEN ${x} - INTERVAL 1 SECOND ELSE ${x} END`;

function toTime(x: string, from: TrinoType, precision: number): string {
  const to = build.time(precision);
  const cut = (timestamp: string) => `CAST(${rounded(timestamp, precision)} AS TIME)`;
  switch (from.kind) {
    case 'varchar': {
      const parsed = orFail(
        x,
        from,
        to,
        precision === 6 ? `lw_read_time(${x})` : `TRY_CAST(lw_cast_time(${x}) AS TIME)`,
      );
      return precision < 6 ? cut(`(DATE '2000-01-01' + ${parsed})`) : parsed;
    }
    case 'timestamp':
      return precision < from.precision ? cut(`(${clockOf(x)})`) : `CAST(${clockOf(x)} AS TIME)`;
    case 'timestamp with time zone':
      return precision < from.precision ? cut(`lw_local(${x})`) : `CAST(lw_local(${x}) AS TIME)`;
    case 'time':
      return precision < from.precision ? cut(`(DATE '2000-01-01' + ${x})`) : x;
    default:
      throw notCovered(from, to);
  }
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
