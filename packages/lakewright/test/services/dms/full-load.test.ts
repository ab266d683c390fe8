import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from './postgres-server';
import { openReplicationLake, type ReplicationLake } from './replication-lake';

let server: PostgresServer;
const lakes: ReplicationLake[] = [];
const open = async (): Promise<ReplicationLake> => {
  const lake = await openReplicationLake(server.url);
  lakes.push(lake);
  return lake;
};

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(async () => {
  for (const { lake } of lakes) await lake.close();
  await server.stop();
});

test('a full load has every row of every chosen table, and changes go on from exactly there', async () => {
  await server.query('CREATE TABLE one (id int PRIMARY KEY, name text)');
  await server.query("INSERT INTO one SELECT g, 'name ' || g FROM generate_series(1, 1000) g");
  const replication = await open();
  await replication.run();
  expect(await replication.keys()).toEqual(['raw/public/one/LOAD00000001.parquet']);
  const [count] = await replication.rows(
    'raw/public/one/*.parquet',
    'count(*) AS n, min(id) AS a, max(name) AS b, max("Op") AS op, count(change_sequence) AS s',
  );
  expect(count).toEqual({ n: '1000', a: '1', b: 'name 999', op: 'I', s: '0' });
  await server.query("UPDATE one SET name = 'changed' WHERE id = 7");
  await server.query('DELETE FROM one WHERE id = 8');
  await server.query("INSERT INTO one VALUES (2000, 'new')");
  await replication.run();
  const keys = await replication.keys();
  expect(keys).toHaveLength(2);
  expect(keys[0]).toMatch(/^raw\/public\/one\/\d{4}\/\d{2}\/\d{2}\/\d{8}-\d{9}\.parquet$/);
  const rows = await replication.rows(keys[0] as string, '*', 'ORDER BY change_sequence');
  expect(rows.map(({ Op, id, name }) => [Op, id, name])).toEqual([
    ['U', '7', 'changed'],
    ['D', '8', null],
    ['I', '2000', 'new'],
  ]);
  expect(rows[0]?.change_sequence).toMatch(/^\d{35}$/);
  expect(rows[0]?.dms_timestamp).toMatch(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{6}$/);
  await replication.run();
  expect(await replication.keys()).toEqual(keys);
});
