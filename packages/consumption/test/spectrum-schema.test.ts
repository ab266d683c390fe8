import { LakeEnvironment, PermissionModel } from '@lakewright/core';
import {
  aws_iam as iam,
  aws_s3 as s3,
  aws_secretsmanager as secretsmanager,
  aws_redshiftserverless as serverless,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { SpectrumSchema, type SpectrumSchemaProps } from '../src';
import { dataIds, lake, nagFindings, PolicyEvaluator } from './support';

const TYPE = 'Custom::LakewrightSpectrumSchema';

function spectrum(props: Partial<SpectrumSchemaProps> = {}) {
  const made = lake({}, { env: { region: 'eu-west-1', account: '111111111111' } });
  const { stack, catalog } = made;
  const workgroup = new serverless.CfnWorkgroup(stack, 'Warehouse', {
    workgroupName: 'warehouse',
    namespaceName: 'dwh',
  });
  const adminSecret = new secretsmanager.Secret(stack, 'Admin');
  const options = {
    database: catalog.datasets,
    workgroupName: workgroup.ref,
    workgroupArn: workgroup.attrWorkgroupWorkgroupArn,
    adminSecret,
  };
  const schema = new SpectrumSchema(stack, 'Spectrum', { ...options, ...props });
  const provider = stack.node.findChild('LakewrightSpectrumSchemas').node.findChild('Role') as iam.Role;
  return { ...made, options, schema, provider, adminSecret, workgroup };
}

describe('defaults', () => {
  test('a schema with the name of its database, read by a role of its own', () => {
    Template.fromStack(spectrum().stack).hasResourceProperties(TYPE, {
      Workgroup: { Ref: 'Warehouse' },
      Database: 'dev',
      SecretArn: { Ref: Match.stringLikeRegexp('^Admin') },
      Schema: { Ref: Match.stringLikeRegexp('^CatalogDatasets') },
      CatalogDatabase: { Ref: Match.stringLikeRegexp('^CatalogDatasets') },
      CatalogId: '111111111111',
      Region: 'eu-west-1',
      RoleArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^SpectrumRole'), 'Arn'] },
      UsageRoles: [],
    });
  });

  test('Redshift takes on the role for this account alone', () => {
    const condition = { StringEquals: { 'aws:SourceAccount': '111111111111' } };
    Template.fromStack(spectrum().stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          { Principal: { Service: 'redshift-serverless.amazonaws.com' }, Condition: condition },
          { Principal: { Service: 'redshift.amazonaws.com' }, Condition: condition },
        ],
      },
    });
  });

  test('the role sees the definitions of its database, gets credentials of Lake Formation, and has no data', () => {
    const { stack, storage, catalog, schema } = spectrum();
    const may = (action: string, arn: string) => PolicyEvaluator.of(stack).decide(schema.role, action, arn);
    expect(may('glue:GetTable', catalog.datasets.dataset('orders').tableArn)).toBe('allowed');
    expect(may('glue:GetTable', catalog.raw.dataset('orders').tableArn)).toBe('denied');
    expect(may('glue:CreateTable', catalog.datasets.dataset('orders').tableArn)).toBe('denied');
    expect(may('lakeformation:GetDataAccess', '*')).toBe('allowed');
    expect(may('s3:GetObject', storage.datasets.bucket.arnForObjects('orders/a'))).toBe('denied');
  });

  test('the provider runs statements in that workgroup, sees its own alone, and reads that secret', () => {
    const { stack, provider, adminSecret, workgroup } = spectrum();
    const other = new secretsmanager.Secret(stack, 'Other');
    const may = (action: string, arn: string, context = {}) =>
      PolicyEvaluator.of(stack).decide(provider, action, arn, context);
    expect(may('redshift-data:ExecuteStatement', workgroup.attrWorkgroupWorkgroupArn)).toBe('allowed');
    const foreign = 'arn:aws:redshift-serverless:eu-west-1:111111111111:workgroup/other';
    expect(may('redshift-data:ExecuteStatement', foreign)).toBe('denied');
    expect(may('secretsmanager:GetSecretValue', adminSecret.secretArn)).toBe('allowed');
    expect(may('secretsmanager:GetSecretValue', other.secretArn)).toBe('denied');
    const owner = { 'redshift-data:statement-owner-iam-userid': 'AROASOMEBODY:else', 'aws:userid': 'AROAME:me' };
    expect(may('redshift-data:GetStatementResult', '*', owner)).toBe('denied');
  });

  test('the logical ids of what others know stay the same', () => {
    const ids = dataIds(spectrum().stack, TYPE, 'AWS::IAM::Role');
    expect(Object.keys(ids).filter((id) => id.startsWith('Spectrum'))).toEqual([
      'SpectrumRole81229D2C',
      'Spectrum6716B843',
    ]);
  });
});

describe('overrides and supplied', () => {
  test('a name, a database, roles that use it, a role that reads', () => {
    const made = spectrum();
    const role = new iam.Role(made.stack, 'Reader', {
      assumedBy: new iam.ServicePrincipal('redshift-serverless.amazonaws.com'),
    });
    const second = new SpectrumSchema(made.stack, 'Second', {
      ...made.options,
      ...{ schemaName: 'lake', redshiftDatabase: 'dwh', usageRoles: ['analysts'], role },
      environment: LakeEnvironment.sandbox(),
    });
    expect(second.role).toBe(role);
    const template = Template.fromStack(made.stack);
    template.hasResourceProperties(TYPE, { Schema: 'lake', Database: 'dwh', UsageRoles: ['analysts'] });
    // one provider for both
    template.resourceCountIs(TYPE, 2);
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { Handler: 'index.handler', Timeout: 300 }, 1);
  });

  test('data is given to it like to any role', () => {
    const { stack, storage, catalog, schema } = spectrum();
    catalog.datasets.dataset('orders').grants.read(schema);
    const may = (key: string) =>
      PolicyEvaluator.of(stack).decide(schema.role, 's3:GetObject', storage.datasets.bucket.arnForObjects(key));
    expect([may('orders/a'), may('customers/a')]).toEqual(['allowed', 'denied']);
  });

  test('a database that is a link is found by its own catalog', () => {
    const database = {
      databaseName: 'linked',
      permissions: PermissionModel.iam(),
      linkTarget: { account: '222222222222', databaseName: 'theirs' },
    };
    Template.fromStack(spectrum({ database }).stack).hasResourceProperties(TYPE, { CatalogId: Match.absent() });
  });
});

test.each<[string, Partial<SpectrumSchemaProps>, RegExp]>([
  ['a schema with capitals', { schemaName: 'Lake' }, /^InvalidSchemaName: schemaName "Lake"/],
  ['a quote in a role', { usageRoles: ['a"b'] }, /^InvalidRedshiftName: the name "a"b"/],
  ['a database with blanks', { redshiftDatabase: 'my db' }, /^InvalidRedshiftName/],
])('is refused: %s', (_, props, message) => {
  expect(() => spectrum(props)).toThrow(message);
});

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack } = spectrum();
  new s3.Bucket(stack, 'Plain'); // a control, with nothing acknowledged
  const found = nagFindings(app);
  expect(found).toContain('AwsSolutions-S1 @ Lake/Plain/Resource');
  expect(found.filter((finding) => finding.includes('Spectrum'))).toEqual([]);
});
