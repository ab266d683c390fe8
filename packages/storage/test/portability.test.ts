import { LakeEnvironment } from '@lakewright/core';
import { App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { describe, expect, test } from 'vitest';
import { PolicyEvaluator } from '../../core/test/support';
import { LakeBackup, LakeStorage, Zone, ZoneInventory, ZoneReplication } from '../src';

describe.each([
  ['aws-cn', 'cn-north-1', 'cn-northwest-1'],
  ['aws-us-gov', 'us-gov-west-1', 'us-gov-east-1'],
])('in %s', (partition, region, other) => {
  test('no template has an ARN of another partition, and grants still work', () => {
    const app = new App();
    const stack = new Stack(app, 'Lake', { env: { account: '111111111111', region } });
    const storage = new LakeStorage(stack, 'Storage', {
      inventory: ZoneInventory.daily(),
      replication: ZoneReplication.toRegion(other),
    });
    new LakeBackup(stack, 'Backup', { zones: storage.zones });
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
    storage.raw.grants.readWrite(role, 'a');
    const templates = [stack, app.node.findChild(`Lake-replica-${other}`) as Stack].map((each) =>
      JSON.stringify(Template.fromStack(each).toJSON()),
    );
    expect(templates.join()).not.toContain('arn:aws:');
    const access = PolicyEvaluator.of(stack);
    expect(access.text(storage.raw.bucket.bucketArn)).toMatch(new RegExp(`^arn:${partition}:s3:::`));
    expect(access.decide(role, 's3:PutObject', storage.raw.bucket.arnForObjects('a/x'))).toBe('allowed');
  });
});

test('a stack without an environment has no literal partition, account or region', () => {
  const stack = new Stack(new App(), 'Lake');
  new LakeStorage(stack, 'Storage', { inventory: ZoneInventory.weekly(), environment: LakeEnvironment.sandbox() });
  const text = JSON.stringify(Template.fromStack(stack).toJSON());
  expect(text).not.toMatch(/arn:aws[:-]/);
});

describe('across accounts', () => {
  const env = (account: string): { account: string; region: string } => ({ account, region: 'eu-west-1' });

  test('a role of another stack reads a prefix: both halves, and no circle between the stacks', () => {
    const app = new App();
    const home = new Stack(app, 'Home', { env: env('111111111111') });
    const away = new Stack(app, 'Away', { env: env('222222222222') });
    const zone = new Zone(home, 'Raw', { zoneName: 'raw', bucketName: 'the-raw-zone' });
    const reader = new iam.Role(away, 'Reader', { roleName: 'reader', assumedBy: new iam.AccountRootPrincipal() });
    zone.grants.read(reader, 'a');
    expect(() => app.synth()).not.toThrow();
    const access = PolicyEvaluator.of(home, away);
    expect(access.decide(reader, 's3:GetObject', 'arn:aws:s3:::the-raw-zone/a/x')).toBe('allowed');
    expect(access.decide(reader, 's3:GetObject', 'arn:aws:s3:::the-raw-zone/ab/x')).toBe('denied');
    const lists = (prefix: string): string =>
      access.decide(reader, 's3:ListBucket', 'arn:aws:s3:::the-raw-zone', { 's3:prefix': prefix });
    expect(['a/', 'ab/', ''].map(lists)).toEqual(['allowed', 'denied', 'denied']);
    const decrypts = (arn: string): string => access.decide(reader, 'kms:Decrypt', `arn:aws:kms:eu-west-1:${arn}`);
    expect(decrypts(`111111111111:key/${access.app.resources('AWS::KMS::Key')[0]?.id}`)).toBe('allowed');
    expect(decrypts('222222222222:key/of-its-own-account')).toBe('denied');
  });

  test.each([
    [
      'a role by ARN',
      (stack: Stack) => iam.Role.fromRoleArn(stack, 'Partner', 'arn:aws:iam::222222222222:role/Partner'),
    ],
    ['an account', () => new iam.AccountPrincipal('222222222222')],
  ])('%s is let in by the bucket and by the key', (_, grantee) => {
    const stack = new Stack(new App(), 'Lake', { env: env('111111111111') });
    const zone = new Zone(stack, 'Raw', { zoneName: 'raw' });
    zone.grants.readWrite(grantee(stack), 'a');
    const access = PolicyEvaluator.of(stack);
    const decide = (action: string, key: string, who = '222222222222'): string =>
      access.decide(`arn:aws:iam::${who}:role/Partner`, action, zone.bucket.arnForObjects(key));
    expect(decide('s3:PutObject', 'a/x')).toBe('allowed');
    expect(decide('s3:GetObject', 'ab/x')).toBe('denied');
    expect(decide('s3:GetObject', 'a/x', '333333333333')).toBe('denied');
    const decrypts = (who: string): string =>
      access.decide(`arn:aws:iam::${who}:role/Partner`, 'kms:Decrypt', zone.encryptionKey?.keyArn ?? '');
    expect([decrypts('222222222222'), decrypts('333333333333')]).toEqual(['allowed', 'denied']);
  });

  test('a role in another stack of the same account: no circle, whichever stack depends on the other', () => {
    const app = new App();
    const home = new Stack(app, 'Home');
    const away = new Stack(app, 'Away');
    const zone = new Zone(home, 'Raw', { zoneName: 'raw' });
    const reader = new iam.Role(away, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    zone.grants.readWrite(reader, 'a');
    expect(() => app.synth()).not.toThrow();
    expect(PolicyEvaluator.of(home, away).decide(reader, 's3:PutObject', zone.bucket.arnForObjects('a/x'))).toBe(
      'allowed',
    );
  });
});

test('a zone takes a name, a key and a prefix that are known at deployment only', () => {
  const stack = new Stack(new App(), 'Lake');
  const parameter = (id: string, value: string): string =>
    new CfnParameter(stack, id, { default: value }).valueAsString;
  const zone = Zone.fromZoneAttributes(stack, 'Raw', { zoneName: 'raw', bucketName: parameter('Name', 'the-zone') });
  const own = new Zone(stack, 'Own', { zoneName: 'own', bucketName: parameter('OwnName', 'my-zone') });
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  zone.grants.read(role, parameter('Prefix', 'sales'));
  const access = PolicyEvaluator.of(stack);
  expect(access.decide(role, 's3:GetObject', 'arn:aws:s3:::the-zone/sales/x')).toBe('allowed');
  expect(access.decide(role, 's3:GetObject', 'arn:aws:s3:::the-zone/salesforce/x')).toBe('denied');
  expect(access.text(own.location('a').uri)).toBe('s3://my-zone/a/');
});

test('in a stage the replica lives in the same stage', () => {
  const stage = new Stage(new App(), 'Prod', { env: { account: '111111111111', region: 'eu-west-1' } });
  const stack = new Stack(stage, 'Lake');
  new Zone(stack, 'Raw', { zoneName: 'raw', replication: ZoneReplication.toRegion('eu-central-1') });
  expect((stage.node.findChild('Lake-replica-eu-central-1') as Stack).stackName).toBe('Prod-Lake-replica-eu-central-1');
});
