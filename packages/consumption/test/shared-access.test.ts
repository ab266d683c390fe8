import { Duration, aws_iam as iam, type Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import {
  AthenaWorkgroup,
  PartnerAccess,
  type PartnerAccessProps,
  SageMakerAccess,
  type SageMakerAccessProps,
} from '../src';
import { dataIds, lake, nagFindings, PolicyEvaluator } from './support';

const ENV = { env: { region: 'eu-west-1', account: '111111111111' } };

describe('SageMakerAccess', () => {
  const science = (props: Partial<SageMakerAccessProps> = {}) => {
    const made = lake({}, ENV);
    const access = new SageMakerAccess(made.stack, 'Science', { workgroup: made.workgroup, ...props });
    const may = (action: string, arn: string) =>
      PolicyEvaluator.of(made.stack).decide(access.role as iam.Role, action, arn);
    return { ...made, access, may };
  };

  test('a role for SageMaker AI that asks Athena, and has no data by itself', () => {
    const { stack, storage, workgroup, may } = science();
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'sagemaker.amazonaws.com' } }] },
    });
    expect(may('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(may('lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('reads what is granted to it, and keeps what it makes', () => {
    const { storage, catalog, access, may } = science();
    catalog.datasets.dataset('orders').grants.read(access);
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('allowed');
    const other = science();
    const artifacts = other.storage.datasets.location('features');
    const access2 = new SageMakerAccess(other.stack, 'More', {
      workgroup: new AthenaWorkgroup(other.stack, 'Own'),
      artifacts,
    });
    const decide = (action: string, key: string) =>
      PolicyEvaluator.of(other.stack).decide(access2.role as iam.Role, action, artifacts.bucket.arnForObjects(key));
    expect(decide('s3:DeleteObject', 'features/a')).toBe('allowed');
    expect(decide('s3:PutObject', 'orders/a')).toBe('denied');
    expect(access2.connectionFacts().resultLocation).toBeDefined();
  });

  test('the execution role of a domain that is there is used, and kept from files that Lake Formation governs', () => {
    const { stack, storage, workgroup } = lake({}, ENV);
    const role = new iam.Role(stack, 'Execution', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
    const access = new SageMakerAccess(stack, 'Science', {
      workgroup,
      role,
      denied: [storage.datasets.location('orders')],
    });
    storage.datasets.location().grants.read(access);
    const decide = (key: string) =>
      PolicyEvaluator.of(stack).decide(role, 's3:GetObject', storage.datasets.bucket.arnForObjects(key));
    expect(access.role).toBe(role);
    expect(decide('orders/a')).toBe('denied');
    expect(decide('results-of-nobody/a')).toBe('allowed');
  });
});

describe('PartnerAccess', () => {
  const partner = (props: Partial<PartnerAccessProps> = {}) => {
    const made = lake({}, ENV);
    const access = new PartnerAccess(made.stack, 'Airline', {
      account: '222222222222',
      externalId: 'lake-7f3a',
      workgroup: made.workgroup,
      ...props,
    });
    return { ...made, access };
  };
  const trust = (stack: Stack) =>
    Object.entries(Template.fromStack(stack).findResources('AWS::IAM::Role')).find(([id]) =>
      id.startsWith('Airline'),
    )?.[1].Properties;

  test('only the partner’s account takes on the role, for an hour, with the external id', () => {
    const { AssumeRolePolicyDocument, MaxSessionDuration } = trust(partner().stack);
    expect(MaxSessionDuration).toBe(3600);
    expect(AssumeRolePolicyDocument.Statement).toEqual([
      {
        Action: 'sts:AssumeRole',
        Effect: 'Allow',
        Condition: { StringEquals: { 'sts:ExternalId': 'lake-7f3a' } },
        Principal: { AWS: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:root']] } },
      },
    ]);
  });

  test('or some roles of it, for longer', () => {
    const { stack } = partner({ partnerRoles: ['service-role/reader'], maxSessionDuration: Duration.hours(4) });
    const { AssumeRolePolicyDocument, MaxSessionDuration } = trust(stack);
    expect(MaxSessionDuration).toBe(14_400);
    expect(AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      ArnEquals: {
        'aws:PrincipalArn': [
          { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':iam::222222222222:role/service-role/reader']] },
        ],
      },
      StringEquals: { 'sts:ExternalId': 'lake-7f3a' },
    });
  });

  test('sees what is granted and its own results, and changes nothing', () => {
    const { stack, storage, catalog, workgroup, access } = partner();
    catalog.datasets.dataset('orders').grants.read(access);
    const may = (action: string, arn: string) => PolicyEvaluator.of(stack).decide(access.role, action, arn);
    expect(may('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
    expect(may('athena:CreatePreparedStatement', workgroup.workgroupArn)).toBe('denied');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('allowed');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('customers/a'))).toBe('denied');
    expect(may('s3:PutObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
    const { bucket, prefix } = workgroup.resultLocation(access);
    expect(may('s3:PutObject', bucket.arnForObjects(`${prefix}/id.csv`))).toBe('allowed');
  });

  test('what the partner needs is written down as outputs', () => {
    const { stack, access } = partner();
    access.addOutputs(stack, 'Airline');
    const template = Template.fromStack(stack);
    template.hasOutput('AirlineExternalId', { Value: 'lake-7f3a' });
    template.hasOutput('AirlineRoleArn', { Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^AirlineRole'), 'Arn'] } });
    template.hasOutput('AirlineJdbcUrl', Match.anyValue());
  });

  test('the logical id of the role, which the partner knows by its ARN, stays the same', () => {
    expect(Object.keys(dataIds(partner().stack, 'AWS::IAM::Role')).filter((id) => id.startsWith('Airline'))).toEqual([
      'AirlineRoleC0B781F2',
    ]);
  });

  test.each<[string, Partial<PartnerAccessProps>, RegExp]>([
    ['a name for an account', { account: 'airline' }, /^InvalidAccount: account "airline"/],
    [
      'its own account',
      { account: '111111111111' },
      /^PartnerIsThisAccount: account "111111111111" of "Lake\/Airline"/,
    ],
    ['a short external id', { externalId: 'x' }, /^InvalidExternalId: externalId "x"/],
    ['an external id with blanks', { externalId: 'a b' }, /^InvalidExternalId/],
    ['roles of which there is none', { partnerRoles: [] }, /^InvalidAccount: no "partnerRoles"/],
    ['a session of a day', { maxSessionDuration: Duration.hours(24) }, /^InvalidSessionDuration/],
  ])('is refused with %s', (_, props, message) => {
    expect(() => partner(props)).toThrow(message);
  });
});

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, storage, workgroup } = lake({}, ENV);
  new SageMakerAccess(stack, 'Science', { workgroup, artifacts: storage.datasets.location('features') });
  new PartnerAccess(stack, 'Airline', {
    ...{ account: '222222222222', externalId: 'lake-7f3a' },
    workgroup: new AthenaWorkgroup(stack, 'Partners'),
  });
  new s3.Bucket(stack, 'Plain'); // a control, with nothing acknowledged
  const found = nagFindings(app);
  expect(found).toContain('AwsSolutions-S1 @ Lake/Plain/Resource');
  expect(found.filter((finding) => /Science|Airline/.test(finding))).toEqual([]);
});
