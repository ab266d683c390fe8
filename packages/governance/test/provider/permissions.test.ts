import { describe, expect, test } from 'vitest';
import { Deployment } from './deployment';
import { type FakeLakeFormation, role } from './fake-lake-formation';
import {
  ANALYST,
  BY_FILTER,
  CUSTOMERS,
  columns,
  ENGINEER,
  EU_FILTER,
  EVERYTHING,
  EVERYTHING_THERE,
  GUEST,
  ORDERS,
  world,
} from './world';

let seed = 7;
const chance = () => {
  seed = (seed * 48271) % 2147483647;
  return seed / 2147483647;
};
const select = (Principal: string, Resource: object) => ({ Principal, Resource, Permissions: ['SELECT'] });

describe('what the template asks for', () => {
  test('is there after a creation, and nothing else', async () => {
    const fake = world();
    const before = fake.snapshot();
    const { physicalResourceId, data } = await new Deployment(fake).create(EVERYTHING);
    expect(added(fake, before)).toEqual([...EVERYTHING_THERE].sort());
    expect(physicalResourceId).toBe('lake/permissions');
    expect(data).toEqual({ Waiting: '', WaitingCount: '0', KeptFilters: '', SkippedPrincipals: '' });
  });

  test('is asked for again without a single change', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    const [there, parameters] = [fake.snapshot(), [...fake.parameters.values]];
    fake.calls.length = 0;
    await deployment.update(EVERYTHING, EVERYTHING);
    await deployment.create(EVERYTHING);
    expect(fake.snapshot()).toEqual(there);
    expect([...fake.parameters.values]).toEqual(parameters);
    expect(fake.calls.filter((call) => !/^(Get|List)/.test(call))).toEqual([]);
  });

  test('goes with the resource, which leaves nothing behind', async () => {
    const fake = world();
    const before = fake.snapshot();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    await deployment.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(before);
    expect(fake.parameters.values.size).toBe(0);
    await deployment.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(before);
  });

  test('comes back when somebody has taken it away', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    const there = fake.snapshot();
    fake.permissions.delete(`${ANALYST}|table:sales.orders|SELECT`);
    fake.tags.clear();
    fake.optIns.clear();
    await deployment.update(EVERYTHING, EVERYTHING);
    expect(fake.snapshot()).toEqual(there);
  });

  test('changes by the difference, and back by a rollback', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    const other = {
      Filters: [{ ...EU_FILTER, RowFilter: 'true' }],
      TagAssociations: [{ Resource: { Database: { Name: 'sales' } }, Tags: [{ TagKey: 'team', TagValues: ['blue'] }] }],
      Grants: [select(ANALYST, BY_FILTER), select(GUEST, columns('orders', 'region', 'email'))],
    };
    await deployment.create(EVERYTHING);
    const there = fake.snapshot();
    await deployment.update(other, EVERYTHING);
    expect(fake.snapshot().filter((line) => !line.startsWith('administrator'))).toEqual(
      [
        `["filter","sales.customers.no_eu",{"FilterExpression":"true"},{"ExcludedColumnNames":["ssn"]}]`,
        `${ANALYST}|filter:sales.customers.no_eu|SELECT`,
        `${GUEST}|column:sales.orders.email|SELECT`,
        `${GUEST}|column:sales.orders.region|SELECT`,
        'tag database:sales|team=blue',
      ].sort(),
    );
    await deployment.update(EVERYTHING, other);
    expect(fake.snapshot()).toEqual(there);
  });
});

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

describe('what is not ours', () => {
  test('stays: grants, tags and opt-ins that were there before us, also those that we wanted as well', async () => {
    const fake = world();
    fake.give(ANALYST, ORDERS, ['SELECT', 'DESCRIBE', 'DROP'], ['SELECT']);
    fake.give(GUEST, columns('orders', 'id'), ['SELECT']);
    fake.optIns.set(`${ANALYST} table:sales.orders`, { principal: ANALYST, resource: ORDERS });
    fake.tags.set('column:sales.orders.email|pii', 'yes');
    const before = fake.snapshot();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    await deployment.update({}, EVERYTHING);
    expect(fake.snapshot()).toEqual(before);
    await deployment.update(EVERYTHING, {});
    await deployment.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(before);
  });

  test('comes back: a tag of another value has it again when ours goes', async () => {
    const fake = world();
    fake.tags.set('database:sales|team', 'blue');
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    expect(fake.tags.get('database:sales|team')).toBe('red');
    await deployment.delete(EVERYTHING);
    expect(fake.tags.get('database:sales|team')).toBe('blue');
  });

  test('stays: a tag that somebody has set to something else since', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    fake.tags.set('database:sales|team', 'blue');
    await deployment.delete(EVERYTHING);
    expect([...fake.tags]).toEqual([['database:sales|team', 'blue']]);
  });

  test('keeps our filter alive: one that others have grants on is left and named', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    fake.give(GUEST, BY_FILTER, ['SELECT']);
    const { data } = await deployment.delete(EVERYTHING);
    expect(data?.KeptFilters).toBe(`data cells filter no_eu of sales.customers, used by ${GUEST}`);
    expect([...fake.filters.keys()]).toEqual(['sales.customers.no_eu']);
    expect(fake.permissions.has(`${GUEST}|filter:sales.customers.no_eu|SELECT`)).toBe(true);
  });

  test('is not changed: a filter of the same name that shows something else is refused before anything is done', async () => {
    const fake = world();
    const TableCatalogId = '111122223333';
    fake.filters.set('sales.customers.no_eu', {
      ...EU_FILTER,
      TableCatalogId,
      RowFilter: { FilterExpression: 'false' },
    });
    const before = fake.snapshot();
    await expect(new Deployment(fake).create(EVERYTHING)).rejects.toThrow(/^FilterTaken: "no_eu" of sales.customers/);
    expect(fake.snapshot()).toEqual(before);
  });

  test('stays when a resource of another logical id has taken over, or another owner', async () => {
    const fake = world();
    const first = new Deployment(fake, 'permissions', 'lake', 'First');
    await first.create(EVERYTHING);
    const there = fake.snapshot();
    await new Deployment(fake, 'permissions', 'lake', 'Second').create(EVERYTHING);
    await first.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(there);

    const renamed = new Deployment(fake, 'permissions', 'pond', 'Second');
    await renamed.update(EVERYTHING, { Owner: 'lake', ...EVERYTHING });
    await renamed.delete({ Owner: 'lake', ...EVERYTHING });
    expect(fake.snapshot()).toEqual(there);
    await renamed.delete(EVERYTHING);
    expect(fake.permissions.size).toBe(0);
    expect(fake.parameters.values.size).toBe(0);
  });
});

describe('what can not be done', () => {
  test('is named with the words of Lake Formation, and all else is done', async () => {
    const fake = world();
    const Grants = [
      select(role('Nobody'), ORDERS),
      select(ANALYST, columns('orders', 'shoe_size')),
      select(GUEST, ORDERS),
    ];
    const deployment = new Deployment(fake);
    await expect(deployment.create({ Grants })).rejects.toThrow(
      'LakeFormationRefused: SELECT on sales.orders (shoe_size) to arn:aws:iam::111122223333:role/Analyst: ' +
        'InvalidInputException: cannot grant/revoke permission on non-existent column; and 1 more: ' +
        'SELECT on sales.orders to arn:aws:iam::111122223333:role/Nobody: InvalidInputException: Invalid principal',
    );
    expect([...fake.permissions]).toEqual([`${GUEST}|table:sales.orders|SELECT`]);
    await deployment.delete({ Grants });
    expect(fake.permissions.size).toBe(0);
  });

  test('waits for a role that IAM has just made', async () => {
    const fake = world();
    const late = role('Late');
    fake.chaos = () => {
      if (deployment.clock > 20_000) fake.principals.add(late);
      return undefined;
    };
    const deployment = new Deployment(fake);
    await deployment.create({ Grants: [select(late, ORDERS)] });
    expect(fake.permissions.size).toBe(1);
  });

  test('is no obstacle to going: grants of a role that is gone', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    fake.principals.delete(ANALYST);
    await deployment.delete(EVERYTHING);
    // its grants stay, as nobody's, and with them the filter that one of them is on
    expect([...fake.permissions].filter((key) => !/^[^|]*(Analyst|Provider)\|/.test(key))).toEqual([]);
    expect([...fake.filters.keys()]).toEqual(['sales.customers.no_eu']);
    expect(deployment.clock).toBeLessThan(1000);
  });

  test('is refused: a tag with two values', async () => {
    const Tags = [{ TagKey: 'team', TagValues: ['red', 'blue'] }];
    const given = { TagAssociations: [{ Resource: ORDERS, Tags }] };
    await expect(new Deployment(world()).create(given)).rejects.toThrow(/^TooManyTagValues: "team" with "red, blue"/);
  });
});

describe('order', () => {
  test('is opt-ins, grants, tags, filters on the way out; filters, tags, grants, opt-ins on the way in', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    const writes = () => fake.calls.filter((call) => /^(Batch|Create|Delete|Add|Remove)(?!Parameters)/.test(call));
    await deployment.create(EVERYTHING);
    const coming = [
      'CreateDataCellsFilter',
      'AddLFTagsToResource',
      'BatchGrantPermissions',
      'CreateLakeFormationOptIn',
    ];
    expect([...new Set(writes())]).toEqual(coming);
    fake.calls.length = 0;
    await deployment.delete(EVERYTHING);
    expect([...new Set(writes())]).toEqual([
      'DeleteLakeFormationOptIn',
      'BatchRevokePermissions',
      'RemoveLFTagsFromResource',
      'DeleteDataCellsFilter',
    ]);
  });

  test('what is granted, revoked and waits is in the log; row filters are not', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create({ Grants: [select(ANALYST, CUSTOMERS)], Filters: [EU_FILTER] });
    await deployment.delete({});
    expect(deployment.log).toEqual([
      'put data cells filter no_eu of sales.customers',
      `granted SELECT on sales.customers to ${ANALYST}`,
      `revoked SELECT on sales.customers to ${ANALYST}`,
      'deleted data cells filter no_eu of sales.customers',
    ]);
  });
});

function added(fake: FakeLakeFormation, before: readonly string[]): string[] {
  const all = fake.snapshot();
  expect(before.filter((line) => !all.includes(line))).toEqual([]);
  return all.filter((line) => !before.includes(line));
}
