import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MySqlSource } from '../../../../src/services/dms/source/mysql/mysql-source';
import type { SourceTable } from '../../../../src/services/dms/source/source-database';
import { MariaDb, withoutMariaDb } from './server';
import { asRow, changesOf, lastPosition, loaded, type Row, rowsOf, tableOf } from './support';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;

describe.skipIf(withoutMariaDb)(`changes of MariaDB${why}`, () => {
  let server: MariaDb;
  let source: MySqlSource;
  let table: SourceTable;
  let from: string;

  beforeAll(async () => {
    server = await MariaDb.start();
    source = await MySqlSource.open(server.url());
    await server.sql('CREATE DATABASE d', 'CREATE DATABASE `e.f`');
  }, 60_000);
  afterAll(async () => {
    await source?.close();
    await server?.stop();
  });
  beforeEach(async () => {
    await server.sql(
      'DROP TABLE IF EXISTS d.t, d.other',
      'CREATE TABLE d.t (id int, part varchar(10), v varchar(20), PRIMARY KEY (part, id))',
      'CREATE TABLE d.other (id int PRIMARY KEY)',
    );
    table = await tableOf(source, 'd', 't');
    from = await source.currentPosition();
  });

  test('transactions come whole, in the order of their commits, and rolled back ones not at all', async () => {
    const [first, second] = [server.session(), server.session()];
    const run = (session: typeof first, sql: string) => session.promise().query(sql);
    await run(first, `BEGIN; INSERT INTO d.t VALUES (1, 'a', 'first')`);
    await run(second, `BEGIN; INSERT INTO d.t VALUES (2, 'a', 'second'), (3, 'a', 'second'); COMMIT`);
    await run(first, `UPDATE d.t SET v = 'changed' WHERE id = 1; COMMIT`);
    await run(second, `BEGIN; DELETE FROM d.t; ROLLBACK`);
    await run(
      second,
      `BEGIN; SAVEPOINT s; INSERT INTO d.t VALUES (4, 'a', 'x'); ROLLBACK TO s; INSERT INTO d.t VALUES (5, 'a', 'y'); COMMIT`,
    );
    first.destroy();
    second.destroy();

    const changes = await changesOf(source, [table], from);
    const seen = changes.map((change) =>
      change.kind === 'row' ? `${change.op} ${change.values.get('id')}` : change.kind,
    );
    expect(seen.filter((kind) => kind !== 'columns')).toEqual([
      'begin',
      'I 2',
      'I 3',
      'commit',
      'begin',
      'I 1',
      'U 1',
      'commit',
      'begin',
      'I 5',
      'commit',
    ]);
    const times = changes.flatMap((change) => (change.kind === 'begin' ? [change.time.getTime()] : []));
    expect(Math.abs(Date.now() - Math.min(...times))).toBeLessThan(600_000);
  });

  test('a changed primary key comes with the former one, in the case and the blanks that the database takes as equal, too', async () => {
    await server.sql(
      `INSERT INTO d.t VALUES (1, 'a', 'x')`,
      `UPDATE d.t SET v = 'y'`,
      `UPDATE d.t SET id = 2`,
      `UPDATE d.t SET part = 'A'`,
    );
    const updates = rowsOf(await changesOf(source, [table], from)).filter(({ op }) => op === 'U');
    expect(updates.map(({ formerKey }) => formerKey && Object.fromEntries(formerKey))).toEqual([
      undefined,
      { part: 'a', id: '1' },
      { part: 'a', id: '2' },
    ]);
  });

  test('tables that are not listed stay out, and the position goes over their changes', async () => {
    await server.sql('INSERT INTO d.other VALUES (1)', 'FLUSH BINARY LOGS', 'INSERT INTO d.other VALUES (2)');
    const changes = await changesOf(source, [table], from);
    expect(changes.map(({ kind }) => kind)).toEqual(['begin', 'commit']);
    const position = lastPosition(changes) ?? '';
    expect(position.split(':')[0]).toBe((await source.currentPosition()).split(':')[0]);
    expect(rowsOf(await changesOf(source, [table], position))).toEqual([]);
  });

  test('a reader that begins anew from any commit gets what comes after it, over rotated files', async () => {
    for (let id = 0; id < 12; id++) {
      await server.sql(`INSERT INTO d.t VALUES (${id}, 'a', 'x')`, ...(id % 4 === 3 ? ['FLUSH BINARY LOGS'] : []));
    }
    const changes = await changesOf(source, [table], from);
    const positions = changes.flatMap((change) => (change.kind === 'commit' ? [change.position] : []));
    for (const [index, position] of positions.entries()) {
      const rest = rowsOf(await changesOf(source, [table], position)).map((row) => row.values.get('id'));
      expect(rest).toEqual(Array.from({ length: Math.max(0, 11 - index) }, (_, at) => String(index + 1 + at)));
    }
  });

  test('columns come before the first row that has them', async () => {
    await server.sql(
      `INSERT INTO d.t VALUES (1, 'a', 'x')`,
      'ALTER TABLE d.t ADD COLUMN n decimal(10,2) FIRST',
      `INSERT INTO d.t VALUES (1.5, 2, 'a', 'y')`,
      'ALTER TABLE d.t DROP COLUMN v, ADD COLUMN u uuid',
      `INSERT INTO d.t VALUES (2.5, 3, 'a', NULL)`,
      'ALTER TABLE d.t RENAME COLUMN n TO m',
      `UPDATE d.t SET m = 9 WHERE id = 3`,
    );
    const changes = await changesOf(source, [table], from);
    const seen = changes.flatMap((change): (string | Row)[] =>
      change.kind === 'columns'
        ? [change.columns.map(({ name }) => name).join()]
        : change.kind === 'row'
          ? [asRow(change)]
          : [],
    );
    expect(seen).toEqual([
      'id,part,v',
      { id: '1', part: 'a', v: 'x' },
      'n,id,part,v',
      { n: '1.50', id: '2', part: 'a', v: 'y' },
      'n,id,part,u',
      { n: '2.50', id: '3', part: 'a', u: null },
      'm,id,part,u',
      { m: '9.00', id: '3', part: 'a', u: null },
    ]);
  });

  test('values that are computed are in changes as they are in a full load', async () => {
    await server.sql(
      'CREATE OR REPLACE TABLE d.other (id int PRIMARY KEY, a int, v int AS (a + 1) VIRTUAL, s int AS (a + 2) STORED, h int INVISIBLE DEFAULT 7)',
      'INSERT INTO d.other (id, a) VALUES (1, 10), (2, NULL)',
      'UPDATE d.other SET a = 20 WHERE id = 1',
      'DELETE FROM d.other WHERE id = 2',
    );
    const other = await tableOf(source, 'd', 'other');
    const changes = rowsOf(await changesOf(source, [other], from));
    expect(changes.map((change) => [change.op, asRow(change)])).toEqual([
      ['I', { id: '1', a: '10', v: '11', s: '12', h: '7' }],
      ['I', { id: '2', a: null, v: null, s: null, h: '7' }],
      ['U', { id: '1', a: '20', v: '21', s: '22', h: '7' }],
      ['D', { id: '2', a: null, v: null, s: null, h: '7' }],
    ]);
    const snapshot = await source.snapshot([other], undefined);
    expect(await loaded(snapshot, other)).toEqual([{ id: '1', a: '20', v: '21', s: '22', h: '7' }]);
    await snapshot.close();
  });

  test('a truncated table is named, with or without its database', async () => {
    await server.sql('USE d', '/* clean */ TRUNCATE `t`', 'TRUNCATE TABLE d.other', 'TRUNCATE TABLE d . t');
    const changes = await changesOf(source, [table], from);
    expect(
      changes.map((change) => (change.kind === 'truncate' ? `${change.schema}.${change.table}` : change.kind)),
    ).toEqual(['begin', 'd.t', 'commit', 'begin', 'd.t', 'commit']);
  });

  test('names with blanks, dots, quotes and upper case are names', async () => {
    await server.sql('CREATE OR REPLACE TABLE `e.f`.`Tab ``le` (`Id "x` int PRIMARY KEY, `sel\'ect` int)');
    const strange = await tableOf(source, 'e.f', 'Tab `le');
    await server.sql(
      'INSERT INTO `e.f`.`Tab ``le` VALUES (1, 2)',
      'TRUNCATE `e.f`.`Tab ``le`',
      'INSERT INTO `e.f`.`Tab ``le` VALUES (3, 4)',
    );
    const changes = await changesOf(source, [strange], from);
    expect(
      changes.flatMap((change): (string | Row)[] =>
        change.kind === 'row' ? [asRow(change)] : change.kind === 'truncate' ? ['truncate'] : [],
      ),
    ).toEqual([{ 'Id "x': '1', "sel'ect": '2' }, 'truncate', { 'Id "x': '3', "sel'ect": '4' }]);
    const snapshot = await source.snapshot([strange], undefined);
    expect(await loaded(snapshot, strange)).toEqual([{ 'Id "x': '3', "sel'ect": '4' }]);
    await snapshot.close();
  });

  test('compressed binlog events are read', async () => {
    await server.sql('SET GLOBAL log_bin_compress = ON', 'SET GLOBAL log_bin_compress_min_len = 10');
    await server.sql(`INSERT INTO d.t VALUES (1, 'a', repeat('x', 20)), (2, 'a', repeat('y', 20))`);
    await server.sql('SET GLOBAL log_bin_compress = OFF');
    const rows = rowsOf(await changesOf(source, [table], from)).map((row) => row.values.get('v'));
    expect(rows).toEqual(['x'.repeat(20), 'y'.repeat(20)]);
  });

  test('a failure of the receiver ends the reading with that failure', async () => {
    await server.sql(`INSERT INTO d.t VALUES (1, 'a', 'x'), (2, 'a', 'x')`, `INSERT INTO d.t VALUES (3, 'a', 'x')`);
    const until = await source.currentPosition();
    let rows = 0;
    const full = source.changes({
      capture: 'c',
      from,
      until,
      tables: [table],
      onChange: (change) => {
        if (change.kind === 'row' && ++rows === 2) throw new Error('the disk is full');
      },
    });
    await expect(full).rejects.toThrow('the disk is full');
    expect(rows).toBe(2);
  });

  test('reading ends when it is told to, and when the server ends the connection', async () => {
    const file = (from.split(':')[0] ?? '').replace(/\d+$/, '999999');
    const endless = (signal: AbortSignal) =>
      source.changes({ capture: 'c', from, until: `${file}:4`, tables: [table], onChange: () => {}, signal });
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('enough')), 100);
    await expect(endless(abort.signal)).rejects.toThrow('enough');

    const lost = expect(endless(new AbortController().signal)).rejects.toThrow(/LW_|binlog|connection/i);
    for (let tries = 0; tries < 100; tries++) {
      const dumps = await server.sql(
        `SELECT ID AS id FROM information_schema.PROCESSLIST WHERE COMMAND = 'Binlog Dump'`,
      );
      if (dumps.length > 0) {
        await server.sql(...dumps.map(({ id }) => `KILL ${id}`));
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await lost;
  });
});
