import { SqlError } from '../errors';
import * as build from './build';
import { makeType } from './text';
import type { RowField, TrinoType } from './type';

/**
 * A column type as the Glue Data Catalog holds it → the type that Athena shows.
 *
 * Hive's names: `string`, `int`, `float` (real), `binary`, `timestamp` (timestamp(3)), `struct<a:int>`, `array<…>`,
 * `map<…>`, `decimal(10,2)`, bare `decimal` = decimal(10,0), `varchar(n)`, `char(n)`.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/data-types.html
 */
export function parseHiveType(text: string): TrinoType {
  const known = CACHE.get(text);
  if (known) return known;
  const reader = new HiveTypeReader(text);
  const type = reader.type();
  reader.end();
  if (CACHE.size > 5_000) CACHE.clear();
  CACHE.set(text, type);
  return type;
}

const CACHE = new Map<string, TrinoType>();

/** The Hive name under which a new table's column is put in the Glue Data Catalog; undefined = Hive has no such type. */
export function hiveTypeText(type: TrinoType): string | undefined {
  switch (type.kind) {
    case 'boolean':
    case 'tinyint':
    case 'smallint':
    case 'bigint':
    case 'double':
    case 'date':
      return type.kind;
    case 'integer':
      return 'int';
    case 'real':
      return 'float';
    case 'varbinary':
      return 'binary';
    case 'varchar':
      return type.length === undefined || type.length > 65_535 ? 'string' : `varchar(${type.length})`;
    case 'char':
      return `char(${type.length})`;
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`;
    case 'timestamp':
      return 'timestamp';
    case 'array':
      return wrap('array', [hiveTypeText(type.element)]);
    case 'map':
      return wrap('map', [hiveTypeText(type.key), hiveTypeText(type.value)]);
    case 'row':
      return wrap(
        'struct',
        type.fields.map((field) => {
          const inner = hiveTypeText(field.type);
          return inner && field.name ? `${field.name}:${inner}` : undefined;
        }),
      );
    default:
      return undefined;
  }
}

function wrap(name: string, parts: readonly (string | undefined)[]): string | undefined {
  return parts.every((part) => part !== undefined) ? `${name}<${parts.join(',')}>` : undefined;
}

const SIMPLE: Readonly<Record<string, TrinoType>> = {
  string: build.VARCHAR,
  int: build.INTEGER,
  integer: build.INTEGER,
  long: build.BIGINT,
  short: build.SMALLINT,
  byte: build.TINYINT,
  float: build.REAL,
  binary: build.VARBINARY,
  boolean: build.BOOLEAN,
  tinyint: build.TINYINT,
  smallint: build.SMALLINT,
  bigint: build.BIGINT,
  double: build.DOUBLE,
  date: build.DATE,
  timestamp: build.timestamp(3),
  'timestamp with local time zone': build.zonedTimestamp(3),
  timestamptz: build.zonedTimestamp(6),
  timestamp_ns: build.timestamp(6),
  uuid: build.UUID,
  varchar: build.VARCHAR,
};

class HiveTypeReader {
  private at = 0;

  public constructor(private readonly text: string) {}

  public type(): TrinoType {
    const name = this.name();
    switch (name) {
      case 'array': {
        this.expect('<');
        const element = this.type();
        this.expect('>');
        return build.array(element);
      }
      case 'map': {
        this.expect('<');
        const key = this.type();
        this.expect(',');
        const value = this.type();
        this.expect('>');
        return build.map(key, value);
      }
      case 'struct':
      case 'row':
        return this.struct();
      case 'decimal':
      case 'numeric': {
        const [precision = 10, scale = 0] = this.numbers();
        return makeType('decimal', [precision, scale]);
      }
      case 'varchar':
      case 'char':
        return makeType(name, this.numbers());
    }
    const type = SIMPLE[name];
    return type ?? this.fail();
  }

  public end(): void {
    this.space();
    if (this.at < this.text.length) this.fail();
  }

  private struct(): TrinoType {
    const fields: RowField[] = [];
    this.expect('<');
    if (this.accept('>')) return build.row(fields);
    do {
      const name = this.fieldName();
      this.expect(':');
      fields.push({ name, type: this.type() });
    } while (this.accept(','));
    this.expect('>');
    return build.row(fields);
  }

  private numbers(): number[] {
    if (!this.accept('(')) return [];
    const end = this.text.indexOf(')', this.at);
    if (end < 0) this.fail();
    const numbers = this.text.slice(this.at, end).split(',').map(Number);
    this.at = end + 1;
    return numbers;
  }

  private name(): string {
    return this.match(/^(timestamp with local time zone|[A-Za-z_][A-Za-z0-9_]*)/i).toLowerCase();
  }

  /** Hive lowers field names; quotes and back quotes may stand around them. */
  private fieldName(): string {
    return this.match(/^(?:`[^`]*`|"[^"]*"|[^:<>,]+)/)
      .trim()
      .replace(/^[`"](.*)[`"]$/, '$1')
      .toLowerCase();
  }

  private match(pattern: RegExp): string {
    this.space();
    const found = pattern.exec(this.text.slice(this.at));
    if (!found) return this.fail();
    this.at += found[0].length;
    return found[0];
  }

  private accept(token: string): boolean {
    this.space();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  private expect(token: string): void {
    if (!this.accept(token)) this.fail();
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++;
  }

  private fail(): never {
    throw new SqlError('HIVE_INVALID_METADATA', `not a Hive type: '${this.text}'`);
  }
}
