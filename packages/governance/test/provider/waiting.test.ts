import { describe, expect, test } from 'vitest';
import { Deployment } from './deployment';
import type { FakeLakeFormation } from './fake-lake-formation';
import { ACCOUNT } from './fake-resources';
import { ANALYST, columns, ENGINEER, EVERYTHING, GUEST, ORDERS, world } from './world';

const LATER = { Table: { DatabaseName: 'sales', Name: 'later' } };
const FILTER = { DatabaseName: 'sales', TableName: 'later', Name: 'half', ColumnNames: ['id'] };
const WAITING = {
  Filters: [FILTER],
  TagAssociations: [{ Resource: columns('later', 'id'), Tags: [{ TagKey: 'pii', TagValues: ['no'] }] }],
  Grants: [
    { Principal: ANALYST, Resource: ORDERS, Permissions: ['SELECT'] },
    { Principal: ANALYST, Resource: LATER, Permissions: ['DESCRIBE'] },
    {
      Principal: ANALYST,
      Resource: { DataCellsFilter: { ...LATER.Table, TableName: 'later', Name: 'half' } },
      Permissions: ['SELECT'],
    },
    { Principal: GUEST, Resource: { Database: { Name: 'lab' } }, Permissions: ['DESCRIBE'] },
  ],
  OptIns: [{ Principal: ANALYST, Resource: LATER }],
};
const APPLIED = [
  `${ANALYST}|filter:sales.later.half|SELECT`,
  `${ANALYST}|table:sales.later|DESCRIBE`,
  `["filter","sales.later.half",{"AllRowsWildcard":{}},["id"]]`,
  `opt-in ${ANALYST} table:sales.later`,
  'tag column:sales.later.id|pii=no',
];

describe('what a table is missing for', () => {
  test('does not fail the deployment: it waits, and is named', async () => {
    const fake = world();
    const { data } = await new Deployment(fake).create(WAITING);
    expect(data).toMatchObject({ Waiting: 'lab, sales.later', WaitingCount: '2' });
    expect([...fake.permissions]).toEqual([`${ANALYST}|table:sales.orders|SELECT`]);
  });

  test('is applied when Glue says that the table is there, once, and goes with the resource', async () => {
    const fake = world();
    const before = fake.snapshot();
    const deployment = new Deployment(fake);
    await deployment.create(WAITING);
    const waiting = fake.snapshot();
    fake.catalog.create('sales', 'later', ['id', 'name']);
    await deployment.appeared('sales', 'Later');
    const applied = fake.snapshot();
    expect(applied.filter((line) => !waiting.includes(line))).toEqual([...APPLIED].sort());
    fake.calls.length = 0;
    await deployment.appeared('sales', 'later');
    expect(fake.calls.filter((call) => !/^(Get|List)/.test(call))).toEqual([]);
    fake.catalog.create('lab');
    await deployment.appeared('lab');
    expect(fake.permissions).toContain(`${GUEST}|database:lab|DESCRIBE`);
    expect((await deployment.update(WAITING, WAITING)).data?.Waiting).toBe('');
    await deployment.delete(WAITING);
    expect(fake.snapshot()).toEqual(before);
    expect(fake.parameters.values.size).toBe(0);
  });

  test('is applied by an event of a schedule, should the one of Glue be lost', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(WAITING);
    fake.catalog.create('sales', 'later', ['id']);
    await deployment.event({ source: 'aws.events', account: ACCOUNT });
    expect(fake.snapshot()).toEqual(expect.arrayContaining(APPLIED));
  });

  test('is not applied any longer once the resource is gone', async () => {
    const fake = world();
    const before = fake.snapshot();
    const deployment = new Deployment(fake);
    await deployment.create(WAITING);
    await deployment.delete(WAITING);
    fake.catalog.create('sales', 'later', ['id']);
    await deployment.appeared('sales', 'later');
    expect(fake.snapshot()).toEqual(before);
  });

  test('counts as of others when they were faster', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(WAITING);
    fake.catalog.create('sales', 'later', ['id']);
    fake.give(ANALYST, LATER, ['DESCRIBE']);
    await deployment.appeared('sales', 'later');
    await deployment.delete(WAITING);
    expect([...fake.permissions]).toEqual([`${ANALYST}|table:sales.later|DESCRIBE`]);
  });

  test('is applied again when a table is made anew and has lost it', async () => {
    const fake = world();
    const before = fake.snapshot();
    const deployment = new Deployment(fake);
    await deployment.create(EVERYTHING);
    const there = fake.snapshot();
    fake.dropTable('sales', 'customers');
    await deployment.event({
      source: 'aws.glue',
      account: ACCOUNT,
      detail: { databaseName: 'sales', typeOfChange: 'DeleteTable', changedTables: ['customers'] },
    });
    fake.catalog.create('sales', 'customers', ['id', 'name', 'ssn']);
    await deployment.appeared('sales', 'customers');
    expect(fake.snapshot()).toEqual(there);
    await deployment.delete(EVERYTHING);
    expect(fake.snapshot()).toEqual(before);
  });

  test('is left alone by tables that nobody asked about', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    await deployment.create(WAITING);
    fake.catalog.create('other', 'one');
    fake.calls.length = 0;
    await deployment.appeared('other', 'one');
    expect(new Set(fake.calls)).toEqual(new Set(['GetParametersByPath']));
  });

  test('is tried again by Lambda when it could not be applied, and does not hinder the rest', async () => {
    const fake = world();
    const deployment = new Deployment(fake);
    const Grants = [
      { Principal: ENGINEER, Resource: columns('later', 'nowhere'), Permissions: ['SELECT'] },
      { Principal: ANALYST, Resource: LATER, Permissions: ['SELECT'] },
    ];
    await deployment.create({ Grants });
    fake.catalog.create('sales', 'later', ['id']);
    await expect(deployment.appeared('sales', 'later')).rejects.toThrow(
      /^LakeFormationRefused: SELECT on sales.later \(nowhere\)/,
    );
    expect([...fake.permissions]).toEqual([`${ANALYST}|table:sales.later|SELECT`]);
    await deployment.delete({ Grants });
    expect(fake.permissions.size).toBe(0);
  });
});

describe('an event beside a deployment', () => {
  type Other = (deployment: Deployment) => Promise<unknown>;
  const grants = (...permissions: string[]) => ({
    Grants: [{ Principal: ANALYST, Resource: LATER, Permissions: permissions }],
  });
  const others: [string, Other, string[]][] = [
    ['deletes everything', (deployment) => deployment.delete(grants('SELECT')), []],
    ['wants something else', (deployment) => deployment.update(grants('DROP'), grants('SELECT')), ['DROP']],
    ['wants the same', (deployment) => deployment.update(grants('SELECT'), grants('SELECT')), ['SELECT']],
  ];

  const meetings = others.flatMap((one) => [['an event', ...one] as const, ['a deployment', ...one] as const]);

  test.each(meetings)(
    'at any call of %s: a deployment that %s leaves what it would have left alone',
    async (first, _, other, rights) => {
      for (const when of ['before', 'after'] as const) {
        for (let at = 1, met = true; met; at += 1) {
          const fake = world();
          const deployment = new Deployment(fake);
          await deployment.create(grants('SELECT'));
          fake.catalog.create('sales', 'later');
          const both = [() => deployment.appeared('sales', 'later'), () => other(deployment)] as const;
          const [one, two] = first === 'an event' ? both : [both[1], both[0]];
          met = await interrupted(fake, at, when, one, two);
          const wanted = rights.map((right) => `${ANALYST}|table:sales.later|${right}`);
          expect([...fake.permissions], `${when} call ${at}`).toEqual(wanted);
          await deployment.delete(grants());
          expect([...fake.permissions], `${when} call ${at}, deleted`).toEqual([]);
          expect([...fake.parameters.values.keys()], `${when} call ${at}, deleted`).toEqual([]);
        }
      }
    },
  );
});

/** Runs one thing, and another one as a whole before or after the call of a number; false if there are fewer calls. */
async function interrupted(
  fake: FakeLakeFormation,
  at: number,
  when: 'before' | 'after',
  one: () => Promise<unknown>,
  other: () => Promise<unknown>,
): Promise<boolean> {
  let count = 0;
  let met = false;
  fake.pause = async (moment) => {
    if (moment === 'before') count += 1;
    if (met || count !== at || moment !== when) return;
    met = true;
    await other();
  };
  await one();
  fake.pause = async () => undefined;
  if (!met) await other();
  return met;
}
