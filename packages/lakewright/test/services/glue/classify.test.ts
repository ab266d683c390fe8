import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import avro from 'avsc';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { type Classification, isClassified } from '../../../src/services/glue/crawler/classification';
import { classifyFile } from '../../../src/services/glue/crawler/classify';
import { hiveType } from '../../../src/services/glue/crawler/field-type';
import { VEGA } from './test-lake';

let folder: string;
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'classify-'));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function classify(content: string | Buffer, classifiers: ApiShape[] = []): Promise<Classification> {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, content);
  return classified(file, classifiers);
}
async function classified(file: string, classifiers: ApiShape[] = []): Promise<Classification> {
  const result = await classifyFile(file, fs.statSync(file).size, classifiers);
  if (!isClassified(result)) throw new Error(`not classified: ${result.reason}`);
  return result;
}
/** Milliseconds of the fastest of five runs: other work on the machine only makes runs slower. */
async function fastest(run: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let count = 0; count < 5; count++) {
    const started = performance.now();
    await run();
    times.push(performance.now() - started);
  }
  return Math.min(...times);
}

/** An Avro container of one block; avsc's own writer leaves logical types out of the header. */
function avroFile(schema: ApiShape, records: unknown[]): Buffer {
  const type = avro.Type.forSchema(schema);
  const header = avro.Type.forSchema({
    type: 'record',
    name: 'Header',
    fields: [
      { name: 'magic', type: { type: 'fixed', name: 'Magic', size: 4 } },
      { name: 'meta', type: { type: 'map', values: 'bytes' } },
      { name: 'sync', type: { type: 'fixed', name: 'Sync', size: 16 } },
    ],
  });
  const long = (value: number) => avro.Type.forSchema('long').toBuffer(value);
  const sync = Buffer.alloc(16, 7);
  const meta = { 'avro.schema': Buffer.from(JSON.stringify(schema)), 'avro.codec': Buffer.from('null') };
  const data = Buffer.concat(records.map((record) => type.toBuffer(record)));
  const head = header.toBuffer({ magic: Buffer.from('Obj\u0001'), meta, sync });
  return Buffer.concat([head, long(records.length), long(data.length), data, sync]);
}
const columns = ({ fields }: Classification) => fields.map(({ name, type }) => `${name}:${hiveType(type)}`).join(', ');

describe('CSV', () => {
  test.each([
    [',', 'a,b\n1,x\n'],
    ['|', 'a|b\n1|x\n'],
    ['\t', 'a\tb\n1\tx\n'],
    [';', 'a;b\n1;x\n'],
    ['\u0001', 'a\u0001b\n1\u0001x\n'],
  ])('the delimiter %j is found', async (delimiter, text) => {
    const result = await classify(text);
    expect(columns(result)).toBe('a:bigint, b:string');
    expect(result.parameters).toMatchObject({ delimiter, 'skip.header.line.count': '1' });
    expect(result.storage.serdeParameters).toEqual({ 'field.delim': delimiter });
    expect(result.storage.serde).toBe('org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe');
  });

  test('the first row is a header only if it differs from the data', async () => {
    expect(columns(await classify('a,b\nc,d\n'))).toBe('col0:string, col1:string');
    expect((await classify('a,b\nc,d\n')).parameters['skip.header.line.count']).toBeUndefined();
    expect(columns(await classify('a,1\nc,2\n'))).toBe('col0:string, col1:bigint');
    expect(columns(await classify(`${'x'.repeat(150)},b\nc,2\n`))).toBe('col0:string, col1:string');
    expect(columns(await classify(`a,${'x'.repeat(150)}\n1,2\n`))).toBe(`a:bigint, ${'x'.repeat(150)}:bigint`);
  });

  test('names are in lower case and keep spaces and signs', async () => {
    expect(columns(await classify('Cost Total $,Höhe (m),É\n1,2.5,x\n'))).toBe(
      'cost total $:bigint, höhe (m):double, é:string',
    );
  });

  test('empty names are numbered, repeated ones told apart, a trailing delimiter is a column', async () => {
    expect(columns(await classify(',a,A,a\n1,2,3,4\n'))).toBe('col0:bigint, a:bigint, a_1:bigint, a_2:bigint');
    expect(columns(await classify('a,b,\n1,2,\n3,4,\n'))).toBe('a:bigint, b:bigint, col2:string');
  });

  test('types are bigint, double and string; dates and booleans stay strings', async () => {
    const text = 'i,d,s,t,b,e,m,big\n1,1.5,x,2024-01-31,true,,1,9223372036854775807\n-2,2,y,2024-02-01,false,,x,1\n';
    expect(columns(await classify(text))).toBe(
      'i:bigint, d:double, s:string, t:string, b:string, e:string, m:string, big:bigint',
    );
    expect(columns(await classify('a,b\n9223372036854775808,1\n'))).toBe('a:string, b:bigint');
    expect(columns(await classify('a,b\n 1 ,1e3\n'))).toBe('a:bigint, b:double');
  });

  test('real files: headers with spaces and $, and values with quotes', async () => {
    expect(columns(await classified(path.join(VEGA, 'birdstrikes.csv')))).toMatch(
      /^airport name:string, .*, cost total \$:bigint, speed ias in knots:bigint$/,
    );
    expect(columns(await classified(path.join(VEGA, 'weather.csv')))).toBe(
      'location:string, date:string, precipitation:double, temp_max:double, temp_min:double, wind:double, weather:string',
    );
    const airports = await classified(path.join(VEGA, 'airports.csv'));
    expect(columns(airports)).toBe(
      'iata:string, name:string, city:string, state:string, country:string, latitude:double, longitude:double',
    );
    expect(airports.warnings.join()).toContain('OpenCSVSerDe');
  });

  test('quoted numbers are strings to LazySimpleSerDe, numbers to OpenCSVSerDe', async () => {
    const text = 'a,b\n"1",2\n"3",4\n';
    expect(columns(await classify(text))).toBe('a:string, b:bigint');
    const quoted = await classify(text, [{ CsvClassifier: { Name: 'q', QuoteSymbol: '"' } }]);
    expect(columns(quoted)).toBe('a:bigint, b:bigint');
    expect(quoted.storage.serde).toBe('org.apache.hadoop.hive.serde2.OpenCSVSerde');
    expect(quoted.storage.serdeParameters).toEqual({ quoteChar: '"', separatorChar: ',' });
  });

  test('a custom classifier gives names, header and types', async () => {
    const csv = (more: ApiShape) => [{ CsvClassifier: { Name: 'c', Delimiter: ';', ...more } }];
    expect(columns(await classify('x;y\nz;w\n', csv({ ContainsHeader: 'PRESENT' })))).toBe('x:string, y:string');
    expect(columns(await classify('x;1\nz;2\n', csv({ ContainsHeader: 'ABSENT', Header: ['P', 'q'] })))).toBe(
      'p:string, q:bigint',
    );
    const typed = csv({ ContainsHeader: 'ABSENT', CustomDatatypeConfigured: true, CustomDatatypes: ['DATE', 'INT'] });
    expect(columns(await classify('2024-01-31;1\n2024-02-01;2\n', typed))).toBe('col0:date, col1:int');
    expect(columns(await classify('x\n1\n', csv({ AllowSingleColumn: true })))).toBe('x:bigint');
    // A classifier that doesn't recognize the file leaves it to the built-in ones.
    expect((await classify('a,b\n1,2\n', csv({}))).parameters.delimiter).toBe(',');
  });

  test('rows of another width are tolerated in small number, and said', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => `${index},x`);
    const few = await classify(['a,b', ...rows, '1,2,3'].join('\n'));
    expect(few.warnings.join()).toContain('1 of 52 sampled rows');
    await expect(classify('a,b\n1\n1,2,3\n1,2,3,4\n')).rejects.toThrow(/rows have/);
  });

  test('one column or one row is not CSV', async () => {
    await expect(classify('a\n1\n2\n')).rejects.toThrow(/two columns/);
    await expect(classify('a,b\n')).rejects.toThrow(/two rows/);
  });

  test('NULs, other encodings and damaged streams are named', async () => {
    await expect(classify('a,b\n1,\u0000\n')).rejects.toThrow(/NUL/);
    await expect(classify(Buffer.from('a,b\n1,caf\xe9\n', 'latin1'))).rejects.toThrow(/UTF-8/);
    await expect(classify(Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'))).rejects.toThrow(/UTF-16/);
    const gz = zlib.gzipSync('a,b\n1,2\n');
    await expect(classify(gz.subarray(0, gz.length - 6))).rejects.toThrow(/gzip stream is damaged/);
    await expect(classify('')).rejects.toThrow(/empty/);
  });

  test('gzip is read, and counted by the content', async () => {
    const text = `id,name\n${Array.from({ length: 5000 }, (_, index) => `${index},abcdef`).join('\n')}\n`;
    const result = await classify(zlib.gzipSync(text));
    expect(result).toMatchObject({ compression: 'gzip', format: 'csv' });
    expect(columns(result)).toBe('id:bigint, name:string');
    expect(result.records).toBeGreaterThan(4500);
  });

  test('a small gzip file with a huge content is read in part', async () => {
    const content = Buffer.alloc(100 * 1024 * 1024, 'a,b\n1,2\n');
    const result = await classify(zlib.gzipSync(content, { level: 1 }));
    expect(columns(result)).toBe('col0:string, col1:string');
    expect(result.records).toBeGreaterThan(10_000_000);
  });

  test('only the start of a large file is read', async () => {
    const text = `a,b\n${'1,x\n'.repeat(2_000_000)}2,y`;
    const result = await classify(text);
    expect(columns(result)).toBe('a:bigint, b:string');
    expect(result.records).toBeGreaterThan(1_900_000);
    expect(await fastest(() => classified(path.join(folder, 'file')))).toBeLessThan(300);
  });

  const name = fc.stringMatching(/^[a-z][a-z $]{0,9}[a-z]$/);
  const value = {
    bigint: fc.maxSafeInteger().map(String),
    double: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => n.toFixed(3)),
  };

  test('any table of numbers under a header of words gives back its names and types', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { minLength: 2, maxLength: 6 }),
        fc.constantFrom(',', '|', '\t', ';'),
        fc.array(fc.record({ i: value.bigint, d: value.double }), { minLength: 1, maxLength: 20 }),
        async (names, delimiter, rows) => {
          const lines = rows.map((row) => names.map((_, index) => (index % 2 ? row.d : row.i)).join(delimiter));
          const result = await classify([names.join(delimiter), ...lines].join('\n'));
          expect(columns(result)).toBe(
            names.map((text, index) => `${text}:${index % 2 ? 'double' : 'bigint'}`).join(', '),
          );
        },
      ),
      { numRuns: 60 },
    ));

  test('a header is never taken from a row that has a number', () =>
    fc.assert(
      fc.asyncProperty(fc.integer(), fc.array(fc.integer(), { minLength: 1, maxLength: 5 }), async (first, rest) => {
        const result = await classify([`x,${first}`, ...rest.map((number) => `y,${number}`)].join('\n'));
        expect(columns(result)).toBe('col0:string, col1:bigint');
      }),
      { numRuns: 40 },
    ));

  test('a table without quotes is read like the same table in quotes', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.stringMatching(/^[a-z0-9 .;-]{0,6}$/), { minLength: 3, maxLength: 3 }), {
          minLength: 2,
          maxLength: 9,
        }),
        fc.constantFrom('\n', '\r\n'),
        async (cells, end) => {
          const plain = cells.map((row) => ['k', ...row].join(',')).join(end);
          const quoted = cells.map((row) => ['"k"', ...row].join(',')).join(end);
          expect(columns(await classify(plain))).toBe(columns(await classify(quoted)));
        },
      ),
      { numRuns: 100 },
    ));

  test('any bytes are classified or named, never an exception', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
        const file = path.join(folder, 'any');
        fs.writeFileSync(file, bytes);
        const result = await classifyFile(file, bytes.length, []);
        expect(isClassified(result) || result.reason.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    ));
});

describe('JSON', () => {
  test('lines, values one after another and over several lines are records', async () => {
    const expected = 'a:int, b:string';
    expect(columns(await classify('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n'))).toBe(expected);
    expect(columns(await classify('{"a":1,"b":"x"}{"a":2,"b":"y"}'))).toBe(expected);
    const spread = await classify('{\n  "a": 1,\n  "b": "x"\n}\n');
    expect(columns(spread)).toBe(expected);
    expect(spread.warnings.join()).toContain('one record a line');
    expect((await classify('{"a":1}\n\n{"a":2}\n')).warnings).toEqual([]);
  });

  test('types: int and bigint by size, double, boolean, struct, array; nulls take the type of others', async () => {
    const text =
      '{"i":1,"l":3000000000,"d":1.0,"b":true,"n":null,"s":{"x":1,"Y":[{"z":"q"}]},"m":1}\n' +
      '{"i":2,"l":1,"d":2,"b":false,"n":4,"s":{"x":2.5,"w":null},"m":"x","e":[],"huge":99999999999999999999}\n';
    expect(columns(await classify(text))).toBe(
      'i:int, l:bigint, d:double, b:boolean, n:int, s:struct<x:double,Y:array<struct<z:string>>,w:string>, m:string, e:array<string>, huge:string',
    );
  });

  test('the SerDe is told the names as they are in the file', async () => {
    const result = await classify('{"birthDay":"x","Age":1}\n');
    expect(result.storage).toMatchObject({
      serde: 'org.openx.data.jsonserde.JsonSerDe',
      serdeParameters: { paths: 'Age,birthDay' },
    });
  });

  test('an array is one column, unless a JSON path takes it apart', async () => {
    const text = '[{"a":1},{"a":2,"b":"x"}]';
    const whole = await classify(text);
    expect(columns(whole)).toBe('array:array<struct<a:int,b:string>>');
    expect(whole.warnings.join()).toContain('$[*]');
    const records = await classify(text, [{ JsonClassifier: { Name: 'j', JsonPath: '$[*]' } }]);
    expect(columns(records)).toBe('a:int, b:string');
    expect(records.parameters.jsonPath).toBe('$[*]');
    const nested = '{"id":"x","names":[{"n":"a"}]}\n{"id":"y","names":[]}';
    expect(columns(await classify(nested, [{ JsonClassifier: { Name: 'j', JsonPath: '$.id' } }]))).toBe(
      'record:string',
    );
    expect(columns(await classify(nested, [{ JsonClassifier: { Name: 'j', JsonPath: '$.names[*]' } }]))).toBe(
      'n:string',
    );
  });

  test('real files: a GeoJSON document and an array of 200,000 records', async () => {
    const quakes = columns(await classified(path.join(VEGA, 'earthquakes.json')));
    expect(quakes).toContain('features:array<struct<type:string,properties:struct<mag:double,');
    const flights = await classified(path.join(VEGA, 'flights-200k.json'), [
      { JsonClassifier: { Name: 'j', JsonPath: '$[*]' } },
    ]);
    expect(columns(flights)).toBe('delay:int, distance:int, time:double');
    expect(flights.records).toBeGreaterThan(190_000);
    expect(flights.records).toBeLessThan(210_000);
  });

  test('a JSON path that needs code is not evaluated: the built-in classifier reads the file', async () => {
    const path = '$[?(@.a > process.exit(1))]';
    const result = await classify('{"a":1}\n', [{ JsonClassifier: { Name: 'j', JsonPath: path } }]);
    expect(columns(result)).toBe('a:int');
  });

  test('damaged JSON is named with its place', async () => {
    await expect(classify('{"a":1}\n{"a":}\n')).rejects.toThrow(/line 2/);
    await expect(classify('{"a":1}\n{"a":')).rejects.toThrow(/ends in the middle/);
  });

  test('whatever JSON.stringify writes is read', () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue(), { minKeys: 1, maxKeys: 4 }),
        async (record) => {
          const result = await classify(JSON.stringify(record));
          const names = [...new Set(Object.keys(record).map((key) => key.toLowerCase()))];
          expect(result.fields.map((field) => field.name.toLowerCase()).sort()).toEqual(names.sort());
        },
      ),
      { numRuns: 200 },
    ));
});

describe('Parquet and Avro', () => {
  const parquet = () => path.join(folder, 'types.parquet');
  beforeAll(async () => {
    const connection = await (await DuckDBInstance.create()).connect();
    await connection.run(`COPY (SELECT 1::TINYINT AS "T", 1::SMALLINT s, 1::INT i, 1::BIGINT l, 1::FLOAT f, 1::DOUBLE d,
      true b, 'x' AS "Text", 'x'::BLOB y, DATE '2024-01-31' dt, TIMESTAMP '2024-01-31 10:00:00' ts,
      1.5::DECIMAL(10,2) m, [1,2] a, {'x': 1, 'Y': [{'z': 'q'}]} st, MAP {'k': 1} mp FROM range(1000))
      TO '${parquet()}' (FORMAT parquet)`);
    connection.closeSync();
  });

  test('the types come from the schema', async () => {
    const result = await classified(parquet());
    expect(columns(result)).toBe(
      'T:tinyint, s:smallint, i:int, l:bigint, f:float, d:double, b:boolean, Text:string, y:binary, dt:date, ts:timestamp, m:decimal(10,2), a:array<int>, st:struct<x:int,Y:array<struct<z:string>>>, mp:map<string,int>',
    );
    expect(result.records).toBe(1000);
  });

  test('three million rows take milliseconds, since only the footer is read', async () => {
    const file = path.join(VEGA, 'flights-3m.parquet');
    const result = await classified(file);
    expect(await fastest(() => classified(file))).toBeLessThan(100);
    expect(result.records).toBe(3_000_000);
    expect(columns(result)).toBe('date:timestamp, delay:bigint, distance:bigint, origin:string, destination:string');
  });

  test('a Parquet file cut anywhere is named, never read wrongly', async () => {
    const whole = fs.readFileSync(parquet());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 4, max: whole.length - 1 }), async (length) => {
        await expect(classify(whole.subarray(0, length))).rejects.toThrow(/Parquet footer/);
      }),
      { numRuns: 60 },
    );
  });

  test('a footer with any bytes changed is read or named, never an exception of another kind', async () => {
    const whole = fs.readFileSync(parquet());
    const footer = whole.readUInt32LE(whole.length - 8);
    await fc.assert(
      fc.asyncProperty(fc.nat(footer - 1), fc.nat(255), async (offset, byte) => {
        const damaged = Buffer.from(whole);
        damaged[whole.length - 8 - footer + offset] = byte;
        const file = path.join(folder, 'damaged.parquet');
        fs.writeFileSync(file, damaged);
        const result = await classifyFile(file, damaged.length, []);
        expect(isClassified(result) || /Parquet footer/.test(result.reason)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("Avro's types come from its schema", async () => {
    const type = {
      type: 'record',
      name: 'Strike',
      fields: [
        { name: 'Id', type: 'long' },
        { name: 'cost', type: ['null', 'double'] },
        { name: 'day', type: { type: 'int', logicalType: 'date' } },
        { name: 'at', type: { type: 'long', logicalType: 'timestamp-micros' } },
        { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 9, scale: 2 } },
        { name: 'size', type: { type: 'enum', name: 'Size', symbols: ['S', 'L'] } },
        { name: 'tags', type: { type: 'array', items: 'string' } },
        { name: 'more', type: { type: 'map', values: 'int' } },
        { name: 'place', type: { type: 'record', name: 'Place', fields: [{ name: 'x', type: 'float' }] } },
        { name: 'other', type: 'Size' },
      ],
    };
    const record = { Id: 1, cost: null, day: 1, at: 1, price: Buffer.from([1]), size: 'S', tags: [], more: {} };
    const whole = avroFile(type, Array(500).fill({ ...record, place: { x: 1 }, other: 'L' }));
    const result = await classify(whole);
    expect(columns(result)).toBe(
      'Id:bigint, cost:double, day:date, at:timestamp, price:decimal(9,2), size:string, tags:array<string>, more:map<string,int>, place:struct<x:float>, other:string',
    );
    expect(result.records).toBe(500);
    expect(JSON.parse(result.storage.serdeParameters['avro.schema.literal']).name).toBe('Strike');
    await expect(classify(whole.subarray(0, 40))).rejects.toThrow(/Avro header/);
  });

  test('formats that the local crawler does not read are named', async () => {
    await expect(classify('ORC\u0000more')).rejects.toThrow(/ORC/);
    await expect(classify('<?xml version="1.0"?><a/>')).rejects.toThrow(/XML/);
    await expect(classify(Buffer.from([0xe0, 1, 0, 0xea, 1]))).rejects.toThrow(/Ion/);
    await expect(classify('BZh91AY')).rejects.toThrow(/bzip2/);
  });
});
