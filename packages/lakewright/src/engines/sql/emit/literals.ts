import type { Literal } from '../analyze/typed';
import { physicalType } from '../types/physical';
import { quoteText } from './text';

export function literalSql({ type, value, zone }: Literal): string {
  const target = physicalType(type);
  if (value === null) return `CAST(NULL AS ${target})`;
  switch (type.kind) {
    case 'boolean':
      return String(value);
    case 'integer':
      return Number(value) < 0 ? `(${value})` : String(value);
    case 'bigint':
    case 'interval day to second':
    case 'interval year to month':
      return `(${value})::${target}`;
    case 'varchar':
    case 'char':
    case 'json':
      return quoteText(String(value));
    case 'varbinary':
      return `unhex(${quoteText(String(value))})`;
    case 'date':
    case 'timestamp':
    case 'time':
      return `${target} ${quoteText(String(value))}`;
    case 'timestamp with time zone':
      return `lw_from_local(TIMESTAMP ${quoteText(String(value))}, ${quoteText(zone ?? 'UTC')})`;
    default:
      return `CAST(${quoteText(Object.is(value, -0) ? '-0.0' : String(value))} AS ${target})`;
  }
}
