import type { Resource } from '@aws-sdk/client-lakeformation';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { Deployment } from './deployment';
import type { FakeLakeFormation } from './fake-lake-formation';
import { resourceKeys } from './fake-resources';
import { ANALYST, columns, ENGINEER, GUEST, world } from './world';

/** Sequences of changes: by us, by others, by the catalog, with trouble on the way. */
type Step =
  | { readonly do: 'deploy'; readonly wanted: Wanted; readonly trouble: Trouble }
  | { readonly do: 'grant'; readonly grant: Given }
  | { readonly do: 'revoke'; readonly grant: Given }
  | { readonly do: 'drop'; readonly table: Table }
  | { readonly do: 'make'; readonly table: Table; readonly told: boolean };

interface Given {
  readonly Principal: string;
  readonly Resource: Resource;
  readonly Permissions: readonly string[];
  readonly PermissionsWithGrantOption: readonly string[];
}

interface Wanted {
  readonly Grants: readonly Given[];
  readonly Filters: readonly { readonly DatabaseName: string; readonly TableName: string; readonly Name: string }[];
  readonly TagAssociations: readonly object[];
}

interface Trouble {
  /** Of 10 calls or entries, so many fail. */
  readonly failures: number;
  readonly seed: number;
  /** The function dies at this call (0: never), and CloudFormation sends the request again. */
  readonly diesAt: number;
}

const TABLES = { orders: ['id', 'region', 'email'], customers: ['id', 'name', 'ssn'], later: ['id', 'x', 'y'] };
type Table = keyof typeof TABLES;

const table = fc.constantFrom(...(Object.keys(TABLES) as Table[]));
const ofTable = fc.oneof(
  table.map((Name) => ({ Table: { DatabaseName: 'sales', Name } })),
  table.chain((name) =>
    fc.subarray(TABLES[name], { minLength: 1, maxLength: 3 }).map((some) => columns(name, ...some)),
  ),
  table.map((Name) => ({
    TableWithColumns: { DatabaseName: 'sales', Name, ColumnWildcard: { ExcludedColumnNames: TABLES[Name].slice(1) } },
  })),
);
const given: fc.Arbitrary<Given> = fc.oneof(
  grant(ofTable, ['SELECT']),
  grant(
    table.map((Name) => ({ Table: { DatabaseName: 'sales', Name } })),
    ['SELECT', 'DESCRIBE', 'INSERT', 'ALTER'],
  ),
  grant(fc.constant({ Table: { DatabaseName: 'hr', TableWildcard: {} } }), ['SELECT', 'DESCRIBE']),
  grant(
    fc.constantFrom('sales', 'hr').map((Name) => ({ Database: { Name } })),
    ['DESCRIBE', 'CREATE_TABLE'],
  ),
  grant(
    fc.subarray(['red', 'blue'], { minLength: 1 }).map((TagValues) => ({ LFTag: { TagKey: 'team', TagValues } })),
    ['ASSOCIATE'],
  ),
);
const filter = fc.record({
  DatabaseName: fc.constant('sales'),
  TableName: table,
  Name: fc.constantFrom('one', 'two'),
  RowFilter: fc.constantFrom('id > 1', 'id > 2'),
  ColumnNames: fc.constant(['id']),
});
const tags = fc.record({
  Resource: fc.oneof(
    fc.constant({ Database: { Name: 'sales' } }),
    table.map((name) => columns(name, 'id')),
  ),
  Tags: fc.constantFrom('red', 'blue').map((value) => [{ TagKey: 'team', TagValues: [value] }]),
});
const wanted = fc.record({
  Grants: fc.array(given, { maxLength: 12 }),
  Filters: fc.uniqueArray(filter, { maxLength: 3, selector: ({ TableName, Name }) => `${TableName}.${Name}` }),
  TagAssociations: fc.uniqueArray(tags, { maxLength: 3, selector: ({ Resource }) => JSON.stringify(Resource) }),
});
const trouble = fc.record({
  failures: fc.constantFrom(0, 0, 2, 5),
  seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  diesAt: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 60 })),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deploy' as const), wanted, trouble }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('grant' as const), grant: given }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('revoke' as const), grant: given }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('drop' as const), table }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('make' as const), table, told: fc.boolean() }) },
);

test('random changes, ours and of others, under conflicts and deaths: the end is exact, nothing of others is taken (seed 6, 500 runs)', async () => {
  await fc.assert(fc.asyncProperty(fc.array(given, { maxLength: 6 }), fc.array(step, { maxLength: 8 }), check), {
    seed: 6,
    numRuns: 500,
  });
}, 240_000);

async function check(first: readonly Given[], steps: readonly Step[]): Promise<void> {
  const fake = world();
  const deployment = new Deployment(fake);
  const model = new Model();
  for (const one of first) model.give(fake, one);
  let current: Wanted | undefined;
  for (const one of steps) {
    if (one.do === 'deploy') {
      await deploy(deployment, one.wanted, current, one.trouble);
      current = one.wanted;
      model.deploy(fake, one.wanted);
    } else if (one.do === 'grant') {
      model.give(fake, one.grant);
    } else if (one.do === 'revoke') {
      model.take(fake, one.grant);
    } else if (one.do === 'drop') {
      fake.dropTable('sales', one.table);
      model.drop(one.table);
    } else if (!fake.catalog.databases.get('sales')?.has(one.table)) {
      fake.catalog.create('sales', one.table, TABLES[one.table]);
      if (one.told && current) {
        await deployment.appeared('sales', one.table);
        model.complete(fake, one.table);
      }
    }
    model.expect(fake);
  }
  if (current) await deployment.delete({ ...current });
  model.deploy(fake, { Grants: [], Filters: [], TagAssociations: [] });
  model.expect(fake);
  expect([...fake.parameters.values.keys()]).toEqual([]);
}

async function deploy(
  deployment: Deployment,
  next: Wanted,
  current: Wanted | undefined,
  { failures, seed, diesAt }: Trouble,
) {
  const { fake } = deployment;
  const request = () => (current ? deployment.update({ ...next }, { ...current }) : deployment.create({ ...next }));
  let state = seed;
  fake.chaos = () => {
    state = (state * 48271) % 2147483647;
    const name = state % 2 === 0 ? 'ConcurrentModificationException' : 'ThrottlingException';
    return state % 10 < failures ? { name, after: state % 3 === 0 } : undefined;
  };
  fake.revive();
  if (diesAt > 0) fake.crash = { at: diesAt, when: diesAt % 2 === 0 ? 'before' : 'after' };
  await request().catch((error: Error) => {
    if (!fake.crash) throw error;
  });
  fake.revive();
  await request();
  fake.chaos = () => undefined;
  // what one run has taken away, it remembers for the next one
  await request();
}

/** What should be there, by a reckoning of its own: what others gave, and of what we want all that can be there. */
class Model {
  private readonly others = new Set<string>();
  private readonly ours = new Set<string>();
  /** What we granted, also if somebody else has revoked it, or dropped the table, since. */
  private remembered = new Set<string>();
  private wanted: Wanted = { Grants: [], Filters: [], TagAssociations: [] };
  private readonly filters = new Map<string, string>();
  private readonly tags = new Map<string, string>();

  public give(fake: FakeLakeFormation, grant: Given): void {
    for (const key of atoms(grant)) {
      if (!isPossible(fake, key)) continue;
      // who grants what we have granted can't be told from us
      (this.remembered.has(key) ? this.ours : this.others).add(key);
      fake.permissions.add(key);
    }
  }

  public take(fake: FakeLakeFormation, grant: Given): void {
    for (const key of atoms(grant)) {
      this.others.delete(key);
      this.ours.delete(key);
      fake.permissions.delete(key);
    }
  }

  public drop(name: string): void {
    for (const keys of [this.others, this.ours]) for (const key of keys) if (isOn(key, name)) keys.delete(key);
    for (const map of [this.filters, this.tags]) for (const key of map.keys()) if (isOn(key, name)) map.delete(key);
  }

  public deploy(fake: FakeLakeFormation, next: Wanted): void {
    this.wanted = next;
    this.ours.clear();
    this.filters.clear();
    this.tags.clear();
    const keys = new Set(next.Grants.flatMap(atoms));
    this.remembered = new Set([...this.remembered].filter((key) => keys.has(key)));
    this.add(fake, () => true);
  }

  public complete(fake: FakeLakeFormation, name: string): void {
    this.add(fake, (key) => isOn(key, name) || /(^|\|)database:sales\|/.test(key));
  }

  public expect(fake: FakeLakeFormation): void {
    const granted = [...fake.permissions].filter((key) => !key.includes('role/Provider|'));
    expect(granted.sort()).toEqual([...this.others, ...this.ours].sort());
    const filters = [...fake.filters].map(([key, { RowFilter }]) => [`filter:${key}`, RowFilter?.FilterExpression]);
    expect(Object.fromEntries(filters)).toEqual(Object.fromEntries(this.filters));
    expect(Object.fromEntries(fake.tags)).toEqual(Object.fromEntries(this.tags));
  }

  private add(fake: FakeLakeFormation, inScope: (key: string) => boolean): void {
    for (const key of this.wanted.Grants.flatMap(atoms)) {
      if (inScope(key) && isPossible(fake, key) && !this.others.has(key)) {
        this.ours.add(key);
        this.remembered.add(key);
      }
    }
    for (const one of this.wanted.Filters) {
      const key = `filter:${one.DatabaseName}.${one.TableName}.${one.Name}`;
      if (inScope(key) && isPossible(fake, key))
        this.filters.set(key, (one as unknown as { RowFilter: string }).RowFilter);
    }
    for (const one of this.wanted.TagAssociations as { Resource: Resource; Tags: { TagValues: string[] }[] }[]) {
      const key = `${resourceKeys(one.Resource)[0]}|team`;
      if (inScope(key) && isPossible(fake, key)) this.tags.set(key, one.Tags[0]?.TagValues[0] ?? '');
    }
  }
}

function grant(resource: fc.Arbitrary<object>, permissions: readonly string[]): fc.Arbitrary<Given> {
  return fc
    .record({
      Principal: fc.constantFrom(ANALYST, ENGINEER, GUEST),
      Resource: resource as fc.Arbitrary<Resource>,
      Permissions: fc.subarray([...permissions], { minLength: 1 }),
      some: fc.boolean(),
    })
    .map(({ some, ...one }) => ({ ...one, PermissionsWithGrantOption: some ? one.Permissions.slice(0, 1) : [] }));
}

function atoms({ Principal, Resource, Permissions, PermissionsWithGrantOption }: Given): string[] {
  const rights = [...Permissions, ...PermissionsWithGrantOption.map((one) => `${one}+`)];
  return resourceKeys(Resource).flatMap((key) => rights.map((right) => `${Principal}|${key}|${right}`));
}

function isOn(key: string, name: string): boolean {
  return new RegExp(`(^|\\|)(table|column|except|filter):sales\\.${name}([.:|]|$)`).test(key);
}

function isPossible(fake: FakeLakeFormation, key: string): boolean {
  const there = fake.catalog.databases.get('sales');
  return Object.keys(TABLES).every((name) => !isOn(key, name) || there?.has(name));
}
