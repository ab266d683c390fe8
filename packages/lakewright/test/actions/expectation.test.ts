import { describe, expect, test } from 'vitest';
import { expectation } from '../../src/actions/run/expectation';
import { renderRun } from '../../src/actions/run/render';
import type { RunReport } from '../../src/report/report';

const columns = [
  { name: 'name', type: 'varchar' },
  { name: 'amount', type: 'decimal(38,2)' },
  { name: 'share', type: 'double' },
  { name: 'open', type: 'boolean' },
];
const rows = [
  ['a', '10.50', '0.5', 'true'],
  [null, '12345678901234567890.00', '1.0E7', 'false'],
];

async function compared(printed: unknown, answer = { columns, rows: rows as (string | null)[][] }) {
  const script = typeof printed === 'string' ? printed : `console.log(${JSON.stringify(JSON.stringify(printed))})`;
  const places = { directory: __dirname, services: { db: 'postgres://x' } };
  return await expectation({ command: [process.execPath, '-e', script] }, answer, places);
}

describe("a check's expectation", () => {
  test('holds for equal rows, as objects and as arrays, numbers by value', async () => {
    const objects = [
      { open: true, name: 'a', share: 0.5, amount: 10.5 },
      { name: null, amount: '12345678901234567890', share: 10000000, open: false },
    ];
    expect(await compared(objects)).toMatchObject({ outcome: 'equal', rows: 2 });
    expect(await compared(objects.map(({ name, amount, share, open }) => [name, amount, share, open]))).toMatchObject({
      outcome: 'equal',
    });
  });

  test('numbers of both sides stand beside each other', async () => {
    const check = { check: 'rows', name: 'local-admin', query: 'q', outcome: 'succeeded', columns: ['name', 'rows'] };
    const answer = {
      columns: [
        { name: 'name', type: 'varchar' },
        { name: 'rows', type: 'bigint' },
      ],
      rows: [['flights', '3000000']],
    };
    const expected = await compared([{ name: 'flights', rows: 3000000 }], answer);
    const resources = { executed: [], simulated: [], recorded: [], unsupported: [] };
    const personas = [{ ...check, rows: 1, sample: answer.rows, expected }];
    const text = renderRun(
      { personas, leftOut: [], tables: [], resources, state: 'SUCCEEDED', seconds: 1 } as unknown as RunReport,
      '',
    );
    expect(text).toMatch(/name\s+│\s+rows\s+│\s+rows expected/);
    expect(text).toMatch(/flights\s+│\s+3000000\s+│\s+3000000/);
  });

  test('a difference names the first rows that differ', async () => {
    const result = await compared([
      ['a', 10.5, 0.5, true],
      ['b', '12345678901234567891', 10000000, false],
      ['c', 1, 1, true],
    ]);
    expect(result).toMatchObject({ outcome: 'different', reason: '2 rows were answered, 3 expected; 2 rows differ' });
    expect(result.differences).toEqual([
      { row: 2, answer: rows[1], expected: ['b', '12345678901234567891', '10000000', 'false'] },
      { row: 3, answer: null, expected: ['c', '1', '1', 'true'] },
    ]);
    const check = {
      check: 'sums',
      name: 'local-admin',
      query: 'q',
      outcome: 'failed',
      columns: ['name', 'amount', 'share', 'open'],
    };
    const personas = [{ ...check, reason: 'x', rows: 2, sample: rows, expected: result }];
    const resources = { executed: [], simulated: [], recorded: [], unsupported: [] };
    const report = {
      personas,
      leftOut: [],
      tables: [],
      resources,
      state: 'FAILED',
      seconds: 1,
    } as unknown as RunReport;
    const text = renderRun(report, '.lakewright');
    expect(text).toMatch(/expected: DIFFERENT: 2 rows were answered, 3 expected; 2 rows differ/);
    expect(text).toMatch(/2 .*answer.*NULL.*12345678901234567890\.00/);
    expect(text).toMatch(/3 .*answer.*no such row/);
  });

  test('text is not taken for a number, nor NULL for an empty text', async () => {
    const one = [{ name: 'code', type: 'varchar' }];
    expect(await compared([[7]], { columns: one, rows: [['7']] })).toMatchObject({ outcome: 'equal' });
    expect(await compared([['7.0']], { columns: one, rows: [['7']] })).toMatchObject({ outcome: 'different' });
    expect(await compared([[7.5]], { columns: one, rows: [['7.50']] })).toMatchObject({ outcome: 'different' });
    expect(await compared([[null]], { columns: one, rows: [['']] })).toMatchObject({ outcome: 'different' });
  });

  test.each([
    ['console.log("hello")', /it printed "hello" → a JSON array of rows is expected/],
    ['console.log("{}")', /it printed of type object/],
    ['console.log("[5]")', /row 1 is of type number/],
    [[['a', 1]], /row 1 has 2 values → the query answers the columns name, amount, share, open/],
    [[{ name: 'a', amount: 1, share: 1, closed: true }], /row 1 has name, amount, share, closed/],
    [[['a', { b: 1 }, 1, true]], /row 1, column amount is of type object/],
    [
      'console.log("[[\\"a\\",12345678901234567890,1,true]]")',
      /column amount is 12345678901234567000, .*print it as text/,
    ],
    ['console.error("no database"); process.exit(4)', /ended with exit code 4: no database/],
  ])('a program without rows fails it: %s', async (printed, reason) => {
    expect(await compared(printed)).toMatchObject({
      outcome: 'failed',
      reason: expect.stringMatching(reason),
      rows: null,
    });
  });

  test('the program is told which services run', async () => {
    const one = [{ name: 'url', type: 'varchar' }];
    const script = 'console.log(JSON.stringify([[JSON.parse(process.env.LAKEWRIGHT_SERVICES).db]]))';
    expect(await compared(script, { columns: one, rows: [['postgres://x']] })).toMatchObject({ outcome: 'equal' });
  });
});
