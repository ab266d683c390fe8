import type { TrinoType } from './type';

/**
 * Trino's casts between kinds, as data: what Trino has and we do, and what Trino has and we don't.
 * A pair in neither list is a TYPE_MISMATCH in Trino. From unknown to anything is a cast, from a type to itself too.
 *
 * @see https://trino.io/docs/current/functions/conversion.html
 */
const NUMBERS = ['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal'];

/** Their representation is the bytes that Trino's casts give and take. */
const SKETCHES = ['HyperLogLog', 'SetDigest', 'tdigest', 'qdigest(bigint)', 'qdigest(double)', 'qdigest(real)'];

const COVERED: Readonly<Record<string, readonly string[]>> = {
  boolean: [...NUMBERS, 'varchar', 'json'],
  ...Object.fromEntries(NUMBERS.map((kind) => [kind, ['boolean', ...NUMBERS, 'varchar', 'json']])),
  varchar: [
    'boolean',
    ...NUMBERS,
    'char',
    'date',
    'time',
    'timestamp',
    'timestamp with time zone',
    'varbinary',
    'uuid',
    'ipaddress',
    'json',
  ],
  char: ['varchar'],
  date: ['varchar', 'timestamp', 'timestamp with time zone', 'json'],
  timestamp: ['varchar', 'date', 'time', 'timestamp with time zone', 'json'],
  'timestamp with time zone': ['varchar', 'date', 'timestamp', 'time'],
  time: ['varchar'],
  json: ['boolean', ...NUMBERS, 'varchar', 'array', 'map', 'row'],
  uuid: ['varchar', 'varbinary'],
  ipaddress: ['varchar', 'varbinary'],
  varbinary: ['uuid', 'ipaddress', ...SKETCHES],
  ...Object.fromEntries(SKETCHES.map((kind) => [kind, ['varbinary']])),
  'interval day to second': ['varchar'],
  'interval year to month': ['varchar'],
  array: ['json'],
  map: ['json'],
  row: ['json'],
};

const NOT_COVERED: Readonly<Record<string, readonly string[]>> = {
  varchar: ['time with time zone'],
  time: ['timestamp', 'timestamp with time zone', 'time with time zone'],
  timestamp: ['time with time zone'],
  'timestamp with time zone': ['time with time zone'],
  'time with time zone': ['varchar', 'time', 'timestamp', 'timestamp with time zone'],
};

/** `invalid`: Trino has the cast by its types, and fails whatever the value (INVALID_CAST_ARGUMENT). */
export type CastSupport = 'yes' | 'no' | 'not covered' | 'invalid';

/** Types that are cast to varchar, but to no varchar(n). */
const isUnboundedOnly = ({ kind }: TrinoType): boolean => kind === 'uuid' || kind === 'ipaddress';

/** Types of map keys that a JSON object can have. */
const JSON_KEYS: readonly string[] = [...NUMBERS, 'boolean', 'varchar', 'unknown'];

/** Whether `CAST(from AS to)` exists, parts of structural types included. */
export function castSupport(from: TrinoType, to: TrinoType): CastSupport {
  if (from.kind === 'unknown') return 'yes';
  if (from.kind === 'array' && to.kind === 'array') return castSupport(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') {
    return worst([castSupport(from.key, to.key), castSupport(from.value, to.value)]);
  }
  if (from.kind === 'row' && to.kind === 'row') {
    if (from.fields.length !== to.fields.length) return 'no';
    return worst(from.fields.map((field, index) => castSupport(field.type, to.fields[index]?.type ?? field.type)));
  }
  if (from.kind === 'json' && (to.kind === 'array' || to.kind === 'map' || to.kind === 'row')) {
    return castFromJson(to);
  }
  if (to.kind === 'json' && (from.kind === 'array' || from.kind === 'map' || from.kind === 'row')) {
    return castToJson(from);
  }
  if (from.kind === to.kind) return 'yes';
  if (isUnboundedOnly(from) && to.kind === 'varchar' && to.length !== undefined) return 'no';
  if (COVERED[from.kind]?.includes(to.kind)) return 'yes';
  return NOT_COVERED[from.kind]?.includes(to.kind) ? 'not covered' : 'no';
}

function castFromJson(to: TrinoType): CastSupport {
  const json: TrinoType = { kind: 'json' };
  switch (to.kind) {
    case 'array':
      return castSupport(json, to.element);
    case 'map':
      return worst([keyFromJson(to.key), castSupport(json, to.value)]);
    case 'row':
      return worst(to.fields.map((field) => castSupport(json, field.type)));
    default:
      return castSupport(json, to);
  }
}

/** Trino has the cast of a text to the key's type, and no key of that type in an object. */
function keyFromJson(key: TrinoType): CastSupport {
  const support = castSupport({ kind: 'varchar' }, key);
  return support === 'yes' && !JSON_KEYS.includes(key.kind) ? 'invalid' : support;
}

function castToJson(from: TrinoType): CastSupport {
  const json: TrinoType = { kind: 'json' };
  switch (from.kind) {
    case 'array':
      return castSupport(from.element, json);
    case 'map':
      return JSON_KEYS.includes(from.key.kind) ? castSupport(from.value, json) : 'invalid';
    case 'row':
      return worst(from.fields.map((field) => castSupport(field.type, json)));
    default:
      return castSupport(from, json);
  }
}

function worst(supports: readonly CastSupport[]): CastSupport {
  if (supports.includes('invalid')) return 'invalid';
  if (supports.includes('no')) return 'no';
  return supports.includes('not covered') ? 'not covered' : 'yes';
}
