import { Duration } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import { BiTool, ThirdPartyBi, type ThirdPartyBiProps } from '../src';
import { bare } from './superset.support';
import { nagFindings, PolicyEvaluator } from './support';

function tableau(props: Partial<ThirdPartyBiProps> = {}) {
  const lake = bare();
  const bi = new ThirdPartyBi(lake.stack, 'Tableau', {
    tool: BiTool.TABLEAU,
    workgroup: lake.workgroup,
    assumedBy: new iam.AccountPrincipal('222222222222'),
    reads: [lake.datasets.dataset('delays')],
    ...props,
  });
  return { ...lake, bi, text: (value: string) => PolicyEvaluator.of(lake.stack).text(value) };
}

test('the tool queries in its workgroup below its own prefix, and reads what was given', () => {
  const { stack, bi, workgroup, datasets, storage } = tableau();
  const policies = PolicyEvaluator.of(stack);
  const decide = (action: string, resource: string) => policies.decide(bi.role, action, resource);
  const { bucket, prefix } = workgroup.resultLocation(bi.role);
  expect(decide('athena:StartQueryExecution', workgroup.workgroupArn)).toBe('allowed');
  expect(decide('s3:PutObject', bucket.arnForObjects(`${prefix}/1.csv`))).toBe('allowed');
  expect(decide('s3:PutObject', storage.raw.bucket.arnForObjects('x'))).toBe('denied');
  expect(decide('glue:GetTable', datasets.dataset('delays').tableArn)).toBe('allowed');
  expect(decide('glue:GetTable', datasets.dataset('customers').tableArn)).toBe('denied');
});

test('the connection is that of the drivers, with the profile that takes on the role', () => {
  const { bi, text } = tableau({ databaseName: 'datasets', profileName: 'bi', externalId: 'tableau-1' });
  const { jdbcUrl, odbcConnectionString } = bi.connection;
  expect(text(jdbcUrl)).toMatch(
    /^jdbc:athena:.*Database=datasets;.*CredentialsProvider=ProfileCredentials;ProfileName=bi;/,
  );
  expect(text(odbcConnectionString)).toMatch(/AWSProfile=bi;/);
  expect(text(bi.profile)).toMatch(
    /^\[profile bi\]\nrole_arn = arn:aws:iam:.*\n.*\nexternal_id = tableau-1\nregion = /,
  );
});

test('each tool is told what is written into it, and where its driver is', () => {
  const outputsOf = (tool: BiTool) => {
    const outputs = Object.values(Template.fromStack(tableau({ tool }).stack).findOutputs('*'));
    return outputs.map(({ Value, Description }) => `${JSON.stringify(Value)} ${Description}`).join(' ');
  };
  expect(outputsOf(BiTool.TABLEAU)).toMatch(/athena\..*jdbc-v3-driver.*s3:.*Workgroup=/);
  expect(outputsOf(BiTool.DBEAVER)).toMatch(/jdbc:athena.*jdbc-v3-driver/);
  expect(outputsOf(BiTool.POWER_BI)).toMatch(/Odbc\.DataSource.*odbc-v2-driver/);
  expect(outputsOf(BiTool.EXCEL)).toMatch(/DRIVER=.*odbc-v2-driver/);
});

test('another account takes on the role by its external id only; there are no access keys', () => {
  const { stack } = tableau({ externalId: 'tableau-1', maxSessionDuration: Duration.hours(4) });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [Match.objectLike({ Condition: { StringEquals: { 'sts:ExternalId': 'tableau-1' } } })],
    },
    MaxSessionDuration: 14400,
  });
  template.resourceCountIs('AWS::IAM::AccessKey', 0);
});

test('its role keeps its id: policies of others name it', () => {
  const { stack, bi } = tableau();
  expect(stack.getLogicalId(bi.role.node.defaultChild as iam.CfnRole)).toBe('TableauRole0C80D0D6');
});

test('a name that is none of a profile is refused', () => {
  expect(() => tableau({ profileName: 'my lake' })).toThrow(/^InvalidProfileName: /);
});

test('cdk-nag finds nothing that is not acknowledged', () => {
  expect(nagFindings(tableau().app).filter((finding) => finding.includes(' @ Stack/Tableau'))).toEqual([]);
});

test('control: a wildcard that somebody adds is found', () => {
  const { app, stack } = tableau();
  const role = new iam.Role(stack, 'TableauOther', { assumedBy: new iam.AccountPrincipal('222222222222') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['athena:*'], resources: ['*'] }));
  expect(nagFindings(app).join('\n')).toMatch(/AwsSolutions-IAM5.* @ Stack\/TableauOther/);
});
