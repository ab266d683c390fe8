import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type CorpusReport, loadCorpus, runCorpus } from '../../../scripts/corpus/run';
import { FuzzCatalog } from '../../../scripts/fuzz-sql/catalog';
import { fuzz } from '../../../scripts/fuzz-sql/check';
import { SqlError } from '../../../src/engines/sql';
import { parseStatement } from '../../../src/engines/sql/parse/index';
import { translate } from '../../../src/engines/sql/translate';

const corpus = join(__dirname, '../../corpus');

async function reasonOf(sql: string): Promise<string> {
  try {
    const statement = parseStatement(sql);
    if (statement.kind === 'query statement') await translate(statement.query, new FuzzCatalog().session());
    return 'answered';
  } catch (error) {
    if (error instanceof SqlError) return error.reason;
    throw error;
  }
}

describe('TPC-H', () => {
  let report: CorpusReport;
  beforeAll(async () => {
    report = await runCorpus(loadCorpus(join(corpus, 'recorded/tpch.jsonl')), join(corpus, 'data'));
  }, 120_000);

  test.each(Array.from({ length: 22 }, (_, index) => index + 1))(
    'query %i is answered as Trino answers it',
    (number) => {
      const id = `tpch-q${String(number).padStart(2, '0')}`;
      expect(report.outcomes.find(({ item }) => item.id === id)?.verdict).toBe('strict');
    },
  );
});

describe('a correlated subquery', () => {
  test('is refused where Trino has no join for it, with the place', async () => {
    const reason = await reasonOf('SELECT (SELECT l.id FROM lineitem l WHERE l.id > o.id LIMIT 1) FROM orders o');
    expect(reason).toBe('NOT_SUPPORTED: line 1:9: Given correlated subquery is not supported');
  });

  test('is taken where equality fixes what LIMIT counts', async () => {
    const sql = 'SELECT (SELECT l.price FROM lineitem l WHERE l.id = o.id ORDER BY l.ts LIMIT 1) FROM orders o';
    expect(await reasonOf(sql)).toBe('answered');
  });

  test('may not stand in a lambda', async () => {
    const reason = await reasonOf('SELECT transform(tags, x -> (SELECT max(name) FROM orders)) FROM orders');
    expect(reason).toMatch(/^NOT_SUPPORTED: line 1:29: Lambda expression cannot contain subqueries/);
  });
});

describe('any text', () => {
  test('is answered or refused as SQL', async () => {
    const bugs = await fuzz(42, 0, 60);
    expect(bugs.filter(({ what }) => !what.startsWith('took'))).toEqual([]);
  }, 60_000);

  test('may hold comments and white space anywhere', async () => {
    expect(await reasonOf('-- a\nSELECT/* b */id\r\n\t,/**/name -- c\nFROM orders /* d */')).toBe('answered');
  });

  test('nested 500 deep is refused by name', async () => {
    const refused = /^NOT_COVERED: line 1:\d+: .*nested deeper than 300/;
    expect(await reasonOf(`SELECT ${'('.repeat(500)}1${')'.repeat(500)}`)).toMatch(refused);
    expect(await reasonOf(`${'SELECT * FROM ('.repeat(500)}SELECT 1${')'.repeat(500)}`)).toMatch(refused);
  });
});
