import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { include, openReplicationLake, type ReplicationLake, SEQUENCE_RULE } from '../replication-lake';
import { MariaDb, withoutMariaDb } from './server';

const why = withoutMariaDb === undefined ? '' : ` (${withoutMariaDb})`;

describe.skipIf(withoutMariaDb)(`replications from MariaDB${why}`, () => {
  let server: MariaDb;
  const lakes: ReplicationLake[] = [];

  beforeAll(async () => {
    server = await MariaDb.start();
    await server.sql('CREATE DATABASE shop', 'CREATE DATABASE archive');
  }, 60_000);
  afterAll(async () => {
    for (const { lake } of lakes) await lake.close();
    await server?.stop();
  });

  /** A lake with a replication of these tables. */
  async function replicate(...rules: unknown[]) {
    const lake = await openReplicationLake(server.url());
    lakes.push(lake);
    const run = (options?: { reload?: boolean }) =>
      lake.run({ engine: 'mariadb', tableMappings: { rules: [...rules, SEQUENCE_RULE] } }, options);
    return { ...lake, run };
  }

  test('a full load has every chosen row, and changes go on from exactly there', async () => {
    await server.sql(
      'CREATE TABLE shop.orders (id int PRIMARY KEY, name varchar(40) CHARACTER SET utf8mb4, price decimal(10,2))',
      `INSERT INTO shop.orders SELECT seq, concat('name ', seq, ' ü,"'), seq / 4 FROM shop.seq_1_to_1000`,
    );
    const replication = await replicate(include('shop', 'orders'));
    await replication.run();
    expect(await replication.keys()).toEqual(['raw/shop/orders/LOAD00000001.parquet']);
    const [count] = await replication.rows(
      'raw/shop/orders/*.parquet',
      'count(*) AS n, max(name) AS b, sum(price) AS p',
    );
    expect(count).toEqual({ n: '1000', b: 'name 999 ü,"', p: '125125.00' });

    await server.sql(
      `UPDATE shop.orders SET name = NULL WHERE id = 7`,
      `UPDATE shop.orders SET id = 3000 WHERE id = 9`,
      `DELETE FROM shop.orders WHERE id = 8`,
      `INSERT INTO shop.orders VALUES (2000, '', -0.5)`,
    );
    await replication.run();
    const [changes] = (await replication.keys()).filter((key) => !key.includes('LOAD'));
    const rows = await replication.rows(changes ?? '', '*', 'ORDER BY change_sequence');
    expect(rows.map(({ Op, id, name, price }) => [Op, id, name, price])).toEqual([
      ['U', '7', null, '1.75'],
      ['D', '9', null, null],
      ['I', '3000', 'name 9 ü,"', '2.25'],
      ['D', '8', 'name 8 ü,"', '2.00'],
      ['I', '2000', '', '-0.50'],
    ]);
    expect(rows[0]?.change_sequence).toMatch(/^\d{35}$/);
    const keys = await replication.keys();
    await replication.run();
    expect(await replication.keys()).toEqual(keys);
  });

  test('types of files are those that DMS writes, before and after changes', async () => {
    await server.sql(
      `CREATE TABLE shop.kinds (id bigint unsigned PRIMARY KEY, u tinyint unsigned, b bit, bits bit(12), d date, dt datetime(6), ts timestamp NULL,
        t time, y year, f float, bin varbinary(10), e enum('x','y'), j json, g point)`,
      `SET SESSION sql_mode = '', SESSION time_zone = '+05:00'`,
      `INSERT INTO shop.kinds VALUES (18446744073709551615, 255, b'1', b'101010101010', '2024-02-29', '2024-02-29 01:02:03.000004',
        '2024-02-29 05:00:00', '-01:00:00', 2024, 0.5, x'00ff', 'y', '{"a": 1}', point(1, 2))`,
    );
    const replication = await replicate(include('shop', 'kinds'));
    await replication.run();
    await server.sql(`UPDATE shop.kinds SET id = 1, d = '0000-00-00', dt = '0000-00-00'`);
    await replication.run();
    const [changes, load] = await replication.keys();
    const expected = {
      id: 'UBIGINT',
      u: 'UTINYINT',
      b: 'BOOLEAN',
      bits: 'BLOB',
      d: 'DATE',
      dt: 'TIMESTAMP',
      ts: 'TIMESTAMP',
      t: 'VARCHAR',
      y: 'SMALLINT',
      f: 'DOUBLE',
      bin: 'BLOB',
      e: 'VARCHAR',
      j: 'VARCHAR',
      g: 'BLOB',
    };
    expect(await replication.types(load ?? '')).toMatchObject(expected);
    expect(await replication.types(changes ?? '')).toMatchObject(expected);
    const rows = await replication.rows(
      'raw/shop/kinds/**/*.parquet',
      '* REPLACE (hex(bits) AS bits, hex(bin) AS bin, hex(g) AS g)',
      `WHERE "Op" = 'I' ORDER BY id`,
    );
    const same = {
      u: '255',
      b: 'true',
      bits: '0AAA',
      ts: '2024-02-29 00:00:00',
      t: '-01:00:00',
      y: '2024',
      f: '0.5',
      bin: '00FF',
      e: 'y',
      j: '{"a": 1}',
    };
    expect(rows).toMatchObject([
      { ...same, id: '1', d: null, dt: null, g: rows[1]?.g ?? '' },
      { ...same, id: '18446744073709551615', d: '2024-02-29', dt: '2024-02-29 01:02:03.000004' },
    ]);
  });

  test('tables are chosen by wildcards over databases, and rows by filters, in loads and changes', async () => {
    await server.sql(
      ...['a_1', 'a_2', 'b_1'].flatMap((name) => [
        `CREATE TABLE archive.${name} (id int PRIMARY KEY, region varchar(10))`,
        `INSERT INTO archive.${name} VALUES (1, 'eu'), (2, 'us'), (3, NULL)`,
      ]),
    );
    const filters = [
      {
        'filter-type': 'source',
        'column-name': 'region',
        'filter-conditions': [{ 'filter-operator': 'eq', value: 'eu' }],
      },
    ];
    const replication = await replicate(include('arch%', 'a[_]%'), include('archive', 'b%', { filters }));
    await replication.run();
    await server.sql(...['a_1', 'a_2', 'b_1'].map((name) => `INSERT INTO archive.${name} VALUES (4, 'eu'), (5, 'us')`));
    await replication.run();
    const ids = async (name: string) =>
      (await replication.rows(`raw/archive/${name}/**/*.parquet`, 'id', 'ORDER BY id')).map(({ id }) => id);
    expect(await ids('a_1')).toEqual(['1', '2', '3', '4', '5']);
    expect(await ids('a_2')).toEqual(['1', '2', '3', '4', '5']);
    expect(await ids('b_1')).toEqual(['1', '4']);
  });

  test('columns that come and go are in the files from there on', async () => {
    await server.sql('CREATE TABLE shop.altered (id int PRIMARY KEY, old int)');
    const replication = await replicate(include('shop', 'altered'));
    await replication.run();
    await server.sql(
      'INSERT INTO shop.altered VALUES (1, 10)',
      'ALTER TABLE shop.altered ADD COLUMN new varchar(5) AFTER id',
      `INSERT INTO shop.altered VALUES (2, 'two', 20)`,
      'ALTER TABLE shop.altered DROP COLUMN old',
      `INSERT INTO shop.altered VALUES (3, 'three')`,
    );
    await replication.run();
    const rows = await replication.rows('raw/shop/altered/20*/**/*.parquet', 'id, old, new', 'ORDER BY id');
    expect(rows).toEqual([
      { id: '1', old: '10', new: null },
      { id: '2', old: '20', new: 'two' },
      { id: '3', old: null, new: 'three' },
    ]);
    expect(replication.warnings.join('\n')).toMatch(/columns of shop\.altered changed \(\+new/);
  });

  test('what others write moves the position, so that the server may purge its binlog', async () => {
    await server.sql('CREATE TABLE shop.quiet (id int PRIMARY KEY)', 'CREATE TABLE shop.busy (id int PRIMARY KEY)');
    const replication = await replicate(include('shop', 'quiet'));
    await replication.run();
    await server.sql('INSERT INTO shop.busy VALUES (1)', 'FLUSH BINARY LOGS', 'INSERT INTO shop.busy VALUES (2)');
    await replication.run();
    const [log] = (await server.sql('SHOW BINARY LOGS')).slice(-1);
    for (let logs = 2; logs > 1; logs = (await server.sql('SHOW BINARY LOGS')).length) {
      await server.sql(`PURGE BINARY LOGS TO '${log?.Log_name}'`);
    }
    await server.sql('INSERT INTO shop.quiet VALUES (1)');
    await replication.run();
    expect(await replication.rows('raw/shop/quiet/**/*.parquet', 'id')).toEqual([{ id: '1' }]);
  });

  test('a lost binlog is refused, and a reload begins anew', async () => {
    await server.sql('CREATE TABLE shop.lost (id int PRIMARY KEY)', 'INSERT INTO shop.lost VALUES (1)');
    const replication = await replicate(include('shop', 'lost'));
    await replication.run();
    await server.sql('INSERT INTO shop.lost VALUES (2)', 'RESET MASTER');
    await expect(replication.run()).rejects.toMatchObject({
      code: expect.stringMatching(/^LW_DMS_(BINLOG_LOST|OTHER_DATABASE)$/),
    });
    await replication.run({ reload: true });
    await server.sql('INSERT INTO shop.lost VALUES (3)');
    await replication.run();
    const rows = await replication.rows('raw/shop/lost/**/*.parquet', 'DISTINCT id', 'ORDER BY id');
    expect(rows.map(({ id }) => id)).toEqual(['1', '2', '3']);
  });

  test('a column that DMS has no type for is refused by its name, unless it is removed', async () => {
    await server.sql(
      'CREATE TABLE shop.typed (id int PRIMARY KEY, u uuid)',
      `INSERT INTO shop.typed VALUES (1, uuid())`,
    );
    await expect((await replicate(include('shop', 'typed'))).run()).rejects.toThrow(
      /column "u" of shop\.typed has the type uuid/,
    );
  });
});
