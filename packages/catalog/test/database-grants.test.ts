import { LakeAccess, PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { PolicyEvaluator } from '../../core/test/support';
import { type ILakeDatabase, LakeCatalog, LakeDatabase } from '../src';

function lake(permissions?: PermissionModel) {
  const stack = new Stack(new App(), 'Lake', { env: { account: '111122223333', region: 'eu-west-1' } });
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { zones: storage.zones, permissions });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  return { stack, storage, catalog, role };
}

function table(database: ILakeDatabase, name: string): string {
  return Stack.of(database).formatArn({
    service: 'glue',
    resource: 'table',
    resourceName: `${database.databaseName}/${name}`,
  });
}

describe('manageTables', () => {
  const { stack, storage, catalog, role } = lake();
  catalog.converted.grants.manageTables(role);
  const policies = PolicyEvaluator.of(stack);

  test.each(['glue:CreateTable', 'glue:DeleteTable', 'glue:BatchCreatePartition', 'glue:GetTables'])(
    'allows %s on any table of the database, and on none of another',
    (action) => {
      expect(policies.decide(role, action, table(catalog.converted, 'anything'))).toBe('allowed');
      expect(policies.decide(role, action, table(catalog.raw, 'anything'))).toBe('denied');
    },
  );

  test.each(['s3:PutObject', 's3:GetObject', 's3:DeleteObject'])('allows %s below its location only', (action) => {
    expect(policies.decide(role, action, storage.converted.bucket.arnForObjects('flights/a'))).toBe('allowed');
    expect(policies.decide(role, action, storage.raw.bucket.arnForObjects('flights/a'))).toBe('denied');
  });

  test('neither changes nor deletes the database itself', () => {
    expect(policies.decide(role, 'glue:DeleteDatabase', catalog.converted.databaseArn)).toBe('denied');
    expect(policies.decide(role, 'glue:UpdateDatabase', catalog.converted.databaseArn)).toBe('denied');
  });
});

describe('describe', () => {
  const { stack, storage, catalog, role } = lake();
  catalog.raw.grants.describe(role);
  const policies = PolicyEvaluator.of(stack);

  test('shows definitions, and no data', () => {
    expect(policies.decide(role, 'glue:GetTable', table(catalog.raw, 'flights'))).toBe('allowed');
    expect(policies.decide(role, 'glue:UpdateTable', table(catalog.raw, 'flights'))).toBe('denied');
    expect(policies.decide(role, 's3:GetObject', storage.raw.bucket.arnForObjects('flights/a'))).toBe('denied');
  });
});

describe('a database that exists', () => {
  test('gives the catalog entries, and no objects when nobody says where they lie', () => {
    const { stack, storage, role } = lake();
    const other = LakeDatabase.fromLakeDatabaseAttributes(stack, 'Other', { databaseName: 'other' });
    other.grants.manageTables(role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:CreateTable', table(other, 't'))).toBe('allowed');
    expect(policies.decide(role, 's3:PutObject', storage.raw.bucket.arnForObjects('t/a'))).toBe('denied');
  });
});

describe('readTables', () => {
  const { stack, storage, catalog, role } = lake();
  catalog.raw.grants.readTables(role);
  const policies = PolicyEvaluator.of(stack);

  test('reads definitions and files of this database, and changes none', () => {
    const object = storage.raw.bucket.arnForObjects('flights/a');
    expect(policies.decide(role, 'glue:GetTable', table(catalog.raw, 'flights'))).toBe('allowed');
    expect(policies.decide(role, 's3:GetObject', object)).toBe('allowed');
    expect(policies.decide(role, 's3:GetObject', storage.converted.bucket.arnForObjects('flights/a'))).toBe('denied');
    expect(policies.decide(role, 's3:PutObject', object)).toBe('denied');
    expect(policies.decide(role, 'glue:UpdateTable', table(catalog.raw, 'flights'))).toBe('denied');
  });
});

describe('the database itself', () => {
  test.each([
    ['alter', 'glue:UpdateDatabase', 'glue:DeleteDatabase'],
    ['drop', 'glue:DeleteDatabase', 'glue:UpdateDatabase'],
  ] as const)('%s gives %s, and not %s', (grant, given, other) => {
    const { stack, catalog, role } = lake();
    catalog.raw.grants[grant](role);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, given, catalog.raw.databaseArn)).toBe('allowed');
    expect(policies.decide(role, given, catalog.converted.databaseArn)).toBe('denied');
    expect(policies.decide(role, other, catalog.raw.databaseArn)).toBe('denied');
  });
});

describe.each([
  ['lakeFormation', PermissionModel.lakeFormation(), 'denied'],
  ['hybrid', PermissionModel.hybrid(), 'allowed'],
] as const)('with PermissionModel "%s"', (_, permissions, directly) => {
  const setUp = () => {
    const made = lake(permissions);
    const databases: [string[], string[] | undefined, boolean | undefined][] = [];
    const locations: [string, boolean | undefined][] = [];
    LakeAccess.of(made.stack).attach({
      provide: () => undefined,
      provideDatabase: (one) => void databases.push([one.databasePermissions, one.tablePermissions, one.grantable]),
      provideLocation: (one) => void locations.push([one.location.uri, one.grantable]),
      applyBefore: () => undefined,
    });
    return { ...made, databases, locations };
  };

  test('manageTables is recorded with its location, and reads files as the model says', () => {
    const { stack, storage, catalog, role, databases, locations } = setUp();
    catalog.converted.grants.manageTables(role, { grantable: true });
    expect(databases).toEqual([
      [['CREATE_TABLE', 'DESCRIBE'], ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'], true],
    ]);
    expect(locations).toEqual([[storage.converted.location().uri, true]]);
    const policies = PolicyEvaluator.of(stack);
    const object = storage.converted.bucket.arnForObjects('flights/a');
    expect(policies.decide(role, 'glue:CreateTable', table(catalog.converted, 'anything'))).toBe('allowed');
    expect(policies.decide(role, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(policies.decide(role, 's3:PutObject', object)).toBe('allowed'); // CTAS writes with the caller's own rights
    expect(policies.decide(role, 's3:GetObject', object)).toBe(directly);
    expect(policies.decide(role, 's3:DeleteObject', object)).toBe(directly);
  });

  test('createTables makes tables, and neither drops any nor reads files', () => {
    const { stack, storage, catalog, role, databases, locations } = setUp();
    catalog.converted.grants.createTables(role);
    expect(databases).toEqual([[['CREATE_TABLE', 'DESCRIBE'], undefined, undefined]]);
    expect(locations).toHaveLength(1);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'glue:CreateTable', table(catalog.converted, 'anything'))).toBe('allowed');
    expect(policies.decide(role, 'glue:DeleteTable', table(catalog.converted, 'anything'))).toBe('denied');
    expect(policies.decide(role, 's3:GetObject', storage.converted.bucket.arnForObjects('a'))).toBe('denied');
  });

  test('readTables is SELECT on all tables', () => {
    const { stack, storage, catalog, role, databases } = setUp();
    catalog.converted.grants.readTables(role);
    expect(databases).toEqual([[['DESCRIBE'], ['DESCRIBE', 'SELECT'], undefined]]);
    const policies = PolicyEvaluator.of(stack);
    expect(policies.decide(role, 'lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(policies.decide(role, 's3:GetObject', storage.converted.bucket.arnForObjects('a'))).toBe(directly);
  });
});

describe('the default of new tables', () => {
  test.each([
    [PermissionModel.iam(), undefined],
    [PermissionModel.hybrid(), undefined],
    [PermissionModel.lakeFormation(), []],
  ])('with $name', (permissions, expected) => {
    const { stack } = lake(permissions);
    const databases = Object.values(Template.fromStack(stack).findResources('AWS::Glue::Database'));
    expect(databases).toHaveLength(3);
    for (const { Properties } of databases) {
      expect(Properties.DatabaseInput.CreateTableDefaultPermissions).toEqual(expected);
    }
  });
});

describe('refused', () => {
  test('a right that may be passed on, where IAM decides alone', () => {
    const { stack, catalog, role } = lake();
    expect(() => catalog.converted.grants.manageTables(role, { grantable: true })).toThrow(
      /^GrantOptionNeedsLakeFormation: .*Lake.Catalog/,
    );
    expect(PolicyEvaluator.of(stack).decide(role, 'glue:CreateTable', table(catalog.converted, 't'))).toBe('denied');
  });
});
