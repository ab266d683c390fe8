import { describe, expect, test } from 'vitest';
import { judge } from '../../lambda/lake-formation/patience';
import { Deployment } from './deployment';
import { role } from './fake-lake-formation';
import {
  ANALYST,
  added,
  BY_FILTER,
  CUSTOMERS,
  columns,
  EU_FILTER,
  EVERYTHING,
  EVERYTHING_THERE,
  GUEST,
  ORDERS,
  select,
  world,
} from './world';

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

test('a rollback gives back what lists still show, although it is gone', async () => {
  const fake = world();
  const deployment = new Deployment(fake);
  const [some, none] = [{ Grants: [select(ANALYST, ORDERS)] }, {}];
  await deployment.create(some);
  await deployment.update(none, some);
  fake.ghosts.add(`${ANALYST}|table:sales.orders|SELECT`);
  await deployment.update(some, none);
  fake.ghosts.clear();
  expect([...fake.permissions]).toEqual([`${ANALYST}|table:sales.orders|SELECT`]);
  await deployment.delete(some);
  expect(fake.permissions.size).toBe(0);
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

  test('does not hide what is ours: a tag whose change was interrupted goes with the resource', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    fake.chaos = (call) => (call === 'AddLFTagsToResource' ? { name: 'ValidationException' } : undefined);
    const Tags = [{ TagKey: 'team', TagValues: ['blue'] }];
    const other = { TagAssociations: [{ Resource: { Database: { Name: 'sales' } }, Tags }] };
    await expect(deployment.update(other, EVERYTHING)).rejects.toThrow(/^LakeFormationRefused: team=blue on sales/);
    await deployment.delete(other);
    expect(fake.tags.size).toBe(0);
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

  test('is shared with other stacks of ours: the last one that has it takes it away', async () => {
    const fake = world();
    fake.give(GUEST, columns('orders', 'id'), ['SELECT']);
    const before = fake.snapshot();
    const [one, two] = [new Deployment(fake), new Deployment(fake, 'permissions', 'other-lake')];
    await one.create(EVERYTHING);
    const there = fake.snapshot();
    await two.create(EVERYTHING);
    await one.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(there);
    await one.create(EVERYTHING);
    await two.update({}, EVERYTHING);
    expect(fake.snapshot()).toEqual(there);
    await one.delete(EVERYTHING);
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

  test('is done all the same: grants where Lake Formation does not list any', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    fake.unlisted = /^table:sales/;
    await deployment.create({ Grants: [select(ANALYST, ORDERS)] });
    expect(fake.permissions.size).toBe(1);
    await deployment.delete({});
    expect(fake.permissions.size).toBe(0);
  });

  test('is left to Lake Formation: whether something is there in the catalog of another account', async () => {
    const fake = world();
    const CatalogId = '444455556666';
    const Resource = { Table: { CatalogId, DatabaseName: 'shared', Name: 'one' } };
    const deployment = new Deployment(fake);
    await expect(deployment.create({ Grants: [select(ANALYST, Resource)] })).rejects.toThrow(/EntityNotFoundException/);
    fake.catalog.create('shared', 'one');
    await deployment.create({ Grants: [select(ANALYST, Resource)] });
    expect(fake.permissions.size).toBe(1);
    expect(fake.calls).not.toContain('GetTable');
  });

  test('is refused: a resource that the function does not know', async () => {
    const Grants = [select(ANALYST, { LFTagExpression: { Name: 'x' } })];
    await expect(new Deployment(world()).create({ Grants })).rejects.toThrow(/^UnknownResource: "LFTagExpression"/);
  });

  test('is refused: a tag with two values', async () => {
    const Tags = [{ TagKey: 'team', TagValues: ['red', 'blue'] }];
    const given = { TagAssociations: [{ Resource: ORDERS, Tags }] };
    await expect(new Deployment(world()).create(given)).rejects.toThrow(/^TooManyTagValues: "team" with "red, blue"/);
  });
});

test.each([
  ['ConcurrentModificationException', 'Please retry in a short while', 'transient'],
  ['ThrottledException', '', 'transient'],
  ['OperationTimeoutException', '', 'transient'],
  ['ResourceNotReadyException', '', 'transient'],
  ['InternalServiceException', '', 'transient'],
  ['Error', 'read ECONNRESET', 'transient'],
  ['InvalidInputException', 'Invalid principal, arn: arn:aws:iam::111122223333:role/New', 'settling'],
  ['AccessDeniedException', 'is not authorized to access requested permissions', 'settling'],
  ['InvalidInputException', 'Please register the S3 path', 'settling'],
  ['EntityNotFoundException', 'Entity not found', 'absent'],
  ['AlreadyExistsException', 'Permissions are there', 'nothing-to-do'],
  ['InvalidInputException', 'No permissions revoked. Grantee has no permissions', 'nothing-to-do'],
  ['InvalidInputException', 'Grantable permissions must be a subset', 'final'],
])('%s "%s" is %s', (code, message, verdict) => {
  expect(judge({ code, message })).toBe(verdict);
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
