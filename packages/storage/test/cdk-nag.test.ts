import { LakeEnvironment } from '@lakewright/core';
import { App, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { expect, test } from 'vitest';
import { nagFindings } from '../../core/test/support';
import {
  AccessLogs,
  LakeBackup,
  LakeStorage,
  type LakeStorageProps,
  ZoneEncryption,
  ZoneInventory,
  ZoneReplication,
} from '../src';

const env = { account: '111111111111', region: 'eu-west-1' };

test('the packs are active on a zone: a plain bucket beside it is objected to', () => {
  const app = new App();
  const stack = new Stack(app, 'Lake', { env });
  new LakeStorage(stack, 'Storage');
  new s3.Bucket(stack, 'Plain');
  expect(nagFindings(app)).toContain('AwsSolutions-S10 @ Lake/Plain/Resource');
});

test.each<[string, LakeStorageProps]>([
  ['the default', {}],
  ['a sandbox', { environment: LakeEnvironment.sandbox() }],
  ['without key and logs', { encryption: ZoneEncryption.s3Managed(), accessLogs: AccessLogs.none() }],
  ['with inventories', { inventory: ZoneInventory.daily() }],
  ['with replicas', { replication: ZoneReplication.toRegion('eu-central-1') }],
])('AwsSolutions, NIST, HIPAA and PCI have nothing against %s', (_, props) => {
  const app = new App();
  new LakeStorage(new Stack(app, 'Lake', { env }), 'Storage', props);
  expect(nagFindings(app)).toEqual([]);
});

test('nor against a backup', () => {
  const app = new App();
  const stack = new Stack(app, 'Lake', { env });
  new LakeBackup(stack, 'Backup', { zones: new LakeStorage(stack, 'Storage').zones });
  expect(nagFindings(app)).toEqual([]);
});
