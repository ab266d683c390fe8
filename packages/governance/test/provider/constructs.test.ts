import { expect, test } from 'vitest';
import { Grants, LfTag, RowFilter } from '../../src';
import { lake, ResolvedApp, rendered, SETTINGS } from '../support';
import { Deployment } from './deployment';
import { FakeLakeFormation } from './fake-lake-formation';

const TABLES = Array.from({ length: 10 }, (_, index) => `t${index}`);

test('what the constructs render, 60 grants with filters and tags, the function applies, in order, and takes back', async () => {
  const { stack, catalog, role } = lake();
  const roles = Array.from({ length: 6 }, (_, index) => role(`Role${index}`));
  for (const [index, one] of roles.entries()) {
    for (const name of TABLES) {
      const dataset = catalog.raw.dataset(name);
      if (index === 0) Grants.on(dataset).read(one, { where: RowFilter.where('id > 1') });
      else Grants.on(dataset).read(one, index === 1 ? { columns: ['id'] } : {});
    }
  }
  new LfTag(stack, 'Tag', { key: 'zone', values: ['raw'] }).associateDatabase(catalog.raw, 'raw');
  const permissions = { ...rendered(stack) };
  const settings = ResolvedApp.of(stack).resources(SETTINGS);

  const fake = new FakeLakeFormation();
  fake.tagValues.set('zone', ['raw']);
  for (const database of ['raw', 'converted', 'datasets']) fake.catalog.create(database);
  for (const name of TABLES) fake.catalog.create('raw', name, ['id', 'name']);
  for (const { Principal } of permissions.Grants) fake.principals.add(Principal);
  for (const { properties } of settings) {
    for (const one of properties.Administrators as string[]) fake.principals.add(one);
  }
  const before = fake.snapshot();
  const deployments = settings.map(({ properties }) => new Deployment(fake, 'settings', String(properties.Owner)));
  const deployment = new Deployment(fake, 'permissions', permissions.Owner);
  for (const [index, one] of deployments.entries()) await one.create(settings[index]?.properties ?? {});
  const { data } = await deployment.create(permissions);

  expect(data?.Waiting).toBe('');
  const granted = fake.batches.filter(({ verb }) => verb === 'grant').flatMap(({ entries }) => entries);
  const order = [...new Set(granted.map((entry) => entry.split('|')[0]))];
  expect(order).toEqual([...new Set(permissions.Grants.map(({ Principal }) => Principal))]);
  expect(granted.length).toBeGreaterThanOrEqual(60);
  expect(fake.batches.every(({ entries }) => entries.length <= 20)).toBe(true);
  expect([...fake.tags]).toEqual([['database:raw|zone', 'raw']]);
  expect(fake.filters.size).toBe(10);

  await deployment.delete(permissions);
  for (const [index, one] of [...deployments.entries()].reverse()) await one.delete(settings[index]?.properties ?? {});
  expect(fake.snapshot()).toEqual(before);
  expect(fake.parameters.values.size).toBe(0);
});
