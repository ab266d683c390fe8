import { Size, aws_s3 as s3, aws_sns as sns } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { AthenaCapacityReservation, AthenaWorkgroup } from '../src';
import { lake, nagFindings, role } from './support';

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing in a workgroup that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { app, stack, catalog } = lake();
  const workgroup = new AthenaWorkgroup(stack, 'Own');
  workgroup.grants.query(role(stack, 'Analyst'));
  workgroup.addNamedQuery('Late', { database: catalog.datasets, sql: 'SELECT 1' });
  workgroup.addPreparedStatement('LateOf', { statementName: 'late_of', sql: 'SELECT ?' });
  workgroup.alarmOnScannedBytes('Costs', {
    limit: Size.tebibytes(1),
    notify: new sns.Topic(stack, 'Notices', { enforceSSL: true }),
  });
  new AthenaCapacityReservation(stack, 'OwnCapacity', { targetDpus: 4, workgroups: [workgroup] });
  new AthenaWorkgroup(stack, 'OwnManaged', { managedResults: true });
  // a control: what it finds in a bucket with nothing acknowledged
  new s3.Bucket(stack, 'Plain');
  const found = nagFindings(app);
  expect(found).toContain('AwsSolutions-S1 @ Lake/Plain/Resource');
  expect(found.filter((finding) => finding.includes('Lake/Own'))).toEqual([]);
});
