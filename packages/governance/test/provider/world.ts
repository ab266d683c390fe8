import { expect } from 'vitest';
import { FakeLakeFormation, role } from './fake-lake-formation';

export const ANALYST = role('Analyst');
export const ENGINEER = role('Engineer');
export const GUEST = role('Guest');

/** Two databases, three tables, two tags, three roles. */
export function world(): FakeLakeFormation {
  const fake = new FakeLakeFormation();
  for (const principal of [ANALYST, ENGINEER, GUEST]) fake.principals.add(principal);
  fake.catalog.create('sales', 'orders', ['id', 'region', 'email']);
  fake.catalog.create('sales', 'customers', ['id', 'name', 'ssn']);
  fake.catalog.create('hr', 'staff', ['id', 'salary']);
  fake.tagValues.set('team', ['red', 'blue']);
  fake.tagValues.set('pii', ['yes', 'no']);
  return fake;
}

export const ORDERS = { Table: { DatabaseName: 'sales', Name: 'orders' } };
export const CUSTOMERS = { Table: { DatabaseName: 'sales', Name: 'customers' } };

export const EU_FILTER = {
  DatabaseName: 'sales',
  TableName: 'customers',
  Name: 'no_eu',
  RowFilter: "region <> 'EU'",
  ExcludedColumnNames: ['ssn'],
};
export const BY_FILTER = { DataCellsFilter: { DatabaseName: 'sales', TableName: 'customers', Name: 'no_eu' } };

export function columns(table: string, ...ColumnNames: string[]) {
  return { TableWithColumns: { DatabaseName: 'sales', Name: table, ColumnNames } };
}

/** A bit of everything. */
export const EVERYTHING = {
  Filters: [EU_FILTER],
  TagAssociations: [
    { Resource: { Database: { Name: 'sales' } }, Tags: [{ TagKey: 'team', TagValues: ['red'] }] },
    { Resource: columns('orders', 'email'), Tags: [{ TagKey: 'pii', TagValues: ['yes'] }] },
  ],
  Grants: [
    { Principal: ANALYST, Resource: { Database: { Name: 'sales' } }, Permissions: ['DESCRIBE'] },
    {
      Principal: ANALYST,
      Resource: ORDERS,
      Permissions: ['SELECT', 'DESCRIBE'],
      PermissionsWithGrantOption: ['SELECT'],
    },
    { Principal: ANALYST, Resource: BY_FILTER, Permissions: ['SELECT'] },
    { Principal: GUEST, Resource: columns('orders', 'id', 'region'), Permissions: ['SELECT'] },
    {
      Principal: ENGINEER,
      Resource: { Table: { DatabaseName: 'hr', TableWildcard: 'true' } },
      Permissions: ['SELECT', 'INSERT'],
    },
    { Principal: ENGINEER, Resource: { Catalog: 'true' }, Permissions: ['CREATE_DATABASE'] },
    {
      Principal: ENGINEER,
      Resource: { DataLocation: { ResourceArn: 'arn:aws:s3:::lake/raw' } },
      Permissions: ['DATA_LOCATION_ACCESS'],
    },
    {
      Principal: ENGINEER,
      Resource: { LFTag: { TagKey: 'team', TagValues: ['red', 'blue'] } },
      Permissions: ['ASSOCIATE'],
    },
    {
      Principal: GUEST,
      Resource: {
        LFTagPolicy: {
          ResourceType: 'TABLE',
          Expression: [
            { TagKey: 'team', TagValues: ['red'] },
            { TagKey: 'pii', TagValues: ['no'] },
          ],
        },
      },
      Permissions: ['SELECT'],
    },
  ],
  OptIns: [{ Principal: ANALYST, Resource: ORDERS }],
};

/** What EVERYTHING comes to. */
export const EVERYTHING_THERE = [
  `${ANALYST}|database:sales|DESCRIBE`,
  `${ANALYST}|filter:sales.customers.no_eu|SELECT`,
  `${ANALYST}|table:sales.orders|DESCRIBE`,
  `${ANALYST}|table:sales.orders|SELECT`,
  `${ANALYST}|table:sales.orders|SELECT+`,
  `${ENGINEER}|catalog|CREATE_DATABASE`,
  `${ENGINEER}|location:arn:aws:s3:::lake/raw|DATA_LOCATION_ACCESS`,
  `${ENGINEER}|table:hr.*|INSERT`,
  `${ENGINEER}|table:hr.*|SELECT`,
  `${ENGINEER}|tag:team=blue|ASSOCIATE`,
  `${ENGINEER}|tag:team=red|ASSOCIATE`,
  `${GUEST}|column:sales.orders.id|SELECT`,
  `${GUEST}|column:sales.orders.region|SELECT`,
  `${GUEST}|policy:TABLE:pii=no&team=red|SELECT`,
  `["filter","sales.customers.no_eu",{"FilterExpression":"region <> 'EU'"},{"ExcludedColumnNames":["ssn"]}]`,
  `opt-in ${ANALYST} table:sales.orders`,
  'tag column:sales.orders.email|pii=yes',
  'tag database:sales|team=red',
];

export function select(Principal: string, Resource: object) {
  return { Principal, Resource, Permissions: ['SELECT'] };
}

/** What has come since; nothing has gone. */
export function added(fake: FakeLakeFormation, before: readonly string[]): string[] {
  const all = fake.snapshot();
  expect(before.filter((line) => !all.includes(line))).toEqual([]);
  return all.filter((line) => !before.includes(line));
}
