import type { Client } from 'pg';

/** Random numbers that a seed decides (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const TABLES = ['items', 'pairs', 'wide'] as const;

/** Columns with the SQL that gives their text, in PostgreSQL and in DuckDB. */
export const COLUMNS: Readonly<Record<string, readonly (readonly [name: string, postgres: string, duckdb: string])[]>> =
  {
    items: [
      ['id', 'id::text', 'CAST(id AS VARCHAR)'],
      ['name', 'name', 'name'],
      ['amount', 'amount::text', 'CAST(amount AS VARCHAR)'],
      ['flag', 'flag::text', 'flag'],
      ['at', "to_char(made, 'YYYY-MM-DD HH24:MI:SS.US')", "strftime(made, '%Y-%m-%d %H:%M:%S.%f')"],
    ],
    pairs: [
      ['a', 'a::text', 'CAST(a AS VARCHAR)'],
      ['b', 'b', 'b'],
      ['n', 'n::text', 'CAST(n AS VARCHAR)'],
    ],
    wide: [
      ['id', 'id::text', 'CAST(id AS VARCHAR)'],
      ['n', 'n::text', 'CAST(n AS VARCHAR)'],
      ['big', 'md5(big)', 'md5(big)'],
      ['bytes', "encode(bytes, 'hex')", 'lower(hex(bytes))'],
    ],
  };

export const KEYS: Readonly<Record<string, string>> = { items: 'id', pairs: 'a, b', wide: 'id' };

/** Rows that changes must have made at the target. */
export const changed: Record<string, number> = { items: 0, pairs: 0, wide: 0 };

export async function createTables(client: Client): Promise<void> {
  await client.query(`
    CREATE TABLE items (id int PRIMARY KEY, name text, amount numeric(12,2), flag boolean, made timestamp);
    CREATE TABLE pairs (a int, b varchar(10), n bigint, PRIMARY KEY (a, b));
    CREATE TABLE wide (id int PRIMARY KEY, n int, big text, bytes bytea);
    ALTER TABLE wide ALTER COLUMN big SET STORAGE EXTERNAL;
    INSERT INTO items SELECT g, 'n' || g, g * 0.25, g % 2 = 0, TIMESTAMP '2001-01-01' + g * INTERVAL '1.000001 s' FROM generate_series(1, 3000) g;
    INSERT INTO pairs SELECT g % 50, 'b' || g, g FROM generate_series(1, 500) g;
    INSERT INTO wide SELECT g, g, repeat(md5(g::text), 400), decode(md5(g::text), 'hex') FROM generate_series(1, 40) g;`);
}

/** One transaction of random statements, committed or (one in eight) rolled back. */
export async function writeRandomly(client: Client, random: () => number): Promise<void> {
  const pick = (limit: number) => Math.floor(random() * limit);
  const made: Record<string, number> = { items: 0, pairs: 0, wide: 0 };
  const run = async (table: string, sql: string, values: unknown[], rowsOfEach = 1): Promise<void> => {
    const { rowCount } = await client.query(sql, values);
    made[table] = (made[table] ?? 0) + (rowCount ?? 0) * rowsOfEach;
  };
  await client.query('BEGIN');
  for (let left = 1 + pick(6); left > 0; left--) {
    const id = pick(4000);
    switch (pick(10)) {
      case 0:
      case 1:
        await run('items', 'INSERT INTO items VALUES ($1, $2, $3, $4, now()) ON CONFLICT DO NOTHING', [
          id,
          `new ${pick(9)}, "x"\n`,
          pick(1e6) / 100,
          random() < 0.5,
        ]);
        break;
      case 2:
      case 3:
        await run('items', 'UPDATE items SET name = $2, amount = amount + 0.01 WHERE id = $1', [
          id,
          random() < 0.2 ? null : `changed ${pick(1e6)}`,
        ]);
        break;
      case 4:
        await run('items', 'DELETE FROM items WHERE id = $1', [id]);
        break;
      case 5:
        // Another key: the row that was is deleted, one that is new comes.
        await run(
          'items',
          'UPDATE items SET id = $2 WHERE id = $1 AND $1 <> $2 AND NOT EXISTS (SELECT 1 FROM items WHERE id = $2)',
          [id, pick(4000)],
          2,
        );
        break;
      case 6:
        await run('pairs', 'INSERT INTO pairs VALUES ($1, $2, $3) ON CONFLICT (a, b) DO NOTHING', [
          pick(50),
          `b${pick(600)}`,
          pick(1e9),
        ]);
        await run('pairs', 'DELETE FROM pairs WHERE a = $1 AND b = $2', [pick(50), `b${pick(600)}`]);
        break;
      case 7:
        await run('pairs', 'UPDATE pairs SET n = n + 1 WHERE a = $1', [pick(50)]);
        break;
      case 8:
        // `big` is kept out of the row: the log doesn't have it.
        await run('wide', 'UPDATE wide SET n = n + 1 WHERE id = $1', [1 + pick(40)]);
        break;
      default:
        await run('wide', "UPDATE wide SET big = repeat(md5($2), 400), bytes = decode(md5($2), 'hex') WHERE id = $1", [
          1 + pick(40),
          String(random()),
        ]);
    }
  }
  if (random() < 0.125) {
    await client.query('ROLLBACK');
    return;
  }
  await client.query('COMMIT');
  for (const [table, rows] of Object.entries(made)) changed[table] = (changed[table] ?? 0) + rows;
}
