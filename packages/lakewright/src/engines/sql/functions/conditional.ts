import { NotCoveredError } from '../errors';
import type { TrinoType } from '../types/type';
import { isFloat } from './array';
import type { CallText, FunctionArea } from './entry';

/** NULL if any argument is; NaN only when all are (DuckDB takes NaN for the greatest number). */
function extreme(name: 'greatest' | 'least'): (call: CallText) => string {
  return (call) => {
    const anyNull = call.args.map((arg) => `${arg} IS NULL`).join(' OR ');
    if (!isFloat(call.result)) return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${call.args.join(', ')}) END`;
    const numbers = call.args.map((arg) => `CASE WHEN NOT isnan(${arg}) THEN ${arg} END`);
    const nan = `CAST('NaN' AS ${call.physical(call.result)})`;
    const noNumber = call.args.map((arg) => `isnan(${arg})`).join(' AND ');
    return `CASE WHEN ${anyNull} THEN NULL WHEN ${noNumber} THEN ${nan} ELSE ${name}(${numbers.join(', ')}) END`;
  };
}

/** Conversions of `format`: which Java class its argument has. */
const FORMAT_CLASS: Readonly<Partial<Record<TrinoType['kind'], string>>> = {
  varchar: 's',
  char: 's',
  tinyint: 'i',
  smallint: 'i',
  integer: 'i',
  bigint: 'i',
  decimal: 'f',
  double: 'd',
  real: 'd',
  boolean: 'b',
  date: 't',
  timestamp: 't',
  unknown: 'n',
};

/** Arguments travel as one text: class and value of each, separated by U+001F. */
function format(call: CallText): string {
  const packed = call.args.slice(1).map((arg, i) => {
    const type = call.types[i + 1] as TrinoType;
    const letter = FORMAT_CLASS[type.kind];
    if (letter === undefined) throw new NotCoveredError(`format of a value of type ${type.kind}`);
    if (letter === 'n') return "'n'";
    const text = letter === 'd' ? `CAST(${arg} AS VARCHAR)` : call.cast(arg, type, { kind: 'varchar' });
    return `CASE WHEN ${arg} IS NULL THEN 'n' ELSE '${letter}' || ${text} END`;
  });
  return `lw_format(${call.args[0]}, ${packed.length > 0 ? `array_to_string([${packed.join(', ')}], chr(31))` : "''"})`;
}

/** Conversion and comparison functions. COALESCE, NULLIF, IF, TRY and typeof are syntax: the analyzer's. */
export const conditional: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/conversion.html',
  scalar: {
    'greatest(T, T...): T': { sql: extreme('greatest'), orderable: ['T'] },
    'greatest(T): T': { sql: '$1', orderable: ['T'] },
    'least(T, T...): T': { sql: extreme('least'), orderable: ['T'] },
    'least(T): T': { sql: '$1', orderable: ['T'] },
    'format(varchar, *...): varchar': { sql: format, nulls: 'own' },
    'format_number(double): varchar': 'lw_format_number($1)',
    'parse_data_size(varchar): decimal(38,0)': 'CAST(lw_data_size($1) AS DECIMAL(38,0))',
    'uuid(): uuid': { sql: 'uuid()', deterministic: false },
  },
  aliases: { parse_presto_data_size: 'parse_data_size' },
};
