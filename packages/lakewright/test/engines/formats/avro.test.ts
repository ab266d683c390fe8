import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Type, types } from 'avsc';
import { afterAll, describe, expect, test } from 'vitest';
import { readAvro } from '../../../src/engines/formats/avro';
import { cellJson } from '../../../src/engines/formats/cell';
import { parseHiveType } from '../../../src/engines/sql/types/hive';

const folder = mkdtempSync(join(tmpdir(), 'lakewright-avro-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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

const isLong = (item: unknown): boolean => item === 'long' || (item as { type?: unknown })?.type === 'long';

/** Avro's zigzag integers. */
const varint = (value: number): Buffer => Type.forSchema('int').toBuffer(value);

/** A container file by hand: avsc's own encoder leaves logical types out of the schema that it writes. */
async function file(fields: unknown[], records: unknown[]): Promise<string> {
  const path = join(folder, `${Math.random()}.avro`);
  const schema = { type: 'record', name: 'r', fields };
  const type = Type.forSchema(schema as never, { typeHook: (item: unknown) => (isLong(item) ? LONG : undefined) });
  const bytes = (text: string) => Buffer.concat([varint(Buffer.byteLength(text)), Buffer.from(text)]);
  const sync = Buffer.alloc(16, 7);
  const block = Buffer.concat(records.map((record) => type.toBuffer(record)));
  const parts = [
    Buffer.from('Obj\u0001'),
    varint(1),
    bytes('avro.schema'),
    bytes(JSON.stringify(schema)),
    varint(0),
    sync,
    varint(records.length),
    varint(block.length),
    block,
    sync,
  ];
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

async function read(path: string, columns: Record<string, string>): Promise<string[][]> {
  const rows: string[][] = [];
  const list = Object.entries(columns).map(([name, type]) => ({ name, type: parseHiveType(type) }));
  for await (const batch of readAvro(path, list)) rows.push(...batch.map((row) => row.map(cellJson)));
  return rows;
}

describe('Avro', () => {
  test('columns go by name, absent ones are NULL, 64-bit integers keep all digits', async () => {
    const path = await file(
      [
        { name: 'Id', type: 'long' },
        { name: 'name', type: ['null', 'string'], default: null },
      ],
      [
        { Id: 9007199254740993n, name: null },
        { Id: -1n, name: 'x' },
      ],
    );
    expect(await read(path, { name: 'string', id: 'bigint', later: 'date' })).toEqual([
      ['null', '"9007199254740993"', 'null'],
      ['"x"', '"-1"', 'null'],
    ]);
  });

  test('logical types and structures are what they say', async () => {
    const path = await file(
      [
        { name: 'd', type: { type: 'int', logicalType: 'date' } },
        { name: 't', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'n', type: { type: 'bytes', logicalType: 'decimal', precision: 6, scale: 2 } },
        { name: 'l', type: { type: 'array', items: ['null', 'int'] } },
        { name: 'm', type: { type: 'map', values: 'double' } },
        { name: 's', type: { type: 'record', name: 's', fields: [{ name: 'A', type: 'boolean' }] } },
        { name: 'b', type: 'bytes' },
      ],
      [
        {
          d: 19783,
          t: 1709287872345600n,
          n: Buffer.from([0xff, 0x85]),
          l: [1, null],
          m: { k: 1.5 },
          s: { A: true },
          b: Buffer.from('hi'),
        },
      ],
    );
    expect(
      await read(path, {
        d: 'date',
        t: 'timestamp',
        n: 'decimal(6,2)',
        l: 'array<int>',
        m: 'map<string,double>',
        s: 'struct<a:boolean,z:int>',
        b: 'binary',
      }),
    ).toEqual([
      [
        '"2024-03-01"',
        '"2024-03-01 10:11:12.346"',
        '"-1.23"',
        '["1",null]',
        '{"k":"1.5"}',
        '{"a":"true","z":null}',
        '"\\\\x68\\\\x69"',
      ],
    ]);
  });

  test('what does not fit, and what is no Avro, is an error', async () => {
    const path = await file([{ name: 'a', type: 'string' }], [{ a: 'x' }]);
    await expect(read(path, { a: 'int' })).rejects.toThrow(
      /Avro string in column a, which the table declares as integer/,
    );
    const broken = join(folder, 'broken.avro');
    writeFileSync(broken, 'this is no avro file');
    await expect(read(broken, { a: 'string' })).rejects.toMatchObject({ errorName: 'HIVE_BAD_DATA' });
  });
});
