import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import * as build from './build';
import type { RowField, TrinoType } from './type';

/** As `typeof()` and information_schema print it: `decimal(5,2)`, `row(a integer, "B c" varchar)`. */
export function typeText(type: TrinoType): string {
  return print(type, ',');
}

/** As the metadata of a result prints it: `decimal(5, 2)`. */
export function metadataText(type: TrinoType): string {
  return print(type, ', ');
}

function print(type: TrinoType, decimalComma: string): string {
  const inner = (part: TrinoType) => print(part, decimalComma);
  switch (type.kind) {
    case 'decimal':
      return `decimal(${type.precision}${decimalComma}${type.scale})`;
    case 'varchar':
      return type.length === undefined ? 'varchar' : `varchar(${type.length})`;
    case 'char':
      return `char(${type.length})`;
    case 'timestamp':
    case 'time':
      return `${type.kind}(${type.precision})`;
    case 'timestamp with time zone':
      return `timestamp(${type.precision}) with time zone`;
    case 'time with time zone':
      return `time(${type.precision}) with time zone`;
    case 'array':
      return `array(${inner(type.element)})`;
    case 'map':
      return `map(${inner(type.key)}, ${inner(type.value)})`;
    case 'row':
      return `row(${type.fields
        .map((field) => (field.name ? `${fieldName(field.name)} ` : '') + inner(field.type))
        .join(', ')})`;
    default:
      return type.kind;
  }
}

/** The one word that Athena's GetQueryResults gives as a column's type: `varchar`, `decimal`, `row`. */
export function baseTypeName(type: TrinoType): string {
  return type.kind === 'real' ? 'float' : type.kind;
}

const fieldName = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replace(/"/g, '""')}"`);

const SIMPLE_TYPES: Readonly<Record<string, TrinoType>> = {
  boolean: build.BOOLEAN,
  tinyint: build.TINYINT,
  smallint: build.SMALLINT,
  integer: build.INTEGER,
  int: build.INTEGER,
  bigint: build.BIGINT,
  real: build.REAL,
  double: build.DOUBLE,
  'double precision': build.DOUBLE,
  date: build.DATE,
  varbinary: build.VARBINARY,
  json: build.JSON_TYPE,
  uuid: build.UUID,
  ipaddress: build.IPADDRESS,
  unknown: build.UNKNOWN,
  string: build.VARCHAR,
  'interval day to second': build.DAY_TO_SECOND,
  'interval year to month': build.YEAR_TO_MONTH,
  hyperloglog: { kind: 'HyperLogLog' },
  setdigest: { kind: 'SetDigest' },
  tdigest: { kind: 'tdigest' },
};

const UNCOVERED_TYPES: ReadonlySet<string> = new Set([
  'p4hyperloglog',
  'geometry',
  'sphericalgeography',
  'bingtile',
  'kdbtree',
  'color',
  'jsonpath',
  'json2016',
]);

export type TypeArgument = number | TrinoType;

/** A type from its name and arguments, with Trino's defaults: `decimal` = decimal(38,0), `timestamp` = timestamp(3). */
export function makeType(
  name: string,
  args: readonly TypeArgument[],
  position?: SqlPosition,
  fields: readonly RowField[] = [],
): TrinoType {
  const lower = name.toLowerCase();
  const number = (index: number): number | undefined => {
    const value = args[index];
    return typeof value === 'number' ? value : undefined;
  };
  const type = (index: number): TrinoType => {
    const value = args[index];
    if (value === undefined || typeof value === 'number') {
      throw new SqlError('TYPE_NOT_FOUND', `Unknown type: ${name}`, position);
    }
    return value;
  };
  switch (lower) {
    case 'row':
      return build.row(fields);
    case 'array':
      return build.array(type(0));
    case 'map':
      return build.map(type(0), type(1));
    case 'decimal':
    case 'numeric':
    case 'dec':
      return makeDecimal(number(0) ?? 38, number(1) ?? 0, position);
    case 'qdigest': {
      const { kind } = type(0);
      if (kind === 'bigint' || kind === 'double' || kind === 'real') return { kind: `qdigest(${kind})` };
      break;
    }
    case 'varchar':
      return build.varchar(number(0));
    case 'char':
      return build.char(number(0) ?? 1);
    case 'timestamp':
    case 'time':
    case 'timestamp with time zone':
    case 'time with time zone':
      return { kind: lower, precision: checkedPrecision(lower, number(0) ?? 3, position) };
  }
  const simple = SIMPLE_TYPES[lower];
  if (simple && args.length === 0) return simple;
  if (UNCOVERED_TYPES.has(lower)) throw new NotCoveredError(`type ${lower}`, position);
  throw new SqlError('TYPE_NOT_FOUND', `Unknown type: ${name}`, position);
}

function makeDecimal(precision: number, scale: number, position?: SqlPosition): TrinoType {
  if (precision < 1 || precision > 38) {
    throw new SqlError(
      'INVALID_FUNCTION_ARGUMENT',
      `DECIMAL precision must be in range [1, 38]: ${precision}`,
      position,
    );
  }
  if (scale > precision) {
    throw new SqlError(
      'INVALID_FUNCTION_ARGUMENT',
      `DECIMAL scale must be in range [0, precision (${precision})]: ${scale}`,
      position,
    );
  }
  return build.decimal(precision, scale);
}

function checkedPrecision(kind: string, precision: number, position?: SqlPosition): number {
  if (precision > 12) {
    const name = kind.startsWith('timestamp') ? 'TIMESTAMP' : 'TIME';
    throw new SqlError(
      'INVALID_FUNCTION_ARGUMENT',
      `${name} precision must be in range [0, 12]: ${precision}`,
      position,
    );
  }
  return precision;
}

/** Text as {@link typeText} and {@link metadataText} print it → type. */
export function parseTypeText(text: string): TrinoType {
  const reader = new TypeReader(text);
  const type = reader.type();
  reader.end();
  return type;
}

class TypeReader {
  private at = 0;

  public constructor(private readonly text: string) {}

  public type(): TrinoType {
    const name = this.word();
    if (name === 'row') return this.row();
    if (name === 'interval') return makeType(`interval ${this.words(3)}`, []);
    if (name === 'double' && this.accept('precision')) return build.DOUBLE;
    const args = this.arguments();
    const zoned = this.accept('with time zone');
    return makeType(zoned ? `${name} with time zone` : name, args);
  }

  public end(): void {
    this.space();
    if (this.at < this.text.length) this.fail();
  }

  private row(): TrinoType {
    const fields: RowField[] = [];
    this.expect('(');
    do {
      fields.push(this.field());
    } while (this.accept(','));
    this.expect(')');
    return build.row(fields);
  }

  /** `name type` or only `type`: what follows the first word decides. */
  private field(): RowField {
    const start = this.at;
    this.space();
    if (this.text[this.at] === '"') return { name: this.quoted(), type: this.type() };
    const word = this.word();
    this.space();
    const next = this.text[this.at];
    const rest = this.text.slice(this.at);
    const typeGoesOn = next === undefined || /[,()]/.test(next) || /^(with time zone|precision)/.test(rest);
    if (typeGoesOn || (word === 'interval' && /^(day|year) to /.test(rest))) {
      this.at = start;
      return { type: this.type() };
    }
    return { name: word, type: this.type() };
  }

  private arguments(): TypeArgument[] {
    const args: TypeArgument[] = [];
    if (!this.accept('(')) return args;
    do {
      this.space();
      const digits = /^\d+/.exec(this.text.slice(this.at));
      if (digits) {
        this.at += digits[0].length;
        args.push(Number(digits[0]));
      } else args.push(this.type());
    } while (this.accept(','));
    this.expect(')');
    return args;
  }

  private words(count: number): string {
    return Array.from({ length: count }, () => this.word()).join(' ');
  }

  private word(): string {
    this.space();
    const match = /^[A-Za-z_$][A-Za-z0-9_$]*/.exec(this.text.slice(this.at));
    if (!match) return this.fail();
    this.at += match[0].length;
    return match[0].toLowerCase();
  }

  private quoted(): string {
    const match = /^"((?:[^"]|"")*)"/.exec(this.text.slice(this.at));
    if (!match) return this.fail();
    this.at += match[0].length;
    return (match[1] ?? '').replace(/""/g, '"');
  }

  private accept(token: string): boolean {
    this.space();
    if (!this.text.slice(this.at).toLowerCase().startsWith(token)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) this.fail();
  }

  private space(): void {
    while (this.text[this.at] === ' ') this.at++;
  }

  private fail(): never {
    throw new SqlError('TYPE_NOT_FOUND', `Unknown type: ${this.text}`);
  }
}
