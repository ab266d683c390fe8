import { NotCoveredError, SqlError } from '../sql/errors';
import * as build from '../sql/types/build';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';

/**
 * Iceberg's types and schemas, in the form of the table metadata.
 *
 * @see https://iceberg.apache.org/spec/#schemas-and-data-types
 */
export type IcebergType = string | StructType | ListType | MapType;

export interface StructType {
  readonly type: 'struct';
  readonly fields: readonly NestedField[];
}

export interface NestedField {
  readonly id: number;
  readonly name: string;
  readonly required: boolean;
  readonly type: IcebergType;
  readonly doc?: string;
}

export interface ListType {
  readonly type: 'list';
  readonly 'element-id': number;
  readonly element: IcebergType;
  readonly 'element-required': boolean;
}

export interface MapType {
  readonly type: 'map';
  readonly 'key-id': number;
  readonly key: IcebergType;
  readonly 'value-id': number;
  readonly value: IcebergType;
  readonly 'value-required': boolean;
}

export interface Schema extends StructType {
  readonly 'schema-id': number;
  readonly 'identifier-field-ids'?: readonly number[];
}

const SCALARS: Readonly<Record<string, TrinoType>> = {
  boolean: build.BOOLEAN,
  int: build.INTEGER,
  long: build.BIGINT,
  float: build.REAL,
  double: build.DOUBLE,
  date: build.DATE,
  time: build.time(6),
  timestamp: build.timestamp(6),
  timestamptz: build.zonedTimestamp(6),
  string: build.VARCHAR,
  uuid: build.UUID,
  binary: build.VARBINARY,
};

/** Precision and scale of `decimal(9, 2)`. */
export function decimalOf(type: string): { precision: number; scale: number } | undefined {
  const match = /^decimal\((\d+),\s*(\d+)\)$/.exec(type);
  return match ? { precision: Number(match[1]), scale: Number(match[2]) } : undefined;
}

/** Bytes of `fixed[16]`. */
export function fixedLength(type: string): number | undefined {
  const match = /^fixed\[(\d+)\]$/.exec(type);
  return match ? Number(match[1]) : undefined;
}

/** @throws NotCoveredError for types of later format versions (`variant`, `timestamp_ns` …) */
export function toTrinoType(type: IcebergType): TrinoType {
  if (typeof type !== 'string') {
    switch (type.type) {
      case 'struct':
        return build.row(
          type.fields.map((field) => ({ name: field.name.toLowerCase(), type: toTrinoType(field.type) })),
        );
      case 'list':
        return build.array(toTrinoType(type.element));
      case 'map':
        return build.map(toTrinoType(type.key), toTrinoType(type.value));
    }
  }
  const scalar = SCALARS[type];
  if (scalar) return scalar;
  const decimal = decimalOf(type);
  if (decimal) return build.decimal(decimal.precision, decimal.scale);
  if (fixedLength(type) !== undefined) return build.VARBINARY;
  throw new NotCoveredError(`Iceberg type ${type}`);
}

/** Gives out field ids: the next one is one higher than any that the table ever had. */
export class FieldIds {
  public constructor(private last: number) {}

  public next(): number {
    this.last += 1;
    return this.last;
  }

  public get highest(): number {
    return this.last;
  }
}

/**
 * The Iceberg type under which a query's column is kept, with new ids for nested fields.
 *
 * @throws SqlError NOT_SUPPORTED in Athena's words
 */
export function fromTrinoType(type: TrinoType, ids: FieldIds): IcebergType {
  switch (type.kind) {
    case 'boolean':
    case 'double':
    case 'date':
    case 'uuid':
      return type.kind;
    case 'integer':
      return 'int';
    case 'bigint':
      return 'long';
    case 'real':
      return 'float';
    case 'decimal':
      return `decimal(${type.precision}, ${type.scale})`;
    case 'varchar':
      return 'string';
    case 'varbinary':
      return 'binary';
    case 'time':
      return microseconds(type, 'time', 'Time');
    case 'timestamp':
      return microseconds(type, 'timestamp', 'Timestamp');
    case 'timestamp with time zone':
      return microseconds(type, 'timestamptz', 'Timestamp');
    case 'array': {
      const id = ids.next();
      return { type: 'list', 'element-id': id, element: fromTrinoType(type.element, ids), 'element-required': false };
    }
    case 'map': {
      const [key, value] = [ids.next(), ids.next()];
      return {
        type: 'map',
        'key-id': key,
        key: fromTrinoType(type.key, ids),
        'value-id': value,
        value: fromTrinoType(type.value, ids),
        'value-required': false,
      };
    }
    case 'row': {
      const own = type.fields.map(() => ids.next());
      return {
        type: 'struct',
        fields: type.fields.map((field, index) => {
          if (!field.name) throw unsupported(type);
          return {
            id: own[index] as number,
            name: field.name.toLowerCase(),
            required: false,
            type: fromTrinoType(field.type, ids),
          };
        }),
      };
    }
    default:
      throw unsupported(type);
  }
}

const unsupported = (type: TrinoType): SqlError =>
  new SqlError('NOT_SUPPORTED', `Type not supported for Iceberg: ${typeText(type)}`);

type TimeType = Extract<TrinoType, { kind: 'time' | 'timestamp' | 'timestamp with time zone' | 'time with time zone' }>;

function microseconds(type: TimeType, iceberg: string, what: string): string {
  if (type.precision === 6) return iceberg;
  const wanted = typeText({ ...type, precision: 6 });
  throw new SqlError(
    'NOT_SUPPORTED',
    `${what} precision (${type.precision}) not supported for Iceberg. Use "${wanted}" instead.`,
  );
}

/** How the Glue Data Catalog shows a type: as Iceberg's own Glue integration writes it. */
export function toHiveType(type: IcebergType): string {
  if (typeof type !== 'string') {
    switch (type.type) {
      case 'struct':
        return `struct<${type.fields.map((field) => `${field.name}:${toHiveType(field.type)}`).join(',')}>`;
      case 'list':
        return `array<${toHiveType(type.element)}>`;
      case 'map':
        return `map<${toHiveType(type.key)},${toHiveType(type.value)}>`;
    }
  }
  const decimal = decimalOf(type);
  if (decimal) return `decimal(${decimal.precision},${decimal.scale})`;
  if (fixedLength(type) !== undefined) return 'binary';
  return { long: 'bigint', timestamptz: 'timestamp', uuid: 'string', time: 'string' }[type] ?? type;
}

/** All fields of a type, nested ones too: id → its place. Elements, keys and values of lists and maps count. */
export function fieldsById(
  struct: StructType,
): ReadonlyMap<number, { readonly name: string; readonly type: IcebergType }> {
  const found = new Map<number, { name: string; type: IcebergType }>();
  const visit = (type: IcebergType, path: string): void => {
    if (typeof type === 'string') return;
    const child = (id: number, name: string, inner: IcebergType) => {
      const full = path === '' ? name : `${path}.${name}`;
      found.set(id, { name: full, type: inner });
      visit(inner, full);
    };
    if (type.type === 'struct') for (const field of type.fields) child(field.id, field.name, field.type);
    else if (type.type === 'list') child(type['element-id'], 'element', type.element);
    else {
      child(type['key-id'], 'key', type.key);
      child(type['value-id'], 'value', type.value);
    }
  };
  visit(struct, '');
  return found;
}

/** The highest id that a schema uses; 0 for none. */
export const highestId = (struct: StructType): number => Math.max(0, ...fieldsById(struct).keys());
