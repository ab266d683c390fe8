import { NotCoveredError } from '../errors';
import type { TrinoType } from '../types/type';
import { unscaled } from './decimal-text';
import type { CallText } from './entry';

/**
 * Trino's 64-bit hash of a value (xxHash64 with its rules for each type) as a BIGINT: what `checksum` sums up and
 * `approx_distinct` counts. NULL for NULL. Recorded from Trino type by type.
 */
export function valueHash(type: TrinoType | undefined, value: string, call: CallText): string {
  switch (type?.kind) {
    case 'boolean':
      return `lw_hash_long(CAST(${value} AS BIGINT))`;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'interval day to second':
    case 'interval year to month':
      return `lw_hash_long(CAST(${value} AS BIGINT))`;
    case 'date':
      return `lw_hash_long(CAST(${value} - DATE '1970-01-01' AS BIGINT))`;
    case 'time':
      return `lw_hash_long(epoch_us(${value}) * 1000000)`;
    case 'timestamp':
      return `lw_hash_long(epoch_us(${value}))`;
    case 'timestamp with time zone':
      return zonedHash(`epoch_us((${value}).i)`, type.precision);
    case 'double':
      return `lw_hash_double(${value})`;
    case 'real':
      return `lw_hash_real(${value})`;
    case 'decimal':
      return type.precision <= 18
        ? `lw_hash_long(CAST(${unscaled(type, value)} AS BIGINT))`
        : `lw_hash_decimal(CAST(${unscaled(type, value)} AS VARCHAR))`;
    case 'varchar':
    case 'char':
    case 'json':
      return `lw_hash_text(${value})`;
    case 'varbinary':
      return `lw_hash_bytes(${value})`;
    case 'ipaddress':
      return `lw_hash_uuid(hex(${value}))`;
    case 'uuid':
      return `lw_hash_uuid(CAST(${value} AS VARCHAR))`;
    case 'unknown':
      return `CAST(${value} AS BIGINT)`;
    case 'array':
      return `lw_hash_list(${elementHashes(type.element, value, call)})`;
    case 'map': {
      const keys = elementHashes(type.key, `map_keys(${value})`, call);
      return `lw_hash_map(${keys}, ${elementHashes(type.value, `map_values(${value})`, call)})`;
    }
    case 'row': {
      const fields = type.fields.map((field, i) => fieldHash(field.type, `struct_extract_at(${value}, ${i + 1})`));
      return `CASE WHEN ${value} IS NOT NULL THEN lw_hash_row([${fields.join(', ')}]) END`;
    }
    default:
      throw new NotCoveredError(`the hash of a value of type ${type?.kind}`);
  }
}

/** Inside a row Trino takes the hashes of its joins: another one for integers. */
function fieldHash({ kind }: TrinoType, value: string): string {
  if (kind === 'varchar') return `lw_hash_text(${value})`;
  if (kind === 'varbinary') return `lw_hash_bytes(${value})`;
  if (INTEGERS.has(kind)) return `lw_hash_field(CAST(${value} AS BIGINT))`;
  throw new NotCoveredError(`the hash of a row with a field of type ${kind}`);
}

const INTEGERS: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'integer', 'bigint']);

function elementHashes(element: TrinoType, list: string, call: CallText): string {
  const e = call.fresh('e');
  return `list_transform(${list}, lambda ${e}: ${valueHash(element, e, call)})`;
}

/** Up to milliseconds the instant; beyond, its milliseconds and the picoseconds after them. */
function zonedHash(micros: string, precision: number): string {
  const millis = `CAST(floor(${micros} / 1000) AS BIGINT)`;
  if (precision <= 3) return `lw_hash_long(${micros} // 1000 - CASE WHEN ${micros} % 1000 < 0 THEN 1 ELSE 0 END)`;
  return `xor(lw_hash_long(${millis}), lw_hash_long((${micros} - ${millis} * 1000) * 1000000))`;
}
