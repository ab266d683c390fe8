import { App, CfnParameter, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { DataLocation } from '../src';
import { PolicyEvaluator } from './support';

let stack: Stack;
let key: kms.Key;
let bucket: s3.Bucket;
let role: iam.Role;

beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
  key = new kms.Key(stack, 'Key');
  bucket = new s3.Bucket(stack, 'Bucket', { encryptionKey: key });
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
});

describe('a location', () => {
  test.each(['sales', 'sales/', '/sales', '/sales/'])('is the same for "%s"', (prefix) => {
    expect(DataLocation.of(bucket, prefix).prefix).toBe('sales');
  });

  test('has the URI with a slash at the end that Glue and Athena want', () => {
    const named = s3.Bucket.fromBucketName(stack, 'Named', 'lake');
    expect(DataLocation.of(named).uri).toBe('s3://lake/');
    expect(DataLocation.of(named, 'sales/orders').uri).toBe('s3://lake/sales/orders/');
  });

  test('within a location adds to its prefix', () => {
    const segment = fc.stringMatching(/^[a-z0-9=_. -]{1,6}$/).filter((text) => !/^\.{1,2}$/.test(text));
    const prefix = fc.array(segment, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(prefix, prefix, (outer, inner) => {
        const nested = DataLocation.of(bucket, outer).location(inner);
        return nested.prefix === DataLocation.of(bucket, `${outer}/${inner}`).prefix;
      }),
    );
  });

  test.each(['a//b', '//a', '.', '..', 'a/../b', 'a/./b', 'a*', 'a?'])('is refused for "%s"', (prefix) => {
    expect(() => DataLocation.of(bucket, prefix)).toThrow(`InvalidPrefix: prefix "${prefix}" → `);
    expect(() => DataLocation.of(bucket, 'x').location(prefix)).toThrow('InvalidPrefix');
  });

  test('takes a prefix that is known at deployment only', () => {
    const parameter = new CfnParameter(stack, 'Prefix', { default: 'sales' }).valueAsString;
    const location = DataLocation.of(bucket, `${parameter}/`).location('orders');
    location.grants.read(role);
    const access = PolicyEvaluator.of(stack);
    expect(access.text(location.uri)).toBe('s3://Bucket83908E77/sales/orders/');
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('sales/orders/x'))).toBe('allowed');
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('sales/x'))).toBe('denied');
  });
});

describe('grants', () => {
  const ALL = {
    's3:ListBucket': 'bucket',
    's3:GetObject': 'object',
    's3:GetObjectVersion': 'object',
    's3:PutObject': 'object',
    's3:AbortMultipartUpload': 'object',
    's3:DeleteObject': 'object',
    's3:DeleteObjectVersion': 'object',
    's3:PutObjectAcl': 'object',
    's3:PutBucketPolicy': 'bucket',
    'kms:Decrypt': 'key',
    'kms:GenerateDataKey': 'key',
    'kms:ScheduleKeyDeletion': 'key',
  } as const;

  /** The actions of `ALL` that are allowed on an object, on the bucket asked for its prefix, and on the key. */
  function allowed(object: string, prefix: string): string[] {
    const access = PolicyEvaluator.of(stack);
    const on = { bucket: bucket.bucketArn, object: bucket.arnForObjects(object), key: key.keyArn };
    return Object.entries(ALL)
      .filter(([action, kind]) => access.decide(role, action, on[kind], { 's3:prefix': prefix }) === 'allowed')
      .map(([action]) => action);
  }

  test('read lists and reads', () => {
    DataLocation.of(bucket, 'a').grants.read(role);
    expect(allowed('a/x', 'a/')).toEqual(['s3:ListBucket', 's3:GetObject', 's3:GetObjectVersion', 'kms:Decrypt']);
  });

  test('write puts, with multipart uploads, and neither reads nor lists', () => {
    DataLocation.of(bucket, 'a').grants.write(role);
    const writes = ['s3:PutObject', 's3:AbortMultipartUpload', 'kms:Decrypt', 'kms:GenerateDataKey'];
    expect(allowed('a/x', 'a/')).toEqual(writes);
  });

  test('readWrite is both, without delete', () => {
    DataLocation.of(bucket, 'a').grants.readWrite(role);
    const actions = allowed('a/x', 'a/');
    expect(actions).toEqual(expect.arrayContaining(['s3:ListBucket', 's3:GetObject', 's3:PutObject']));
    expect(actions).not.toContain('s3:DeleteObject');
  });

  test('delete lists and deletes, never a version', () => {
    DataLocation.of(bucket, 'a').grants.delete(role);
    expect(allowed('a/x', 'a/')).toEqual(['s3:ListBucket', 's3:DeleteObject']);
  });

  test.each(['read', 'write', 'readWrite', 'delete'] as const)('%s of a prefix opens no object beside it', (grant) => {
    DataLocation.of(bucket, 'a').grants[grant](role);
    for (const key of ['ab/x', 'a', 'b/a/x', 'A/x']) {
      expect(allowed(key, 'ab/').filter((action) => action.startsWith('s3:'))).toEqual([]);
    }
  });

  test('listing has to name the prefix, or one below it', () => {
    DataLocation.of(bucket, 'a').grants.read(role);
    const access = PolicyEvaluator.of(stack);
    const lists = (prefix?: string): string =>
      access.decide(role, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': prefix });
    expect(['a', 'a/', 'a/b/c'].map(lists)).toEqual(['allowed', 'allowed', 'allowed']);
    expect([undefined, '', 'ab', 'b/a'].map(lists)).toEqual(['denied', 'denied', 'denied', 'denied']);
  });

  test('the whole bucket needs no prefix', () => {
    DataLocation.of(bucket).grants.read(role);
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 's3:ListBucket', bucket.bucketArn)).toBe('allowed');
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('any/x'))).toBe('allowed');
  });

  test('a bucket without a key needs none', () => {
    const plain = new s3.Bucket(stack, 'Plain');
    DataLocation.of(plain, 'a').grants.readWrite(role);
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 's3:PutObject', plain.arnForObjects('a/x'))).toBe('allowed');
    expect(access.decide(role, 'kms:Decrypt', key.keyArn)).toBe('denied');
  });

  test('the grant says whether it was given', () => {
    const imported = iam.Role.fromRoleArn(stack, 'Fixed', 'arn:aws:iam::111111111111:role/r', { mutable: false });
    const { grants } = DataLocation.of(bucket, 'a');
    expect(grants.read(role).success).toBe(true);
    expect(() => grants.read(imported)).not.toThrow();
  });
});

describe('across accounts', () => {
  const partner = 'arn:aws:iam::222222222222:role/Partner';

  test('the bucket and the key let in exactly the grantee, on exactly the prefix', () => {
    DataLocation.of(bucket, 'a').grants.read(iam.Role.fromRoleArn(stack, 'Partner', partner));
    const access = PolicyEvaluator.of(stack);
    const get = (who: string, name: string): string => access.decide(who, 's3:GetObject', bucket.arnForObjects(name));
    expect(get(partner, 'a/x')).toBe('allowed');
    expect(get(partner, 'ab/x')).toBe('denied');
    expect(get('arn:aws:iam::222222222222:role/Other', 'a/x')).toBe('denied');
    expect(access.decide(partner, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': 'a/' })).toBe('allowed');
    expect(access.decide(partner, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': '' })).toBe('denied');
    expect(access.decide(partner, 'kms:Decrypt', key.keyArn)).toBe('allowed');
    expect(access.decide(partner, 'kms:Encrypt', key.keyArn)).toBe('denied');
  });

  test('an account can be let in as a whole', () => {
    DataLocation.of(bucket, 'a').grants.readWrite(new iam.AccountPrincipal('222222222222'));
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(partner, 's3:PutObject', bucket.arnForObjects('a/x'))).toBe('allowed');
    expect(access.decide(partner, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': 'a/' })).toBe('allowed');
    expect(access.decide(partner, 's3:ListBucket', bucket.bucketArn, { 's3:prefix': 'b/' })).toBe('denied');
    expect(access.decide(partner, 'kms:GenerateDataKey', key.keyArn)).toBe('allowed');
  });

  test('a role in another region needs no name, and gets keys of the region of the bucket alone', () => {
    const app = new App();
    const home = new Stack(app, 'Home', { env: { account: '111111111111', region: 'eu-west-1' } });
    const away = new Stack(app, 'Away', { env: { account: '111111111111', region: 'eu-central-1' } });
    const named = new s3.Bucket(home, 'Bucket', { bucketName: 'the-bucket', encryptionKey: new kms.Key(home, 'Key') });
    const reader = new iam.Role(away, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
    DataLocation.of(named, 'a').grants.read(reader);
    const access = PolicyEvaluator.of(home, away);
    const decrypts = (region: string): string => {
      const id = access.app.resources('AWS::KMS::Key')[0]?.id;
      return access.decide(reader, 'kms:Decrypt', `arn:aws:kms:${region}:111111111111:key/${id}`);
    };
    expect(access.decide(reader, 's3:GetObject', 'arn:aws:s3:::the-bucket/a/x')).toBe('allowed');
    expect([decrypts('eu-west-1'), decrypts('eu-central-1')]).toEqual(['allowed', 'denied']);
  });

  test('in one account the policies of bucket and key stay as they are', () => {
    DataLocation.of(bucket, 'a').grants.readWrite(role);
    const access = PolicyEvaluator.of(stack);
    expect(access.app.resources('AWS::S3::BucketPolicy')).toEqual([]);
    const statements = access.app
      .resources('AWS::KMS::Key')
      .flatMap(({ properties }) => (properties.KeyPolicy as { Statement: unknown[] }).Statement);
    expect(statements).toHaveLength(1);
  });
});
