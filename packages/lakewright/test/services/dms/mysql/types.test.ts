import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dmsTypeText } from '../../../../src/services/dms/source/dms-type';
import { MySqlSource } from '../../../../src/services/dms/source/mysql/mysql-source';
import { MariaDb, withoutMariaDb } from './server';
import { asRow, changesOf, loaded, type Row, rowsOf, tableOf } from './support';
import { TYPES } from './type-cases';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;

const COLUMNS = TYPES.map(([type], index) => `c${index} ${type}`).join(', ');
const ROWS = Math.max(...TYPES.map(([, , values]) => values.length));

describe.skipIf(withoutMariaDb)(`values of MariaDB${why}`, () => {
  let server: MariaDb;
  let source: MySqlSource;

  beforeAll(async () => {
    server = await MariaDb.start();
    await server.sql(
      `SET GLOBAL time_zone = '+09:00'`,
      `SET SESSION time_zone = '+09:00', SESSION sql_mode = 'ALLOW_INVALID_DATES'`,
      'CREATE DATABASE d',
      `CREATE TABLE d.t (id int PRIMARY KEY, ${COLUMNS}) CHARACTER SET utf8mb4`,
    );
    source = await MySqlSource.open(server.url());
  }, 60_000);
  afterAll(async () => {
    await source?.close();
    await server?.stop();
  });

  /** The row of each of the types' values; NULL where a type has fewer. */
  const expected = (id: number): Row =>
    Object.fromEntries([
      ['id', String(id)],
      ...TYPES.map(([, , values], index) => [`c${index}`, values[id]?.[1] ?? null]),
    ]);
  const literals = (id: number) => [id, ...TYPES.map(([, , values]) => values[id]?.[0] ?? 'NULL')].join(', ');

  test('every type that DMS names has its DMS type', async () => {
    const { columns } = await tableOf(source, 'd', 't');
    expect(columns.slice(1).map(({ type, sourceType }) => [sourceType, type && dmsTypeText(type)])).toEqual(
      TYPES.map(([, dms], index) => [columns[index + 1]?.sourceType, dms]),
    );
  });

  test('an inserted, an updated and a deleted value has the text that a full load gives', async () => {
    const table = await tableOf(source, 'd', 't');
    const from = await source.currentPosition();
    for (let id = 0; id <= ROWS; id++) await server.sql(`INSERT INTO d.t VALUES (${literals(id)})`);
    const snapshot = await source.snapshot([table], 'c');
    const rows = await loaded(snapshot, table);
    await snapshot.close();
    await server.sql('UPDATE d.t SET id = id + 1000', 'DELETE FROM d.t');

    const changes = rowsOf(await changesOf(source, [table], from));
    const of = (op: string) => changes.filter((change) => change.op === op).map(asRow);
    const all = Array.from({ length: ROWS + 1 }, (_, id) => expected(id));
    expect(rows).toEqual(all);
    expect(of('I')).toEqual(all);
    const moved = all.map((row) => ({ ...row, id: String(Number(row.id) + 1000) }));
    expect(of('U')).toEqual(moved);
    expect(of('D')).toEqual(moved);
  });

  test('texts of every character set are in changes as they are in a full load, or are refused before', async () => {
    const found = await server.sql(
      `SELECT CHARACTER_SET_NAME AS name, MAXLEN AS bytes FROM information_schema.CHARACTER_SETS WHERE CHARACTER_SET_NAME <> 'binary'`,
    );
    const refused = ['big5', 'cp932', 'eucjpms', 'gb2312', 'sjis', 'ujis'];
    const sets = found.map(({ name, bytes }) => ({ name: String(name), one: bytes === 1 }));
    const read = sets.filter(({ name }) => !refused.includes(name));
    const columns = (list: typeof sets) => list.map(({ name }) => `${name} text CHARACTER SET ${name}`).join(', ');
    await server.sql(
      `SET SESSION sql_mode = ''`,
      `CREATE TABLE d.texts (id int PRIMARY KEY, ${columns(read)})`,
      ...refused.map((name) => `CREATE TABLE d.${name} (id int PRIMARY KEY, v text CHARACTER SET ${name})`),
    );
    for (const name of refused) {
      const failure = source.checkCapture([await tableOf(source, 'd', name)]);
      await expect(failure).rejects.toMatchObject({ code: 'LW_DMS_CHARSET', message: expect.stringContaining(name) });
    }
    const table = await tableOf(source, 'd', 'texts');
    await source.checkCapture([table]);
    const from = await source.currentPosition();
    const hex = (bytes: number[] | Buffer) => `x'${Buffer.from(bytes).toString('hex')}'`;
    const bytes = hex(Array.from({ length: 256 }, (_, byte) => byte));
    const unicode = hex(Buffer.from('aZ ü€½Ω漢字が가한\\~😀'));
    const values = read.map(({ one }) => (one ? bytes : `CONVERT(${unicode} USING utf8mb4)`));
    await server.sql(`INSERT INTO d.texts VALUES (1, ${values.join(', ')})`);
    const snapshot = await source.snapshot([table], undefined);
    const rows = await loaded(snapshot, table);
    await snapshot.close();
    expect(rowsOf(await changesOf(source, [table], from)).map(asRow)).toEqual(rows);
    expect(rows[0]?.latin1).toHaveLength(256);
  });
});
