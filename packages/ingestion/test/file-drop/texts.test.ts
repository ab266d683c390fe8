import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { converter } from '../../lambda/file-drop/values';
import { configOf, dropped, text } from './memory-drop';

const TWO = [text('name'), text('n', { type: 'integer', required: true })];

describe('a text file is taken', () => {
  const rows = [
    { name: 'Zoë', n: 1n },
    { name: null, n: -2n },
  ];
  const csv = 'name,n\r\nZoë,1\r\n,-2\r\n';
  const utf16 = (bom: number[], swap: boolean) => {
    const bytes = Buffer.from(csv, 'utf16le');
    return Buffer.concat([Buffer.from(bom), swap ? bytes.swap16() : bytes]);
  };

  test.each<[string, string, string | Uint8Array]>([
    ['as CSV', 'a.csv', csv],
    ['with semicolons', 'a.csv', 'name;n\nZoë;1\n;-2'],
    ['as TSV', 'a.tsv', 'name\tn\nZoë\t1\n\t-2\n'],
    ['with UTF-8 byte-order mark', 'a.csv', `\ufeff${csv}`],
    ['as UTF-16 little endian', 'a.csv', utf16([0xff, 0xfe], false)],
    ['as UTF-16 big endian', 'a.csv', utf16([0xfe, 0xff], true)],
    ['as an array of JSON', 'a.json', '[{"name":"Zoë","n":1},\n {"n":-2,"name":null}]'],
    ['as JSON objects, pretty-printed', 'a.json', '{\n "name": "Zoë",\n "n": 1\n}\n{"n": -2}'],
    ['as NDJSON', 'a.ndjson', '{"name":"Zoë","n":1}\n\n{"n":"-2"}'],
    ['by its content, without an extension', 'a', '[{"name":"Zoë","n":1},{"n":-2}]'],
    ['as GZIP', 'a.csv.gz', gzipSync(csv)],
    ['whatever the case of its header, and its order', 'a.csv', 'N , NAME\n1,Zoë\n-2,\n'],
    ['with blank lines and empty columns', 'a.csv', '\nname,n,,\n\nZoë,1,,\n,-2,,\n,,,\n'],
  ])('%s', async (_name, file, body) => {
    const { rows: got, answer } = await dropped(file, body, configOf(TWO));
    expect(got).toEqual(rows);
    expect(answer).toMatchObject({ taken: 1, refused: 0, rowsOut: 2, badRows: 0, continue: false });
  });

  test('as Windows-1252 where the schema says so', async () => {
    const bytes = Buffer.from([...Buffer.from('name,n\n'), 0x80, 0x93, 0xe9, ...Buffer.from(',1\n')]);
    const { rows: got } = await dropped('a.csv', bytes, configOf(TWO, { encoding: 'windows-1252' }));
    expect(got).toEqual([{ name: '€“é', n: 1n }]);
  });

  test('without a header, by the order of the columns', async () => {
    const { rows: got } = await dropped('a.csv', 'Zoë,1\n,-2\n', configOf(TWO, { headerRow: 0 }));
    expect(got).toEqual(rows);
  });

  test('with what stands above the header left out', async () => {
    const { rows: got } = await dropped('a.csv', 'Report of May\n;;\nname;n\nZoë;1\n', configOf(TWO, { headerRow: 3 }));
    expect(got).toEqual([rows[0]]);
  });

  test('with a header and no row, and writes nothing', async () => {
    const { store, answer } = await dropped('a.csv', 'name,n\n', configOf(TWO));
    expect(answer).toMatchObject({ taken: 1, rowsOut: 0 });
    expect(store.target.size).toBe(0);
  });

  test('with the texts of its own for no value', async () => {
    const { rows: got } = await dropped('a.csv', 'name,n\nn/a,1\n', configOf(TWO, { nulls: ['n/a'] }));
    expect(got).toEqual([{ name: null, n: 1n }]);
  });
});

describe('types', () => {
  const typed = async (column: object, cells: string[], more: object = {}) => {
    const config = configOf([{ ...text('v'), ...column }], { delimiter: '|', ...more });
    const { rows, store } = await dropped('a.csv', `v\n${cells.join('\n')}\n`, config);
    const bad = [...store.state].find(([name]) => name.startsWith('quarantine/rows/'))?.[1].toString() ?? '';
    return {
      rows: rows.map(({ v }) => v),
      bad: bad
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).reason),
    };
  };

  test('a decimal is exact, and has one separator', async () => {
    const column = { type: 'decimal', precision: 20, scale: 2 };
    const { rows, bad } = await typed(column, [
      '123456789012345678.91',
      '-0.5',
      '.25',
      '7',
      '1.234',
      '1,5',
      '1,234.50',
      'x',
    ]);
    expect(rows).toEqual([Number('123456789012345678.91'), -0.5, 0.25, 7]);
    expect(bad[0]).toBe('v: "1.234" is not a decimal(20,2) with a decimal point and no other separators');
    expect(bad).toHaveLength(4);
  });

  test('a decimal keeps digits that no binary number has', () => {
    const column = { ...text('v'), type: 'decimal', precision: 38, scale: 10 } as const;
    const value = converter(column, configOf([column]))('-1234567890123456789012345678.9012345678');
    expect(value).toBe(-12345678901234567890123456789012345678n);
  });

  test('a decimal comma is one where the schema says so, and then a point is none', async () => {
    const column = { type: 'double' };
    const { rows, bad } = await typed(column, ['1,5', '-2', '1.5', '1.234,5'], { decimalComma: true });
    expect(rows).toEqual([1.5, -2]);
    expect(bad).toEqual([
      'v: "1.5" is not a number with a decimal comma and no other separators',
      'v: "1.234,5" is not a number with a decimal comma and no other separators',
    ]);
  });

  test('an integer has 64 bits', async () => {
    const { rows, bad } = await typed({ type: 'integer' }, [
      '9223372036854775807',
      '9223372036854775808',
      '1.0',
      '0x10',
    ]);
    expect(rows).toEqual([9223372036854775807n]);
    expect(bad).toHaveLength(3);
  });

  test('a date is a day of the calendar, in its format', async () => {
    const column = { type: 'date', format: 'd.M.yyyy' };
    const { rows, bad } = await typed(column, ['1.2.2024', '29.02.2024', '29.2.2023', '2024-02-01']);
    expect(rows).toEqual([new Date('2024-02-01'), new Date('2024-02-29')]);
    expect(bad[0]).toBe('v: "29.2.2023" is not a date of the form d.M.yyyy');
  });

  test('a timestamp is one of UTC unless it tells its offset', async () => {
    const cells = ['2024-05-01 08:30', '2024-05-01T08:30:15.25+02:00', '2024-05-01', '2024-05-01T25:00:00Z'];
    const { rows, bad } = await typed({ type: 'timestamp' }, cells);
    expect(rows).toEqual(['2024-05-01T08:30Z', '2024-05-01T06:30:15.250Z', '2024-05-01'].map((each) => new Date(each)));
    expect(bad).toHaveLength(1);
  });

  test('a boolean is one of its words', async () => {
    const { rows, bad } = await typed({ type: 'boolean' }, ['TRUE', 'no', '1', 'ja']);
    expect(rows).toEqual([true, false, true]);
    expect(bad).toEqual(['v: "ja" is not one of true, false']);
    const words = { type: 'boolean', trueText: ['ja'], falseText: ['nein'] };
    expect((await typed(words, ['Ja', 'nein'])).rows).toEqual([true, false]);
  });
});

describe('a bad row is set aside with its reason', () => {
  test('its number, its values and its source, and the others are written', async () => {
    const csv = 'name,n\na,1\nb,\nc,x\nd,4,5\ne\n"f\ng",6\n';
    const { rows, store, file, answer } = await dropped('in/a.csv', csv, configOf(TWO));
    expect(rows).toEqual([
      { name: 'a', n: 1n },
      { name: 'f\ng', n: 6n },
    ]);
    expect(answer).toMatchObject({ taken: 1, rowsOut: 2, badRows: 4 });
    const [name, lines] = [...store.state].find(([each]) => each.startsWith('quarantine/rows/')) ?? ['', ''];
    const source = { object: 's3://lake/inbox/in/a.csv', file: 'in/a.csv' };
    expect(
      lines
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { ...source, row: 3, reason: 'n: a value is required', values: ['b', ''] },
      { ...source, row: 4, reason: 'n: "x" is not a whole number of 64 bits', values: ['c', 'x'] },
      { ...source, row: 5, reason: 'column 3 has a value and no header', values: ['d', '4', '5'] },
      { ...source, row: 6, reason: 'it has 1 fields, the header has 2', values: ['e'] },
    ]);
    expect(file?.tables).toMatchObject([{ rows: 2, bad: 4, quarantine: `s3://lake/state/${name}` }]);
  });

  test('when a line of NDJSON is broken or has what nobody declared', async () => {
    const { rows, file } = await dropped('a.ndjson', '{"n":1}\n{"n":\n{"n":2,"x":1}\n[1]\n', configOf(TWO));
    expect(rows).toEqual([{ name: null, n: 1n }]);
    const [table] = (file?.tables ?? []) as { problems: { row: number; reason: string }[] }[];
    expect(table?.problems.map(({ row }) => row)).toEqual([2, 3, 4]);
    expect(table?.problems[1]?.reason).toBe(`the schema doesn't know "x"`);
  });
});

test('a CSV of arbitrary cells comes out as it was written', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom('"', ',', ';', '\n', '\r', '\t', ' ', "'", '\\', 'a', '😀'), maxLength: 8 }),
  );
  const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell, fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n)), { minLength: 1, maxLength: 20 }),
      fc.constantFrom(',', ';', '\t', '|'),
      fc.constantFrom('\n', '\r\n'),
      async (table, delimiter, end) => {
        const lines = table.map(([one, two, n]) => [quoted(one), quoted(two), String(n)].join(delimiter));
        const config = configOf([text('one'), text('two'), text('n', { type: 'integer' })]);
        const { rows } = await dropped('a.csv', [['one', 'two', 'n'].join(delimiter), ...lines].join(end), config);
        const none = (value: string) => (value === '' ? null : value);
        expect(rows).toEqual(table.map(([one, two, n]) => ({ one: none(one), two: none(two), n })));
      },
    ),
    { numRuns: 60 },
  );
});
