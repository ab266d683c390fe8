// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
import type { ApiShape } from '../../../src/services/api-shape';
import { allow, type Case, deny, when } from './cases';

const OPERATORS = 'IAM/latest/UserGuide/reference_policies_elements_condition_operators.html';
const SETS = 'IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html';
const MULTI = 'IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html';
const KEYS = 'IAM/latest/UserGuide/reference_policies_condition-keys.html';
const BUCKETS = 'AmazonS3/latest/userguide/amazon-s3-policy-keys.html';
const SSL = 'AmazonS3/latest/userguide/security-best-practices.html';

type Context = Case['context'];

/** An allow with one condition. */
const if_ = (
  operator: string,
  key: string,
  value: ApiShape,
  context: Context,
  allowed: boolean,
  source = OPERATORS,
): Case => ({
  source,
  name: `${operator} ${key} ${JSON.stringify(value)} of ${JSON.stringify(context)}`,
  allowed,
  identity: [allow('s3:GetObject', '*', when(operator, key, value))],
  context,
});
/** An allow of everything, and a deny with one condition. */
const unless = (
  operator: string,
  key: string,
  value: ApiShape,
  context: Context,
  allowed: boolean,
  source = OPERATORS,
): Case => ({
  ...if_(operator, key, value, context, allowed, source),
  name: `deny if ${operator} ${key} ${JSON.stringify(value)} of ${JSON.stringify(context)}`,
  identity: [allow(), deny('s3:GetObject', '*', when(operator, key, value))],
});

const TAG = 'aws:PrincipalTag/t';
const tag = (value: string) => ({ [TAG]: value });
const time = (value: string) => ({ 'aws:CurrentTime': value });
const ip = (value: string) => ({ 'aws:SourceIp': value });
const source = (value: string) => ({ 'aws:SourceArn': value });
const keys = (...value: string[]) => ({ 'aws:TagKeys': value });

/** What a condition holds for. */
export const CONDITION_CASES: readonly Case[] = [
  if_('StringEquals', TAG, 'a', tag('a'), true),
  if_('StringEquals', TAG, 'a', tag('A'), false),
  if_('StringEquals', TAG, ['x', 'a'], tag('a'), true),
  if_('StringEquals', TAG, 'a*', tag('ab'), false),
  if_('StringEquals', TAG, 'a', {}, false),
  if_('StringEquals', 'AWS:principaltag/t', 'a', tag('a'), true),
  if_('StringNotEquals', TAG, 'a', tag('b'), true),
  if_('StringNotEquals', TAG, 'a', tag('a'), false),
  if_('StringNotEquals', TAG, 'a', {}, true),
  if_('StringNotEquals', TAG, ['a', 'b'], tag('b'), false, MULTI),
  if_('StringEqualsIgnoreCase', TAG, 'Abc', tag('aBC'), true),
  if_('StringNotEqualsIgnoreCase', TAG, 'Abc', tag('aBC'), false),
  if_('StringLike', TAG, 'a*c?', tag('abbcd'), true),
  if_('StringLike', TAG, 'a*c?', tag('abbc'), false),
  if_('StringLike', TAG, '${aws:username}-*', { ...tag('anna-x'), 'aws:username': 'anna' }, true),
  if_(
    'StringLike',
    's3:prefix',
    ['', 'home/', 'home/${aws:username}/'],
    { 's3:prefix': 'home/anna/', 'aws:username': 'anna' },
    true,
  ),
  if_(
    'StringLike',
    's3:prefix',
    ['', 'home/', 'home/${aws:username}/'],
    { 's3:prefix': 'home/bert/', 'aws:username': 'anna' },
    false,
  ),
  if_('StringLike', 's3:prefix', ['', 'home/'], { 's3:prefix': '' }, true),
  if_('StringNotLike', TAG, 'a*', tag('b'), true),
  if_('StringNotLike', TAG, 'a*', tag('ab'), false),
  if_('NumericLessThanEquals', 's3:max-keys', '10', { 's3:max-keys': '10' }, true),
  if_('NumericLessThanEquals', 's3:max-keys', '10', { 's3:max-keys': '11' }, false),
  if_('NumericLessThan', 's3:max-keys', 10, { 's3:max-keys': '9' }, true),
  if_('NumericGreaterThan', 's3:max-keys', '10', { 's3:max-keys': '9' }, false),
  if_('NumericGreaterThanEquals', 's3:TlsVersion', '1.2', { 's3:TlsVersion': '1.3' }, true),
  if_('NumericEquals', 's3:max-keys', '10', { 's3:max-keys': '10.0' }, true),
  if_('NumericNotEquals', 's3:max-keys', '10', { 's3:max-keys': '10' }, false),
  if_('NumericNotEquals', 's3:max-keys', '10', {}, true),
  if_(
    'DateGreaterThan',
    'aws:TokenIssueTime',
    '2020-01-01T00:00:01Z',
    { 'aws:TokenIssueTime': '2020-06-01T00:00:00Z' },
    true,
  ),
  if_('DateGreaterThan', 'aws:TokenIssueTime', '2020-01-01T00:00:01Z', {}, false),
  if_('DateLessThan', 'aws:CurrentTime', '2020-06-30T23:59:59Z', time('2020-04-01T00:00:00Z'), true),
  if_('DateLessThanEquals', 'aws:CurrentTime', '2020-06-30T23:59:59Z', time('2020-06-30T23:59:59Z'), true),
  if_('DateGreaterThanEquals', 'aws:CurrentTime', '2020-06-30', time('2020-06-29T23:59:59Z'), false),
  if_('DateEquals', 'aws:CurrentTime', '1593561599', time('2020-06-30T23:59:59Z'), true),
  if_('DateNotEquals', 'aws:EpochTime', '2020-06-30T23:59:59Z', { 'aws:EpochTime': '1593561599' }, false),
  if_('Bool', 'aws:SecureTransport', 'true', { 'aws:SecureTransport': 'true' }, true),
  if_('Bool', 'aws:SecureTransport', true, { 'aws:SecureTransport': 'true' }, true),
  if_('Bool', 'aws:MultiFactorAuthPresent', 'true', {}, false),
  if_('BinaryEquals', TAG, 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', tag('QmluYXJ5VmFsdWVJbkJhc2U2NA=='), true),
  if_('BinaryEquals', TAG, 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', tag('QmluYXJ5'), false),
  if_('IpAddress', 'aws:SourceIp', '203.0.113.0/24', ip('203.0.113.77'), true),
  if_('IpAddress', 'aws:SourceIp', '203.0.113.0/24', ip('203.0.114.1'), false),
  if_('IpAddress', 'aws:SourceIp', '203.0.113.7', ip('203.0.113.7'), true),
  if_('IpAddress', 'aws:SourceIp', ['203.0.113.0/24', '2001:DB8:1234:5678::/64'], ip('2001:db8:1234:5678::1'), true),
  if_('IpAddress', 'aws:SourceIp', '203.0.113.0/24', ip('no address'), false),
  if_('NotIpAddress', 'aws:SourceIp', '203.0.113.0/24', ip('10.0.0.1'), true),
  if_('NotIpAddress', 'aws:SourceIp', '203.0.113.0/24', ip('203.0.113.1'), false),
  if_(
    'ArnEquals',
    'aws:SourceArn',
    'arn:aws:sns:eu-west-1:123456789012:t',
    source('arn:aws:sns:eu-west-1:123456789012:t'),
    true,
  ),
  if_('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:123456789012:*', source('arn:aws:sns:eu-west-1:123456789012:t'), true),
  if_(
    'ArnEquals',
    'aws:SourceArn',
    'arn:aws:sns:*:123456789012:t?',
    source('arn:aws:sns:eu-west-1:123456789012:t1'),
    true,
  ),
  if_(
    'ArnLike',
    'aws:SourceArn',
    'arn:aws:someservice:*:111122223333:finance/*',
    source('arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt'),
    false,
  ),
  if_(
    'StringLike',
    'aws:SourceArn',
    'arn:aws:someservice:*:111122223333:finance/*',
    source('arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt'),
    true,
  ),
  if_('ArnNotLike', 'aws:SourceArn', 'arn:aws:sns:*:*:*', source('arn:aws:sqs:eu-west-1:1:q'), true),
  if_('ArnNotEquals', 'aws:SourceArn', 'arn:aws:sns:*:*:*', {}, true),
  if_('ArnLike', 'aws:SourceArn', 'arn:aws:sns:*:*:*', {}, false),
  if_('StringEqualsIfExists', TAG, 'a', {}, true),
  if_('StringEqualsIfExists', TAG, 'a', tag('b'), false),
  if_(
    'StringLikeIfExists',
    's3:x-amz-acl',
    ['private', 'bucket-*'],
    { 's3:x-amz-acl': 'bucket-owner-full-control' },
    true,
  ),
  if_('NumericLessThanIfExists', 's3:max-keys', '10', {}, true),
  if_('Null', 'aws:TokenIssueTime', 'true', {}, true),
  if_('Null', 'aws:TokenIssueTime', 'true', { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' }, false),
  if_('Null', 'aws:TokenIssueTime', 'false', { 'aws:TokenIssueTime': '2020-01-01T00:00:00Z' }, true),
  if_('Null', TAG, false, {}, false),
  unless('StringNotEqualsIfExists', TAG, 'a', {}, false),
  unless('Bool', 'aws:SecureTransport', 'false', { 'aws:SecureTransport': 'true' }, true, SSL),
  unless('Bool', 'aws:SecureTransport', 'false', { 'aws:SecureTransport': 'false' }, false, SSL),
  unless('NumericLessThan', 's3:TlsVersion', 1.2, { 's3:TlsVersion': '1.3' }, true, BUCKETS),
  unless('StringNotEquals', 's3:x-amz-server-side-encryption', 'aws:kms', {}, false, BUCKETS),
  unless(
    'StringNotEquals',
    's3:x-amz-server-side-encryption',
    'aws:kms',
    { 's3:x-amz-server-side-encryption': 'aws:kms' },
    true,
    BUCKETS,
  ),
  unless('Null', 's3:x-amz-server-side-encryption', 'true', {}, false, BUCKETS),

  if_('ForAllValues:StringEquals', 'aws:TagKeys', ['a', 'b'], keys('a'), true, SETS),
  if_('ForAllValues:StringEquals', 'aws:TagKeys', ['a', 'b'], keys('a', 'c'), false, SETS),
  if_('ForAllValues:StringEquals', 'aws:TagKeys', ['a', 'b'], {}, true, SETS),
  if_('ForAnyValue:StringEquals', 'aws:TagKeys', ['a', 'b'], keys('c', 'b'), true, SETS),
  if_('ForAnyValue:StringEquals', 'aws:TagKeys', ['a', 'b'], keys('c', 'd'), false, SETS),
  if_('ForAnyValue:StringEquals', 'aws:TagKeys', ['a', 'b'], {}, false, SETS),
  if_('ForAllValues:StringNotEquals', 'aws:TagKeys', ['a'], keys('b', 'a'), false, SETS),
  if_('ForAnyValue:StringNotEquals', 'aws:TagKeys', ['a'], keys('b', 'a'), true, SETS),
  if_(
    'ForAnyValue:StringLike',
    'aws:CalledVia',
    ['athena.*'],
    { 'aws:CalledVia': ['athena.amazonaws.com', 'glue.amazonaws.com'] },
    true,
    KEYS,
  ),
  unless('ForAnyValue:StringLike', 'aws:TagKeys', ['ID', 'Post*'], keys('PostDateTime', 'Message'), false, SETS),
  unless('ForAnyValue:StringLike', 'aws:TagKeys', ['ID', 'Post*'], keys('UserName'), true, SETS),

  {
    source: MULTI,
    name: 'several operators must all hold',
    allowed: false,
    identity: [
      allow('s3:GetObject', '*', {
        Condition: { StringEquals: { [TAG]: 'a' }, Bool: { 'aws:SecureTransport': 'true' } },
      }),
    ],
    context: { ...tag('a'), 'aws:SecureTransport': 'false' },
  },
  {
    source: MULTI,
    name: 'several keys of an operator must all hold',
    allowed: false,
    identity: [allow('s3:GetObject', '*', { Condition: { StringEquals: { [TAG]: 'a', 'aws:PrincipalTag/u': 'b' } } })],
    context: tag('a'),
  },
  {
    source: MULTI,
    name: 'and here all hold',
    allowed: true,
    identity: [allow('s3:GetObject', '*', { Condition: { StringEquals: { [TAG]: 'a', 'aws:PrincipalTag/u': 'b' } } })],
    context: { ...tag('a'), 'aws:PrincipalTag/u': 'b' },
  },
  { ...if_('StringEqual', TAG, 'a', tag('a'), false), name: 'an operator that IAM does not have allows nothing' },
  { ...unless('StringEqual', TAG, 'b', tag('a'), false), name: 'and denies' },
  if_('NumericEquals', 's3:max-keys', 'ten', { 's3:max-keys': '10' }, false),
  if_('StringEquals', 'ec2:InstanceType', 't2.micro', {}, false, KEYS),
  if_('StringNotEquals', 'ec2:InstanceType', 't2.micro', {}, false, KEYS),
  if_('StringEqualsIfExists', 'ec2:InstanceType', 't2.micro', {}, false, KEYS),
  if_('Null', 'aws:SourceVpc', 'true', {}, false, KEYS),
  unless('StringEquals', 'aws:SourceVpc', 'vpc-1', {}, false, KEYS),
  unless('StringNotEquals', 'aws:PrincipalOrgID', 'o-1', {}, false, KEYS),
];
