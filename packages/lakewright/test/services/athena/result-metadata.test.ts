import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnInfo } from '../../../src/engines/sql/result';
import type { ApiShape } from '../../../src/services/api-shape';
import { metadataFile } from '../../../src/services/athena/queries/result-metadata';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

/** The members of a message by their field number, in their order: texts or numbers. */
function members(message: Buffer): [number, string | number | Buffer][] {
  const found: [number, string | number | Buffer][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = message[at++] as number;
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    if (tag % 8 === 0) found.push([Math.floor(tag / 8), varint()]);
    else {
      const length = varint();
      found.push([Math.floor(tag / 8), message.subarray(at, at + length)]);
      at += length;
    }
  }
  return found;
}

const plain = (message: Buffer) =>
  members(message).map(([field, value]) => [field, Buffer.isBuffer(value) ? value.toString() : value]);

async function metadata(query: string): Promise<Buffer> {
  const { ResultConfiguration, Status } = await lake.run(query);
  expect(Status.State, Status.StateChangeReason).toBe('SUCCEEDED');
  return read(`${ResultConfiguration.OutputLocation}.metadata`);
}

async function read(uri: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of await lake.context.objects.read('results', uri.replace('s3://results/', ''))) {
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks);
}

test('the bytes of a column are those of a file that AWS wrote', () => {
  // From a listing of 2019: https://stackoverflow.com/questions/55991018
  const file = metadataFile({
    queryId: '20190423_125128_00001_ehtur',
    columns: [columnInfo({ name: 'ary', type: { kind: 'array', element: { kind: 'integer' } } })],
  });
  expect(file.toString('hex')).toBe(
    '0a1b32303139303432335f3132353132385f30303030315f656874757222190a04686976652203' +
      '6172792a0361727932056172726179' +
      '4803',
  );
});

describe('beside a result', () => {
  test('each column has the members of its ColumnInfo, which of them says its type', async () => {
    const file = await metadata(`SELECT DECIMAL '1.50' AS d, 'x' AS t, true AS b, DATE '2024-01-01' AS day`);
    const [, ...columns] = members(file);
    expect(columns.map(([field, value]) => [field, plain(value as Buffer)])).toEqual([
      [
        4,
        [
          [1, 'hive'],
          [4, 'd'],
          [5, 'd'],
          [6, 'decimal'],
          [7, 3],
          [8, 2],
          [9, 3],
          [10, 0],
        ],
      ],
      [
        4,
        [
          [1, 'hive'],
          [4, 't'],
          [5, 't'],
          [6, 'varchar'],
          [7, 1],
          [8, 0],
          [9, 3],
          [10, 1],
        ],
      ],
      [
        4,
        [
          [1, 'hive'],
          [4, 'b'],
          [5, 'b'],
          [6, 'boolean'],
          [9, 3],
          [10, 0],
        ],
      ],
      [
        4,
        [
          [1, 'hive'],
          [4, 'day'],
          [5, 'day'],
          [6, 'date'],
          [8, 0],
          [9, 3],
          [10, 0],
        ],
      ],
    ]);
  });

  test('statements that write say what they did and to how many rows', async () => {
    const [, type, rows, column] = members(
      await metadata('CREATE TABLE made AS SELECT x FROM UNNEST(sequence(1, 300)) AS t (x)'),
    );
    expect([String(type?.[1]), rows?.[1]]).toEqual(['CREATE TABLE', 300]);
    expect(plain(column?.[1] as Buffer)).toContainEqual([4, 'rows']);
    expect(plain(await metadata('INSERT INTO made VALUES 1')).slice(1, 3)).toEqual([
      [2, 'INSERT'],
      [3, 1],
    ]);
  });

  test('descriptions have columns of the type string; statements without columns have no file', async () => {
    const [, column] = members(await metadata('DESCRIBE made'));
    expect(plain(column?.[1] as Buffer)).toEqual([
      [1, 'hive'],
      [4, 'col_name'],
      [5, 'col_name'],
      [6, 'string'],
      [9, 3],
    ]);
    const { ResultConfiguration }: ApiShape = await lake.run(`ALTER TABLE made SET TBLPROPERTIES ('a' = 'b')`);
    await expect(read(`${ResultConfiguration.OutputLocation}.metadata`)).rejects.toThrow();
  });
});
