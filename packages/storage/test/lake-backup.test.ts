import { LakeEnvironment } from '@lakewright/core';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { beforeEach, describe, expect, test } from 'vitest';
import { dataIds } from '../../core/test/support';
import { LakeBackup, LakeStorage, Zone, ZoneEncryption } from '../src';

let stack: Stack;
let storage: LakeStorage;

beforeEach(() => {
  stack = new Stack(new App(), 'Lake');
  storage = new LakeStorage(stack, 'Storage');
});

const template = (): Template => Template.fromStack(stack);

describe('by default', () => {
  beforeEach(() => {
    new LakeBackup(stack, 'Backup', { zones: storage.zones });
  });

  test('any second of the last 35 days can be restored', () => {
    template().hasResourceProperties('AWS::Backup::BackupPlan', {
      BackupPlan: {
        BackupPlanRule: [{ RuleName: 'Continuous', EnableContinuousBackup: true, Lifecycle: { DeleteAfterDays: 35 } }],
      },
    });
  });

  test('all zones are in it, and nothing else', () => {
    template().hasResourceProperties('AWS::Backup::BackupSelection', {
      BackupSelection: { Resources: storage.zones.map(({ bucket }) => stack.resolve(bucket.bucketArn)) },
    });
  });

  test("the vault is retained, and encrypted with the lake's key; its id stays", () => {
    template().hasResource('AWS::Backup::BackupVault', {
      DeletionPolicy: 'Retain',
      Properties: { EncryptionKeyArn: stack.resolve(storage.encryptionKey?.keyArn) },
    });
    expect(Object.keys(dataIds(stack)).filter((id) => id.startsWith('Backup'))).toEqual(['BackupVaultADF21B19']);
  });

  test('the role has the policies that AWS maintains for this, and backup alone can take it', () => {
    template().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Principal: { Service: 'backup.amazonaws.com' } }] },
      ManagedPolicyArns: [
        'service-role/AWSBackupServiceRolePolicyForBackup',
        'AWSBackupServiceRolePolicyForS3Backup',
      ].map((name) => ({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:iam::aws:policy/${name}`]] })),
    });
  });
});

test('what can be changed: the rules', () => {
  new LakeBackup(stack, 'Backup', {
    zones: [storage.datasets],
    rules: [backup.BackupPlanRule.monthly1Year()],
  });
  template().hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: { BackupPlanRule: [Match.objectLike({ RuleName: 'Monthly1Year' })] },
  });
});

test("without a key the vault has AWS Backup's own", () => {
  const zone = new Zone(stack, 'Open', { zoneName: 'open', encryption: ZoneEncryption.s3Managed() });
  new LakeBackup(stack, 'Backup', { zones: [zone] });
  template().hasResourceProperties('AWS::Backup::BackupVault', { EncryptionKeyArn: Match.absent() });
});

describe('what can be handed in', () => {
  test('a vault', () => {
    const vault = backup.BackupVault.fromBackupVaultName(stack, 'Vault', 'company');
    expect(new LakeBackup(stack, 'Backup', { zones: storage.zones, vault }).vault).toBe(vault);
    template().resourceCountIs('AWS::Backup::BackupVault', 0);
  });

  test('a bucket of one’s own as a zone', () => {
    const mine = new s3.Bucket(stack, 'Mine', { versioned: true });
    new LakeBackup(stack, 'Backup', { zones: [Zone.fromBucket(stack, 'Raw', 'raw', mine)] });
    template().hasResourceProperties('AWS::Backup::BackupSelection', {
      BackupSelection: { Resources: [stack.resolve(mine.bucketArn)] },
    });
  });
});

describe('what is refused', () => {
  test('an environment that destroys data: the vault could never go', () => {
    const environment = LakeEnvironment.sandbox();
    expect(() => new LakeBackup(stack, 'Backup', { zones: storage.zones, environment })).toThrow(
      'BackupNeedsRetain: backup in LakeEnvironment "sandbox"',
    );
  });

  test('no zone', () => {
    expect(() => new LakeBackup(stack, 'Backup', { zones: [] })).toThrow('BackupWithoutZones');
  });
});

test('a longer rule can stand beside the continuous one', () => {
  const rules = [
    new backup.BackupPlanRule({ enableContinuousBackup: true, deleteAfter: Duration.days(35) }),
    backup.BackupPlanRule.monthly5Year(),
  ];
  new LakeBackup(stack, 'Backup', { zones: storage.zones, rules });
  template().hasResourceProperties('AWS::Backup::BackupPlan', {
    BackupPlan: {
      BackupPlanRule: [
        Match.objectLike({ EnableContinuousBackup: true }),
        Match.objectLike({ RuleName: 'Monthly5Year' }),
      ],
    },
  });
});
