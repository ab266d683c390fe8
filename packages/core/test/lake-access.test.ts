import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { DataLocation, type IAccessProvider, LakeAccess, PermissionModel } from '../src';
import { accessProvider, SampleDataset } from './support/dataset';

let app: App;
let stack: Stack;
let role: iam.Role;

beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Stack');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
});

const dataset = (name: string, permissions = PermissionModel.lakeFormation(), scope: Stack = stack): SampleDataset =>
  new SampleDataset(scope, name, { permissions });

describe('the record', () => {
  test('is one for all stacks of an app, and another for each stage', () => {
    const stage = new Stage(app, 'Stage');
    expect(LakeAccess.of(new Stack(app, 'Other'))).toBe(LakeAccess.of(stack));
    expect(LakeAccess.of(new Stack(stage, 'Stack'))).not.toBe(LakeAccess.of(stack));
    expect(LakeAccess.of(new Stack(stage, 'Second'))).toBe(LakeAccess.of(stage));
  });

  test('can be read, not changed', () => {
    dataset('a').grants.read(role);
    LakeAccess.of(stack).requests.pop();
    expect(LakeAccess.of(stack).requests).toHaveLength(1);
  });
});

describe('a provider', () => {
  test('hears of each grant once, in order, whether it attaches before, between or after', () => {
    for (const attachAt of [0, 1, 2]) {
      const own = new Stack(new App(), 'Stack');
      const reader = new iam.Role(own, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
      const heard: string[] = [];
      const provider = accessProvider((request) => void heard.push(request.dataset.tableName));
      ['a', 'b'].forEach((name, index) => {
        if (index === attachAt) LakeAccess.of(own).attach(provider);
        dataset(name, undefined, own).grants.read(reader);
      });
      if (attachAt === 2) LakeAccess.of(own).attach(provider);
      expect(heard).toEqual(['a', 'b']);
    }
  });

  test('hears of databases, locations and what waits for grants, earlier and later', () => {
    for (const attachFirst of [true, false]) {
      const own = new Stack(new App(), 'Stack');
      const grantee = new iam.Role(own, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
      const heard: string[] = [];
      const provider: IAccessProvider = {
        provide: () => undefined,
        provideDatabase: ({ database, databasePermissions }) =>
          void heard.push(`${databasePermissions} on ${database.databaseName}`),
        provideLocation: ({ location }) => void heard.push(location.prefix),
        applyBefore: (_, construct) => void heard.push(construct.node.id),
      };
      const access = LakeAccess.of(own);
      if (attachFirst) access.attach(provider);
      const permissions = PermissionModel.lakeFormation();
      const database = { databaseName: 'raw', permissions };
      access.recordDatabase({ database, grantee, databasePermissions: ['CREATE_TABLE'] });
      const location = DataLocation.of(s3.Bucket.fromBucketName(own, 'Bucket', 'lake'), 'orders');
      access.recordLocation({ location, grantee, permissions });
      access.applyBefore(grantee, grantee);
      access.attach(provider);
      expect(heard).toEqual(['CREATE_TABLE on raw', 'orders', 'Reader']);
    }
  });

  test('is the only one', () => {
    LakeAccess.of(stack).attach(accessProvider());
    expect(() => LakeAccess.of(stack).attach(accessProvider())).toThrow('AccessProviderExists');
  });
});

describe('synthesis', () => {
  test.each([PermissionModel.lakeFormation(), PermissionModel.hybrid()])(
    'fails when nobody renders the grants of Lake Formation',
    (permissions) => {
      dataset('orders', permissions).grants.read(role);
      expect(() => Template.fromStack(stack)).toThrow(
        `NoAccessProvider: PermissionModel "${permissions.name}" on raw.orders`,
      );
    },
  );

  test('fails for grants on databases and locations, too', () => {
    const database = { databaseName: 'raw', permissions: PermissionModel.lakeFormation() };
    LakeAccess.of(stack).recordDatabase({ database, grantee: role, databasePermissions: ['DESCRIBE'] });
    expect(() => Template.fromStack(stack)).toThrow('NoAccessProvider: PermissionModel "lakeFormation" on raw');

    const other = new Stack(new App(), 'Other');
    LakeAccess.of(other).recordLocation({
      location: DataLocation.of(s3.Bucket.fromBucketName(other, 'Bucket', 'lake'), 'orders'),
      grantee: role,
      permissions: PermissionModel.hybrid(),
    });
    expect(() => Template.fromStack(other)).toThrow(
      'NoAccessProvider: PermissionModel "hybrid" on Other/Bucket/orders',
    );
  });

  test('needs no provider where IAM decides alone, nor where nothing was granted', () => {
    dataset('orders', PermissionModel.iam()).grants.read(role);
    dataset('customers');
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('passes with a provider, attached after the grants', () => {
    dataset('orders').grants.read(role);
    LakeAccess.of(stack).attach(accessProvider());
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
