import { SqlError } from '../../../../src/engines/sql/errors';
import type { CallText, Overload, TypePattern } from '../../../../src/engines/sql/functions';
import { physicalType } from '../../../../src/engines/sql/types/physical';
import type { TrinoType } from '../../../../src/engines/sql/types/type';

/** Types of the variables of a signature; every overload is called with several of them. */
export interface Assignment {
  readonly integer: TrinoType;
  readonly variables: TrinoType;
}

const scalar = (kind: 'tinyint' | 'integer' | 'bigint' | 'double'): TrinoType => ({ kind });

export const ASSIGNMENTS: readonly Assignment[] = [
  { integer: scalar('bigint'), variables: scalar('integer') },
  { integer: scalar('tinyint'), variables: { kind: 'varchar' } },
  { integer: scalar('integer'), variables: scalar('double') },
];

/** A DuckDB expression of each type, and never NULL. */
const VALUES: Readonly<Record<string, string>> = {
  boolean: 'true',
  tinyint: '3::TINYINT',
  smallint: '3::SMALLINT',
  integer: '3',
  bigint: '2::BIGINT',
  real: '1.5::FLOAT',
  double: '0.5::DOUBLE',
  varchar: "'abc'",
  char: "'ab'",
  varbinary: "'ab'::BLOB",
  json: "'[1,2]'",
  date: "DATE '2024-02-29'",
  timestamp: "TIMESTAMP '2024-02-29 12:34:56.789'",
  'timestamp with time zone': "{'i': TIMESTAMP '2024-02-29 12:34:56', 'z': 'Europe/Oslo'}",
  time: "TIME '12:34:56'",
  uuid: "CAST('12151fd2-7586-11e9-8f9e-2a86e4085a59' AS UUID)",
  ipaddress: "unhex('00000000000000000000ffff01020304')",
  'interval day to second': '86400000::BIGINT',
  'interval year to month': '1',
  Geometry: "'POINT (1 2)'",
  BingTile: "'123'",
  HyperLogLog: "unhex('020c0000')",
  SetDigest: "unhex('0104000000020b00000020000000000000')",
  tdigest: 'lw_tdigest([1, 2]::DOUBLE[], []::DOUBLE[])',
  'qdigest(bigint)': 'lw_qdigest_long([1, 2]::BIGINT[], []::BIGINT[], 0.01::DOUBLE)',
  'qdigest(double)': 'lw_qdigest_double([0.5, 2]::DOUBLE[], []::BIGINT[], 0.01::DOUBLE)',
  'qdigest(real)': 'lw_qdigest_real([1.5, 2]::DOUBLE[], []::BIGINT[], 0.01::DOUBLE)',
  unknown: 'CAST(NULL AS INTEGER)',
};

/** Where the general value is refused by the function itself: argument (from 0) → text. */
const SPECIAL: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  at_timezone: { 1: "'Asia/Tokyo'" },
  bing_tile: { 0: "'123'" },
  bit_count: { 0: '1::BIGINT' },
  codepoint: { 0: "'a'" },
  date: { 0: "'2024-02-29'" },
  date_parse: { 0: "'2024-02-29'", 1: "'%Y-%m-%d'" },
  format_datetime: { 1: "'yyyy'" },
  from_base: { 0: "'101'" },
  from_base32: { 0: "'MFRGG==='" },
  from_base64: { 0: "'YWJj'" },
  from_base64url: { 0: "'YWJj'" },
  from_big_endian_32: { 0: "'abcd'::BLOB" },
  from_big_endian_64: { 0: "'abcdefgh'::BLOB" },
  from_hex: { 0: "'abcd'" },
  from_ieee754_32: { 0: "'abcd'::BLOB" },
  from_ieee754_64: { 0: "'abcdefgh'::BLOB" },
  from_iso8601_date: { 0: "'2024-02-29'" },
  from_iso8601_timestamp: { 0: "'2024-02-29T01:02:03Z'" },
  from_unixtime: { 1: '2::BIGINT' },
  from_utf8: { 1: '63::BIGINT' },
  is_json_scalar: { 0: "'1'" },
  json_extract: { 1: "'$[0]'" },
  json_extract_scalar: { 1: "'$[0]'" },
  json_parse: { 0: "'{}'" },
  json_size: { 1: "'$'" },
  luhn_check: { 0: "'79927398713'" },
  parse_data_size: { 0: "'1kB'" },
  parse_datetime: { 0: "'2024'", 1: "'yyyy'" },
  parse_duration: { 0: "'1.5h'" },
  random: { 1: '9' },
  regexp_extract: { 1: "'(a)(b)'" },
  regexp_extract_all: { 1: "'(a)(b)'" },
  sequence: { 1: '' },
  split_to_map: { 0: "'a=1,b=2'", 1: "','", 2: "'='" },
  split_to_multimap: { 0: "'a=1,b=2'", 1: "','", 2: "'='" },
  line_interpolate_point: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_contains: { 0: "'POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'" },
  st_geometryfromtext: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_geometryn: { 1: '1' },
  st_isclosed: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_isring: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_length: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_linefromtext: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_linestring: { 0: "['POINT (0 0)', 'POINT (1 1)']" },
  st_numinteriorring: { 0: "'POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'" },
  st_pointn: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_startpoint: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_endpoint: { 0: "'LINESTRING (0 0, 1 1)'" },
  st_polygon: { 0: "'POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'" },
  st_within: { 1: "'POLYGON ((0 0, 0 2, 2 2, 2 0, 0 0))'" },
  to_encoded_polyline: { 0: "'LINESTRING (0 0, 1 1)'" },
  trim_array: { 1: '1::BIGINT' },
  url_extract_parameter: { 0: "'http://a.b/?abc=1'" },
  url_extract_port: { 0: "'http://a.b:80/'" },
  width_bucket: { 2: '1.5::DOUBLE' },
  t_cdf: { 1: '3::DOUBLE' },
  t_pdf: { 1: '3::DOUBLE' },
  wilson_interval_lower: { 0: '1::BIGINT' },
  wilson_interval_upper: { 0: '1::BIGINT' },
  with_timezone: { 1: "'Asia/Tokyo'" },
};

export function sampleValue(type: TrinoType): string {
  switch (type.kind) {
    case 'decimal':
      return `12.34::${physicalType(type)}`;
    case 'array':
      return `[${sampleValue(type.element)}]`;
    case 'map':
      return `MAP {${sampleValue(type.key)}: ${sampleValue(type.value)}}`;
    case 'row':
      return `{${type.fields.map((field, i) => `'f${i + 1}': ${sampleValue(field.type)}`).join(', ')}}`;
    default: {
      const value = VALUES[type.kind];
      if (value === undefined) throw new Error(`no sample of type ${type.kind}`);
      return value;
    }
  }
}

function typeOf(pattern: TypePattern, assignment: Assignment, variables: Map<string, TrinoType>): TrinoType {
  const inner = (part: TypePattern): TrinoType => typeOf(part, assignment, variables);
  switch (pattern.pattern) {
    case 'exact':
      return pattern.type;
    case 'any':
      return assignment.variables;
    case 'variable':
      return variables.get(pattern.name) ?? (pattern.name === 'K' ? { kind: 'varchar' } : assignment.variables);
    case 'integer':
      return assignment.integer;
    case 'decimal':
      return {
        kind: 'decimal',
        precision: typeof pattern.precision === 'number' ? pattern.precision : 10,
        scale: typeof pattern.scale === 'number' ? pattern.scale : 2,
      };
    case 'varchar':
      return { kind: 'varchar' };
    case 'char':
      return { kind: 'char', length: typeof pattern.length === 'number' ? pattern.length : 4 };
    case 'array':
      return { kind: 'array', element: inner(pattern.element) };
    case 'map':
      return { kind: 'map', key: inner(pattern.key), value: inner(pattern.value) };
    case 'row':
      return { kind: 'row', fields: pattern.fields.map((field) => ({ type: inner(field) })) };
    case 'lambda':
      return inner(pattern.result);
    default:
      return { kind: pattern.pattern, precision: 3 };
  }
}

/** Bodies of sample lambdas: three-way comparison for an integer, a condition for a boolean, else the first argument. */
function lambdaBody(
  pattern: TypePattern & { pattern: 'lambda' },
  result: TrinoType,
  values: readonly string[],
): string {
  const [first = '', second = ''] = values;
  if (result.kind === 'boolean') return `(${first} IS NOT NULL)`;
  if (pattern.parameters.length === 2 && pattern.result.pattern === 'exact') {
    return `CASE WHEN ${first} < ${second} THEN -1 WHEN ${first} > ${second} THEN 1 ELSE 0 END`;
  }
  const array = pattern.parameters[0]?.pattern === 'array';
  return array ? `(${first})[1]` : first;
}

export interface SampleCall {
  readonly sql: string;
  readonly result: TrinoType;
  /** The arguments that are columns `c0`, `c1`…; a lambda or a literal isn't. */
  readonly columns: readonly { readonly name: string; readonly value: string; readonly type: TrinoType }[];
}

/** A call of the overload over columns, in DuckDB's SQL, as the emitter would write it. */
export function sampleCall(overload: Overload, assignment: Assignment): SampleCall {
  const variables = new Map<string, TrinoType>();
  const patterns = overload.variadic
    ? [...overload.parameters, overload.parameters.at(-1) as TypePattern]
    : overload.parameters;
  const types = patterns.map((pattern) => typeOf(pattern, assignment, variables));
  patterns.forEach((pattern, i) => {
    const lambda = pattern.pattern === 'lambda' ? pattern : undefined;
    const name = lambda?.result.pattern === 'variable' ? lambda.result.name : undefined;
    if (lambda && name && !variables.has(name)) {
      // The result of a sample lambda has the type of its first parameter.
      variables.set(name, typeOf(lambda.parameters[0] as TypePattern, assignment, variables));
      types[i] = variables.get(name) as TrinoType;
    }
  });
  const literals = patterns.map((_, i) =>
    overload.behaviour.literals?.includes(i + 1) ? literalOf(overload, i) : undefined,
  );
  let counter = 0;
  const fresh = (prefix: string): string => `${prefix}${++counter}`;
  const lambda = (argument: number, values: readonly string[]): string =>
    lambdaBody(patterns[argument] as TypePattern & { pattern: 'lambda' }, types[argument] as TrinoType, values);
  const args = patterns.map((pattern, i) => {
    if (pattern.pattern === 'lambda') {
      const names = pattern.parameters.map(() => fresh('p'));
      return `lambda ${names.join(', ')}: ${lambda(i, names)}`;
    }
    const literal = literals[i];
    return literal === undefined ? `c${i}` : typeof literal === 'string' ? `'${literal}'` : `${literal}::BIGINT`;
  });
  const partial = { types, literals };
  const result = overload.behaviour.type?.(partial) ?? typeOf(overload.result, assignment, variables);
  const fail = (name: string, message: string, type: TrinoType): string =>
    `CAST(lw_fail('${name}: ${message.replaceAll("'", "''")}') AS ${physicalType(type)})`;
  const call: CallText = {
    ...partial,
    args,
    result,
    lambda,
    captured: (argument) => ({ values: [], body: (values) => lambda(argument, values) }),
    aggregate: () => {
      throw new Error('not an aggregate');
    },
    distinct: '',
    order: '',
    physical: physicalType,
    cast: (sql, _from, to) => `CAST(${sql} AS ${physicalType(to)})`,
    equal: (_type, left, right) => `(${left} = ${right})`,
    less: (_type, left, right) => `(${left} < ${right})`,
    identity: (_type, value) => value,
    holdsNull: () => 'false',
    summaryLimit: () => ({ accepted: false, values: 10_000 }),
    isConstant: () => true,
    fail,
    fresh,
  };
  overload.behaviour.validate?.(partial);
  const text =
    typeof overload.behaviour.sql === 'string' ? expand(overload.behaviour.sql, call) : overload.behaviour.sql(call);
  const columns = patterns.flatMap((pattern, i) =>
    pattern.pattern === 'lambda' || literals[i] !== undefined
      ? []
      : [
          {
            name: `c${i}`,
            value: special(overload, i, types) ?? sampleValue(types[i] as TrinoType),
            type: types[i] as TrinoType,
          },
        ],
  );
  return { sql: checked(overload, text, call, columns), result, columns };
}

function checked(overload: Overload, text: string, call: CallText, columns: SampleCall['columns']): string {
  const conditions = (overload.behaviour.errors ?? []).map(({ when, name, message }) => {
    const present = columns.map((column) => ` AND ${column.name} IS NOT NULL`).join('');
    return `WHEN (${expand(when, call)})${present} THEN ${call.fail(name, message, call.result)}`;
  });
  return conditions.length > 0 ? `CASE ${conditions.join(' ')} ELSE ${text} END` : text;
}

function expand(template: string, call: CallText): string {
  return template
    .replace(/\$L?(\d)/g, (_, n: string) => call.args[Number(n) - 1] ?? '')
    .replace(/@R/g, () => call.physical(call.result));
}

function literalOf({ name }: Overload, argument: number): string | number {
  if (name === 'normalize') return 'NFC';
  if (name === 'combinations') return 1;
  throw new SqlError('TEST', `no literal for argument ${argument + 1} of ${name}`);
}

function special({ name, signature }: Overload, argument: number, types: readonly TrinoType[]): string | undefined {
  const text = SPECIAL[name]?.[argument];
  if (argument === 0 && /^date_(trunc|add|diff)$/.test(name)) return / date[,)]/.test(signature) ? "'month'" : "'hour'";
  if (name === 'bing_tile' && types.length > 1) return undefined;
  if (name === 'sequence') return types[argument]?.kind === 'bigint' && argument === 2 ? '1::BIGINT' : undefined;
  if (name === 'from_unixtime' && signature.includes('varchar')) return argument === 1 ? "'Asia/Tokyo'" : undefined;
  if (name === 'from_utf8' && types[1]?.kind === 'varchar') return argument === 1 ? "'?'" : undefined;
  if (name === 'at_timezone' && types[1]?.kind !== 'varchar') return argument === 1 ? '7200000::BIGINT' : undefined;
  if (name === 'contains' && types[0]?.kind === 'varchar') return argument === 0 ? "'1.0.0.0/8'" : undefined;
  if (name === 'date' && types[0]?.kind !== 'varchar') return undefined;
  if (name === 'codepoint' || name === 'random')
    return argument === 1 ? `CAST(9 AS ${physicalType(types[1] as TrinoType)})` : text;
  if (name === 'width_bucket' && types.length < 4) return undefined;
  return text || undefined;
}
