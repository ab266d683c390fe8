import { DataLocation } from '@lakewright/core';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { PolicyEvaluator } from '../../core/test/support';
import { AccessLogs, LakeStorage, Zone, ZoneInventory, type ZoneOptions } from '../src';

let stack: Stack;

beforeEach(() => {
  stack = new Stack(new App(), 'Lake');
});

const create = (options?: ZoneOptions): Zone => new Zone(stack, 'Raw', { zoneName: 'raw', ...options });
const inventory = (): Record<string, unknown>[] =>
  Object.values(Template.fromStack(stack).findResources('AWS::S3::Bucket')).flatMap(
    ({ Properties }) => Properties.InventoryConfigurations ?? [],
  );
const puts = (bucket: s3.IBucket, key: string, source: s3.IBucket): string => {
  const access = PolicyEvaluator.of(stack);
  return access.decide('s3.amazonaws.com', 's3:PutObject', bucket.arnForObjects(key), {
    'aws:SourceAccount': '111111111111',
    'aws:SourceArn': access.text(source.bucketArn),
  });
};

test('by default there is none', () => {
  expect(create().inventoryLocation).toBeUndefined();
  expect(inventory()).toEqual([]);
});

describe('by default an inventory', () => {
  test('lists current versions as Parquet into the log bucket', () => {
    const zone = create({ inventory: ZoneInventory.weekly() });
    expect(inventory()).toMatchObject([
      {
        Id: 'Zone',
        Enabled: true,
        ScheduleFrequency: 'Weekly',
        IncludedObjectVersions: 'Current',
        Destination: { Format: 'Parquet', Prefix: 'inventory', BucketArn: stack.resolve(zone.logBucket?.bucketArn) },
      },
    ]);
  });

  test('says where it lies', () => {
    const zone = create({ inventory: ZoneInventory.daily() });
    const access = PolicyEvaluator.of(stack);
    const [bucket, logs] = [zone.bucket, zone.logBucket as s3.IBucket].map(({ bucketName }) => access.text(bucketName));
    expect(access.text(zone.inventoryLocation?.uri ?? '')).toBe(`s3://${logs}/inventory/${bucket}/Zone/`);
  });

  test('may be written by S3 for this zone, there alone', () => {
    const zone = create({ inventory: ZoneInventory.daily() });
    const logs = zone.logBucket as s3.IBucket;
    expect(puts(logs, 'inventory/x', zone.bucket)).toBe('allowed');
    expect(puts(logs, 'inventory/x', logs)).toBe('denied');
    expect(puts(logs, 'x', zone.bucket)).toBe('denied');
  });
});

test('all zones of a storage share one destination, each below its own name', () => {
  const storage = new LakeStorage(stack, 'Storage', { inventory: ZoneInventory.weekly() });
  expect(inventory()).toHaveLength(3);
  const uris = storage.zones.map((zone) => PolicyEvaluator.of(stack).text((zone as Zone).inventoryLocation?.uri ?? ''));
  expect(new Set(uris).size).toBe(3);
});

test('what can be changed: frequency, format, versions, prefix', () => {
  create({
    inventory: ZoneInventory.daily({
      format: s3.InventoryFormat.ORC,
      versions: s3.InventoryObjectVersion.ALL,
      prefix: 'sales',
    }),
  });
  expect(inventory()).toMatchObject([
    { ScheduleFrequency: 'Daily', IncludedObjectVersions: 'All', Prefix: 'sales/', Destination: { Format: 'ORC' } },
  ]);
});

test('what can be handed in: a destination, whose key S3 may use for this account', () => {
  const key = new kms.Key(stack, 'Key');
  const bucket = new s3.Bucket(stack, 'Lists', { encryptionKey: key });
  const zone = create({ inventory: ZoneInventory.daily({ destination: DataLocation.of(bucket, 'lists') }) });
  expect(puts(bucket, 'lists/x', zone.bucket)).toBe('allowed');
  const access = PolicyEvaluator.of(stack);
  const encrypts = (account: string): string =>
    access.decide('s3.amazonaws.com', 'kms:GenerateDataKey', key.keyArn, { 'aws:SourceAccount': account });
  expect([encrypts('111111111111'), encrypts('222222222222')]).toEqual(['allowed', 'denied']);
});

test("a zone's inventory can lie in the zone itself, without a circle with its key", () => {
  const app = new App();
  const own = new Stack(app, 'Own');
  const bucket = new Zone(own, 'Lists', { zoneName: 'lists' });
  new Zone(own, 'Raw', { zoneName: 'raw', inventory: ZoneInventory.daily({ destination: bucket.location('raw') }) });
  expect(() => Template.fromStack(own)).not.toThrow();
});

test('what is refused: an inventory with nowhere to go', () => {
  expect(() => create({ inventory: ZoneInventory.daily(), accessLogs: AccessLogs.none() })).toThrow(
    'InventoryNeedsDestination: inventory of Lake/Raw/Bucket without a destination',
  );
});
