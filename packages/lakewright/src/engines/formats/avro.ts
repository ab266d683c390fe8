import { createReadStream } from 'node:fs';
import { streams, Type, types } from 'avsc';
import { NotCoveredError, SqlError } from '../sql/errors';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import { type Cell, MapCell, RowCell } from './cell';
import { avroCodecs } from './compression/avro-codecs';
import { blobText, boundedText, epochDate, isoTimestamp, javaDecimal } from './hive-scalars';
import type { FormatColumn } from './serde';

export const AVRO_SERDE = 'org.apache.hadoop.hive.serde2.avro.AvroSerDe';

/** An Avro schema as JSON. */
// biome-ignore lint/suspicious/noExplicitAny: JSON of a file
type Schema = any;
type Decode = (value: unknown) => Cell;

const BATCH = 2_000;

const isLong = (schema: Schema): boolean => schema === 'long' || schema?.type === 'long';

/** Avro's 64-bit integers don't fit JavaScript's numbers. */
export const LONG = types.LongType.__with({
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

/**
 * The rows of an Avro container file, by the schema that it was written with: columns go by name, one that the file lacks
 * is NULL.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/avro-serde.html
 */
export async function* readAvro(path: string, columns: readonly FormatColumn[]): AsyncGenerator<(readonly Cell[])[]> {
  let decode: ((record: unknown) => readonly Cell[]) | undefined;
  const decoder = new streams.BlockDecoder({
    codecs: await avroCodecs(),
    parseHook: (schema: Schema) => {
      decode = recordDecoder(schema, columns);
      return Type.forSchema(schema, { typeHook: (item: Schema) => (isLong(item) ? LONG : undefined) });
    },
  });
  const source = createReadStream(path);
  source.on('error', (error) => decoder.destroy(error));
  source.pipe(decoder);
  let batch: (readonly Cell[])[] = [];
  try {
    for await (const record of decoder) {
      batch.push((decode as NonNullable<typeof decode>)(record));
      if (batch.length >= BATCH) {
        yield batch;
        batch = [];
      }
    }
  } catch (error) {
    throw refusal(error);
  } finally {
    source.destroy();
  }
  if (batch.length) yield batch;
}

function refusal(error: unknown): unknown {
  if (error instanceof SqlError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/codec/i.test(message)) return new NotCoveredError(`Avro file: ${message}`);
  return new SqlError('HIVE_BAD_DATA', `Error reading Avro file: ${message}`);
}

function recordDecoder(schema: Schema, columns: readonly FormatColumn[]): (record: unknown) => readonly Cell[] {
  if (schema?.type !== 'record') throw new SqlError('HIVE_BAD_DATA', 'Avro file of something else than records');
  const fields: readonly Schema[] = schema.fields;
  const decoders = columns.map((column) => {
    const field = fields.find((item) => item.name.toLowerCase() === column.name);
    return field && { name: field.name as string, decode: decoder(field.type, column.type, column.name) };
  });
  return (record) =>
    decoders.map((item) => (item ? item.decode((record as Record<string, unknown>)[item.name]) : null));
}

/** The decoder of a value; a union with null is the value or nothing. */
function decoder(schema: Schema, type: TrinoType, column: string): Decode {
  const branches: Schema[] = Array.isArray(schema) ? schema.filter((branch: Schema) => branch !== 'null') : [schema];
  if (branches.length > 1) throw new NotCoveredError(`Avro union in column ${column}`);
  const [only] = branches;
  if (only === undefined) return () => null;
  const inner = valueDecoder(typeof only === 'string' ? { type: only } : only, type, column);
  return (value) => (value === null || value === undefined ? null : inner(value));
}

function valueDecoder(schema: Schema, type: TrinoType, column: string): Decode {
  const { type: kind, logicalType } = schema;
  if (typeof kind === 'object') return decoder(kind, type, column);
  switch (type.kind) {
    case 'boolean':
      if (kind === 'boolean') return String;
      break;
    case 'tinyint':
    case 'smallint':
    case 'integer':
    case 'bigint':
      if (kind === 'int' || kind === 'long') return String;
      break;
    case 'real':
    case 'double':
      if (['float', 'double', 'int', 'long'].includes(kind)) return String;
      break;
    case 'varchar':
    case 'char':
      if (kind === 'string' || kind === 'enum') return (value) => boundedText(String(value), type);
      break;
    case 'varbinary':
      if (kind === 'bytes' || kind === 'fixed') return (value) => blobText(value as Buffer);
      break;
    case 'date':
      if (kind === 'int' && logicalType === 'date') return (value) => epochDate(Number(value));
      break;
    case 'timestamp':
      if (logicalType === 'timestamp-millis') return (value) => isoTimestamp(Number(value)) ?? null;
      if (logicalType === 'timestamp-micros') {
        return (value) => isoTimestamp(Math.round(Number(value) / 1_000)) ?? null;
      }
      break;
    case 'decimal':
      if (logicalType === 'decimal') return decimalDecoder(schema.scale ?? 0, type);
      break;
    case 'array':
      if (kind === 'array') {
        const element = decoder(schema.items, type.element, column);
        return (value) => (value as unknown[]).map(element);
      }
      break;
    case 'map':
      if (kind === 'map') {
        const member = decoder(schema.values, type.value, column);
        return (value) => new MapCell(Object.entries(value as object).map(([key, item]) => [key, member(item)]));
      }
      break;
    case 'row':
      if (kind === 'record') {
        const fields = type.fields.map((field) => ({ name: field.name?.toLowerCase() ?? '', type: field.type }));
        const decode = recordDecoder(schema, fields);
        return (value) => RowCell.of(type.fields, decode(value));
      }
      break;
  }
  throw new NotCoveredError(
    `Avro ${logicalType ?? kind} in column ${column}, which the table declares as ${typeText(type)}`,
  );
}

/** Big-endian two's complement. */
function decimalDecoder(scale: number, type: TrinoType & { kind: 'decimal' }): Decode {
  return (value) => {
    const bytes = value as Buffer;
    const unscaled = bytes.length ? BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`)) : 0n;
    return javaDecimal(`${unscaled}E-${scale}`, type.precision, type.scale) ?? null;
  };
}
