import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connect } from '../../../../src/services/dms/source/mysql/connect';
import { MySqlSource } from '../../../../src/services/dms/source/mysql/mysql-source';
import { positionText } from '../../../../src/services/dms/source/mysql/position';
import { beginSnapshot, MySqlSnapshot } from '../../../../src/services/dms/source/mysql/snapshot';
import type { Change, SourceSnapshot, SourceTable } from '../../../../src/services/dms/source/source-database';
import { MariaDb, withoutMariaDb } from './server';
import { asRow, lastPosition, loaded, type Row, tableOf } from './support';
import { Workload } from './workload';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;

/** The rows of a table by key, as changes leave them. */
class Replica {
  public readonly rows = new Map<string, Row>();

  public constructor(
    private readonly table: SourceTable,
    rows: readonly Row[],
  ) {
    for (const row of rows) this.rows.set(this.key(row), row);
  }

  public take(change: Change): void {
    if (change.kind !== 'row' || change.table !== this.table.name) return;
    const row = asRow(change);
    const key = this.key(change.formerKey ? Object.fromEntries(change.formerKey) : row);
    // A row twice, or one that isn't there, is a change too many or too few.
    if (this.rows.has(key) === (change.op === 'I')) throw new Error(`${change.op} of ${key}`);
    this.rows.delete(key);
    if (change.op !== 'D') this.rows.set(this.key(row), row);
  }

  public sorted(): string[] {
    return [...this.rows.values()].map((row) => JSON.stringify(row)).sort();
  }

  private key(row: Row): string {
    return this.table.primaryKey.map((name) => row[name]).join('|');
  }
}

describe.skipIf(withoutMariaDb)(`snapshots and changes of MariaDB${why}`, () => {
  let server: MariaDb;
  let source: MySqlSource;

  beforeAll(async () => {
    server = await MariaDb.start();
    source = await MySqlSource.open(server.url());
    await server.sql('CREATE DATABASE d');
  }, 60_000);
  afterAll(async () => {
    await source?.close();
    await server?.stop();
  });

  /** As on MySQL, whose snapshots don't tell their position. */
  async function lockedSnapshot(tables: readonly SourceTable[]): Promise<SourceSnapshot> {
    const [reader, lock] = [await connect(server.url()), await connect(server.url())];
    const position = await beginSnapshot(reader, lock, tables, false);
    lock.destroy();
    return new MySqlSnapshot(reader, positionText(position));
  }

  test.each([
    ['by the position that MariaDB tells', (tables: readonly SourceTable[]) => source.snapshot(tables, 'c')],
    ['by locks for a moment', lockedSnapshot],
  ])('a snapshot while sessions write, %s, and the changes after it make the table', async (_, take) => {
    const workload = await Workload.start(server, 2);
    try {
      const tables = await Promise.all(['a', 'b'].map((name) => tableOf(source, 'd', name)));
      for (let round = 0; round < 4; round++) {
        const snapshot = await take(tables);
        const replicas = await Promise.all(
          tables.map(async (table) => new Replica(table, await loaded(snapshot, table))),
        );
        await snapshot.close();
        const written = await workload.pause();
        await source.changes({
          capture: 'c',
          from: snapshot.position ?? '',
          until: await source.currentPosition(),
          tables,
          onChange: (change) => {
            for (const replica of replicas) replica.take(change);
          },
        });
        const now = await source.snapshot(tables, undefined);
        for (const [index, table] of tables.entries()) {
          const rows = (await loaded(now, table)).map((row) => JSON.stringify(row)).sort();
          expect(replicas[index]?.sorted()).toEqual(rows);
        }
        await now.close();
        expect(written).toBeGreaterThan(0);
        workload.resume();
      }
    } finally {
      await workload.stop();
    }
  });

  test('a reader that is ended at random moments and goes on from its last commit loses nothing and gets nothing twice', async () => {
    const workload = await Workload.start(server, 2);
    const tables = await Promise.all(['a', 'b'].map((name) => tableOf(source, 'd', name)));
    const snapshot = await source.snapshot(tables, 'c');
    const replicas = await Promise.all(tables.map(async (table) => new Replica(table, await loaded(snapshot, table))));
    await snapshot.close();
    let position = snapshot.position ?? '';
    let ended = 0;
    try {
      for (let round = 0; round < 30; round++) {
        const last = round === 29;
        if (last) await workload.stop();
        let transaction: Change[] = [];
        let left = last ? Number.POSITIVE_INFINITY : Math.floor(Math.random() * 60);
        const reading = source.changes({
          capture: 'c',
          from: position,
          until: await source.currentPosition(),
          tables,
          onChange: (change) => {
            if (left-- === 0) throw new Error('killed');
            transaction.push(change);
            if (change.kind !== 'commit') return;
            for (const one of transaction) for (const replica of replicas) replica.take(one);
            position = lastPosition(transaction) ?? position;
            transaction = [];
          },
        });
        await reading.catch((error) => {
          if (error.message !== 'killed') throw error;
          ended++;
        });
        if (round % 10 === 5) await server.sql('FLUSH BINARY LOGS');
      }
      const now = await source.snapshot(tables, undefined);
      for (const [index, table] of tables.entries()) {
        const rows = (await loaded(now, table)).map((row) => JSON.stringify(row)).sort();
        expect(replicas[index]?.sorted()).toEqual(rows);
      }
      await now.close();
      expect(ended).toBeGreaterThan(5);
    } finally {
      await workload.stop();
    }
  });

  test('a condition is the database’s: names and texts with quotes and backslashes are what they are', async () => {
    await server.sql(
      'SET SESSION sql_mode = NO_BACKSLASH_ESCAPES',
      'CREATE OR REPLACE TABLE d.f (id int PRIMARY KEY, `a``b` varchar(20))',
      `INSERT INTO d.f VALUES (1, 'it''s'), (2, 'back\\slash'), (3, 'back\\\\slash'), (4, NULL)`,
    );
    const table = await tableOf(source, 'd', 'f');
    const snapshot = await source.snapshot([table], undefined);
    const { name, text } = snapshot.dialect;
    const ids = async (where: string) => (await loaded(snapshot, table, where)).map(({ id }) => id);
    expect(await ids(`${name('a`b')} = ${text("it's")}`)).toEqual(['1']);
    expect(await ids(`${name('a`b')} = ${text('back\\slash')}`)).toEqual(['2']);
    expect(await ids(`${name('id')} BETWEEN ${text('2')} AND ${text('3')}`)).toEqual(['2', '3']);
    expect(await ids(`${name('a`b')} IS NULL OR ${name('id')} >= ${text('3')}`)).toEqual(['3', '4']);
    await expect(ids(`${name('none')} = 1`)).rejects.toThrow(/loading d\.f.*none/);
    await snapshot.close();
  });

  test('tables are those of users, with their keys in order; views and sequences are none, and system-versioned ones say why not', async () => {
    await server.sql(
      'CREATE DATABASE list',
      'CREATE TABLE list.`keys` (a int, b int, c int, PRIMARY KEY (c, a))',
      'CREATE TABLE list.keyless (a int, UNIQUE (a))',
      'CREATE TABLE list.parts (a int PRIMARY KEY) PARTITION BY HASH (a) PARTITIONS 3',
      'CREATE TABLE list.versions (a int) WITH SYSTEM VERSIONING',
      'CREATE VIEW list.view AS SELECT 1 AS one',
      'CREATE SEQUENCE list.seq',
      'CREATE TABLE list.odd (a uuid, b inet6)',
    );
    const tables = (await source.tables()).filter(({ schema }) => schema !== 'd');
    expect(tables.map(({ schema, name, primaryKey }) => [schema, name, primaryKey])).toEqual([
      ['list', 'keyless', []],
      ['list', 'keys', ['c', 'a']],
      ['list', 'odd', []],
      ['list', 'parts', ['a']],
      ['list', 'versions', []],
    ]);
    expect(tables.filter(({ unsupported }) => unsupported).map(({ name }) => name)).toEqual(['versions']);
    expect(tables[2]?.columns.map(({ sourceType, type }) => [sourceType, type])).toEqual([
      ['uuid', undefined],
      ['inet6', undefined],
    ]);
  });

  test('a full disk ends the load with its own error, and leaves no file', async () => {
    await server.sql(
      'CREATE OR REPLACE TABLE d.f (id int PRIMARY KEY)',
      'INSERT INTO d.f SELECT seq FROM d.seq_1_to_200000',
    );
    const table = await tableOf(source, 'd', 'f');
    const snapshot = await source.snapshot([table], undefined);
    const file = path.join(os.tmpdir(), 'full-disk.csv');
    const disk = vi.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    try {
      await expect(snapshot.load(table, table.columns, undefined, file)).rejects.toMatchObject({ code: 'ENOSPC' });
    } finally {
      disk.mockRestore();
    }
    expect(fs.existsSync(file)).toBe(false);
    await snapshot.close();
  });
});
