import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/engines/sql';
import { metadataText } from '../../../src/engines/sql/types/text';
import { translateText } from './fixture';

/** `NAME line:column: message` of the failure. */
async function failure(sql: string): Promise<string> {
  try {
    await translateText(sql);
  } catch (error) {
    if (error instanceof SqlError) return error.reason;
    throw error;
  }
  throw new Error(`was translated: ${sql}`);
}

async function columns(sql: string): Promise<string[]> {
  const { columns: found } = await translateText(sql);
  return found.map(({ name, type }) => `${name} ${metadataText(type)}`);
}

describe('names', () => {
  test('case does not count, qualifiers may be given in part or whole, in either catalog spelling', async () => {
    for (const table of ['orders', 'LAKE.Orders', 'awsdatacatalog.lake.orders', '"AwsDataCatalog".lake."orders"']) {
      expect(await columns(`SELECT ID, orders.Status, lake.orders.amount FROM ${table}`)).toEqual([
        'ID bigint',
        'Status varchar',
        'amount decimal(10, 2)',
      ]);
    }
  });

  test('fields of rows follow columns, and an alias hides the table', async () => {
    expect(await columns('SELECT buyer.address.city, o.buyer.name FROM orders o')).toEqual([
      'city varchar',
      'name varchar',
    ]);
    expect(await failure('SELECT orders.id FROM orders o')).toBe(
      "COLUMN_NOT_FOUND: line 1:8: Column 'orders.id' cannot be resolved",
    );
  });

  test('generated names are _col and the position', async () => {
    expect(await columns("SELECT 1, 'a' AS b, id + 1 FROM orders")).toEqual([
      '_col0 integer',
      'b varchar(1)',
      '_col2 bigint',
    ]);
  });

  test('what is not there has its own error, at its place', async () => {
    expect(await failure('SELECT id,\n nope FROM orders')).toBe(
      "COLUMN_NOT_FOUND: line 2:2: Column 'nope' cannot be resolved",
    );
    expect(await failure('SELECT 1 FROM nope')).toBe(
      "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.lake.nope' does not exist",
    );
    expect(await failure('SELECT 1 FROM nope.t')).toBe("SCHEMA_NOT_FOUND: line 1:15: Schema 'nope' does not exist");
    expect(await failure('SELECT nope(1)')).toBe("FUNCTION_NOT_FOUND: line 1:8: Function 'nope' not registered");
    expect(await failure('SELECT buyer.nope FROM orders')).toMatch(/^INVALID_COLUMN_REFERENCE: line 1:8/);
  });

  test('a name that two columns have is ambiguous, unless USING made one of them', async () => {
    expect(await failure('SELECT id FROM orders, customers')).toBe(
      "AMBIGUOUS_NAME: line 1:8: Column 'id' is ambiguous",
    );
    expect(await columns('SELECT id, name FROM orders JOIN customers USING (id)')).toEqual([
      'id bigint',
      'name varchar(20)',
    ]);
  });

  test('hidden columns are read by name and not by *', async () => {
    expect(await columns('SELECT * FROM customers')).toEqual(['id bigint', 'name varchar(20)']);
    expect(await columns('SELECT "$path" FROM customers')).toEqual(['$path varchar']);
  });

  test('WITH items hide tables, see those before them, and rename their columns', async () => {
    const sql = 'WITH orders(x) AS (SELECT name FROM customers), b AS (SELECT x AS y FROM orders) SELECT * FROM b';
    expect(await columns(sql)).toEqual(['y varchar(20)']);
    expect(await failure('WITH a AS (SELECT 1) SELECT x FROM a')).toMatch(/^COLUMN_NOT_FOUND/);
    expect(await failure('WITH a(x, y) AS (SELECT 1) SELECT x FROM a')).toMatch(/^MISMATCHED_COLUMN_ALIASES/);
  });

  test("a view's names are looked up in its own schema; its errors say where they come from", async () => {
    expect(await columns('SELECT a FROM one')).toEqual(['a integer']);
    expect(await columns('SELECT a FROM wide')).toEqual(['a integer']);
    const { reads } = await translateText('SELECT one.a FROM one');
    expect(reads).toEqual([{ catalog: 'awsdatacatalog', schema: 'lake', table: 'one' }]);
  });

  test('without a session schema, tables must be qualified', async () => {
    await expect(translateText('SELECT 1 FROM orders', { schema: undefined })).rejects.toMatchObject({
      errorName: 'MISSING_SCHEMA_NAME',
    });
    await translateText('SELECT 1 FROM lake.orders', { schema: undefined });
  });
});

describe('types', () => {
  test('texts, numbers and dates do not mix by themselves', async () => {
    expect(await failure("SELECT 1 FROM orders WHERE id = '5'")).toBe(
      'TYPE_MISMATCH: line 1:31: Cannot apply operator: bigint = varchar(1)',
    );
    expect(await failure("SELECT date '2024-01-01' > '2024-01-01'")).toMatch(/^TYPE_MISMATCH: line 1:26/);
    expect(await failure('SELECT 1 FROM orders WHERE dt = 2024')).toMatch(/^TYPE_MISMATCH/);
    expect(await failure('SELECT CASE WHEN 1 THEN 2 END')).toMatch(/^TYPE_MISMATCH: .*must evaluate to a boolean/);
    expect(await failure("SELECT coalesce(1, 'a')")).toMatch(/^TYPE_MISMATCH: .*COALESCE operands/);
    expect(await failure('SELECT CAST(1 AS date)')).toBe('TYPE_MISMATCH: line 1:8: Cannot cast integer to date');
  });

  test('decimals follow their rules of precision and scale', async () => {
    expect(
      await columns(
        'SELECT amount + 1, amount * amount, amount / 3, sum(amount), avg(amount) FROM orders GROUP BY amount',
      ),
    ).toEqual([
      '_col0 decimal(13, 2)',
      '_col1 decimal(20, 4)',
      '_col2 decimal(10, 2)',
      '_col3 decimal(38, 2)',
      '_col4 decimal(10, 2)',
    ]);
  });

  test('literals are checked before anything runs', async () => {
    expect(await failure("SELECT date '2024-02-30'")).toBe(
      "INVALID_LITERAL: line 1:8: '2024-02-30' is not a valid DATE literal",
    );
    expect(await failure('SELECT 9223372036854775808')).toMatch(/^SYNTAX_ERROR: .*Invalid numeric literal/);
    expect(await columns('SELECT -9223372036854775808')).toEqual(['_col0 bigint']);
    expect(await failure("SELECT interval 'x' day")).toMatch(/^INVALID_LITERAL/);
  });

  test('no overload: an error where all are listed, a refusal by name where that is not known', async () => {
    expect(await failure('SELECT upper(1)')).toMatch(
      /^FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters \(integer\) for function upper\. Expected: upper\(/,
    );
    expect(await failure('SELECT upper(ARRAY[1])')).toBe(
      'NOT_COVERED: line 1:8: not covered by the local SQL engine: function upper(array(integer))',
    );
  });

  test('lambdas take their types from the other arguments, and widen the state of reduce', async () => {
    expect(await columns('SELECT transform(tags, t -> length(t)) FROM orders')).toEqual(['_col0 array(bigint)']);
    expect(await columns("SELECT reduce(ARRAY[bigint '1'], 0, (s, x) -> s + x, s -> s)")).toEqual(['_col0 bigint']);
    // The sum of decimals is wider each time: no type of the state is its own sum's.
    expect(await failure('SELECT reduce(ARRAY[1.5], 0, (s, x) -> s + x, s -> s)')).toMatch(/^NOT_COVERED/);
    expect(await failure('SELECT x -> x')).toMatch(/^SYNTAX_ERROR/);
  });
});

describe('aggregation', () => {
  test('a column outside must be a key or part of an expression that is one', async () => {
    expect(await failure('SELECT status, count(*) FROM orders')).toBe(
      "EXPRESSION_NOT_AGGREGATE: line 1:8: 'orders.status' must be an aggregate expression or appear in GROUP BY clause",
    );
    await translateText('SELECT upper(status) || dt FROM orders GROUP BY upper(status), dt');
    await translateText(
      'SELECT upper(status), count(*) FROM orders GROUP BY 1 HAVING count(*) > 1 ORDER BY 2, upper(status)',
    );
    expect(await failure('SELECT lower(status) FROM orders GROUP BY upper(status)')).toMatch(
      /^EXPRESSION_NOT_AGGREGATE/,
    );
    expect(await failure('SELECT count(*) FROM orders ORDER BY status')).toMatch(/^EXPRESSION_NOT_AGGREGATE/);
    expect(await failure('SELECT sum(rate) OVER (ORDER BY id) FROM orders GROUP BY status')).toMatch(
      /^EXPRESSION_NOT_AGGREGATE/,
    );
  });

  test("a subquery's outer columns count, its own do not", async () => {
    expect(
      await failure(
        'SELECT (SELECT max(name) FROM customers c WHERE c.id = o.id), count(*) FROM orders o GROUP BY status',
      ),
    ).toMatch(/^EXPRESSION_NOT_AGGREGATE: line 1:56: 'o.id'/);
    await translateText('SELECT (SELECT max(name) FROM customers c WHERE c.id = o.id) FROM orders o GROUP BY id');
  });

  test('keys are equal by meaning: names of lambda parameters do not count', async () => {
    await translateText('SELECT transform(tags, a -> a) FROM orders GROUP BY transform(tags, b -> b)');
  });

  test('aggregations do not nest and have no place in WHERE, GROUP BY and JOIN', async () => {
    expect(await failure('SELECT sum(count(*)) FROM orders')).toMatch(/^NESTED_AGGREGATION/);
    expect(await failure('SELECT 1 FROM orders WHERE count(*) > 1')).toMatch(/^EXPRESSION_NOT_SCALAR/);
    expect(await failure('SELECT 1 FROM orders GROUP BY count(*)')).toMatch(/^EXPRESSION_NOT_SCALAR/);
    expect(await failure('SELECT count(*) FROM orders GROUP BY 1')).toMatch(/^EXPRESSION_NOT_SCALAR/);
    await translateText('SELECT sum(count(*)) OVER () FROM orders GROUP BY status');
  });

  test('window functions need OVER, plain functions have none, unknown windows are named', async () => {
    expect(await failure('SELECT rank() FROM orders')).toMatch(/^MISSING_OVER/);
    expect(await failure('SELECT upper(status) OVER () FROM orders')).toMatch(/^FUNCTION_NOT_WINDOW/);
    expect(await failure('SELECT sum(id) OVER w FROM orders')).toMatch(/^INVALID_WINDOW_REFERENCE/);
    await translateText('SELECT sum(id) OVER w FROM orders WINDOW w AS (PARTITION BY status)');
  });

  test('frames are checked', async () => {
    const over = (frame: string) => failure(`SELECT sum(id) OVER (ORDER BY id ${frame}) FROM orders`);
    expect(await over('ROWS BETWEEN CURRENT ROW AND 1 PRECEDING')).toMatch(/^INVALID_WINDOW_FRAME/);
    expect(await over("ROWS 'a' PRECEDING")).toMatch(/^TYPE_MISMATCH/);
    expect(await over('ROWS UNBOUNDED FOLLOWING')).toMatch(/^INVALID_WINDOW_FRAME/);
  });
});

describe('ORDER BY and DISTINCT', () => {
  test('output names come first, numbers must be in range, DISTINCT sorts by what it shows', async () => {
    await translateText('SELECT id AS x FROM orders ORDER BY x, amount');
    expect(await failure('SELECT id FROM orders ORDER BY 2')).toMatch(/^INVALID_COLUMN_REFERENCE/);
    expect(await failure('SELECT DISTINCT id FROM orders ORDER BY amount')).toMatch(/^EXPRESSION_NOT_IN_DISTINCT/);
    expect(await failure('SELECT 1 FROM orders ORDER BY map(ARRAY[1], ARRAY[1])')).toMatch(/^TYPE_MISMATCH.*orderable/);
  });

  test('a result is ordered only when the statement says so', async () => {
    expect((await translateText('SELECT id FROM orders ORDER BY 1')).ordered).toBe(true);
    expect((await translateText('SELECT id FROM (SELECT id FROM orders ORDER BY 1)')).ordered).toBe(false);
  });
});

describe('UNNEST', () => {
  test('one name for an array of rows is the row, a name per field is the fields', async () => {
    expect(await columns('SELECT i, i.sku FROM orders CROSS JOIN UNNEST(items) AS t(i)')).toEqual([
      'i row(sku varchar, qty integer)',
      'sku varchar',
    ]);
    expect(await columns('SELECT a, b FROM orders CROSS JOIN UNNEST(items) AS t(a, b)')).toEqual([
      'a varchar',
      'b integer',
    ]);
    expect(await columns('SELECT i, n FROM orders CROSS JOIN UNNEST(items) WITH ORDINALITY AS t(i, n)')).toEqual([
      'i row(sku varchar, qty integer)',
      'n bigint',
    ]);
    expect(await failure('SELECT 1 FROM orders CROSS JOIN UNNEST(items) AS t(a, b, c)')).toMatch(
      /^MISMATCHED_COLUMN_ALIASES/,
    );
  });
});

describe('what a scan is asked for', () => {
  test('only the columns that the query reads', async () => {
    const { scans } = await translateText('SELECT upper(status) FROM orders WHERE amount > 1');
    expect(scans[0]?.request.columns).toEqual(['status', 'amount']);
    const counted = await translateText('SELECT count(*) FROM orders');
    expect(counted.scans[0]?.request.columns).toEqual([]);
  });

  test('the partitions that literals leave; other conditions say nothing', async () => {
    const { scans } = await translateText(
      "SELECT 1 FROM orders WHERE dt >= '2024-01-01' AND hour IN (1, 2) AND 5 > hour AND status = 'x' AND dt LIKE '2024%' AND (dt = 'a' OR id = 1)",
    );
    expect(scans[0]?.request.constraints).toEqual([
      { column: 'dt', operator: '>=', values: ['2024-01-01'] },
      { column: 'hour', operator: 'in', values: ['1', '2'] },
      { column: 'hour', operator: '<', values: ['5'] },
      { column: 'dt', operator: 'like', values: ['2024%'] },
    ]);
  });

  test('ON decides for the side that may be left out, not for the one that is kept', async () => {
    const { scans } = await translateText(
      "SELECT 1 FROM orders a LEFT JOIN orders b ON a.id = b.id AND a.dt = 'x' AND b.dt = 'y'",
    );
    expect(scans.map(({ request }) => request.constraints)).toEqual([
      [],
      [{ column: 'dt', operator: '=', values: ['y'] }],
    ]);
  });

  test('a NULL that an outer join makes is no NULL of the partition', async () => {
    const { scans } = await translateText(
      'SELECT 1 FROM customers c LEFT JOIN orders o ON o.id = c.id WHERE o.dt IS NULL',
    );
    expect(scans.map(({ request }) => request.constraints)).toEqual([[], []]);
  });

  test('reading a table is authorized with the columns read, before it is scanned', async () => {
    const asked: string[] = [];
    await translateText('SELECT o.status, c.name FROM orders o JOIN customers c ON o.id = c.id', {
      authorize: (name, read) => asked.push(`${name.table} ${[...read].sort().join()}`),
    });
    expect(asked).toEqual(['orders id,status', 'customers id,name']);
    const refused = translateText('SELECT id FROM orders', {
      authorize: () => {
        throw new SqlError('ACCESS_DENIED', 'no');
      },
    });
    await expect(refused).rejects.toMatchObject({ errorName: 'ACCESS_DENIED' });
  });
});

describe('statements', () => {
  test('WITH RECURSIVE needs column names and a UNION ALL', async () => {
    expect(
      await columns('WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT n FROM r'),
    ).toEqual(['n integer']);
    expect(await failure('WITH RECURSIVE r AS (SELECT 1 UNION ALL SELECT 2 FROM r) SELECT 1 FROM r')).toMatch(
      /^MISSING_COLUMN_ALIASES/,
    );
    expect(await failure('WITH RECURSIVE r(n) AS (SELECT n FROM r) SELECT 1 FROM r')).toMatch(
      /^INVALID_RECURSIVE_REFERENCE/,
    );
  });

  test('WITH RECURSIVE ends: the step reads itself on no side of a join that may be missing', async () => {
    const step = (from: string) =>
      `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT r.n + 1 FROM ${from}) SELECT n FROM r`;
    const k = '(VALUES 1, 2) k(m)';
    for (const [side, type] of [
      ['right', 'LEFT'],
      ['left', 'RIGHT'],
    ]) {
      const from = side === 'right' ? `${k} LEFT JOIN r ON k.m = r.n` : `r RIGHT JOIN ${k} ON k.m = r.n`;
      expect(await failure(step(from))).toMatch(
        new RegExp(`^INVALID_RECURSIVE_REFERENCE: .*recursive reference in ${side} source of ${type} join`),
      );
    }
    expect(await failure(step(`${k} LEFT JOIN r ON k.m = r.n`))).toContain('line 1:93');
    expect(await failure(step(`r FULL JOIN ${k} ON k.m = r.n`))).toContain('left source of FULL join');
    expect(await failure(step(`${k} FULL JOIN (SELECT * FROM r) r ON k.m = r.n`))).toContain(
      'right source of FULL join',
    );
    expect(await columns(step(`r LEFT JOIN ${k} ON k.m = r.n WHERE r.n < 3`))).toEqual(['n integer']);
    expect(await failure(step('(SELECT n FROM r INTERSECT SELECT 1) r'))).toMatch(/^NOT_COVERED: .*within INTERSECT/);
  });

  test('set operations agree on number and types of columns', async () => {
    expect(await columns('SELECT 1 AS a UNION ALL SELECT 2.5')).toEqual(['a decimal(11, 1)']);
    expect(await failure('SELECT 1 UNION SELECT 1, 2')).toMatch(/^TYPE_MISMATCH: .*different number of fields: 1, 2/);
    expect(await failure("SELECT 1 UNION SELECT 'a'")).toMatch(/^TYPE_MISMATCH: .*incompatible types/);
  });

  test('as many parameters as question marks', async () => {
    expect(await failure('SELECT ?').catch((error) => String(error))).toMatch(/^INVALID_PARAMETER_USAGE/);
  });

  test('information_schema shows the catalog', async () => {
    const { sql } = await translateText(
      "SELECT column_name FROM information_schema.columns WHERE table_name = 'customers'",
    );
    expect(sql).toContain("'customers'");
    expect(await failure('SELECT 1 FROM information_schema.nope')).toMatch(/^TABLE_NOT_FOUND/);
  });

  test("now is the session's, once for the whole statement", async () => {
    const { sql } = await translateText('SELECT now(), current_date, localtimestamp');
    expect(sql).toContain("TIMESTAMP '2024-05-06 07:08:09.123'");
    expect(sql).toContain("DATE '2024-05-06'");
  });
});
