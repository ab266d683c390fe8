import { App, Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { nagFindings } from './nag';

test('control: all four packs object to a plain bucket', () => {
  const app = new App();
  new s3.Bucket(new Stack(app, 'Plain'), 'Bucket');
  const packs = new Set(nagFindings(app).map((finding) => finding.replace(/-[A-Za-z0-9]+(\[.*\])? @ .*/, '')));
  expect([...packs].sort()).toEqual(['AwsSolutions', 'HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321']);
});

test('control: an acknowledged finding is gone, its neighbours stay', () => {
  const app = new App();
  const bucket = new s3.Bucket(new Stack(app, 'Plain'), 'Bucket');
  Validations.of(bucket).acknowledge({ id: 'AwsSolutions-S1', reason: 'a control test' });
  const findings = nagFindings(app);
  expect(findings).not.toContain('AwsSolutions-S1 @ Plain/Bucket/Resource');
  expect(findings).toContain('AwsSolutions-S10 @ Plain/Bucket/Resource');
});
