import type { Random } from '../fuzz-sql/random';

/**
 * The types that random statements are made of. Lengths, precisions and names of fields are chosen per value: what
 * comes of them is Trino's business, and compared.
 */
export type Kind =
  | { readonly name: ScalarName }
  | { readonly name: 'array'; readonly element: Kind }
  | { readonly name: 'map'; readonly key: Kind; readonly value: Kind }
  | { readonly name: 'row'; readonly fields: readonly Kind[] };

export type ScalarName = keyof typeof LITERALS;

/** Literals by type: everyday values first, then edges, which are drawn less often. */
const LITERALS = {
  boolean: [['true', 'false'], []],
  tinyint: [
    ["TINYINT '1'", "TINYINT '3'", "TINYINT '0'"],
    ["TINYINT '127'", "TINYINT '-128'"],
  ],
  smallint: [
    ["SMALLINT '2'", "SMALLINT '12'", "SMALLINT '0'"],
    ["SMALLINT '32767'", "SMALLINT '-32768'"],
  ],
  integer: [
    ['0', '1', '2', '3', '7', '-1', '-5', '10'],
    ['2147483647', '-2147483647', '100000'],
  ],
  bigint: [
    ["BIGINT '0'", "BIGINT '1'", "BIGINT '4'", "BIGINT '-2'", "BIGINT '9'"],
    ["BIGINT '9007199254740991'", "BIGINT '9223372036854775807'", "BIGINT '-4611686018427387904'"],
  ],
  real: [
    ["REAL '1.5'", "REAL '-0.25'", "REAL '3'", "REAL '0'"],
    ["REAL '3.4028235E38'", "REAL '1e-10'", 'CAST(nan() AS real)', "REAL '-0.0'"],
  ],
  double: [
    ['0e0', '1.5e0', '-2.25e0', '3e0', '0.1e0', '1e2'],
    ['1e100', '-1e-300', 'nan()', 'infinity()', '-infinity()', '-0e0', '9007199254740993e0', '0.5e0', '2.5e0'],
  ],
  decimal: [
    ['1.5', '0.00', '-2.25', '12.345', '3.', '.7'],
    ['1234567890123456789012.', '0.0000000001', '-123456789012345678.99', '-1.00000'],
  ],
  varchar: [
    ["'abc'", "'Foo Bar'", "''", "'a,b,c'", "'12'", "'x'", "'2024-02-29'", "'Hello World 42'"],
    [
      "'ünïcødé'",
      "'😀a'",
      "' pad '",
      "'-1.5e3'",
      "'tab\there'",
      "'NaN'",
      "'1969-12-31 23:59:59.999'",
      "'İß'",
      "CAST('xyz' AS varchar(5))",
    ],
  ],
  char: [
    ["CAST('ab' AS char(4))", "CAST('abc' AS char(3))"],
    ["CAST('' AS char(2))", "CAST('a b ' AS char(5))"],
  ],
  varbinary: [
    ["X'00ff'", "X'616263'", "X''"],
    ["X'e4bda0'", "X'ff'"],
  ],
  date: [
    ["DATE '2024-02-29'", "DATE '2023-12-31'", "DATE '2000-01-01'", "DATE '2024-03-10'"],
    ["DATE '1969-12-31'", "DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '1582-10-10'"],
  ],
  timestamp: [
    ["TIMESTAMP '2024-02-29 12:34:56.789'", "TIMESTAMP '2023-12-31 23:59:59'", "TIMESTAMP '2024-03-10 02:30:00.000'"],
    [
      "TIMESTAMP '1969-12-31 23:59:59.999999'",
      "TIMESTAMP '1900-01-01 00:00:00'",
      "TIMESTAMP '9999-12-31 23:59:59.999'",
    ],
  ],
  'timestamp with time zone': [
    ["TIMESTAMP '2024-03-10 01:30:00.000 America/New_York'", "TIMESTAMP '2024-07-01 12:00:00 UTC'"],
    ["TIMESTAMP '2024-10-27 02:30:00.123 Europe/Berlin'", "TIMESTAMP '1969-12-31 23:30:00 +05:30'"],
  ],
  time: [
    ["TIME '12:34:56.789'", "TIME '00:00:00'"],
    ["TIME '23:59:59.999'", "TIME '01:02'"],
  ],
  'interval day to second': [
    ["INTERVAL '1' DAY", "INTERVAL '90' MINUTE", "INTERVAL '-2' HOUR"],
    ["INTERVAL '1 02:03:04.567' DAY TO SECOND", "INTERVAL '0' SECOND"],
  ],
  'interval year to month': [["INTERVAL '1' MONTH", "INTERVAL '2' YEAR"], ["INTERVAL '-13' MONTH"]],
  json: [
    ['JSON \'{"a": 1, "b": [1, 2, null]}\'', 'JSON \'[1, "x", 2.5]\'', 'JSON \'"text"\''],
    ["JSON 'null'", "JSON '1e2'", 'JSON \'{"a": {"b": "c"}, "a b": true}\'', "JSON '123456789012345678901'"],
  ],
  uuid: [["UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'"], ["UUID '00000000-0000-0000-0000-000000000000'"]],
  ipaddress: [["IPADDRESS '10.0.0.1'"], ["IPADDRESS '2001:db8::1'"]],
} as const satisfies Record<string, readonly [readonly string[], readonly string[]]>;

export const scalar = (name: ScalarName): Kind => ({ name });

const SCALARS = Object.keys(LITERALS) as ScalarName[];

/** Types of columns, the usual ones more often. */
const COMMON: readonly ScalarName[] = [
  'integer',
  'bigint',
  'double',
  'varchar',
  'date',
  'timestamp',
  'decimal',
  'boolean',
];

export function randomScalar(random: Random): Kind {
  return scalar(random.below(3) > 0 ? random.pick(COMMON) : random.pick(SCALARS));
}

export function randomKind(random: Random): Kind {
  switch (random.below(12)) {
    case 0:
      return { name: 'array', element: randomScalar(random) };
    case 1:
      return {
        name: 'map',
        key: scalar(random.pick(['varchar', 'integer', 'bigint', 'date'])),
        value: randomScalar(random),
      };
    case 2:
      return { name: 'row', fields: [randomScalar(random), randomScalar(random)] };
    default:
      return randomScalar(random);
  }
}

export const sameKind = (a: Kind, b: Kind): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Whether GROUP BY, `=` and `<` may be asked of the type without a thought. */
export const isOrderable = (kind: Kind): boolean =>
  kind.name !== 'json' &&
  kind.name !== 'map' &&
  kind.name !== 'row' &&
  (kind.name !== 'array' || isOrderable(kind.element));

/** The type's name, as CAST takes it; a usual length or precision. */
export function typeName(kind: Kind, random: Random): string {
  switch (kind.name) {
    case 'array':
      return `array(${typeName(kind.element, random)})`;
    case 'map':
      return `map(${typeName(kind.key, random)}, ${typeName(kind.value, random)})`;
    case 'row':
      return `row(${kind.fields.map((field, index) => `f${index + 1} ${typeName(field, random)}`).join(', ')})`;
    case 'decimal':
      return random.pick(['decimal(10,2)', 'decimal(38,10)', 'decimal(18,0)', 'decimal(5,4)']);
    case 'varchar':
      return random.pick(['varchar', 'varchar', 'varchar(3)', 'varchar(20)']);
    case 'char':
      return random.pick(['char(3)', 'char(10)']);
    case 'timestamp':
      return random.pick(['timestamp', 'timestamp(6)', 'timestamp(0)']);
    case 'timestamp with time zone':
      return random.pick(['timestamp(3) with time zone', 'timestamp(6) with time zone']);
    case 'time':
      return random.pick(['time', 'time(6)']);
    default:
      return kind.name;
  }
}

/** The type's name with room for every value of it. */
export function roomyName(kind: Kind): string {
  switch (kind.name) {
    case 'array':
      return `array(${roomyName(kind.element)})`;
    case 'map':
      return `map(${roomyName(kind.key)}, ${roomyName(kind.value)})`;
    case 'row':
      return `row(${kind.fields.map((field, index) => `f${index + 1} ${roomyName(field)}`).join(', ')})`;
    case 'decimal':
      return 'decimal(38,10)';
    case 'char':
      return 'char(10)';
    case 'timestamp':
    case 'time':
      return `${kind.name}(6)`;
    case 'timestamp with time zone':
      return 'timestamp(6) with time zone';
    default:
      return kind.name;
  }
}

/** A constant of the type; an edge one time in `edges`, NULL never. */
export function literal(kind: Kind, random: Random, edges = 4): string {
  switch (kind.name) {
    case 'array':
      return `ARRAY[${times(random, 4, () => element(kind.element, random))}]`;
    case 'map': {
      const keys = [...new Set(Array.from({ length: random.below(3) }, () => literal(kind.key, random, 1000)))];
      if (keys.length === 0) return `CAST(map() AS ${roomyName(kind)})`;
      return `map(ARRAY[${keys.join(', ')}], ARRAY[${keys.map(() => element(kind.value, random)).join(', ')}])`;
    }
    case 'row':
      return `CAST(ROW(${kind.fields.map((field) => element(field, random)).join(', ')}) AS ${roomyName(kind)})`;
    default: {
      const [usual, edge] = LITERALS[kind.name];
      return random.pick<string>(edge.length > 0 && random.below(edges) === 0 ? edge : usual);
    }
  }
}

const element = (kind: Kind, random: Random): string => (random.below(10) === 0 ? 'NULL' : literal(kind, random));

function times(random: Random, limit: number, make: () => string): string {
  return Array.from({ length: 1 + random.below(limit) }, make).join(', ');
}
