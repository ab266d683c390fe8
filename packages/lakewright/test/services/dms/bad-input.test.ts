import fs from 'node:fs';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dropCaptures, type PostgresServer, startPostgres } from './postgres-server';
import {
  exclude,
  include,
  openReplicationLake,
  type ReplicationLake,
  S3_SETTINGS,
  transform,
} from './replication-lake';

let server: PostgresServer;
let lake: ReplicationLake;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());
beforeEach(async () => {
  await server.query(
    'DROP SCHEMA IF EXISTS s CASCADE; CREATE SCHEMA s; CREATE TABLE s.good (id int PRIMARY KEY, name text)',
  );
  await server.query("INSERT INTO s.good VALUES (1, 'one')");
  lake = await openReplicationLake(server.url);
});
afterEach(async () => {
  await lake.lake.close();
  await dropCaptures(server);
});

const rules = (...more: unknown[]) => ({ tableMappings: { rules: [include('s', '%'), ...more] } });

/** The run fails with these words, no password among them, and nothing is at the target. */
async function refused(run: Promise<void>, ...words: RegExp[]): Promise<void> {
  const error: Error = await run.then(
    () => {
      throw new Error('it was not refused');
    },
    (reason) => reason,
  );
  for (const word of words) expect(error.message).toMatch(word);
  expect(error.message).not.toContain('S3cret');
  expect(await lake.keys()).toEqual([]);
}

describe('connections', () => {
  test('a wrong password says which user where, and what to correct', async () => {
    const url = server.urlWith({ password: 'wrong' });
    await refused(
      lake.run(rules(), { url }),
      /refuses postgres@127\.0\.0\.1:\d+/,
      /"connections" of lakewright\.config\.json/,
    );
  });

  test('an unreachable host says its address', async () => {
    await refused(
      lake.run(rules(), { url: server.urlWith({ port: 1 }) }),
      /no PostgreSQL answers at postgres@127\.0\.0\.1:1\//,
      /start it/,
    );
  });

  test('a database that is not there is named', async () => {
    await refused(lake.run(rules(), { url: server.urlWith({ database: 'nope' }) }), /database "nope" does not exist/);
  });

  test('an engine that the runtime does not read is named with those that it does', async () => {
    await refused(lake.run({ ...rules(), engine: 'oracle' }), /engine is "oracle" → the runtime reads .*postgres/);
  });
});

describe('what changes need', () => {
  test('a role without the right to replicate gets the statement that gives it', async () => {
    await server.query("DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD 'S3cret'");
    await server.query('GRANT USAGE ON SCHEMA s TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA s TO reader');
    const url = server.urlWith({ user: 'reader', password: 'S3cret' });
    await refused(lake.run(rules(), { url }), /role "reader"/, /ALTER ROLE "reader" REPLICATION/);
    await lake.run({ ...rules(), type: 'full-load' }, { url });
    await server.query('DROP OWNED BY reader');
  });

  test('a role that does not own the tables is told so, and leaves no slot', async () => {
    await server.query("DROP ROLE IF EXISTS copier; CREATE ROLE copier LOGIN REPLICATION PASSWORD 'S3cret'");
    await server.query('GRANT USAGE ON SCHEMA s TO copier; GRANT SELECT ON ALL TABLES IN SCHEMA s TO copier');
    await server.query('GRANT CREATE ON DATABASE postgres TO copier');
    const url = server.urlWith({ user: 'copier', password: 'S3cret' });
    await refused(lake.run(rules(), { url }), /must be owner of table good/, /ownership of the tables/);
    expect(await server.query('SELECT slot_name FROM pg_replication_slots')).toEqual([]);
    await server.query('DROP OWNED BY copier');
  });

  test('a role that may not read a table is told so', async () => {
    await server.query(
      "DROP ROLE IF EXISTS blind; CREATE ROLE blind LOGIN PASSWORD 'S3cret'; GRANT USAGE ON SCHEMA s TO blind",
    );
    const url = server.urlWith({ user: 'blind', password: 'S3cret' });
    await refused(
      lake.run({ ...rules(), type: 'full-load' }, { url }),
      /permission denied for table good/,
      /needs SELECT/,
    );
    await server.query('DROP OWNED BY blind');
  });

  test('a table without a key is named with three ways out, of which each works', async () => {
    await server.query('CREATE TABLE s.log (line text)');
    await refused(
      lake.run(rules()),
      /s\.log has no primary key/,
      /add a primary key, or ALTER TABLE … REPLICA IDENTITY FULL, or exclude/,
    );
    await lake.run({ tableMappings: { rules: [include('s', '%'), exclude('s', 'log')] } });
    await server.query('ALTER TABLE s.log REPLICA IDENTITY FULL');
    await lake.run(rules(), { reload: true });
  });

  test('a slot that another process reads is named', async () => {
    await lake.run(rules());
    const [{ slot_name: slot } = {}] = await server.query('SELECT slot_name FROM pg_replication_slots');
    const config = { connectionString: server.url, replication: 'database' };
    const other = new Client(config);
    await other.connect();
    const reading = other.query(
      `START_REPLICATION SLOT "${slot}" LOGICAL 0/0 (proto_version '1', publication_names '"${slot}"')`,
    );
    reading.catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 300));
    const run = lake.run(rules());
    await expect(run).rejects.toThrow(/is active for PID.*end the other lakewright run/s);
    await other.end();
  }, 30_000);

  test('a slot that was dropped is no silent gap', async () => {
    await lake.run(rules());
    await server.query('SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots');
    await expect(lake.run(rules())).rejects.toThrow(/isn't in postgres@.*reload-target/);
    await lake.run(rules(), { reload: true });
  });
});

describe('tables, types and mappings', () => {
  test('rules that fit no table say which tables there are', async () => {
    const run = lake.run({ tableMappings: { rules: [include('s', 'GOOD'), include('other', '%')] } });
    await refused(run, /no table fits the selection rules \(s\.GOOD, other\.%\)/, /s\.good/, /case-sensitive/);
  });

  test('a type that DMS does not document is refused by its column, before anything is made', async () => {
    await server.query('CREATE TABLE s.odd (id int PRIMARY KEY, at timetz, ids oid)');
    await refused(lake.run(rules()), /column "at" of s\.odd has the type time with time zone/, /remove-column/);
    expect(await server.query('SELECT * FROM pg_publication')).toEqual([]);
    const locator = { 'schema-name': 's', 'table-name': 'odd' };
    const without = ['at', 'ids'].map((name) =>
      transform('remove-column', 'column', { ...locator, 'column-name': name }),
    );
    await lake.run(rules(...without));
  });

  test('a partitioned table is refused, its partitions are not', async () => {
    await server.query('CREATE TABLE s.parted (id int PRIMARY KEY) PARTITION BY RANGE (id)');
    await server.query('CREATE TABLE s.part PARTITION OF s.parted FOR VALUES FROM (0) TO (10)');
    await refused(lake.run(rules()), /s\.parted can't be replicated: it is a partitioned table/);
    await lake.run(rules(exclude('s', 'parted')));
  });

  test.each([
    [
      'an include and an exclude of the same tables',
      [include('s', 'good'), exclude('s', 'good')],
      /takes "s\.good" in and rule \d+ leaves it out/,
    ],
    [
      'two names for a table',
      [
        transform('rename', 'table', { 'table-name': 'good' }, { value: 'a' }),
        transform('add-prefix', 'table', {}, { value: 'b' }),
      ],
      /rules \d+, \d+ all change the name of table/,
    ],
    [
      'a column removed and converted',
      [
        transform('remove-column', 'column', { 'column-name': 'name' }),
        transform('change-data-type', 'column', { 'column-name': 'name' }, { 'data-type': { type: 'int4' } }),
      ],
      /contradict each other on s\.good\.name/,
    ],
    [
      'an added column of a name that is there',
      [transform('add-column', 'column', {}, { value: 'NAME', expression: "'x'", 'data-type': { type: 'string' } })],
      /columns "name" and "NAME"/,
    ],
    [
      'an unknown expression',
      [transform('add-column', 'column', {}, { value: 'x', expression: 'round($id)', 'data-type': { type: 'int4' } })],
      /expression round\(\$id\) → locally/,
    ],
    [
      'an unknown action',
      [transform('data-masking-digits-mask', 'column', { 'column-name': 'name' })],
      /action "data-masking-digits-mask"/,
    ],
    [
      'a filter of a column that is not there',
      [
        include('s', 'good', {
          filters: [
            {
              'filter-type': 'source',
              'column-name': 'nope',
              'filter-conditions': [{ 'filter-operator': 'eq', value: '1' }],
            },
          ],
        }),
      ],
      /names the column "nope" → it has id, name/,
    ],
    [
      'an unknown operator',
      [
        include('s', 'good', {
          filters: [
            {
              'filter-type': 'source',
              'column-name': 'id',
              'filter-conditions': [{ 'filter-operator': 'like', value: '1' }],
            },
          ],
        }),
      ],
      /filters by "like" → one of eq, noteq/,
    ],
  ])('%s is refused by its rule', async (_, more, words) => {
    await refused(lake.run(rules(...more)), words);
  });

  test('mappings that are no JSON, and settings that are not done, are refused', async () => {
    await refused(lake.run({ tableMappings: '{' }), /aren't JSON/);
    await refused(lake.run({ ...rules(), settings: '{' }), /settings that aren't JSON/);
    await refused(
      lake.run({ ...rules(), s3Settings: { ...S3_SETTINGS, PreserveTransactions: true } }),
      /PreserveTransactions/,
    );
    await refused(
      lake.run({ ...rules(), s3Settings: { ...S3_SETTINGS, BucketName: 'nowhere' } }),
      /bucket "nowhere" isn't there/,
    );
  });

  test('a value that its type cannot hold fails the load by its text, and nothing of it is at the target', async () => {
    await server.query(
      "CREATE TABLE s.numbers (id int PRIMARY KEY, n numeric); INSERT INTO s.numbers VALUES (1, 'NaN')",
    );
    await refused(lake.run(rules()), /NaN/);
  });
});

describe('a full disk', () => {
  test('while a table is read, the load fails and is done again when there is room', async () => {
    if (!fs.existsSync('/dev/full')) return;
    const { createWriteStream } = fs;
    const full = (() => createWriteStream('/dev/full')) as unknown as typeof createWriteStream;
    fs.createWriteStream = full;
    try {
      await refused(lake.run(rules()), /ENOSPC/);
    } finally {
      fs.createWriteStream = createWriteStream;
    }
    await lake.run(rules());
    expect(await lake.keys()).toEqual(['raw/s/good/LOAD00000001.parquet']);
  });

  test('while changes are written, they are kept by the source and come with the next run', async () => {
    await lake.run(rules());
    await server.query("INSERT INTO s.good SELECT g, 'n' FROM generate_series(2, 20000) g");
    const { writeSync } = fs;
    fs.writeSync = (() => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    }) as typeof writeSync;
    try {
      await expect(lake.run(rules())).rejects.toThrow(/ENOSPC/);
    } finally {
      fs.writeSync = writeSync;
    }
    expect(await lake.keys()).toEqual(['raw/s/good/LOAD00000001.parquet']);
    await lake.run(rules());
    const [changes] = (await lake.keys()).filter((key) => !key.includes('LOAD'));
    expect(await lake.rows(changes as string, 'count(*) AS n')).toEqual([{ n: '19999' }]);
  });
});

test('wal_level that is not logical is told with the setting, and a full load works all the same', async () => {
  const plain = await startPostgres({ wal_level: 'replica' });
  try {
    await plain.query('CREATE TABLE public.t (id int PRIMARY KEY); INSERT INTO t VALUES (1)');
    const mappings = { tableMappings: { rules: [include('public', '%')] } };
    await refused(lake.run(mappings, { url: plain.url }), /wal_level of .* is "replica"/, /wal_level = logical/);
    await lake.run({ ...mappings, type: 'full-load' }, { url: plain.url });
    expect(await lake.keys()).toEqual(['raw/public/t/LOAD00000001.parquet']);
  } finally {
    await plain.stop();
  }
}, 30_000);
