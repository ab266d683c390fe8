import { afterAll, beforeAll, expect, test } from 'vitest';
import { resource } from '../glue/test-lake';
import { type AthenaLake, openAthenaLake } from './athena-lake';

let lake: AthenaLake;
beforeAll(async () => {
  lake = await openAthenaLake();
});
afterAll(() => lake.close());

/** What `AthenaView` of @lakewright/catalog declares. */
const view = (Query: string) =>
  resource('Custom::LakewrightAthenaView', {
    Database: 'db',
    View: 'late_orders',
    Query,
    Workgroup: 'primary',
    ResultLocation: 's3://results/views/',
  });

const deploy = (query: string): Promise<void> => lake.apply(view(query));

test('a declared view is made by Athena, and replaced when it is deployed again', async () => {
  await deploy("SELECT * FROM (VALUES (1, 'a')) AS t (id, name)");
  expect(await lake.rows('SELECT * FROM db.late_orders')).toEqual([['1', 'a']]);
  await deploy('SELECT 2 AS id');
  expect(await lake.rows('SELECT * FROM db.late_orders')).toEqual([['2']]);
});

test('a view of what is not there fails the deployment with what is missing', async () => {
  await expect(deploy('SELECT * FROM db.nothing')).rejects.toThrow(/FAILED: .*nothing/);
});
