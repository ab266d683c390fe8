import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { AccessLevel, DataLocation, LakeAccess, PermissionModel } from '../src';
import { PolicyEvaluator } from './support';
import { accessProvider, SampleDataset } from './support/dataset';

let stack: Stack;
let bucket: s3.Bucket;
let role: iam.Role;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
  bucket = new s3.Bucket(stack, 'Bucket');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
});

const dataset = (permissions?: PermissionModel): SampleDataset => {
  LakeAccess.of(stack).attach(accessProvider());
  return new SampleDataset(stack, 'orders', {
    location: DataLocation.of(bucket, 'orders'),
    ...(permissions ? { permissions } : {}),
  });
};

/** What the role may do with the table, its neighbour, its files and Lake Formation. */
function rights(orders: SampleDataset): Record<string, boolean> {
  const access = PolicyEvaluator.of(stack);
  const can = (action: string, resource: string): boolean => access.decide(role, action, resource) === 'allowed';
  return {
    describe: can('glue:GetTable', orders.tableArn) && can('glue:GetTable', orders.databaseArn),
    alter: can('glue:UpdateTable', orders.tableArn),
    neighbour: can('glue:GetTable', `${orders.tableArn}old`),
    dropDatabase: can('glue:DeleteDatabase', orders.databaseArn),
    files: can('s3:GetObject', bucket.arnForObjects('orders/x')),
    otherFiles: can('s3:GetObject', bucket.arnForObjects('ordersold/x')),
    put: can('s3:PutObject', bucket.arnForObjects('orders/x')),
    remove: can('s3:DeleteObject', bucket.arnForObjects('orders/x')),
    lakeFormation: can('lakeformation:GetDataAccess', '*'),
  };
}

const NOTHING = {
  describe: false,
  alter: false,
  neighbour: false,
  dropDatabase: false,
  files: false,
  otherFiles: false,
  put: false,
  remove: false,
  lakeFormation: false,
};

describe('with IAM', () => {
  test('nothing was granted: nothing is allowed', () => {
    expect(rights(dataset())).toEqual(NOTHING);
  });

  test('describe shows the entry, and no data', () => {
    const orders = dataset();
    orders.grants.describe(role);
    expect(rights(orders)).toEqual({ ...NOTHING, describe: true });
  });

  test('read gives the entry and the files', () => {
    const orders = dataset();
    orders.grants.read(role);
    expect(rights(orders)).toEqual({ ...NOTHING, describe: true, files: true });
  });

  test('write gives all of the table, and nothing of its database', () => {
    const orders = dataset();
    orders.grants.write(role);
    expect(rights(orders)).toEqual({ ...NOTHING, describe: true, alter: true, files: true, put: true, remove: true });
  });

  test('without a location there are no files to give', () => {
    const view = new SampleDataset(stack, 'view');
    view.grants.read(role);
    expect(rights(view)).toEqual({ ...NOTHING, describe: true });
  });
});

describe('with Lake Formation', () => {
  test.each([
    ['read', { describe: true, lakeFormation: true }],
    ['write', { describe: true, alter: true, lakeFormation: true }],
  ] as const)('who may %s asks it for credentials, and can never go around it to the files', (grant, expected) => {
    const orders = dataset(PermissionModel.lakeFormation());
    orders.grants[grant](role);
    expect(rights(orders)).toEqual({ ...NOTHING, ...expected });
  });
});

describe('hybrid', () => {
  test('a reader of the whole table has both ways', () => {
    const orders = dataset(PermissionModel.hybrid());
    orders.grants.read(role);
    expect(rights(orders)).toEqual({ ...NOTHING, describe: true, files: true, lakeFormation: true });
  });

  test.each([
    ['columns', { columns: ['id'] }],
    ['excluded columns', { excluding: ['email'] }],
    ['rows', { rowFilter: "region <> 'EU'" }],
    ['rows of a named filter', { dataFilters: ['outside_eu'] }],
  ])('a reader of some %s gets no files, which have them all', (_, options) => {
    const orders = dataset(PermissionModel.hybrid());
    orders.grants.read(role, options);
    expect(rights(orders)).toEqual({ ...NOTHING, describe: true, lakeFormation: true });
  });
});

test('each grant is recorded with what it narrows', () => {
  const orders = dataset(PermissionModel.lakeFormation());
  orders.grants.describe(role);
  orders.grants.read(role, { columns: ['id'], rowFilter: 'id > 1', grantable: true });
  orders.grants.write(role);
  expect(LakeAccess.of(stack).requests).toEqual([
    { dataset: orders, grantee: role, level: AccessLevel.DESCRIBE },
    { dataset: orders, grantee: role, level: AccessLevel.READ, columns: ['id'], rowFilter: 'id > 1', grantable: true },
    { dataset: orders, grantee: role, level: AccessLevel.WRITE },
  ]);
});

describe('what is refused, and leaves no half of a grant behind', () => {
  test.each([
    ['columns', { columns: ['id'] }],
    ['excluded columns', { excluding: ['id'] }],
    ['a row filter', { rowFilter: 'true' }],
    ['a named filter', { dataFilters: ['outside_eu'] }],
    ['the grant option', { grantable: true }],
  ])('%s with IAM alone', (_, options) => {
    const orders = dataset();
    expect(() => orders.grants.read(role, options)).toThrow('FilterNeedsLakeFormation');
    expect(LakeAccess.of(stack).requests).toEqual([]);
    expect(rights(orders)).toEqual(NOTHING);
  });

  test.each(['describe', 'write'] as const)('the grant option of %s with IAM alone', (grant) => {
    const orders = dataset();
    expect(() => orders.grants[grant](role, { grantable: true })).toThrow('FilterNeedsLakeFormation');
    expect(rights(orders)).toEqual(NOTHING);
  });

  test('columns and excluded columns at once', () => {
    const orders = dataset(PermissionModel.lakeFormation());
    const both = { columns: ['id'], excluding: ['email'] };
    expect(() => orders.grants.read(role, both)).toThrow(
      'ColumnsAndExcluding: both "columns" and "excluding" on raw.orders',
    );
    expect(rights(orders)).toEqual(NOTHING);
  });
});
