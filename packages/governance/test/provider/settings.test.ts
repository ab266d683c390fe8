import { describe, expect, test } from 'vitest';
import { Deployment } from './deployment';
import { type FakeLakeFormation, FUNCTION, role } from './fake-lake-formation';
import { ACCOUNT } from './fake-resources';
import { ANALYST, CUSTOMERS, columns, ENGINEER, GUEST, ORDERS, world } from './world';

const BOSS = role('Boss');
const SETTINGS = {
  Administrators: [FUNCTION, ENGINEER],
  ReadOnlyAdministrators: [GUEST],
  DatabaseCreators: [ENGINEER],
  Databases: ['sales'],
};
const IAM = 'IAM_ALLOWED_PRINCIPALS';

describe('administrators', () => {
  test('come beside those of others, and all else of the settings stays', async () => {
    const fake = lake();
    const before = fake.settings;
    await settings(fake).create(SETTINGS);
    expect(fake.settings).toEqual({
      ...before,
      DataLakeAdmins: [BOSS, FUNCTION, ENGINEER].map(principal),
      ReadOnlyAdmins: [GUEST].map(principal),
    });
    expect(fake.permissions).toContain(`${ENGINEER}|catalog|CREATE_DATABASE`);
  });

  test('go with the resource, but not those that were there before it', async () => {
    const fake = lake();
    fake.settings = { ...fake.settings, DataLakeAdmins: [BOSS, ENGINEER].map(principal) };
    fake.give(ENGINEER, { Catalog: {} }, ['CREATE_DATABASE']);
    const before = fake.snapshot();
    const deployment = settings(fake);
    await deployment.create(SETTINGS);
    await deployment.update({ ...SETTINGS, Administrators: [FUNCTION], ReadOnlyAdministrators: [ANALYST] }, SETTINGS);
    expect(names(fake)).toEqual([BOSS, ENGINEER, FUNCTION]);
    await deployment.delete(SETTINGS);
    expect(fake.snapshot()).toEqual(before.filter((line) => line !== `${IAM}|database:sales|ALL`));
    expect(fake.parameters.values.size).toBe(0);
  });

  test('of two stacks stay for the other one when the first goes, and go with the last', async () => {
    const fake = lake();
    const [one, two] = [settings(fake), new Deployment(fake, 'settings', 'other-lake')];
    const deployer = { Administrators: [FUNCTION, ENGINEER] };
    await one.create(deployer);
    await two.create(deployer);
    await one.delete(deployer);
    expect(names(fake)).toEqual([BOSS, FUNCTION, ENGINEER]);
    await two.delete(deployer);
    expect(names(fake)).toEqual([BOSS]);
  });

  test('that others add or take meanwhile are respected', async () => {
    const fake = lake();
    const deployment = settings(fake);
    await deployment.create(SETTINGS);
    fake.settings = { ...fake.settings, DataLakeAdmins: [FUNCTION, ANALYST].map(principal) };
    await deployment.update(SETTINGS, SETTINGS);
    expect(names(fake)).toEqual([FUNCTION, ANALYST, ENGINEER]);
    await deployment.delete(SETTINGS);
    expect(names(fake)).toEqual([ANALYST]);
  });

  test('are written again when somebody else wrote the settings at the same time', async () => {
    const fake = lake();
    let writes = 0;
    fake.chaos = (call) => {
      // what another stack read before us, it writes after us
      if (call === 'GetDataLakeSettings' && fake.calls.at(-2) === 'PutDataLakeSettings' && writes < 2) {
        writes += 1;
        fake.settings = { ...fake.settings, DataLakeAdmins: [BOSS, ANALYST].map(principal) };
      }
      return undefined;
    };
    await settings(fake).create({ Administrators: [FUNCTION, ENGINEER] });
    expect(names(fake)).toEqual([BOSS, ANALYST, FUNCTION, ENGINEER]);
  });

  test.each([true, false])('that are gone do not block the others (named by Lake Formation: %s)', async (named) => {
    const fake = lake();
    fake.namesInvalidPrincipals = named;
    const gone = [role('Boss2'), ...(named ? [role('Ghost')] : [])];
    fake.settings = { ...fake.settings, DataLakeAdmins: [...gone, BOSS].map(principal) };
    const { data } = await settings(fake).create(SETTINGS);
    expect(names(fake)).toEqual([BOSS, FUNCTION, ENGINEER]);
    expect(data?.SkippedPrincipals).toBe(gone.sort().join(', '));
  });

  test('of ours that are gone do not block the others, neither an update nor the end', async () => {
    const fake = lake();
    const deployment = settings(fake);
    await deployment.create(SETTINGS);
    fake.principals.delete(ENGINEER);
    const { data } = await deployment.update({ ...SETTINGS, DatabaseCreators: [] }, SETTINGS);
    expect(data?.SkippedPrincipals).toBe('');
    const more = { ...SETTINGS, DatabaseCreators: [], ReadOnlyAdministrators: [ANALYST] };
    expect((await deployment.update(more, SETTINGS)).data?.SkippedPrincipals).toBe(ENGINEER);
    expect(names(fake)).toEqual([BOSS, FUNCTION]);
    await deployment.delete(more);
    expect(names(fake)).toEqual([BOSS]);
  });

  test('that never were are an error, after a while', async () => {
    const fake = lake();
    const before = fake.snapshot();
    const deployment = settings(fake);
    const given = { Administrators: [FUNCTION, role('Typo')] };
    await expect(deployment.create(given)).rejects.toThrow(/^InvalidPrincipal: "arn:aws:iam::111122223333:role\/Typo"/);
    expect(deployment.clock).toBeGreaterThan(60_000);
    await deployment.delete(given);
    expect(fake.snapshot()).toEqual(before);
  });

  test('that IAM has just made are waited for', async () => {
    const fake = lake();
    const deployment = settings(fake);
    fake.chaos = () => {
      if (deployment.clock > 30_000) fake.principals.add(role('Late'));
      return undefined;
    };
    await deployment.create({ Administrators: [FUNCTION, role('Late')] });
    expect(names(fake)).toEqual([BOSS, FUNCTION, role('Late')]);
  });

  test('include the function itself until all that needs it is done', async () => {
    const fake = lake();
    const deployment = settings(fake);
    await deployment.create(SETTINGS);
    await deployment.update({ Administrators: [ENGINEER], DatabaseCreators: [ANALYST], Databases: ['hr'] }, SETTINGS);
    expect(names(fake)).toEqual([BOSS, ENGINEER]);
    expect([...fake.permissions].filter((key) => key.includes('|catalog|'))).toEqual([
      `${ANALYST}|catalog|CREATE_DATABASE`,
    ]);
    expect([...fake.permissions].filter((key) => key.startsWith(IAM))).toEqual([]);
  });
});

describe('the cross-account version', () => {
  test.each([
    [undefined, '4', '4'],
    ['3', '4', '4'],
    ['5', '4', '5'],
  ])('is raised, never lowered: %s, wanted %s → %s', async (present, CrossAccountVersion, end) => {
    const fake = lake();
    fake.settings = {
      ...fake.settings,
      Parameters: { SET_CONTEXT: 'TRUE', ...(present ? { CROSS_ACCOUNT_VERSION: present } : {}) },
    };
    const deployment = settings(fake);
    await deployment.create({ ...SETTINGS, CrossAccountVersion });
    expect(fake.settings.Parameters).toEqual({ SET_CONTEXT: 'TRUE', CROSS_ACCOUNT_VERSION: end });
    await deployment.delete({ ...SETTINGS, CrossAccountVersion });
    expect(fake.settings.Parameters?.CROSS_ACCOUNT_VERSION).toBe(end);
  });
});

describe('IAM_ALLOWED_PRINCIPALS', () => {
  test('loses our databases and their tables, for good, and nothing of others', async () => {
    const fake = lake();
    fake.catalog.create('sales', 'returns');
    for (const Name of ['orders', 'customers']) fake.give(IAM, { Table: { DatabaseName: 'sales', Name } }, ['ALL']);
    const deployment = settings(fake);
    await deployment.create(SETTINGS);
    await deployment.delete(SETTINGS);
    expect([...fake.permissions]).toEqual([`${IAM}|database:hr|ALL`]);
  });

  test('loses a database that is made later, and each of its tables', async () => {
    const fake = lake();
    const deployment = settings(fake);
    const { data } = await deployment.create({ ...SETTINGS, Databases: ['sales', 'Later'] });
    expect(data).toMatchObject({ Waiting: 'later', WaitingCount: '1' });
    fake.catalog.create('later');
    fake.give(IAM, { Database: { Name: 'later' } }, ['ALL']);
    await deployment.appeared('later');
    fake.catalog.create('later', 'one');
    fake.give(IAM, { Table: { DatabaseName: 'later', Name: 'one' } }, ['ALL']);
    fake.give(ANALYST, { Table: { DatabaseName: 'later', Name: 'one' } }, ['SELECT']);
    await deployment.appeared('later', 'one');
    expect([...fake.permissions].filter((key) => key.includes('later'))).toEqual([`${ANALYST}|table:later.one|SELECT`]);
  });
});

test.each(['before', 'after'] as const)(
  'settings end exactly where they should when the function dies %s any call',
  async (when) => {
    const other = {
      ...SETTINGS,
      Administrators: [FUNCTION, ANALYST],
      DatabaseCreators: [ANALYST],
      CrossAccountVersion: '4',
    };
    const requests = [
      (deployment: Deployment) => deployment.create(SETTINGS),
      (deployment: Deployment) => deployment.update(other, SETTINGS),
      (deployment: Deployment) => deployment.update(SETTINGS, other),
      (deployment: Deployment) => deployment.delete(SETTINGS),
    ];
    for (const [index, request] of requests.entries()) {
      const straight = lake();
      for (const one of requests.slice(0, index + 1)) await one(settings(straight));
      for (let at = 1; ; at += 1) {
        const fake = lake();
        const deployment = settings(fake);
        for (const one of requests.slice(0, index)) await one(deployment);
        fake.revive();
        fake.crash = { at, when };
        const died = await request(deployment).then(
          () => false,
          () => true,
        );
        if (!died) break;
        fake.revive();
        await request(deployment);
        expect(fake.snapshot(), `request ${index}, call ${at}`).toEqual(straight.snapshot());
        expect(fake.settings.Parameters).toEqual(straight.settings.Parameters);
      }
    }
  },
);

test('half of all calls and entries fail: the end is exact', async () => {
  const fake = lake();
  fake.give(ENGINEER, ORDERS, ['SELECT']);
  fake.give(GUEST, columns('customers', 'id'), ['SELECT']);
  fake.give(IAM, CUSTOMERS, ['ALL']);
  const before = fake.snapshot().filter((line) => !line.includes('|table:sales.customers|ALL'));
  let seed = 11;
  const names = ['ConcurrentModificationException', 'ThrottledException', 'OperationTimeoutException'];
  fake.chaos = () => {
    seed = (seed * 48271) % 2147483647;
    return seed % 2 === 0 ? { name: names[seed % 3] ?? '', after: seed % 4 === 0 } : undefined;
  };
  const deployment = settings(fake);
  await deployment.create({ ...SETTINGS, CrossAccountVersion: '4' });
  await deployment.update(SETTINGS, SETTINGS);
  await deployment.delete(SETTINGS);
  expect(fake.snapshot()).toEqual(before.filter((line) => !line.includes(`${IAM}|database:sales`)));
});

/** Somebody is an administrator, databases are open to IAM, and settings hold what we know nothing of. */
function lake(): FakeLakeFormation {
  const fake = world();
  fake.principals.add(BOSS);
  fake.settings = {
    DataLakeAdmins: [BOSS].map(principal),
    CreateTableDefaultPermissions: [{ Principal: principal(IAM), Permissions: ['ALL'] }],
    TrustedResourceOwners: [ACCOUNT],
    AllowExternalDataFiltering: true,
  };
  for (const Name of ['sales', 'hr']) fake.give(IAM, { Database: { Name } }, ['ALL']);
  return fake;
}

function settings(fake: FakeLakeFormation): Deployment {
  return new Deployment(fake, 'settings');
}

function names(fake: FakeLakeFormation): string[] {
  return (fake.settings.DataLakeAdmins ?? []).map(
    ({ DataLakePrincipalIdentifier = '' }) => DataLakePrincipalIdentifier,
  );
}

function principal(DataLakePrincipalIdentifier: string) {
  return { DataLakePrincipalIdentifier };
}
