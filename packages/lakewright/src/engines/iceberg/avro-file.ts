import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { deflateRawSync } from 'node:zlib';
import { streams } from 'avsc';
import { NotCoveredError } from '../sql/errors';
import { avroType } from './avro-types';

// biome-ignore lint/suspicious/noExplicitAny: records as their schema says
export type AvroRecord = any;

export interface AvroFile {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of a file
  readonly schema: any;
  readonly records: readonly AvroRecord[];
}

/** All records of a small container file. @throws NotCoveredError for a codec other than deflate */
export async function readAvroFile(bytes: Buffer): Promise<AvroFile> {
  let schema: unknown;
  const decoder = new streams.BlockDecoder({
    parseHook: (written: unknown) => {
      schema = written;
      return avroType(written);
    },
  } as ConstructorParameters<typeof streams.BlockDecoder>[0]);
  const records: AvroRecord[] = [];
  Readable.from([bytes]).pipe(decoder);
  try {
    for await (const record of decoder) records.push(record);
  } catch (error) {
    const codec = /unknown codec: (\w+)/.exec(String(error))?.[1];
    if (codec) throw new NotCoveredError(`an Iceberg manifest compressed with ${codec}`);
    throw error;
  }
  return { schema, records };
}

/**
 * A container file of one block, compressed with deflate; `metadata` goes into its header.
 *
 * The file is put together here, since avsc leaves attributes that it doesn't know (the field ids) out of the header's
 * schema when it is given a type.
 */
export function writeAvroFile(
  schema: unknown,
  records: readonly AvroRecord[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const type = avroType(schema);
  const header = { ...metadata, 'avro.schema': JSON.stringify(schema), 'avro.codec': 'deflate' };
  const sync = randomBytes(16);
  const block = deflateRawSync(Buffer.concat(records.map((record) => type.toBuffer(record))));
  return Buffer.concat([
    Buffer.from('Obj\x01', 'latin1'),
    long(Object.keys(header).length),
    ...Object.entries(header).flatMap(([name, value]) => [...sized(Buffer.from(name)), ...sized(Buffer.from(value))]),
    long(0),
    sync,
    ...(records.length ? [long(records.length), ...sized(block), sync] : []),
  ]);
}

const sized = (bytes: Buffer): Buffer[] => [long(bytes.length), bytes];

/** Avro's variable-length zigzag form of a number that isn't negative. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value * 2;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}
