import type { DmsType } from '../dms-type';

/** A row of `pg_type`, as far as it matters. */
export interface PgType {
  readonly oid: number;
  readonly name: string;
  /** `b` base, `c` composite, `d` domain, `e` enum, `r` range … */
  readonly kind: string;
  /** `A` array … */
  readonly category: string;
  /** Of a domain; 0 otherwise. */
  readonly baseType: number;
  readonly baseModifier: number;
  /** Of `bool`: BOOLEAN and not a text (`MapBooleanAsBoolean`). */
  readonly asBoolean?: boolean;
}

const PLAIN: Readonly<Record<string, DmsType>> = {
  int2: { kind: 'int2' },
  int4: { kind: 'int4' },
  int8: { kind: 'int8' },
  float4: { kind: 'real4' },
  float8: { kind: 'real8' },
  money: { kind: 'numeric', precision: 38, scale: 4 },
  text: { kind: 'nclob' },
  bytea: { kind: 'blob' },
  timestamp: { kind: 'datetime' },
  timestamptz: { kind: 'datetime' },
  date: { kind: 'date' },
  time: { kind: 'time' },
  interval: { kind: 'string', length: 128 },
  cidr: { kind: 'string', length: 50 },
  inet: { kind: 'string', length: 50 },
  macaddr: { kind: 'string', length: 18 },
  uuid: { kind: 'string' },
  tsvector: { kind: 'clob' },
  tsquery: { kind: 'clob' },
  xml: { kind: 'clob' },
  point: { kind: 'string', length: 255 },
  line: { kind: 'string', length: 255 },
  lseg: { kind: 'string', length: 255 },
  box: { kind: 'string', length: 255 },
  path: { kind: 'clob' },
  polygon: { kind: 'clob' },
  circle: { kind: 'string', length: 255 },
  json: { kind: 'nclob' },
  jsonb: { kind: 'nclob' },
  hstore: { kind: 'nclob' },
  int4range: { kind: 'string', length: 255 },
  int8range: { kind: 'string', length: 255 },
  numrange: { kind: 'string', length: 255 },
};

/** Largest precision of NUMERIC; more becomes STRING. */
const MAX_PRECISION = 38;
/** The header that PostgreSQL adds to the length in a type modifier. */
const HEADER = 4;

/**
 * The DMS type of a PostgreSQL column; undefined for what DMS doesn't name (oid, timetz, citext, PostGIS …).
 *
 * @param modifier `atttypmod`; -1 without one
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Source.PostgreSQL.html#CHAP_Source-PostgreSQL-DataTypes
 */
export function pgDmsType(
  type: PgType | undefined,
  modifier: number,
  types: ReadonlyMap<number, PgType>,
): DmsType | undefined {
  if (type === undefined) return undefined;
  if (type.kind === 'd') return pgDmsType(types.get(type.baseType), type.baseModifier, types);
  if (type.kind === 'e') return { kind: 'string', length: 64 };
  if (type.category === 'A' || type.kind === 'c') return { kind: 'nclob' };
  const length = modifier < 0 ? undefined : modifier - HEADER;
  switch (type.name) {
    case 'numeric':
      return numeric(modifier);
    case 'bool':
      return type.asBoolean ? { kind: 'boolean' } : { kind: 'string', length: 5 };
    case 'bpchar':
      return { kind: 'wstring', length: length ?? 1 };
    case 'varchar':
      return { kind: 'wstring', length };
    case 'bit':
      return { kind: 'string', length: modifier < 0 ? 1 : modifier };
    case 'varbit':
      return { kind: 'string', length: modifier < 0 ? undefined : modifier };
    default:
      return Object.hasOwn(PLAIN, type.name) ? PLAIN[type.name] : undefined;
  }
}

/** NUMERIC without precision is (28,6), as DMS documents. A negative scale means digits before the point. */
function numeric(modifier: number): DmsType {
  if (modifier < 0) return { kind: 'numeric', precision: 28, scale: 6 };
  const precision = ((modifier - HEADER) >> 16) & 0xffff;
  const scale = (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024;
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale);
  return digits > MAX_PRECISION
    ? { kind: 'string' }
    : { kind: 'numeric', precision: digits, scale: Math.max(scale, 0) };
}

/** The name under which the value of a type is written in another way than PostgreSQL does. */
export function baseName(type: PgType | undefined, types: ReadonlyMap<number, PgType>): string {
  return type?.kind === 'd' ? baseName(types.get(type.baseType), types) : (type?.name ?? '');
}

/** A column in a query whose text is the spool's. */
export function selectExpression(column: string, typeName: string): string {
  if (typeName === 'timestamptz') return `${column} AT TIME ZONE 'UTC'`;
  if (typeName === 'bool') return `${column}::text`;
  return typeName === 'money' ? `${column}::numeric` : column;
}

/** The same for a value of the log, which comes as PostgreSQL prints it (time zone UTC, ISO dates, `C` money). */
export function logText(text: string, typeName: string): string {
  if (typeName === 'timestamptz') return text.replace(/\+00$/, '');
  if (typeName === 'bool') return text === 't' ? 'true' : 'false';
  return typeName === 'money' ? text.replaceAll(/[$,]/g, '') : text;
}
