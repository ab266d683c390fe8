import { App, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { PolicyEvaluator } from './policy';

let stack: Stack;
let bucket: s3.Bucket;
let role: iam.Role;
const outside = 'arn:aws:iam::222222222222:role/Partner';

beforeEach(() => {
  stack = new Stack(new App(), 'Stack');
  bucket = new s3.Bucket(stack, 'Bucket');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com') });
});

const allow = (actions: string[], resources: string[], principals?: iam.IPrincipal[]): iam.PolicyStatement =>
  new iam.PolicyStatement({ actions, resources, ...(principals ? { principals } : {}) });

describe('in one account', () => {
  test('nothing is allowed by default', () => {
    expect(PolicyEvaluator.of(stack).decide(role, 's3:GetObject', bucket.arnForObjects('a'))).toBe('denied');
  });

  test('the identity policy is enough, and so is the bucket policy', () => {
    role.addToPolicy(allow(['s3:GetObject'], [bucket.arnForObjects('a')]));
    bucket.addToResourcePolicy(allow(['s3:PutObject'], [bucket.arnForObjects('b')], [role]));
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('a'))).toBe('allowed');
    expect(access.decide(role, 's3:PutObject', bucket.arnForObjects('b'))).toBe('allowed');
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('b'))).toBe('denied');
  });

  test('inline and managed policies count', () => {
    const inline = new iam.Role(stack, 'Inline', {
      assumedBy: new iam.AccountRootPrincipal(),
      inlinePolicies: { p: new iam.PolicyDocument({ statements: [allow(['s3:Get*'], ['*'])] }) },
    });
    new iam.ManagedPolicy(stack, 'Managed', {
      roles: [role],
      statements: [allow(['s3:ListBucket'], [bucket.bucketArn])],
    });
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(inline, 's3:GetObject', bucket.arnForObjects('a'))).toBe('allowed');
    expect(access.decide(role, 's3:ListBucket', bucket.bucketArn)).toBe('allowed');
  });

  test('a deny wins over every allow', () => {
    role.addToPolicy(allow(['s3:*'], ['*']));
    bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['s3:*'],
        resources: [bucket.arnForObjects('*')],
        conditions: { Bool: { 'aws:SecureTransport': 'false' } },
      }),
    );
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('a'))).toBe('allowed');
    expect(access.decide(role, 's3:GetObject', bucket.arnForObjects('a'), { 'aws:SecureTransport': 'false' })).toBe(
      'denied',
    );
  });

  test('a key must agree: its policy leaves it to IAM, or names the principal', () => {
    role.addToPolicy(allow(['kms:Decrypt'], ['*']));
    const open = new kms.Key(stack, 'Open');
    const closed = new kms.Key(stack, 'Closed', {
      policy: new iam.PolicyDocument({ statements: [allow(['kms:*'], ['*'], [new iam.ArnPrincipal(outside)])] }),
    });
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(role, 'kms:Decrypt', open.keyArn)).toBe('allowed');
    expect(access.decide(role, 'kms:Decrypt', closed.keyArn)).toBe('denied');
  });
});

describe('across accounts', () => {
  test('the bucket policy has to name the principal, or its account', () => {
    bucket.addToResourcePolicy(allow(['s3:GetObject'], [bucket.arnForObjects('a')], [new iam.ArnPrincipal(outside)]));
    bucket.addToResourcePolicy(
      allow(['s3:GetObject'], [bucket.arnForObjects('b')], [new iam.AccountPrincipal('222222222222')]),
    );
    const access = PolicyEvaluator.of(stack);
    expect(access.decide(outside, 's3:GetObject', bucket.arnForObjects('a'))).toBe('allowed');
    expect(access.decide(outside, 's3:GetObject', bucket.arnForObjects('b'))).toBe('allowed');
    expect(access.decide(outside, 's3:GetObject', bucket.arnForObjects('c'))).toBe('denied');
    expect(access.decide('arn:aws:iam::333333333333:role/Other', 's3:GetObject', bucket.arnForObjects('a'))).toBe(
      'denied',
    );
  });

  test('a role of another stack needs its identity policy as well', () => {
    const app = new App();
    const home = new Stack(app, 'Home', { env: { account: '111111111111', region: 'eu-west-1' } });
    const away = new Stack(app, 'Away', { env: { account: '222222222222', region: 'eu-west-1' } });
    const named = new s3.Bucket(home, 'Bucket', { bucketName: 'the-bucket' });
    const reader = new iam.Role(away, 'Reader', { roleName: 'reader', assumedBy: new iam.AccountRootPrincipal() });
    named.addToResourcePolicy(allow(['s3:*'], [named.arnForObjects('*')], [new iam.AccountPrincipal('222222222222')]));
    reader.addToPolicy(allow(['s3:GetObject'], [named.arnForObjects('a')]));
    const access = PolicyEvaluator.of(home, away);
    expect(access.decide(reader, 's3:GetObject', named.arnForObjects('a'))).toBe('allowed');
    expect(access.decide(reader, 's3:GetObject', named.arnForObjects('b'))).toBe('denied');
  });
});

test('a service is allowed by resource policies alone', () => {
  bucket.addToResourcePolicy(
    allow(['s3:PutObject'], [bucket.arnForObjects('logs/*')], [new iam.ServicePrincipal('logging.s3.amazonaws.com')]),
  );
  const access = PolicyEvaluator.of(stack);
  expect(access.decide('logging.s3.amazonaws.com', 's3:PutObject', bucket.arnForObjects('logs/x'))).toBe('allowed');
  expect(access.decide('logging.s3.amazonaws.com', 's3:PutObject', bucket.arnForObjects('x'))).toBe('denied');
});
