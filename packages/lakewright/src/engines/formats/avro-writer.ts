import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { deflateRawSync } from 'node:zlib';
import { Type } from 'avsc';
import { NotCoveredError } from '../sql/errors';
import { physicalFields } from '../sql/types/physical';
import { typeText } from '../sql/types/text';
import type { TrinoType } from '../sql/types/type';
import { LONG } from './avro';
import type { JsonObject, JsonScalar, JsonText } from './json-text';
import { blobBytes, instant, numberOf, unscaledValue } from './orc/column-writers';

export type AvroCodec = 'null' | 'deflate';

const BLOCK_ROWS = 2_000;

/** A column's schema, and how a value is handed to the encoder. */
interface Shape {
  readonly schema: unknown;
  encode(value: Exclude<JsonText, null>): unknown;
}

/**
 * Writes rows as an Avro container file; every column may be NULL.
 *
 * The container is made here because avsc leaves logical types out of the schema that it writes.
 *
 * @throws NotCoveredError for types that Avro has no form for
 */
export async function writeAvro(
  path: string,
  columns: readonly { readonly name: string; readonly type: TrinoType }[],
  codec: AvroCodec,
  rows: AsyncIterable<readonly JsonText[]>,
): Promise<void> {
  const root = recordShape('row', columns, { next: 1 });
  const type = Type.forSchema(root.schema as never, {
    typeHook: (item: unknown) => ((item as { type?: unknown })?.type === 'long' || item === 'long' ? LONG : undefined),
  });
  const sync = randomBytes(16);
  const out = createWriteStream(path);
  const done = finished(out);
  done.catch(() => undefined);
  const write = async (...parts: readonly Buffer[]): Promise<void> => {
    if (!out.write(Buffer.concat(parts)))
      await Promise.race([new Promise<void>((resolve) => out.once('drain', () => resolve())), done]);
  };
  try {
    await write(
      Buffer.from('Obj\u0001'),
      varint(2),
      ...['avro.schema', JSON.stringify(root.schema), 'avro.codec', codec].flatMap((text) => [
        varint(Buffer.byteLength(text)),
        Buffer.from(text),
      ]),
      varint(0),
      sync,
    );
    let held: Buffer[] = [];
    const flush = async (): Promise<void> => {
      if (!held.length) return;
      const plain = Buffer.concat(held);
      const block = codec === 'deflate' ? deflateRawSync(plain) : plain;
      await write(varint(held.length), varint(block.length), block, sync);
      held = [];
    };
    for await (const batch of rows) {
      for (const row of batch) {
        held.push(type.toBuffer(root.encode(row as Exclude<JsonText, null>)));
        if (held.length >= BLOCK_ROWS) await flush();
      }
    }
    await flush();
  } finally {
    out.end();
  }
  await done;
}

const varint = (value: number): Buffer => Type.forSchema('int').toBuffer(value);

function recordShape(
  name: string,
  columns: readonly { readonly name: string; readonly type: TrinoType }[],
  names: { next: number },
): Shape {
  const fields = columns.map((column) => {
    if (!/^[A-Za-z_]\w*$/.test(column.name)) throw new NotCoveredError(`Avro column named '${column.name}'`);
    return { name: column.name, shape: shapeOf(column.type, names) };
  });
  return {
    schema: {
      type: 'record',
      name,
      fields: fields.map((field) => ({ name: field.name, type: ['null', field.shape.schema], default: null })),
    },
    encode: (value) =>
      Object.fromEntries(
        fields.map(({ name: field, shape }, index) => [
          field,
          nullable(shape)((value as JsonObject).members[index]?.[1] ?? null),
        ]),
      ),
  };
}

const nullable =
  (shape: Shape) =>
  (value: JsonText): unknown =>
    value === null ? null : shape.encode(value);

function shapeOf(type: TrinoType, names: { next: number }): Shape {
  const scalar = (schema: unknown, encode: (text: string) => unknown): Shape => ({
    schema,
    encode: (value) => encode((value as JsonScalar).text),
  });
  switch (type.kind) {
    case 'boolean':
      return scalar('boolean', (text) => text === 'true');
    case 'tinyint':
    case 'smallint':
    case 'integer':
      return scalar('int', Number);
    case 'bigint':
      return scalar('long', BigInt);
    case 'real':
      return scalar('float', numberOf);
    case 'double':
      return scalar('double', numberOf);
    case 'varchar':
    case 'char':
      return scalar('string', String);
    case 'varbinary':
      return scalar('bytes', blobBytes);
    case 'date':
      return scalar({ type: 'int', logicalType: 'date' }, (text) => Math.floor(instant(text) / 86_400_000));
    case 'timestamp':
      return scalar({ type: 'long', logicalType: 'timestamp-millis' }, (text) => BigInt(instant(text)));
    case 'decimal':
      return scalar({ type: 'bytes', logicalType: 'decimal', precision: type.precision, scale: type.scale }, (text) =>
        twosComplement(unscaledValue(text, type.scale)),
      );
    case 'array': {
      const items = shapeOf(type.element, names);
      return {
        schema: { type: 'array', items: ['null', items.schema] },
        encode: (value) => (value as readonly JsonText[]).map(nullable(items)),
      };
    }
    case 'map': {
      if (type.key.kind !== 'varchar') throw new NotCoveredError(`writing ${typeText(type)} to Avro`);
      const values = shapeOf(type.value, names);
      return {
        schema: { type: 'map', values: ['null', values.schema] },
        encode: (value) =>
          Object.fromEntries((value as JsonObject).members.map(([key, item]) => [key, nullable(values)(item)])),
      };
    }
    case 'row':
      return recordShape(`row${names.next++}`, physicalFields(type.fields), names);
    default:
      throw new NotCoveredError(`writing a column of type ${typeText(type)} to Avro`);
  }
}

/** Big-endian, as few bytes as hold the sign. */
function twosComplement(value: bigint): Buffer {
  let length = 1;
  while (BigInt.asIntN(length * 8, value) !== value) length++;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex');
}
