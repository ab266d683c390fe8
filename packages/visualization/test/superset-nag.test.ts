import { LakeEnvironment } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import { DashboardBundle, Superset, SupersetAddress, SupersetAlarms } from '../src';
import { delays, folderOf } from './bundle.support';
import { certificateOf, lake } from './superset.support';
import { nagFindings } from './support';

const ofSuperset = (findings: string[]) => findings.filter((finding) => / @ Stack\/(Superset|Second)/.test(finding));

test('Superset behind CloudFront has no finding that is not acknowledged', () => {
  expect(ofSuperset(nagFindings(lake({ dashboards: DashboardBundle.fromFolder(folderOf(delays())) }).app))).toEqual([]);
});

test('neither has one of a sandbox, with a certificate, on the internet', () => {
  const environment = LakeEnvironment.sandbox();
  const { app, stack, workgroup, superset } = lake({}, environment);
  const masterKey = new kms.Key(stack, 'TopicKey', { enableKeyRotation: true });
  const notify = new sns.Topic(stack, 'Topic', { enforceSSL: true, masterKey });
  new SupersetAlarms(stack, 'SupersetAlarms', { superset, notify });
  new Superset(stack, 'Second', {
    address: SupersetAddress.certificate({
      domainName: 'bi.example.com',
      certificate: certificateOf(stack),
      internetFacing: true,
    }),
    workgroup,
    environment,
  });
  expect(ofSuperset(nagFindings(app))).toEqual([]);
});

test('control: a wildcard that somebody adds is found', () => {
  const { app, stack } = lake();
  const role = new iam.Role(stack, 'SecondRole', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['athena:*'], resources: ['*'] }));
  expect(ofSuperset(nagFindings(app)).join('\n')).toMatch(/AwsSolutions-IAM5.* @ Stack\/SecondRole/);
});
