import { physicalType } from '../../sql/types/physical';
import type { TrinoType } from '../../sql/types/type';

/**
 * DuckDB SQL for the scalars of delimited text. Each form answers what is certain: texts of which DuckDB's cast gives
 * the SerDe's value, and texts of which the SerDe makes NULL. Everything else raises an error, and the file is read by
 * the SerDe itself.
 */
export type NativeCast = (field: string) => string;

/** The text is what DuckDB itself writes for the value: so it is the canonical form. */
const canonical = (field: string, type: string): string => `CAST(TRY_CAST(${field} AS ${type}) AS VARCHAR) = ${field}`;
const matches = (field: string, pattern: string): string => `regexp_full_match(${field}, '${pattern}')`;

const FLOATING = '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?';
/** Letters and signs that no floating number has, `NaN` and `Infinity` included. */
const NOT_FLOATING = '[b-cg-hj-mo-su-xzA-CG-HJ-MO-Z:/_]';
const TIMESTAMP = '[12][0-9]{3}-[0-9]{2}-[0-9]{2}[ T]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,3})?';

/** LazySimpleSerDe's: what doesn't parse is NULL. */
export function lazyCast(type: TrinoType): NativeCast | undefined {
  const to = physicalType(type);
  switch (type.kind) {
    case 'boolean':
      return (field) => `CASE lower(${field}) WHEN 'true' THEN true WHEN 'false' THEN false END`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (field) =>
        cases(field, to, [
          [canonical(field, to), `TRY_CAST(${field} AS ${to})`],
          [`NOT ${matches(field, '[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)')}`, 'NULL'],
          // A fraction is cut off; `.5` is 0.
          ['true', `TRY_CAST(regexp_replace(replace(${field}, '+', ''), '^(-?)([0-9]*).*$', '\\10\\2') AS ${to})`],
        ]);
    case 'real':
    case 'double':
      return (field) =>
        cases(field, to, [
          [matches(field, FLOATING), `CAST(${field} AS ${to})`],
          [`NOT regexp_matches(${field}, '[0-9]|NaN|Infinity') OR regexp_matches(${field}, '${NOT_FLOATING}')`, 'NULL'],
        ]);
    case 'decimal':
      return (field) =>
        cases(field, to, [
          [plainDecimal(field, type), `CAST(${field} AS ${to})`],
          [`NOT regexp_matches(${field}, '[0-9]')`, 'NULL'],
        ]);
    case 'date':
      return (field) => {
        const day = `split_part(${field}, ' ', 1)`;
        return cases(field, to, [
          [`strlen(${field}) = 10 AND ${canonical(field, to)}`, `TRY_CAST(${field} AS ${to})`],
          [`strlen(${day}) = 10 AND ${canonical(day, to)}`, `TRY_CAST(${day} AS ${to})`],
          [`NOT contains(${field}, '-') OR NOT regexp_matches(${field}, '[0-9]')`, 'NULL'],
        ]);
      };
    case 'timestamp':
      return (field) =>
        cases(field, to, [
          // To whole milliseconds, at most.
          [`strlen(${field}) BETWEEN 19 AND 23 AND ${canonical(field, to)}`, `TRY_CAST(${field} AS ${to})`],
          [`${matches(field, TIMESTAMP)} AND TRY_CAST(${field} AS ${to}) IS NOT NULL`, `TRY_CAST(${field} AS ${to})`],
          [`NOT contains(${field}, ':') OR NOT contains(${field}, '-') OR right(${field}, 1) IN ('Z', 'z')`, 'NULL'],
        ]);
    default:
      return textCast(type);
  }
}

/** OpenCSVSerDe's: dates and times are numbers, and what doesn't parse is an error that the SerDe words. */
export function openCsvCast(type: TrinoType): NativeCast | undefined {
  const to = physicalType(type);
  switch (type.kind) {
    case 'boolean':
      return (field) => `(lower(${field}) = 'true')`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      return (field) => cases(field, to, [[canonical(field, to), `TRY_CAST(${field} AS ${to})`]]);
    case 'real':
    case 'double':
      return (field) => cases(field, to, [[matches(field, FLOATING), `CAST(${field} AS ${to})`]]);
    case 'decimal':
      return (field) => cases(field, to, [[plainDecimal(field, type), `CAST(${field} AS ${to})`]]);
    case 'date':
      return (field) =>
        cases(field, to, [[matches(field, '-?[0-9]{1,6}'), `DATE '1970-01-01' + CAST(${field} AS INTEGER)`]]);
    case 'timestamp':
      return (field) => cases(field, to, [[matches(field, '-?[0-9]{1,13}'), `epoch_ms(CAST(${field} AS BIGINT))`]]);
    default:
      return textCast(type);
  }
}

function textCast(type: TrinoType): NativeCast | undefined {
  if (type.kind !== 'varchar' && type.kind !== 'char') return undefined;
  const { length } = type;
  const cut: NativeCast = (field) => (length === undefined ? field : `substring(${field}, 1, ${length})`);
  return type.kind === 'char' ? (field) => `rtrim(${cut(field)}, ' ')` : cut;
}

/** In bounds and without a digit to round away. */
function plainDecimal(field: string, { precision, scale }: { precision: number; scale: number }): string {
  const whole = precision - scale;
  if (whole === 0) return 'false';
  return matches(field, `[+-]?[0-9]{1,${whole}}${scale ? `(\\.[0-9]{1,${scale}})?` : ''}`);
}

/** NULL comes in as a missing field or as the text that stands for it. */
function cases(
  field: string,
  type: string,
  branches: readonly (readonly [condition: string, value: string])[],
): string {
  const known = branches.map(([condition, value]) => `WHEN ${condition} THEN ${value}`).join(' ');
  return `CASE WHEN ${field} IS NULL THEN NULL ${known} ELSE CAST('doubtful' AS ${type}) END`;
}
