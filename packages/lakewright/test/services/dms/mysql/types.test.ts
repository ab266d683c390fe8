import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dmsTypeText } from '../../../../src/services/dms/source/dms-type';
import { MySqlSource } from '../../../../src/services/dms/source/mysql';
import { MariaDb, withoutMariaDb } from './server';
import { asRow, changesOf, loaded, type Row, rowsOf, tableOf } from './support';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;

/** Column type, DMS type, and literals of MySQL with the text that both ways give. */
const TYPES: readonly (readonly [
  type: string,
  dms: string,
  values: readonly (readonly [sql: string, text: string | null])[],
])[] = [
  [
    'tinyint',
    'INT1',
    [
      ['-128', '-128'],
      ['127', '127'],
    ],
  ],
  [
    'tinyint unsigned',
    'UINT1',
    [
      ['255', '255'],
      ['0', '0'],
    ],
  ],
  ['smallint', 'INT2', [['-32768', '-32768']]],
  ['smallint unsigned', 'UINT2', [['65535', '65535']]],
  [
    'mediumint',
    'INT4',
    [
      ['-8388608', '-8388608'],
      ['8388607', '8388607'],
    ],
  ],
  ['mediumint unsigned', 'UINT4', [['16777215', '16777215']]],
  [
    'int',
    'INT4',
    [
      ['-2147483648', '-2147483648'],
      ['2147483647', '2147483647'],
    ],
  ],
  ['int unsigned', 'UINT4', [['4294967295', '4294967295']]],
  [
    'int(7) zerofill',
    'UINT4',
    [
      ['42', '42'],
      ['0', '0'],
    ],
  ],
  [
    'bigint',
    'INT8',
    [
      ['-9223372036854775808', '-9223372036854775808'],
      ['9007199254740993', '9007199254740993'],
      ['-1', '-1'],
    ],
  ],
  ['bigint unsigned', 'UINT8', [['18446744073709551615', '18446744073709551615']]],
  [
    'decimal(10,0)',
    'NUMERIC(10,0)',
    [
      ['-9999999999', '-9999999999'],
      ['0', '0'],
    ],
  ],
  [
    'decimal(20,6)',
    'NUMERIC(20,6)',
    [
      ['-12345678901234.567891', '-12345678901234.567891'],
      ['0.000001', '0.000001'],
      ['-0.5', '-0.500000'],
    ],
  ],
  [
    'decimal(5,5)',
    'NUMERIC(5,5)',
    [
      ['0.12345', '0.12345'],
      ['-0.00001', '-0.00001'],
    ],
  ],
  [
    'decimal(38,10)',
    'NUMERIC(38,10)',
    [['1234567890123456789012345678.0123456789', '1234567890123456789012345678.0123456789']],
  ],
  ['decimal(65,30)', 'STRING', [['1.5', '1.500000000000000000000000000000']]],
  [
    'decimal(8,2) zerofill',
    'NUMERIC(8,2)',
    [
      ['12.3', '12.30'],
      ['0', '0.00'],
    ],
  ],
  [
    'float',
    'REAL8',
    [
      ['0.1', '0.10000000149011612'],
      ['16777217', '16777216'],
      ['-1e20', '-100000002004087730000'],
    ],
  ],
  ['float(7,2)', 'REAL8', [['1.2', '1.2000000476837158']]],
  [
    'double',
    'REAL8',
    [
      ['0.1', '0.1'],
      ['1e100', '1e+100'],
      ['-5e-324', '-5e-324'],
      ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ],
  ],
  ['double(9,3)', 'REAL8', [['1.2', '1.2']]],
  [
    'bit',
    'BOOLEAN',
    [
      ["b'1'", 'true'],
      ["b'0'", 'false'],
    ],
  ],
  [
    'bit(12)',
    'BYTES(2)',
    [
      ["b'101010101010'", '0aaa'],
      ["b'0'", '0000'],
    ],
  ],
  ['bit(64)', 'BYTES(8)', [["b'1'", '0000000000000001']]],
  [
    'date',
    'DATE',
    [
      ["'2024-02-29'", '2024-02-29'],
      ["'9999-12-31'", '9999-12-31'],
      ["'0000-00-00'", null],
      ["'2024-00-10'", null],
      ["'2023-02-31'", null],
    ],
  ],
  [
    'datetime',
    'DATETIME',
    [
      ["'2024-02-29 23:59:59'", '2024-02-29 23:59:59'],
      ["'0000-00-00 00:00:00'", null],
      ["'1000-01-01 00:00:00'", '1000-01-01 00:00:00'],
    ],
  ],
  [
    'datetime(6)',
    'DATETIME',
    [
      ["'2024-02-29 23:59:59.000001'", '2024-02-29 23:59:59.000001'],
      ["'2024-02-29 23:59:59.9'", '2024-02-29 23:59:59.900000'],
    ],
  ],
  ['datetime(3)', 'DATETIME', [["'2024-02-29 23:59:59.007'", '2024-02-29 23:59:59.007']]],
  [
    'timestamp null',
    'DATETIME',
    [
      ["'2024-07-01 12:00:00'", '2024-07-01 03:00:00'],
      ["'0000-00-00 00:00:00'", null],
    ],
  ],
  [
    'timestamp(5) null',
    'DATETIME',
    [
      ["'2038-01-19 03:14:07.99999'", '2038-01-18 18:14:07.99999'],
      ["'1970-01-01 09:00:01'", '1970-01-01 00:00:01.00000'],
    ],
  ],
  [
    'time',
    'STRING(17)',
    [
      ["'838:59:59'", '838:59:59'],
      ["'-00:01:00'", '-00:01:00'],
      ["'-01:00:00'", '-01:00:00'],
      ["'-838:59:59'", '-838:59:59'],
      ["'-00:00:01'", '-00:00:01'],
      ["'12:30:00'", '12:30:00'],
      ["'-64:00:00'", '-64:00:00'],
    ],
  ],
  [
    'time(6)',
    'STRING(17)',
    [
      ["'-00:00:00.000001'", '-00:00:00.000001'],
      ["'-00:01:00'", '-00:01:00.000000'],
      ["'25:00:00.5'", '25:00:00.500000'],
    ],
  ],
  [
    'time(3)',
    'STRING(17)',
    [
      ["'-10:00:00.007'", '-10:00:00.007'],
      ["'-10:00:00'", '-10:00:00.000'],
    ],
  ],
  [
    'year',
    'INT2',
    [
      ['2024', '2024'],
      ["'0000'", '0'],
      ['1901', '1901'],
      ['2155', '2155'],
    ],
  ],
  [
    'char(5)',
    'WSTRING(5)',
    [
      ["'a  '", 'a'],
      ["''", ''],
      ["'üö😀'", 'üö😀'],
    ],
  ],
  [
    'varchar(300)',
    'WSTRING(300)',
    [
      ["'a  '", 'a  '],
      ["'\\\\N'", '\\N'],
      ['\'a,"b"\\nc\'', 'a,"b"\nc'],
      ["'😀'", '😀'],
      ["repeat('x', 300)", 'x'.repeat(300)],
    ],
  ],
  ['varchar(20) character set latin1', 'WSTRING(20)', [["'ü€ß'", 'ü€ß']]],
  ['varchar(20) character set utf16', 'WSTRING(20)', [["'ü€😀'", 'ü€😀']]],
  ['varchar(20) character set cp1251', 'WSTRING(20)', [["'Привет'", 'Привет']]],
  ['varchar(20) character set sjis', 'WSTRING(20)', [["'こんにちは'", 'こんにちは']]],
  ['varchar(50) compressed', 'WSTRING(50)', [["'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'", 'a'.repeat(40)]]],
  ['tinytext', 'WSTRING(255)', [["'tiny'", 'tiny']]],
  [
    'text',
    'WSTRING(65535)',
    [
      ["''", ''],
      ["'two\\nlines'", 'two\nlines'],
    ],
  ],
  ['mediumtext', 'NCLOB', [["repeat('ab', 40000)", 'ab'.repeat(40_000)]]],
  ['longtext', 'NCLOB', [["'long'", 'long']]],
  ['json', 'NCLOB', [['\'{"b": 1.0, "a": [null, "ü"]}\'', '{"b": 1.0, "a": [null, "ü"]}']]],
  [
    'binary(4)',
    'BYTES(4)',
    [
      ["x'01'", '01000000'],
      ["x'00ff00ff'", '00ff00ff'],
    ],
  ],
  [
    'varbinary(300)',
    'BYTES(300)',
    [
      ["x''", ''],
      ["x'00ff5c22'", '00ff5c22'],
    ],
  ],
  ['tinyblob', 'BYTES(255)', [["x'ff'", 'ff']]],
  ['blob', 'BYTES(65535)', [["x'5c4e'", '5c4e']]],
  ['mediumblob', 'BLOB', [["x'00'", '00']]],
  ['longblob', 'BLOB', [["repeat(x'0a', 70000)", '0a'.repeat(70_000)]]],
  [
    "enum('a','it''s','x,y')",
    'WSTRING(4)',
    [
      ["'it''s'", "it's"],
      ["'x,y'", 'x,y'],
      ["'none'", ''],
    ],
  ],
  [
    "set('a','b','c (d)')",
    'WSTRING(9)',
    [
      ["'a,c (d)'", 'a,c (d)'],
      ["''", ''],
    ],
  ],
  [
    `set(${Array.from({ length: 40 }, (_, index) => `'v${index}'`).join(',')})`,
    'WSTRING(149)',
    [["'v0,v31,v32,v39'", 'v0,v31,v32,v39']],
  ],
  ['point', 'BLOB', [['point(1, 2)', '000000000101000000000000000000f03f0000000000000040']]],
  [
    'geometry',
    'BLOB',
    [
      [
        "st_geomfromtext('LINESTRING(0 0,1 1)', 4326)",
        `e6100000010200000002000000${'0'.repeat(32)}${'000000000000f03f'.repeat(2)}`,
      ],
    ],
  ],
];

const COLUMNS = TYPES.map(([type], index) => `c${index} ${type}`).join(', ');
const ROWS = Math.max(...TYPES.map(([, , values]) => values.length));

describe.skipIf(withoutMariaDb)(`values of MariaDB${why}`, () => {
  let server: MariaDb;
  let source: MySqlSource;

  beforeAll(async () => {
    server = await MariaDb.start();
    await server.sql(
      `SET GLOBAL time_zone = '+09:00'`,
      `SET SESSION time_zone = '+09:00', SESSION sql_mode = 'ALLOW_INVALID_DATES'`,
      'CREATE DATABASE d',
      `CREATE TABLE d.t (id int PRIMARY KEY, ${COLUMNS}) CHARACTER SET utf8mb4`,
    );
    source = await MySqlSource.open(server.url());
  });
  afterAll(async () => {
    await source?.close();
    await server?.stop();
  });

  /** The row of each of the types' values; NULL where a type has fewer. */
  const expected = (id: number): Row =>
    Object.fromEntries([
      ['id', String(id)],
      ...TYPES.map(([, , values], index) => [`c${index}`, values[id]?.[1] ?? null]),
    ]);
  const literals = (id: number) => [id, ...TYPES.map(([, , values]) => values[id]?.[0] ?? 'NULL')].join(', ');

  test('every type that DMS names has its DMS type', async () => {
    const { columns } = await tableOf(source, 'd', 't');
    expect(columns.slice(1).map(({ type, sourceType }) => [sourceType, type && dmsTypeText(type)])).toEqual(
      TYPES.map(([, dms], index) => [columns[index + 1]?.sourceType, dms]),
    );
  });

  test('an inserted, an updated and a deleted value has the text that a full load gives', async () => {
    const table = await tableOf(source, 'd', 't');
    const from = await source.currentPosition();
    for (let id = 0; id <= ROWS; id++) await server.sql(`INSERT INTO d.t VALUES (${literals(id)})`);
    const snapshot = await source.snapshot([table], 'c');
    const rows = await loaded(snapshot, table);
    await snapshot.close();
    await server.sql('UPDATE d.t SET id = id + 1000', 'DELETE FROM d.t');

    const changes = rowsOf(await changesOf(source, [table], from));
    const of = (op: string) => changes.filter((change) => change.op === op).map(asRow);
    const all = Array.from({ length: ROWS + 1 }, (_, id) => expected(id));
    expect(rows).toEqual(all);
    expect(of('I')).toEqual(all);
    const moved = all.map((row) => ({ ...row, id: String(Number(row.id) + 1000) }));
    expect(of('U')).toEqual(moved);
    expect(of('D')).toEqual(moved);
  });
});
