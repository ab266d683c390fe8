import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RowFormat } from '../../../../src/engines/formats/data-rows';
import { lazyCast, openCsvCast } from '../../../../src/engines/formats/native/text-casts';
import { textSerde } from '../../../../src/engines/formats/text-serdes';
import { DuckDbEngine } from '../../../../src/engines/sql/runtime';
import { parseHiveType } from '../../../../src/engines/sql/types/hive';
import { physicalType } from '../../../../src/engines/sql/types/physical';
import { type TableEngine, tableEngine } from '../../../../src/services/athena/tables/table-engine';
import { copyByRows, copyNatively } from '../../../../src/services/athena/tables/text-copy';

let folder: string;
let engine: DuckDbEngine;
let tables: TableEngine;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lakewright-copy-'));
  engine = await DuckDbEngine.open();
  tables = tableEngine(engine);
});
afterAll(async () => {
  await engine.close();
  rmSync(folder, { recursive: true });
});

const LAZY = 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe';
const OPEN_CSV = 'org.apache.hadoop.hive.serde2.OpenCSVSerde';

function format(serde: string, types: string, parameters: Record<string, string> = {}): RowFormat {
  const columns = types.split(' ').map((type, index) => ({ name: `col ${index}`, type: parseHiveType(type) }));
  const comma: Record<string, string> = serde === LAZY ? { 'field.delim': ',' } : {};
  return { serde, inputFormat: '', columns, parameters: { ...comma, ...parameters } };
}

type Copied = { readonly types: unknown; readonly rows: unknown } | string;

/** What each of the two ways makes of a file; undefined where DuckDB isn't asked, or isn't sure. */
async function bothWays(path: string, rowFormat: RowFormat): Promise<{ native?: Copied; rows: Copied }> {
  const source = { path, name: basename(path), open: async () => createReadStream(path) };
  const target = join(folder, 'target.parquet');
  const copy = { source, format: rowFormat, target, scratch: join(folder, 'scratch') };
  const content = async (work: () => Promise<boolean>): Promise<Copied | undefined> => {
    try {
      if (!(await work())) return undefined;
    } catch (error) {
      return String(error);
    }
    const types = await tables.texts(`SELECT name, duckdb_type FROM parquet_schema('${target}')`, 2);
    const rows = await tables.texts(`SELECT * FROM read_parquet('${target}')`, rowFormat.columns.length);
    return { types, rows };
  };
  const native = await content(() => copyNatively(tables, copy));
  const rows = await content(() => copyByRows(tables, copy).then(() => true));
  return { native, rows: rows as Copied };
}

async function copied(bytes: string | Buffer, rowFormat: RowFormat, name = 'file.csv') {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return bothWays(path, rowFormat);
}

const long = 'x'.repeat(1_000_001);

describe('regular files are read by DuckDB, value for value as by the SerDe', () => {
  test.each<[string, string, RowFormat]>([
    ['plain values', '1,a,1.5\n2,b,-0.25\n', format(LAZY, 'int string double')],
    ['no newline at the end', '1,a\n2,b', format(LAZY, 'int string')],
    ['CRLF', '1,a\r\n2,b\r\n', format(LAZY, 'int string')],
    ['CRLF but for the last line', '1,a\r\n2,b', format(LAZY, 'int string')],
    ['short and long lines', '1\n2,b\n3,c,d,e\n,\n', format(LAZY, 'int string')],
    ['fewer fields than columns', '1\n2\n', format(LAZY, 'int string double')],
    ['one column', 'a\n b \n\\N\n', format(LAZY, 'string')],
    ['blanks around', ' 1 , a ,\t2.5 \n', format(LAZY, 'int string string')],
    ['texts of NULL', '\\N,\\N,\\N\nN,\\n,null\n', format(LAZY, 'string int string')],
    ['own text of NULL', '-,-\n1,\\N\n', format(LAZY, 'int string', { 'serialization.null.format': '-' })],
    ['the empty text is NULL', ',\n1,x\n', format(LAZY, 'int string', { 'serialization.null.format': '' })],
    ['quotes are text', '"1","a"\n2,"b\n', format(LAZY, 'int string')],
    ['backslashes are text', '1,a\\b\n2,\\\n', format(LAZY, 'int string')],
    ['header', 'id,name\n1,a\n', format(LAZY, 'int string', { 'skip.header.line.count': '1' })],
    ['two headers, ragged', 'x\nid,name,more\n1,a\n', format(LAZY, 'int string', { 'skip.header.line.count': '2' })],
    ['a header alone', 'id,name\n', format(LAZY, 'int string', { 'skip.header.line.count': '1' })],
    ['tabs', '1\ta b\t\n', format(LAZY, 'int string string', { 'field.delim': '\t' })],
    ['a separator by its code', '1\x01a\n', format(LAZY, 'int string', { 'field.delim': '1' })],
    ['Hive’s separator', '1\x01a,b\n', { ...format(LAZY, 'int string'), parameters: {} }],
    ['blanks between fields', '1 a  b\n', format(LAZY, 'int string string string', { 'field.delim': ' ' })],
    ['bars', "1|it's|#c\n", format(LAZY, 'int string string', { 'field.delim': '|' })],
    ['an apostrophe between fields', "1'a\n", format(LAZY, 'int string', { 'field.delim': "'" })],
    ['characters of all planes', '1,zürich €\n2,😀\u2028\ufeff\n', format(LAZY, 'int string')],
    ['bounded text', 'äbcdef,x  \n😀😀😀,yy yy\n', format(LAZY, 'varchar(2) char(4)')],
    [
      'integers',
      '1,1,1,1\n127,-32768,+5,007\n128,32768,2147483648,9223372036854775808\n1.5,.5,-.5,-7.9\n5.,.,-,+\n1e3,1_0, 1,0x1\n-0,--1,1-,99999999999999999999999999999999999999999\n',
      format(LAZY, 'tinyint smallint int bigint'),
    ],
    [
      'floating numbers',
      '1.5,1.5\n-0,1e10\n.5,5.\n,abc\n+1E-3,inf\nn/a,12abc\n1:30,1_000\n3.4028235e38,1e300\n0.1,0.1\n',
      format(LAZY, 'float double'),
    ],
    ['decimals', '1.5,12\n-0.25,-7\n,x\n123.4,+3\n', format(LAZY, 'decimal(5,2) decimal(4,0)')],
    ['truths', 'true,TRUE\nfalse,False\n1,t\n,yes\n true,falſe\n', format(LAZY, 'boolean boolean')],
    [
      'dates',
      '2024-02-29,x\n0001-01-01,\n2024-12-31 23:59:59,2024-01-30\nnever,1999-12-31 \n20240101,epoch\n',
      format(LAZY, 'date date'),
    ],
    [
      'timestamps',
      '2024-02-29 10:00:00,x\n2024-12-31T23:59:59.5,2024-01-31\n2024-01-01T00:00:00Z,1700000000000\n2024-01-31 10:00:00.123,10:00:00\n,2024-01-01T10:00:00.000z\n',
      format(LAZY, 'timestamp timestamp'),
    ],
    ['OpenCSV: quotes', '"1","a, b"\n"2","say ""hi"""\n"3",""\n4,c\n"5",""""\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: blanks stay, \\N needs no mention', '" a ", b\n', format(OPEN_CSV, 'string string')],
    ['OpenCSV: short and long lines', '"1"\n2,b,"c","d"\n', format(OPEN_CSV, 'int string string')],
    ['OpenCSV: CRLF', '"1","a"\r\n"2","b"\r\n', format(OPEN_CSV, 'bigint string')],
    [
      'OpenCSV: own characters',
      "'1'|'a|b'\n2|it\n",
      format(OPEN_CSV, 'int string', { separatorChar: '|', quoteChar: "'" }),
    ],
    [
      'OpenCSV: days, milliseconds, truths',
      '19000,1700000000123,TRUE\n-1,-1,yes\n0,0,\n',
      format(OPEN_CSV, 'date timestamp boolean'),
    ],
    ['OpenCSV: numbers', '1,1.5,2.25\n-5,-1e3,-0.01\n', format(OPEN_CSV, 'tinyint double decimal(5,2)')],
    ['OpenCSV: a header', '"id","name"\n"1","a"\n', format(OPEN_CSV, 'int string', { 'skip.header.line.count': '1' })],
    ['OpenCSV: bounded text', '"äbcdef","x  "\n', format(OPEN_CSV, 'varchar(2) char(4)')],
  ])('%s', async (_, text, rowFormat) => {
    const { native, rows } = await copied(text, rowFormat);
    expect(native).toBeDefined();
    expect(native).toEqual(rows);
  });

  test.each([
    ['gz', gzipSync],
    ['deflate', deflateSync],
  ] as const)('what is compressed as .%s too', async (ending, pack) => {
    const { native, rows } = await copied(pack('1,a\n2,\\N\n'), format(LAZY, 'int string'), `file.csv.${ending}`);
    expect(native).toEqual(rows);
    expect(native).toMatchObject({
      rows: [
        ['1', 'a'],
        ['2', null],
      ],
    });
  });
});

describe('where the readers could disagree, the SerDe reads', () => {
  test.each<[string, string | Buffer, RowFormat]>([
    ['an empty line', '1,a\n\n2,b\n', format(LAZY, 'int string')],
    ['an empty line at the start', '\n1,a\n', format(LAZY, 'int string')],
    ['an empty line at the end', '1,a\r\n\r\n', format(LAZY, 'int string')],
    ['lines that end in two ways', '1,a\r\n2,b\n', format(LAZY, 'int string')],
    ['carriage returns alone', '1,a\r2,b\r', format(LAZY, 'int string')],
    ['a byte order mark', '\ufeff1,a\n', format(LAZY, 'string string')],
    ['NUL', '1,a\0b\n', format(LAZY, 'int string')],
    ['bytes that are not UTF-8', Buffer.from('1,caf\xe9\n', 'latin1'), format(LAZY, 'int string')],
    ['a character cut off at the end', Buffer.from('1,ü', 'utf8').subarray(0, 3), format(LAZY, 'int string')],
    ['half a surrogate pair', Buffer.from('312ceda0800a', 'hex'), format(LAZY, 'int string')],
    ['a very long line', `1,${long}\n`, format(LAZY, 'int string')],
    ['nothing', '', format(LAZY, 'int string')],
    ['an escape character', '1,a\\,b\n', format(LAZY, 'int string', { 'escape.delim': '\\' })],
    ['a list', '1,2\n', format(LAZY, 'int array<int>')],
    ['bytes', '1,aGk=\n', format(LAZY, 'int binary')],
    ['a footer', '1,a\nend\n', format(LAZY, 'int string', { 'skip.footer.line.count': '1' })],
    ['formats of time', '31.01.2024\n', format(LAZY, 'timestamp', { 'timestamp.formats': 'dd.MM.yyyy' })],
    ['rounded decimals', '2.345\n', format(LAZY, 'decimal(5,2)')],
    ['too large decimals', '1234.5\n', format(LAZY, 'decimal(5,2)')],
    ['lenient dates', '2024-13-01\n', format(LAZY, 'date')],
    ['short dates', '2024-1-1\n', format(LAZY, 'date')],
    ['lenient times', '2024-02-30 10:00:00\n', format(LAZY, 'timestamp')],
    ['microseconds', '2024-01-31 10:00:00.123456\n', format(LAZY, 'timestamp')],
    ['NaN', 'NaN\n', format(LAZY, 'double')],
    ['a suffix of the type', '1.5d\n', format(LAZY, 'double')],
    ['OpenCSV: a backslash', '"1","a\\"b"\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: a quote inside of a field', '1,a"b\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: text after a quote', '1,"a"b\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: blanks before a quote', '1, "a"\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: a quote that stays open', '1,"a\n2,b"\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: a quote that stays open to the end', '1,"a', format(OPEN_CSV, 'int string')],
    ['OpenCSV: no number', 'x,a\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: an empty number', '"",a\n', format(OPEN_CSV, 'int string')],
    ['OpenCSV: quotes as escapes', '"1","a""b"\n', format(OPEN_CSV, 'int string', { escapeChar: '"' })],
  ])('%s', async (_, bytes, rowFormat) => {
    expect((await copied(bytes, rowFormat)).native).toBeUndefined();
  });

  test('half a gzip file, and a text that is none, are the same errors', async () => {
    const packed = gzipSync(
      Buffer.from(Array.from({ length: 50_000 }, (_, row) => `${row},${(row * 7_919) % 1_013}\n`).join('')),
    );
    for (const bytes of [packed.subarray(0, packed.length / 2), Buffer.from('1,a\n')]) {
      const { native, rows } = await copied(bytes, format(LAZY, 'int string'), 'file.csv.gz');
      expect(native).toBe(rows);
      expect(native).toMatch(/HIVE_(CURSOR_ERROR|CANNOT_OPEN_SPLIT)|Failed to read|Error opening/);
    }
  });
});

test('the natively read value of a text is the SerDe’s, or none: 130 texts in columns of 14 types', async () => {
  const { texts } = JSON.parse(readFileSync(join(__dirname, 'delimited-texts.json'), 'utf8')) as { texts: string[] };
  const types = [
    ...['boolean', 'tinyint', 'smallint', 'int', 'bigint', 'float', 'double', 'decimal(5,2)', 'decimal(38,10)'],
    ...['date', 'timestamp', 'string', 'varchar(3)', 'char(3)'],
  ];
  const quoted = (text: string | null) => (text === null ? 'NULL' : `'${text.replace(/'/g, "''")}'`);
  let sure = 0;
  for (const [serde, castOf] of [[LAZY, lazyCast] as const, [OPEN_CSV, openCsvCast] as const]) {
    for (const type of types.map(parseHiveType)) {
      const decode = textSerde(serde, '', {
        columns: [{ name: 'a', type }],
        parameters: { 'field.delim': '|', separatorChar: '|' },
      });
      const rows = texts
        // A backslash sends an OpenCSV file to the SerDe.
        .filter((text) => serde === LAZY || !text.includes('\\'))
        .filter((text) => text !== '\\N')
        .flatMap((text) => {
          try {
            return [{ text, cell: decode(text === '' ? '|' : text)[0] as string | null, fails: false }];
          } catch {
            return [{ text, cell: null, fails: true }];
          }
        });
      const values = rows.map(({ text, cell }) => `(${quoted(text)}, ${quoted(cell)})`).join(', ');
      const native = (castOf(type) as (field: string) => string)('c0');
      // A list tells a value that is NULL from none at all.
      const results = await tables.texts(
        `SELECT CAST(len(TRY([CAST(${native} AS VARCHAR)])) AS VARCHAR), CAST(TRY([CAST(${native} AS VARCHAR)])[1] AS VARCHAR), CAST(TRY(CAST(cell AS ${physicalType(type)})) AS VARCHAR) FROM (VALUES ${values}) v(c0, cell)`,
        3,
      );
      results.forEach(([known, value, expected], index) => {
        const { text, fails } = rows[index] as (typeof rows)[0];
        if (known === null) return;
        sure++;
        expect({ serde, type, text, fails, value }).toEqual({ serde, type, text, fails: false, value: expected });
      });
    }
  }
  expect(sure).toBeGreaterThan(1_900);
});
