import { describe, expect, test } from 'vitest';
import { type Call, QueryFailedError, type QueryResult, runQuery } from '../../src/actions/query/query';
import { renderResult } from '../../src/actions/query/render';

const RESULT: QueryResult = {
  id: '1',
  columns: [
    { name: 'name', type: 'varchar' },
    { name: 'flights', type: 'bigint' },
    { name: 'share', type: 'decimal' },
  ],
  rows: [
    ['O"Hare', '9007199254740993', '0.50'],
    ['', null, null],
  ],
  seconds: 0.1,
  scanned: 10,
  approximate: [],
};

/** An Athena that answers in pages. */
function pagedAthena(pages: (string | null)[][][], state = 'SUCCEEDED', reason?: string): Call {
  return async (_service, operation, input) => {
    if (operation === 'StartQueryExecution') return { QueryExecutionId: 'q' };
    if (operation === 'GetQueryExecution') {
      return {
        QueryExecution: { Status: { State: state, StateChangeReason: reason }, StatementType: 'DML', Statistics: {} },
      };
    }
    const page = Number((input as { NextToken?: string }).NextToken ?? 0);
    return {
      ResultSet: {
        ResultSetMetadata: { ColumnInfo: [{ Name: 'a', Type: 'varchar' }] },
        Rows: pages[page].map((row) => ({ Data: row.map((cell) => (cell === null ? {} : { VarCharValue: cell })) })),
      },
      ...(page + 1 < pages.length ? { NextToken: String(page + 1) } : {}),
    };
  };
}

describe('a query', () => {
  test('fetches all pages, without the header row', async () => {
    const { rows } = await runQuery(
      pagedAthena([
        [['a'], ['1']],
        [['2'], [null]],
      ]),
      'SELECT a FROM t',
    );
    expect(rows).toEqual([['1'], ['2'], [null]]);
  });

  test('keeps a first data row that only looks a little like a header', async () => {
    const { rows } = await runQuery(pagedAthena([[['a'], ['a']]]), 'SELECT a FROM t');
    expect(rows).toEqual([['a']]);
  });

  test("fails with Athena's reason", async () => {
    const failing = runQuery(pagedAthena([], 'FAILED', "line 1:8: Column 'x' cannot be resolved"), 'SELECT x');
    await expect(failing).rejects.toThrow(QueryFailedError);
    await expect(failing).rejects.toThrow("Column 'x' cannot be resolved");
  });
});

describe('a result', () => {
  test('as CSV quotes everything and leaves NULL empty', () => {
    expect(renderResult(RESULT, 'csv')).toBe('"name","flights","share"\n"O""Hare","9007199254740993","0.50"\n"",,');
  });

  test('as JSON keeps numbers that JSON would round as text', () => {
    expect(JSON.parse(renderResult(RESULT, 'json'))).toEqual([
      { name: 'O"Hare', flights: '9007199254740993', share: '0.50' },
      { name: '', flights: null, share: null },
    ]);
  });

  test('as a table sets the columns of DESCRIBE apart', () => {
    const columns = ['col_name', 'data_type', 'comment'].map((name) => ({ name, type: 'string' }));
    const text = renderResult(
      { ...RESULT, columns, rows: [['origin              \tstring              \t']] },
      'table',
    );
    expect(text).toMatch(/│ origin +│ string +│ +│/);
  });

  test('as a table says NULL and counts the rows', () => {
    const text = renderResult(RESULT, 'table');
    expect(text).toContain('NULL');
    expect(text).toMatch(/2 rows$/);
  });
});
