import { NotCoveredError, SqlError } from '../errors';
import { containsFloating } from '../types/build';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { isFloat } from './array';
import type { CallText, CallTypes, FunctionArea } from './entry';

/** NULL if any argument is; NaN only when all are (DuckDB takes NaN for the greatest number). */
function extreme(name: 'greatest' | 'least'): (call: CallText) => string {
  return (call) => {
    const anyNull = call.args.map((arg) => `${arg} IS NULL`).join(' OR ');
    if (isComparedByParts(call.result)) return extremeByParts(name, call);
    if (!isFloat(call.result)) return `CASE WHEN ${anyNull} THEN NULL ELSE ${name}(${call.args.join(', ')}) END`;
    const numbers = call.args.map((arg) => `CASE WHEN NOT isnan(${arg}) THEN ${arg} END`);
    const nan = `CAST('NaN' AS ${call.physical(call.result)})`;
    const noNumber = call.args.map((arg) => `isnan(${arg})`).join(' AND ');
    return `CASE WHEN ${anyNull} THEN NULL WHEN ${noNumber} THEN ${nan} ELSE ${name}(${numbers.join(', ')}) END`;
  };
}

const isComparedByParts = ({ kind }: TrinoType): boolean =>
  kind === 'array' || kind === 'row' || kind === 'timestamp with time zone';

/**
 * Of equal values (instants in two zones) the first. NULL from the first one on, but what stands before it is compared:
 * an order that depends on a NULL inside fails.
 */
function extremeByParts(name: 'greatest' | 'least', call: CallText): string {
  const { result } = call;
  if (name === 'greatest' && containsFloating(result)) {
    // There NaN is the least number, unlike in every other order.
    throw new NotCoveredError(`greatest of values of type ${typeText(result)}`);
  }
  const [x, y] = [call.fresh('x'), call.fresh('y')];
  const [smaller, greater] = name === 'greatest' ? [x, y] : [y, x];
  return `list_reduce([${call.args.join(', ')}], lambda ${x}, ${y}: CASE WHEN ${x} IS NULL OR ${y} IS NULL THEN NULL WHEN ${call.less(result, smaller, greater)} THEN ${y} ELSE ${x} END)`;
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
  real: 'r',
  boolean: 'b',
  date: 't',
  time: 't',
  timestamp: 't',
  'timestamp with time zone': 't',
  json: 's',
  uuid: 's',
  ipaddress: 's',
  'interval day to second': 's',
  'interval year to month': 's',
  unknown: 'n',
};

const UNFORMATTED: readonly TrinoType['kind'][] = ['array', 'map', 'row', 'varbinary'];

function checkFormat({ types }: CallTypes): void {
  if (types.length < 2) throw new SqlError('SYNTAX_ERROR', "The 'format' function must have at least two arguments");
  const bad = types.find(({ kind }) => UNFORMATTED.includes(kind));
  if (bad) throw new SqlError('NOT_SUPPORTED', `Type not supported for formatting: ${bad.kind}`);
}

/** Arguments travel as one text: a JSON list of the class and value of each. */
function format(call: CallText): string {
  const packed = call.args.slice(1).map((arg, i) => {
    const type = call.types[i + 1] as TrinoType;
    const letter = FORMAT_CLASS[type.kind];
    if (letter === undefined) throw new NotCoveredError(`format of a value of type ${type.kind}`);
    if (letter === 'n') return "'n'";
    return `CASE WHEN ${arg} IS NULL THEN 'n' ELSE '${letter}' || ${formatted(call, type, arg)} END`;
  });
  return `lw_format(${call.args[0]}, ${packed.length > 0 ? `CAST(to_json([${packed.join(', ')}]) AS VARCHAR)` : "'[]'"})`;
}

/** Numbers go as DuckDB writes them, zoned timestamps with their offset in minutes. */
function formatted(call: CallText, type: TrinoType, arg: string): string {
  if (type.kind === 'double' || type.kind === 'real') return `CAST(${arg} AS VARCHAR)`;
  if (type.kind === 'json') return arg;
  if (type.kind === 'date') return `lw_ymd(${arg}, '+')`;
  const text = call.cast(arg, type, { kind: 'varchar' });
  return type.kind === 'timestamp with time zone' ? `${text} || '|' || lw_offset(${arg})` : text;
}

/** Conversion and comparison functions. COALESCE, NULLIF, IF, TRY and typeof are syntax: the analyzer's. */
export const conditional: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/conversion.html',
  scalar: {
    'greatest(T, T...): T': { sql: extreme('greatest'), orderable: ['T'], nulls: 'own' },
    'greatest(T): T': { sql: '$1', orderable: ['T'] },
    'least(T, T...): T': { sql: extreme('least'), orderable: ['T'], nulls: 'own' },
    'least(T): T': { sql: '$1', orderable: ['T'] },
    'format(varchar, *...): varchar': { sql: format, nulls: 'own', validate: checkFormat },
    // Trino's has whole numbers: the fraction of a double is cut off.
    'format_number(bigint): varchar': 'lw_format_number(CAST($1 AS DOUBLE))',
    'format_number(double): varchar': 'lw_format_number($1)',
    'parse_data_size(varchar): decimal(38,0)': 'CAST(lw_data_size($1) AS DECIMAL(38,0))',
    'uuid(): uuid': { sql: 'uuid()', deterministic: false },
  },
  aliases: { parse_presto_data_size: 'parse_data_size' },
};
