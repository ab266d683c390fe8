import { NotCoveredError } from '../errors';
import { physicalType } from '../types/physical';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { bindOnce, raise } from './text';

export const notCovered = (from: TrinoType, to: TrinoType): NotCoveredError =>
  new NotCoveredError(`CAST of ${typeText(from)} to ${typeText(to)}`);

/** A text as a number, date or time; NULL when it isn't one. Undefined where the cast has no such form. */
export function parseText(x: string, to: TrinoType): string | undefined {
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
export const readText = (x: string, precision: number): string =>
  precision === 6 ? `lw_read_ts(${x})` : `TRY_CAST(lw_cast_ts(${x}) AS TIMESTAMP)`;

/** The attempt's value; NULL of a value that isn't NULL is an error. */
export function orFail(x: string, from: TrinoType, to: TrinoType, attempt = parseText(x, to)): string {
  const message = `Cannot cast ${typeText(from)} to ${typeText(to)}`;
  // Not COALESCE: DuckDB 1.5 crashes on a COALESCE that fails under TRY.
  return `CASE WHEN ${attempt} IS NOT NULL OR ${x} IS NULL THEN ${attempt} ELSE ${raise('INVALID_CAST_ARGUMENT', message, to)} END`;
}

/** Cuts a timestamp to fewer digits, half up. */
export function rounded(x: string, precision: number): string {
  if (precision >= 6) return x;
  const unit = 10 ** (6 - precision);
  return bindOnce(
    [`(epoch_us(${x}) + ${unit / 2})`],
    ([us = '']) => `make_timestamp(${us} - (${us} % ${unit} + ${unit}) % ${unit})`,
  );
}
