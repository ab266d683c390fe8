import { NotCoveredError } from '../errors';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';

/** The text of a value as Trino's CAST to varchar gives it. The operand may be named several times: it's short. */
export function textOf(x: string, type: TrinoType): string {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'uuid':
      return `CAST(${x} AS VARCHAR)`;
    case 'decimal':
      // DuckDB leaves the zero before the point out where the type has no digit for it.
      return type.precision > type.scale ? `CAST(${x} AS VARCHAR)` : `replace(CAST(${x} AS VARCHAR), '.', '0.')`;
    case 'date':
      return `lw_date_str(${x})`;
    case 'double':
      return `lw_d2s(${x})`;
    case 'real':
      return `lw_f2s(${x})`;
    case 'varchar':
      return x;
    case 'char':
      return `rpad(${x}, ${type.length}, ' ')`;
    case 'json':
      return `lw_jcast(${x}, 'varchar')`;
    case 'timestamp':
      return `lw_ts_text(${x}, ${type.precision})`;
    case 'timestamp with time zone':
      return `(lw_ts_text(lw_local(${x}), ${type.precision}) || ' ' || (${x}).z)`;
    case 'time':
      return timeText(x, type.precision);
    case 'interval day to second':
      return `(${sign(x)} || printf('%d %02d:%02d:%02d.%03d', abs(${x}) // 86400000, abs(${x}) // 3600000 % 24, abs(${x}) // 60000 % 60, abs(${x}) // 1000 % 60, abs(${x}) % 1000))`;
    case 'interval year to month':
      return `(${sign(x)} || printf('%d-%d', abs(${x}) // 12, abs(${x}) % 12))`;
    case 'ipaddress':
      return `lw_ip_text(${x})`;
    case 'unknown':
      return 'CAST(NULL AS VARCHAR)';
    default:
      throw new NotCoveredError(`text of a value of type ${typeText(type)}`);
  }
}

const sign = (x: string): string => `CASE WHEN ${x} < 0 THEN '-' ELSE '' END`;

function timeText(x: string, precision: number): string {
  const clock = (format: string) => `strftime(DATE '2000-01-01' + ${x}, '${format}')`;
  return `(${clock('%H:%M:%S')}${precision > 0 ? ` || '.' || substr(${clock('%f')}, 1, ${precision})` : ''})`;
}
