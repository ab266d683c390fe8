import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { dropRun } from '../../lambda/file-drop/drop-run';
import { configOf, dropped, MemoryDrop, runOf, text } from './memory-drop';
import { type TestCell, xlsx } from './xlsx-file';

const CONFIG = configOf([text('name'), text('n', { type: 'integer', required: true })]);
const GOOD = 'name,n\na,1\n';
const ROWS: TestCell[][] = [
  ['name', 'n'],
  ['a', 1],
];
const book = (change: (parts: Record<string, string>) => void) => xlsx([{ name: 'S', rows: ROWS }], { change });
const cut = (bytes: Uint8Array, part = 0.5) => bytes.slice(0, Math.floor(bytes.length * part));

/** Sets the flag of encryption in both headers of a ZIP's only entry. */
function encrypted(): Uint8Array {
  const bytes = Buffer.from(zipSync({ 'a.csv': strToU8(GOOD) }));
  const central = bytes.indexOf(Buffer.from('504b0102', 'hex'));
  bytes.writeUInt16LE(bytes.readUInt16LE(6) | 1, 6);
  bytes.writeUInt16LE(bytes.readUInt16LE(central + 8) | 1, central + 8);
  return bytes;
}

/** Changes a byte of the stored content, so that the checksum is wrong. */
function damaged(): Uint8Array {
  const bytes = Buffer.from(zipSync({ 'a.csv': strToU8(GOOD) }, { level: 0 }));
  const at = bytes.indexOf('a,1');
  bytes[at + 2] = 0x39;
  return bytes;
}

/** Archives within each other. */
function nested(levels: number): Uint8Array {
  let bytes = zipSync({ 'a.csv': strToU8(GOOD) });
  for (let level = 1; level < levels; level++) bytes = zipSync({ [`level-${level}.zip`]: bytes });
  return bytes;
}

const REFUSED: [string, string, string | Uint8Array, string][] = [
  ['a CSV of 0 bytes', 'a.csv', '', 'EmptyFile: it has 0 bytes → '],
  ['an archive without files', 'a.zip', zipSync({}), 'EmptyFile: the archive has no files → '],
  ['half a workbook', 'a.xlsx', cut(xlsx([{ name: 'S', rows: ROWS }])), "CorruptFile: it can't be unpacked: "],
  ['a workbook that is none', 'a.xlsx', 'name,n\n', "CorruptFile: its name says .xlsx, and it doesn't begin like one"],
  [
    'a workbook with broken XML',
    'a.xlsx',
    book((parts) => {
      parts['xl/worksheets/sheet1.xml'] = '<worksheet><sheetData><row r="1"><c r="A1"></row>';
    }),
    'CorruptFile: xl/worksheets/sheet1.xml is no XML: ',
  ],
  [
    'a workbook whose XML defines entities',
    'a.xlsx',
    book((parts) => {
      parts['xl/sharedStrings.xml'] = '<!DOCTYPE sst [<!ENTITY a "aaaa">]><sst><si><t>&a;</t></si></sst>';
    }),
    'CorruptFile: xl/sharedStrings.xml has a document type → ',
  ],
  [
    'a workbook without a sheet that it names',
    'a.xlsx',
    book((parts) => {
      delete parts['xl/worksheets/sheet1.xml'];
    }),
    'CorruptFile: the workbook has no "xl/worksheets/sheet1.xml", which it names → ',
  ],
  [
    'a workbook that names texts that it has not',
    'a.xlsx',
    book((parts) => {
      parts['xl/sharedStrings.xml'] = '<sst/>';
    }),
    'CorruptFile: row 1 names the text 0 of 0 → ',
  ],
  [
    'a document of another Office program',
    'a.xlsx',
    book((parts) => {
      parts['xl/workbook.xml'] = '<document/>';
    }),
    'UnknownFormat: it is an Office file, and no workbook → ',
  ],
  [
    'a workbook with a password, or of before 2007',
    'a.xlsx',
    Buffer.from('d0cf11e0a1b11ae1000000', 'hex'),
    'UnknownFormat: it is an old or password-protected Office file → ',
  ],
  ['an encrypted ZIP', 'a.zip', encrypted(), 'EncryptedArchive: "a.csv" is encrypted → '],
  [
    'a ZIP with a wrong checksum',
    'a.zip',
    damaged(),
    `CorruptFile: it can't be unpacked: the checksum of "a.csv" is wrong`,
  ],
  [
    'half a GZIP',
    'a.csv.gz',
    cut(gzipSync(GOOD.repeat(50))),
    "CorruptFile: it can't be unpacked: unexpected end of file",
  ],
  ['four archives within each other', 'a.zip', nested(4), 'NestedTooDeep: '],
  ['other bytes', 'a.csv', Buffer.from([65, 0, 66]), 'UnknownFormat: it has bytes that no text has → '],
  ['Parquet', 'a.parquet', 'PAR1', 'UnknownFormat: it is Parquet → '],
  [
    'Windows-1252 that nobody declared',
    'a.csv',
    Buffer.from('name,n\ncaf\xe9,1\n', 'latin1'),
    'WrongEncoding: bytes after offset 0 are no UTF-8 → ',
  ],
  ['UTF-16 that breaks off', 'a.csv', Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x0a]), 'WrongEncoding: '],
  ['a CSV with an open quote', 'a.csv', 'name,n\n"a,1\nb,2\n', 'BrokenCsv: Quote Not Closed: '],
  ['a CSV with a quote within a field', 'a.csv', 'name,n\na"b,1\n', 'BrokenCsv: Invalid Opening Quote: '],
  [
    'JSON that breaks off',
    'a.json',
    '[{"n":1},{"n":2',
    'BrokenJson: it has the end of the file within an object or array → ',
  ],
  ['JSON of something else', 'a.json', '[1,2]', 'BrokenJson: it has "1,2]" between the objects → '],
  [
    'a header with a column twice',
    'a.csv',
    'name,n,N\na,1,2\n',
    'DuplicateHeader: the header in row 1 has "N" twice, in columns 2 and 3 → ',
  ],
  [
    'a header without a required column',
    'a.csv',
    'name\na\n',
    'MissingColumn: the header in row 1 is "name", without "n" → ',
  ],
  [
    'a header with a column that nobody declared',
    'a.csv',
    'name,n,x\na,1,2\n',
    `UnknownColumn: the header in row 1 is "name", "n", "x"; the schema doesn't know "x" → `,
  ],
];

describe('refused with a reason that says what to do', () => {
  test.each(REFUSED)('%s', async (_name, file, body, message) => {
    const { store, answer, files } = await dropped(file, body, CONFIG);
    expect(files).toMatchObject([{ outcome: 'refused', error: expect.stringContaining(message) }]);
    expect(files[0]?.error?.split(' → ')).toHaveLength(3);
    expect(answer).toMatchObject({ refused: 1, taken: 0, rowsOut: 0 });
    expect(store.target.size).toBe(0);
    const kept = [...store.state.keys()].filter((name) => name.startsWith('quarantine/files/'));
    expect(kept).toEqual([expect.stringMatching(`/${file}$`), expect.stringMatching(`/${file}.reason.json$`)]);
    expect(store.state.get(kept[0] ?? '')).toEqual(Buffer.from(body as Uint8Array));
  });

  test('columns that nobody declared are left out where the schema says so', async () => {
    const { rows } = await dropped('a.csv', 'x,name,n\n9,a,1\n', { ...CONFIG, ignoreUnknown: true });
    expect(rows).toEqual([{ name: 'a', n: 1n }]);
  });

  test('more bad rows than are set aside', async () => {
    const { files } = await dropped('a.csv', `name,n\n${'a,x\n'.repeat(10_001)}`, CONFIG);
    expect(files[0]?.error).toContain("TooManyBadRows: more than 10000 rows don't fit the schema, the first is 2: n: ");
  });
});

describe('what unpacks to more than the limit is refused, whatever it declares', () => {
  const bomb = strToU8('a'.repeat(3_000_000));
  const limited = { ...CONFIG, maxUnpackedBytes: 1_000_000 };

  test.each<[string, string, Uint8Array]>([
    ['a ZIP', 'a.zip', zipSync({ 'a.csv': bomb })],
    ['a GZIP', 'a.csv.gz', gzipSync(bomb)],
    [
      'many small ones',
      'a.zip',
      zipSync(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`${i}.csv`, bomb.slice(0, 200_000)]))),
    ],
    ['a ZIP in a ZIP', 'a.zip', zipSync({ 'b.zip': zipSync({ 'a.csv': bomb }) })],
  ])('%s', async (_name, file, body) => {
    const { files, store } = await dropped(file, body, limited);
    const errors = files.map(({ error }) => error);
    expect(errors).toContainEqual(
      expect.stringContaining('UnpacksTooLarge: more than 1000000 bytes come out of it → '),
    );
    expect(store.target.size).toBe(0);
  });

  test('a workbook', async () => {
    const change = (parts: Record<string, string>) => {
      parts['xl/sharedStrings.xml'] = `<sst><si><t>${'a'.repeat(3_000_000)}</t></si></sst>`;
    };
    const { files } = await dropped('a.xlsx', book(change), limited);
    expect(files[0]?.error).toContain('UnpacksTooLarge');
  });

  test('an object that is too large is not even fetched', async () => {
    const { files, store } = await dropped('a.csv', GOOD.repeat(10), { ...CONFIG, maxBytes: 50 });
    expect(files[0]?.error).toBe('TooLarge: it has 110 bytes → up to 50 bytes → split it, or raise maxSize');
    expect(
      [...store.state.keys()].filter((name) => !name.startsWith('reports/') && !name.startsWith('inbox/')),
    ).toEqual([]);
  });
});

test('the good files of an archive are taken, the bad ones are named', async () => {
  const body = zipSync({
    'in/good.csv': strToU8(GOOD),
    'bad.csv': new Uint8Array(0),
    'week.zip': zipSync({ 'b.json': strToU8('[{"name":"b","n":2}]') }),
    'c.csv.gz': gzipSync('name,n\nc,3\n'),
    '__MACOSX/in/good.csv': strToU8('x'),
  });
  const { rows, files, answer } = await dropped('all.zip', body, CONFIG);
  expect(rows.map(({ name }) => name).sort()).toEqual(['a', 'b', 'c']);
  expect(answer).toMatchObject({ taken: 3, refused: 1 });
  expect(files[0]).toMatchObject({ file: 'all.zip › bad.csv', outcome: 'refused' });
});

test('a workbook that was damaged anywhere is taken or refused, and never ends the run', async () => {
  const bytes = xlsx([{ name: 'S', rows: [...ROWS, ['b', 2], ['c', 3]] }]);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ change;
      const { answer, files } = await dropped('a.xlsx', changed, CONFIG);
      expect(answer.taken + answer.refused).toBe(1);
      if (files[0]?.error !== undefined) expect(files[0].error).toMatch(/^\w+: .+ → .+ → .+/s);
    }),
    { numRuns: 150 },
  );
});

test('an error of S3 is no fault of the file: the run fails, and the file is taken by the next', async () => {
  const store = new MemoryDrop();
  store.put('a.csv', GOOD);
  store.gate = (call) => {
    if (call === 'upload') throw new Error('SlowDown');
  };
  await expect(dropRun(runOf(store, CONFIG), 'one')).rejects.toThrow('SlowDown');
  store.gate = () => {};
  expect(await dropRun(runOf(store, CONFIG), 'one')).toMatchObject({ taken: 1, refused: 0 });
});
