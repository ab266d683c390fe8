import type { DmsType } from '../dms-type';

/** A column's type as `information_schema` and the binlog write it: `enum('a','b')`, `decimal(10,2) unsigned`. */
export interface ColumnType {
  readonly name: string;
  /** Numbers, or the values of ENUM and SET. */
  readonly arguments: readonly string[];
  readonly unsigned: boolean;
  /** MySQL prints the number with zeros before it. */
  readonly zeroFill: boolean;
}

export function parseColumnType(text: string): ColumnType {
  const name = /^[a-z0-9_]*/i.exec(text)?.[0].toLowerCase() ?? '';
  const { list, rest } = readArguments(text.slice(name.length));
  return {
    name,
    arguments: list,
    unsigned: /\bunsigned\b/i.test(rest),
    zeroFill: /\bzerofill\b/i.test(rest),
  };
}

function readArguments(text: string): { readonly list: readonly string[]; readonly rest: string } {
  if (!text.startsWith('(')) return { list: [], rest: text };
  const list: string[] = [];
  const next = /\s*(?:'((?:[^']|'')*)'|([^,()']*))\s*([,)])/y;
  next.lastIndex = 1;
  for (let match = next.exec(text); match !== null; match = next.exec(text)) {
    list.push(match[1] === undefined ? (match[2] ?? '').trim() : match[1].replaceAll("''", "'"));
    if (match[3] === ')') return { list, rest: text.slice(next.lastIndex) };
  }
  return { list, rest: '' };
}

const INTEGERS: Readonly<Record<string, readonly [signed: DmsType, unsigned: DmsType]>> = {
  tinyint: [{ kind: 'int1' }, { kind: 'uint1' }],
  smallint: [{ kind: 'int2' }, { kind: 'uint2' }],
  mediumint: [{ kind: 'int4' }, { kind: 'uint4' }],
  int: [{ kind: 'int4' }, { kind: 'uint4' }],
  bigint: [{ kind: 'int8' }, { kind: 'uint8' }],
};

const PLAIN: Readonly<Record<string, DmsType>> = {
  // DMS takes FLOAT as REAL(DOUBLE).
  float: { kind: 'real8' },
  double: { kind: 'real8' },
  date: { kind: 'date' },
  datetime: { kind: 'datetime' },
  timestamp: { kind: 'datetime' },
  // More than a day, and less than nothing, are allowed.
  time: { kind: 'string', length: 17 },
  year: { kind: 'int2' },
  tinytext: { kind: 'wstring', length: 255 },
  text: { kind: 'wstring', length: 65_535 },
  mediumtext: { kind: 'nclob' },
  longtext: { kind: 'nclob' },
  tinyblob: { kind: 'bytes', length: 255 },
  blob: { kind: 'bytes', length: 65_535 },
  mediumblob: { kind: 'blob' },
  longblob: { kind: 'blob' },
  json: { kind: 'clob' },
  geometry: { kind: 'blob' },
  point: { kind: 'blob' },
  linestring: { kind: 'blob' },
  polygon: { kind: 'blob' },
  multipoint: { kind: 'blob' },
  multilinestring: { kind: 'blob' },
  multipolygon: { kind: 'blob' },
  geometrycollection: { kind: 'blob' },
  geomcollection: { kind: 'blob' },
};

/** Largest precision of NUMERIC; more becomes STRING. */
const MAX_PRECISION = 38;

/**
 * The DMS type of a column; undefined for what DMS doesn't name (UUID, INET6, VECTOR …).
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.MySQL.html#CHAP_Source.MySQL.DataTypes
 */
export function mysqlDmsType(type: ColumnType): DmsType | undefined {
  const { name } = type;
  const [first, second] = type.arguments.map(Number);
  if (Object.hasOwn(INTEGERS, name)) return INTEGERS[name]?.[type.unsigned ? 1 : 0];
  switch (name) {
    case 'decimal': {
      const precision = first ?? 10;
      return precision > MAX_PRECISION ? { kind: 'string' } : { kind: 'numeric', precision, scale: second ?? 0 };
    }
    case 'bit':
      return (first ?? 1) === 1 ? { kind: 'boolean' } : { kind: 'bytes', length: Math.ceil((first ?? 1) / 8) };
    case 'char':
    case 'varchar':
      return { kind: 'wstring', length: first ?? 1 };
    case 'binary':
    case 'varbinary':
      return { kind: 'bytes', length: first ?? 1 };
    case 'enum':
      return { kind: 'wstring', length: Math.max(0, ...type.arguments.map((value) => value.length)) };
    case 'set':
      return { kind: 'wstring', length: type.arguments.join(',').length };
    default:
      return Object.hasOwn(PLAIN, name) ? PLAIN[name] : undefined;
  }
}
