import { type Schema as AvroSchema, Type, types } from 'avsc';
import { shortestBytes } from '../sql/runtime/scalars/iceberg-hash';
import { decimalOf, fixedLength, type IcebergType } from './types';
import type { IcebergValue } from './values';

/** 64-bit integers as bigint: snapshot ids don't fit JavaScript's numbers. */
const LONG = types.LongType.__with({
  fromBuffer: (bytes: Buffer) => bytes.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64LE(value);
    return bytes;
  },
  fromJSON: BigInt,
  toJSON: String,
  isValid: (value: unknown) => typeof value === 'bigint',
  compare: (a: bigint, b: bigint) => (a === b ? 0 : a < b ? -1 : 1),
});

// biome-ignore lint/suspicious/noExplicitAny: JSON of a file
type Json = any;

/** An Avro type that reads and writes longs as bigint. */
export const avroType = (schema: Json): Type =>
  Type.forSchema(
    schema as AvroSchema,
    {
      wrapUnions: false,
      typeHook: (item: Json) => (item === 'long' || item?.type === 'long' ? LONG : undefined),
    } as Parameters<typeof Type.forSchema>[1],
  );

/**
 * The Avro schema of a partition value; `id` makes its name unique, where it needs one.
 *
 * @see https://iceberg.apache.org/spec/#avro
 */
export function avroSchemaOf(type: IcebergType, id: number): Json {
  if (typeof type !== 'string') throw new Error(`no partition value: ${type.type}`);
  const decimal = decimalOf(type);
  if (decimal) {
    const { precision, scale } = decimal;
    return {
      type: 'fixed',
      name: `decimal_${id}`,
      size: decimalBytes(precision),
      logicalType: 'decimal',
      precision,
      scale,
    };
  }
  const fixed = fixedLength(type);
  if (fixed !== undefined) return { type: 'fixed', name: `fixed_${id}`, size: fixed };
  switch (type) {
    case 'boolean':
    case 'int':
    case 'long':
    case 'float':
    case 'double':
    case 'string':
      return type;
    case 'binary':
      return 'bytes';
    case 'date':
      return { type: 'int', logicalType: 'date' };
    case 'time':
      return { type: 'long', logicalType: 'time-micros' };
    case 'uuid':
      return { type: 'fixed', name: `uuid_${id}`, size: 16, logicalType: 'uuid' };
    default:
      return { type: 'long', logicalType: 'timestamp-micros', 'adjust-to-utc': type === 'timestamptz' };
  }
}

/** The least bytes that hold every decimal of a precision. */
export function decimalBytes(precision: number): number {
  let bytes = 1;
  while (2n ** BigInt(8 * bytes - 1) - 1n < 10n ** BigInt(precision) - 1n) bytes++;
  return bytes;
}

/** A partition value as avsc wants it. */
export function toAvro(value: IcebergValue, type: IcebergType): unknown {
  if (value === null || typeof type !== 'string') return null;
  const decimal = decimalOf(type);
  if (decimal) {
    const short = shortestBytes(BigInt(value as bigint));
    const sign = (short[0] as number) & 0x80 ? 0xff : 0;
    return Buffer.concat([Buffer.alloc(decimalBytes(decimal.precision) - short.length, sign), short]);
  }
  if (type === 'uuid') return Buffer.from(String(value).replaceAll('-', ''), 'hex');
  if (value instanceof Uint8Array) return Buffer.from(value);
  return value;
}

/** What avsc read. */
export function fromAvro(value: unknown, type: IcebergType): IcebergValue {
  if (value === null || value === undefined || typeof type !== 'string') return null;
  if (Buffer.isBuffer(value)) {
    if (decimalOf(type)) return BigInt.asIntN(8 * value.length, BigInt(`0x${value.toString('hex')}`));
    if (type === 'uuid') return value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return value;
  }
  // A column that was an int when the manifest was written.
  if (type === 'long' && typeof value === 'number') return BigInt(value);
  return value as IcebergValue;
}
