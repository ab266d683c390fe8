import { App, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { beforeEach, describe, expect, test } from 'vitest';
import { type AccessRequest, LakeAccess, PermissionModel } from '../src';
import { SampleDataset } from './support/dataset';

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
      const provider = { provide: (request: AccessRequest) => void heard.push(request.dataset.tableName) };
      ['a', 'b'].forEach((name, index) => {
        if (index === attachAt) LakeAccess.of(own).attach(provider);
        dataset(name, undefined, own).grants.read(reader);
      });
      if (attachAt === 2) LakeAccess.of(own).attach(provider);
      expect(heard).toEqual(['a', 'b']);
    }
  });

  test('is the only one', () => {
    LakeAccess.of(stack).attach({ provide: () => undefined });
    expect(() => LakeAccess.of(stack).attach({ provide: () => undefined })).toThrow('AccessProviderExists');
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

  test('needs no provider where IAM decides alone, nor where nothing was granted', () => {
    dataset('orders', PermissionModel.iam()).grants.read(role);
    dataset('customers');
    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('passes with a provider, attached after the grants', () => {
    dataset('orders').grants.read(role);
    LakeAccess.of(stack).attach({ provide: () => undefined });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});
