import { PermissionModel } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
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

describe('refused', () => {
  test.each([PermissionModel.lakeFormation(), PermissionModel.hybrid()])(
    'manageTables where Lake Formation decides ($name)',
    (permissions) => {
      const { catalog, role } = lake(permissions);
      expect(() => catalog.converted.grants.manageTables(role)).toThrow(/^DatabaseGrantNeedsIam: .*Lake.Catalog/);
    },
  );
});
