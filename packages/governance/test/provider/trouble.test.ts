import { describe, expect, test } from 'vitest';
import { Deployment } from './deployment';
import { type FakeLakeFormation, role } from './fake-lake-formation';
import { ANALYST, added, columns, ENGINEER, EVERYTHING, GUEST, ORDERS, select, world } from './world';

let seed = 7;
const chance = () => {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};

describe('60 grants', () => {
  const roles = Array.from({ length: 60 }, (_, index) => role(`Reader${index}`));
  const Grants = roles.map((Principal) => select(Principal, ORDERS));
  const wanted = roles.map((one) => `${one}|table:sales.orders`);
  const lake = () => {
    const fake = world();
    for (const one of roles) fake.principals.add(one);
    return fake;
  };

  test('are applied in order, in three batches, one after the other', async () => {
    const fake = lake();
    await new Deployment(fake).create({ Grants });
    expect(fake.batches.map(({ entries }) => entries.length)).toEqual([20, 20, 20]);
    expect(fake.batches.flatMap(({ entries }) => entries)).toEqual(wanted);
  });

  test.each([
    ['a third of the entries', (call: string, count: number) => call === 'entry' && count % 3 === 0],
    ['every second call', (call: string, count: number) => call !== 'entry' && count % 2 === 0],
    ['half of everything, at random,', () => chance() < 0.5],
  ])('come to the exact end while %s fails with conflicts, throttling or half-success', async (_, fails) => {
    const names = ['ConcurrentModificationException', 'ThrottlingException', 'InternalServiceException'];
    for (const after of [false, true]) {
      const fake = lake();
      fake.give(ENGINEER, ORDERS, ['SELECT', 'ALTER'], ['SELECT']);
      const before = fake.snapshot();
      let count = 0;
      fake.chaos = (call) => {
        count += 1;
        return fails(call, count) ? { name: names[count % 3] ?? '', after } : undefined;
      };
      const deployment = new Deployment(fake);
      await deployment.create({ Grants });
      expect(added(fake, before)).toEqual(wanted.map((one) => `${one}|SELECT`).sort());
      await deployment.update({ Grants: Grants.slice(0, 30) }, { Grants });
      expect(added(fake, before)).toEqual(
        wanted
          .slice(0, 30)
          .map((one) => `${one}|SELECT`)
          .sort(),
      );
      await deployment.delete({ Grants });
      expect(fake.snapshot()).toEqual(before);
      expect(fake.parameters.values.size).toBe(0);
    }
  });

  test('fit into parameters of 4 KB, also where they hardly compress', async () => {
    const fake = lake();
    const names = Array.from({ length: 400 }, (_, index) => (index * 2654435761 ** 2).toString(36));
    for (const name of names) fake.catalog.create('sales', name, ['id']);
    const many = names.map((Name) => select(ANALYST, { Table: { DatabaseName: 'sales', Name } }));
    const deployment = new Deployment(fake);
    const before = fake.snapshot();
    await deployment.create({ Grants: many });
    expect(fake.parameters.values.size).toBeGreaterThan(1);
    await deployment.update({ Grants: many.slice(0, 1) }, { Grants: many });
    expect(fake.parameters.values.size).toBe(2);
    await deployment.delete({ Grants: many });
    expect(fake.snapshot()).toEqual(before);
    expect(fake.parameters.values.size).toBe(0);
  });

  test('give up in time when Lake Formation stays busy, and go on with the next deployment', async () => {
    const fake = lake();
    fake.chaos = (call) => (call === 'entry' ? { name: 'ConcurrentModificationException' } : undefined);
    const deployment = new Deployment(fake);
    await expect(deployment.create({ Grants })).rejects.toThrow(
      /LakeFormationRefused: SELECT on sales.orders.*and 59 more/,
    );
    expect(deployment.clock).toBeLessThan(600_000);
    fake.chaos = () => undefined;
    await deployment.create({ Grants });
    expect(fake.permissions.size).toBe(60);
  });
});

describe('a function that dies at any call', () => {
  const others = (fake: FakeLakeFormation) => {
    fake.give(ANALYST, ORDERS, ['SELECT', 'ALTER']);
    fake.give(GUEST, columns('orders', 'id'), ['SELECT']);
    fake.tags.set('database:sales|team', 'blue');
  };
  const foreign = (() => {
    const fake = world();
    others(fake);
    return fake.snapshot();
  })();
  const smaller = { Grants: EVERYTHING.Grants.slice(1, 4), Filters: EVERYTHING.Filters };
  const endOf = async (properties: Record<string, unknown>) => {
    const fake = world();
    others(fake);
    await new Deployment(fake).create(properties);
    return fake.snapshot();
  };

  test.each(['before', 'after'] as const)(
    'ends exactly where it should when it runs again (%s the call)',
    async (when) => {
      const [everything, less] = [await endOf(EVERYTHING), await endOf(smaller)];
      const requests = [
        [(deployment: Deployment) => deployment.create(EVERYTHING), everything],
        [(deployment: Deployment) => deployment.update(smaller, EVERYTHING), less],
        [(deployment: Deployment) => deployment.update(EVERYTHING, smaller), everything],
        [(deployment: Deployment) => deployment.delete(EVERYTHING), foreign],
      ] as const;
      let deaths = 0;
      for (const [index, [request, end]] of requests.entries()) {
        for (let at = 1; ; at += 1) {
          const fake = world();
          others(fake);
          const deployment = new Deployment(fake);
          for (const [former] of requests.slice(0, index)) await former(deployment);
          fake.revive();
          fake.crash = { at, when };
          const died = await request(deployment).then(
            () => false,
            () => true,
          );
          if (!died) break;
          deaths += 1;
          fake.revive();
          await request(deployment);
          expect(fake.snapshot(), `request ${index}, call ${at}`).toEqual(end);
          await deployment.delete(EVERYTHING);
          expect(fake.snapshot(), `request ${index}, call ${at}, deleted`).toEqual(foreign);
          expect(fake.parameters.values.size).toBe(0);
        }
      }
      expect(deaths).toBeGreaterThan(80);
    },
  );
});
