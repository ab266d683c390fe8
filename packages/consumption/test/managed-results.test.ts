import { LakeEnvironment } from '@lakewright/core';
import { App, Duration, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AthenaWorkgroup, type AthenaWorkgroupProps } from '../src';
import { alone, dataIds, PolicyEvaluator, role } from './support';

const WORKGROUP = 'AWS::Athena::WorkGroup';
const managed = (props: AthenaWorkgroupProps = {}) => alone({ managedResults: true, ...props });

describe('managed results', () => {
  test('need no bucket and no location, and are enforced', () => {
    const template = Template.fromStack(managed().stack);
    template.resourceCountIs('AWS::S3::Bucket', 0);
    template.hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: true,
        ManagedQueryResultsConfiguration: { Enabled: true, EncryptionConfiguration: Match.absent() },
        ResultConfiguration: Match.absent(),
      },
    });
  });

  test('the workgroup is the only thing with state, by the same id as any other', () => {
    expect(dataIds(managed().stack)).toEqual({ WorkgroupD5BC63A0: WORKGROUP });
  });

  test('who queries needs no right on any bucket', () => {
    const { stack, workgroup } = managed();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    const policies = PolicyEvaluator.of(stack);
    for (const action of ['StartQueryExecution', 'GetQueryResults', 'GetQueryResultsStream']) {
      expect(policies.decide(analyst, `athena:${action}`, workgroup.workgroupArn)).toBe('allowed');
    }
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::IAM::Policy'))).not.toContain('s3:');
  });

  test('with a key: Athena uses it for this workgroup alone, and so does who queries', () => {
    const stack = new Stack(new App(), 'Alone', { env: { region: 'eu-west-1', account: '111111111111' } });
    const encryptionKey = new kms.Key(stack, 'Key');
    const workgroup = new AthenaWorkgroup(stack, 'Workgroup', { managedResults: true, encryptionKey });
    const [analyst, stranger] = [role(stack, 'Analyst'), role(stack, 'Stranger')];
    workgroup.grants.query(analyst);
    const policies = PolicyEvaluator.of(stack);
    const name = Template.fromStack(stack).findResources(WORKGROUP);
    const own = `arn:aws:athena:eu-west-1:111111111111:workgroup/${Object.values(name)[0]?.Properties.Name}`;
    const asAthena = (arn: string) =>
      policies.decide('encryption.athena.amazonaws.com', 'kms:GenerateDataKey', encryptionKey.keyArn, {
        'aws:SourceArn': arn,
        'aws:SourceAccount': '111111111111',
        'kms:EncryptionContext:aws:athena:arn': arn,
      });
    expect(asAthena(own)).toBe('allowed');
    expect(asAthena('arn:aws:athena:eu-west-1:111111111111:workgroup/another')).toBe('denied');
    expect(policies.decide(analyst, 'kms:Decrypt', encryptionKey.keyArn)).toBe('allowed');
    expect(policies.decide(stranger, 'kms:Decrypt', encryptionKey.keyArn)).toBe('denied');
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: {
        ManagedQueryResultsConfiguration: {
          EncryptionConfiguration: { KmsKey: { 'Fn::GetAtt': [Match.anyValue(), 'Arn'] } },
        },
      },
    });
  });

  test('an imported key: one is told what its policy must say', () => {
    const stack = new Stack(new App(), 'S');
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Theirs', 'arn:aws:kms:eu-west-1:111111111111:key/a');
    new AthenaWorkgroup(stack, 'Workgroup', { managedResults: true, encryptionKey });
    Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('encryption.athena.*keyPolicyOfOthers'));
  });

  test('dbt and pipelines may have them, too: CTAS says where its tables lie', () => {
    const { stack } = managed({ enforced: false, environment: LakeEnvironment.sandbox() });
    Template.fromStack(stack).hasResourceProperties(WORKGROUP, {
      WorkGroupConfiguration: {
        EnforceWorkGroupConfiguration: false,
        ManagedQueryResultsConfiguration: { Enabled: true },
      },
    });
  });

  test('are one principal’s: a second would read them', () => {
    const { stack, workgroup } = managed();
    const analyst = role(stack, 'Analyst');
    workgroup.grants.query(analyst);
    workgroup.grants.query(analyst);
    expect(() => workgroup.grants.query(role(stack, 'Other'))).toThrow(/^ManagedForSeveral: .*"Alone\/Workgroup"/);
  });

  test('have no location and no age that one could choose', () => {
    const { stack, workgroup } = managed();
    expect(() => workgroup.resultLocation(role(stack, 'Analyst'))).toThrow(/^ManagedResultsHaveNoLocation: /);
    expect(() => managed({ resultExpiry: Duration.days(2) })).toThrow(
      'ManagedResultsHaveNoLocation: "managedResults" with "resultExpiry"',
    );
  });
});
