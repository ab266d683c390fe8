import { type IZone, LakeEnvironment, LakeError, NagFindings } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import * as backup from 'aws-cdk-lib/aws-backup';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** Properties of a backup of zones. */
export interface LakeBackupProps {
  /** What is backed up: `storage.zones`, or some of them. */
  readonly zones: IZone[];

  /**
   * When, for how long, and copies elsewhere.
   * @default one rule: continuously, so that any second of the last 35 days can be restored
   */
  readonly rules?: backup.BackupPlanRule[];

  /**
   * Where recovery points are kept.
   * @default a vault of its own, encrypted with the first zone's key; it is retained when the stack is removed
   */
  readonly vault?: backup.IBackupVault;

  /**
   * Removal and retention. A vault with recovery points can't be destroyed, so environments that destroy data are refused.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * An AWS Backup plan for zones.
 *
 * Zones have what AWS Backup needs (versions and EventBridge); a bucket of one's own has to have it as well. The service must
 * be opted in for S3 in the account and region.
 *
 * @see https://docs.aws.amazon.com/aws-backup/latest/devguide/s3-backups.html
 * @resource AWS::Backup::BackupPlan
 */
export class LakeBackup extends Construct {
  /** The plan. */
  public readonly plan: backup.BackupPlan;

  /** Where recovery points are kept. */
  public readonly vault: backup.IBackupVault;

  /** The role that AWS Backup reads the zones with. */
  public readonly role: iam.IRole;

  public constructor(scope: Construct, id: string, props: LakeBackupProps) {
    super(scope, id);
    const environment = props.environment ?? LakeEnvironment.production();
    check(this, props, environment);
    this.vault = props.vault ?? this.createVault(props.zones, environment);
    this.plan = new backup.BackupPlan(this, 'Plan', {
      backupVault: this.vault,
      backupPlanRules: props.rules ?? [continuously()],
    });
    this.role = this.createRole(props.zones);
    this.plan.addSelection('Zones', {
      role: this.role,
      disableDefaultBackupPolicy: true,
      resources: props.zones.map(({ bucket }) => backup.BackupResource.fromArn(bucket.bucketArn)),
    });
    this.node.defaultChild = this.plan.node.defaultChild;
  }

  private createVault(zones: IZone[], environment: LakeEnvironment): backup.BackupVault {
    const encryptionKey = zones.map((zone) => zone.encryptionKey).find((key): key is kms.IKey => key !== undefined);
    return new backup.BackupVault(this, 'Vault', {
      ...(encryptionKey ? { encryptionKey } : {}),
      removalPolicy: environment.removalPolicy,
    });
  }

  /** AWS maintains what its service needs in managed policies; a copy of ours would break backups one night. */
  private createRole(zones: IZone[]): iam.Role {
    const policies = ['service-role/AWSBackupServiceRolePolicyForBackup', 'AWSBackupServiceRolePolicyForS3Backup'];
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('backup.amazonaws.com'),
      description: `Backs up ${zones.map(({ zoneName }) => zoneName).join(', ')}`,
      managedPolicies: policies.map((name) => iam.ManagedPolicy.fromAwsManagedPolicyName(name)),
    });
    NagFindings.acknowledge(
      role,
      policies.map((name) => `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${name}]`),
      'AWS maintains what AWS Backup needs for S3 in these managed policies',
    );
    return role;
  }
}

function continuously(): backup.BackupPlanRule {
  return new backup.BackupPlanRule({
    ruleName: 'Continuous',
    enableContinuousBackup: true,
    deleteAfter: Duration.days(35), // the most that continuous backups can have
    scheduleExpression: events.Schedule.cron({ hour: '5', minute: '0' }),
  });
}

function check(scope: Construct, props: LakeBackupProps, environment: LakeEnvironment): void {
  if (props.zones.length === 0) {
    throw new Error(
      LakeError.message(
        'BackupWithoutZones',
        `${scope.node.path} of no zone`,
        'at least one zone',
        'give storage.zones',
      ),
    );
  }
  if (environment.destroysData) {
    throw new Error(
      LakeError.message(
        'BackupNeedsRetain',
        `backup in LakeEnvironment "${environment.name}", which destroys data`,
        "a vault with recovery points can't be destroyed, so the stack could never be removed",
        'leave the backup out here, or use an environment that retains data',
      ),
    );
  }
}
