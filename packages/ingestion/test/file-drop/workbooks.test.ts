import { describe, expect, test } from 'vitest';
import { columnNumber } from '../../lambda/file-drop/xlsx/sheet-rows';
import { isDateFormat } from '../../lambda/file-drop/xlsx/styles';
import { configOf, dropped, text } from './memory-drop';
import { type TestBook, type TestCell, xlsx } from './xlsx-file';

const FLEET = configOf([
  text('tail', { required: true, header: 'Tail No' }),
  text('seats', { type: 'integer' }),
  text('price', { type: 'decimal', precision: 12, scale: 2 }),
  text('bought', { type: 'date' }),
  text('seen', { type: 'timestamp' }),
  text('leased', { type: 'boolean' }),
]);
const HEADER: TestCell[] = ['Tail No', 'Seats', 'Price', 'Bought', 'Seen', 'Leased'];
const styled = (serial: number, style: number): TestCell => ({ xml: `<c r="@" s="${style}"><v>${serial}</v></c>` });

const fleet = (rows: TestCell[][], book?: TestBook, merged?: string[]) =>
  xlsx([{ name: 'Fleet', rows: [HEADER, ...rows], ...(merged ? { merged } : {}) }], book);

describe('a workbook', () => {
  const row: TestCell[] = ['N1 <&> "ü"', 180, 0.1 + 0.2, styled(45_292, 1), styled(45_292.75, 2), true];
  const expected = {
    tail: 'N1 <&> "ü"',
    seats: 180n,
    price: 0.3,
    bought: new Date('2024-01-01'),
    seen: new Date('2024-01-01T18:00:00Z'),
    leased: true,
  };

  test.each<[string, TestBook]>([
    ['with shared texts', {}],
    ['with texts in its cells', { inline: true }],
    ['whose elements have a prefix', { prefix: 'x:' }],
  ])('%s gives typed rows', async (_name, book) => {
    const { rows, answer } = await dropped('fleet.xlsx', fleet([row], book), FLEET);
    expect(rows).toEqual([expected]);
    expect(answer).toMatchObject({ taken: 1, rowsOut: 1, badRows: 0 });
  });

  test('counts days from 1904 where it says so', async () => {
    const dates: TestCell[] = ['N1', null, null, styled(0, 1), styled(43_830.5, 2)];
    const { rows } = await dropped('fleet.xlsx', fleet([dates], { date1904: true }), FLEET);
    expect(rows).toMatchObject([{ bought: new Date('1904-01-01'), seen: new Date('2024-01-01T12:00:00Z') }]);
  });

  test('has no 29th of February 1900, and days before it', async () => {
    const rows = [1, 59, 60, 61].map((serial): TestCell[] => ['N1', null, null, styled(serial, 1)]);
    const got = await dropped('fleet.xlsx', fleet(rows), FLEET);
    const days = ['1900-01-01', '1900-02-28', '1900-03-01'].map((day) => new Date(day));
    expect(got.rows.map(({ bought }) => bought)).toEqual(days);
    expect(got.file?.tables).toMatchObject([
      {
        problems: [
          { row: 4, reason: 'bought: the date with the serial number 60 is not a date of the form yyyy-MM-dd' },
        ],
      },
    ]);
  });

  test('takes dates without a format, and dates that are texts', async () => {
    const rows: TestCell[][] = [
      ['N1', null, null, 45_292],
      ['N2', null, null, '2024-01-01'],
      ['N3', null, null, 20_240_101],
    ];
    const got = await dropped('fleet.xlsx', fleet(rows), FLEET);
    expect(got.rows.map(({ bought }) => bought)).toEqual([new Date('2024-01-01'), new Date('2024-01-01')]);
    expect(got.answer.badRows).toBe(1);
  });

  test('takes formatted texts, formulas and escaped characters, and no pronunciation', async () => {
    const rich = '<is><r><rPr><b/></rPr><t>two </t></r><r><t>parts</t></r><rPh><t>no</t></rPh></is>';
    const rows: TestCell[][] = [
      [{ xml: `<c r="@" t="inlineStr">${rich}</c>` }],
      [{ xml: '<c r="@" t="str"><f>A1&amp;"x"</f><v>formula</v></c>' }, { xml: '<c r="@"><f>SUM(A1)</f><v>5</v></c>' }],
      ['line\rend'],
      [{ xml: '<c r="@" t="str"><f>NA()</f><v></v></c>' }, { xml: '<c r="@" t="e"><v>#N/A</v></c>' }],
    ];
    const { rows: got, file } = await dropped('fleet.xlsx', fleet(rows), FLEET);
    expect(got.map(({ tail, seats }) => [tail, seats])).toEqual([
      ['two parts', null],
      ['formula', 5n],
      ['line\rend', null],
    ]);
    const reason = 'tail: a value is required; seats: the formula failed with #N/A';
    expect(file?.tables).toMatchObject([{ problems: [{ row: 5, reason }] }]);
  });

  test('has its header where the schema says, with a merged title above it', async () => {
    const sheet = {
      name: 'Fleet',
      rows: [['Fleet of 2024'], [], HEADER, ['N1', 2]] as TestCell[][],
      merged: ['A1:F1'],
    };
    const { rows } = await dropped('fleet.xlsx', xlsx([sheet]), { ...FLEET, headerRow: 3 });
    expect(rows).toMatchObject([{ tail: 'N1', seats: 2n }]);
  });

  test.each([
    ['header', 'B1:C1', 'MergedHeader: the header in row 1 has the merged cells B1:C1 → '],
    ['rows', 'A2:A3', 'MergedCells: the cells A2:A3 are merged → each row has its own values below the header → '],
  ])('with merged cells in its %s is refused, and nothing of it is written', async (_name, range, message) => {
    const { store, file } = await dropped('fleet.xlsx', fleet([['N1'], [null, 2]], {}, [range]), {
      ...FLEET,
      columns: FLEET.columns.map((column) => ({ ...column, required: false })),
    });
    expect(file).toMatchObject({ outcome: 'refused', error: expect.stringContaining(message) });
    expect(store.target.size).toBe(0);
  });
});

describe('of several sheets', () => {
  const book = xlsx([
    { name: 'Q1', rows: [HEADER, ['N1']] },
    { name: 'Notes', rows: [] },
    { name: 'Q2', rows: [HEADER, ['N2'], ['N3']] },
  ]);
  const tails = async (sheets: Parameters<typeof configOf>[1]) =>
    (await dropped('fleet.xlsx', book, { ...FLEET, ...sheets })).rows.map(({ tail }) => tail);

  test('the first is taken, or the one that is named or counted', async () => {
    expect(await tails({})).toEqual(['N1']);
    expect(await tails({ sheets: { kind: 'index', index: 3 } })).toEqual(['N2', 'N3']);
    expect(await tails({ sheets: { kind: 'name', name: 'Q2' } })).toEqual(['N2', 'N3']);
  });

  test('all are taken, each to a file of its own, and empty ones are left out', async () => {
    const { rows, store, file } = await dropped('fleet.xlsx', book, { ...FLEET, sheets: { kind: 'all' } });
    expect(rows.map(({ tail }) => tail)).toEqual(['N1', 'N2', 'N3']);
    expect(store.target.size).toBe(2);
    expect(file?.tables).toMatchObject([
      { sheet: 'Q1', rows: 1 },
      { sheet: 'Q2', rows: 2 },
    ]);
  });

  test('one that is not there is told with those that are', async () => {
    const { file } = await dropped('fleet.xlsx', book, { ...FLEET, sheets: { kind: 'name', name: 'Q3' } });
    expect(file?.error).toBe(
      'MissingSheet: its sheets are "Q1", "Notes", "Q2" → one is called "Q3" → rename the sheet, or correct the schema',
    );
  });
});

test('formats of dates are told from others', () => {
  const dates = ['yyyy-mm-dd', 'd/m/yy;@', '[$-409]mmm d, yyyy', '[h]:mm:ss', 'hh:mm AM/PM'];
  const others = ['General', '0.00', '#,##0 "days"', '[Red]0', '0\\d', '0.00E+00', '@', '_-* #,##0_-'];
  expect(dates.filter((code) => !isDateFormat(code))).toEqual([]);
  expect(others.filter(isDateFormat)).toEqual([]);
});

test('columns are counted as in their names', () => {
  expect(['A1', 'Z9', 'AA10', 'XFD1048576'].map(columnNumber)).toEqual([1, 26, 27, 16_384]);
  expect(() => columnNumber('XFE1')).toThrow('CorruptFile: a cell is called "XFE1"');
  expect(() => columnNumber('1')).toThrow('CorruptFile');
});
