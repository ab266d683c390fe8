import { DataLocation, PermissionModel } from '@lakewright/core';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { describe, expect, test } from 'vitest';
import { conditionsHold } from '../../core/test/support/policy-conditions';
import { LakeFormation, LakeLocation } from '../src';
import { lake, only, PolicyEvaluator, ResolvedApp, ungoverned } from './support';

function place() {
  const made = ungoverned();
  const encryptionKey = new kms.Key(made.stack, 'Key');
  const bucket = new s3.Bucket(made.stack, 'Partner', { encryptionKey });
  return { ...made, encryptionKey, bucket, location: DataLocation.of(bucket, 'orders') };
}

describe('defaults', () => {
  test('Lake Formation reads and writes exactly the location, with its key', () => {
    const { stack, bucket, encryptionKey, location } = place();
    const { role } = new LakeLocation(stack, 'Location', { location });
    const policies = PolicyEvaluator.of(stack);
    const can = (action: string, resource: string) => policies.decide(role, action, resource);
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(can(action, bucket.arnForObjects('orders/a'))).toBe('allowed');
      expect(can(action, bucket.arnForObjects('orders-of-others/a'))).toBe('denied');
    }
    expect(can('kms:Decrypt', encryptionKey.keyArn)).toBe('allowed');
    expect(can('s3:DeleteBucket', bucket.bucketArn)).toBe('denied');
  });

  test('only Lake Formation of this account takes on the role', () => {
    const { stack, location } = place();
    new LakeLocation(stack, 'Location', { location });
    const trusting = ResolvedApp.of(stack)
      .resources('AWS::IAM::Role')
      .find(({ id }) => id.startsWith('Location'));
    const { Statement } = (trusting?.properties.AssumeRolePolicyDocument ?? {}) as {
      Statement: { Principal: unknown; Condition: unknown }[];
    };
    expect(Statement.map(({ Principal }) => Principal)).toEqual([{ Service: 'lakeformation.amazonaws.com' }]);
    const lets = (account: string) =>
      conditionsHold(Statement[0]?.Condition, {
        'aws:SourceAccount': account,
        'aws:SourceArn': `arn:aws:lakeformation:eu-west-1:${account}:location`,
      });
    expect(lets('111122223333')).toBe(true);
    expect(lets('999999999999')).toBe(false);
  });

  test('is registered without the slash at its end, and without the service-linked role', () => {
    const { stack, location } = place();
    new LakeLocation(stack, 'Location', { location });
    const properties = only(stack, 'AWS::LakeFormation::Resource');
    expect(properties).toMatchObject({ UseServiceLinkedRole: false, HybridAccessEnabled: false });
    expect(properties.ResourceArn).toMatch(/^arn:aws:s3:::Partner\w+\/orders$/);
  });
});

describe('overrides and supplied', () => {
  test('hybrid access', () => {
    const { stack, location } = place();
    new LakeLocation(stack, 'Location', { location, permissions: PermissionModel.hybrid() });
    Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::Resource', { HybridAccessEnabled: true });
  });

  test('a role of one’s own gets what it needs', () => {
    const { stack, bucket, location } = place();
    const role = new iam.Role(stack, 'Mine', { assumedBy: new iam.ServicePrincipal('lakeformation.amazonaws.com') });
    new LakeLocation(stack, 'Location', { location, role });
    expect(PolicyEvaluator.of(stack).decide(role, 's3:PutObject', bucket.arnForObjects('orders/a'))).toBe('allowed');
    Template.fromStack(stack).hasResourceProperties('AWS::LakeFormation::Resource', {
      RoleArn: stack.resolve(role.roleArn),
    });
  });

  test('one that was registered by hand is not registered again', () => {
    const { stack, storage, catalog } = ungoverned();
    new LakeLocation(stack, 'Raw', { location: storage.raw.location() });
    new LakeFormation(stack, 'LakeFormation', { catalog });
    Template.fromStack(stack).resourceCountIs('AWS::LakeFormation::Resource', 3);
  });
});

describe('refused', () => {
  test('a second registration of the same place', () => {
    const { stack, storage } = lake();
    expect(() => new LakeLocation(stack, 'Raw', { location: storage.raw.location() })).toThrow(
      /LocationRegisteredTwice: .*by "Lake\/Catalog\/Raw\/LakeLocation" and "Lake\/Raw"/,
    );
  });

  test('where IAM decides', () => {
    const { stack, location } = place();
    const permissions = PermissionModel.iam();
    expect(() => new LakeLocation(stack, 'Location', { location, permissions })).toThrow('LocationWithIam');
  });
});
