import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SupersetDatabaseOptions } from '../superset-options';
import type { Place } from './superset-network';

export const DATABASE_NAME = 'superset';
export const DATABASE_PORT = 5433; // scanners look at 5432

/** Superset's metadata: dashboards, users, saved queries. Its password is made and changed by RDS. */
export class MetadataDatabase extends Construct {
  public readonly instance: rds.DatabaseInstance;
  public readonly secret: secretsmanager.ISecret;

  public constructor(
    scope: Construct,
    id: string,
    place: Place,
    key: kms.IKey,
    environment: LakeEnvironment,
    options: SupersetDatabaseOptions = {},
  ) {
    super(scope, id);
    const sandbox = environment.destroysData;
    this.instance = new rds.DatabaseInstance(this, 'Instance', {
      vpc: place.vpc,
      vpcSubnets: place.dataSubnets,
      engine: rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_17 }),
      instanceType:
        options.instanceType ??
        ec2.InstanceType.of(ec2.InstanceClass.T4G, sandbox ? ec2.InstanceSize.MICRO : ec2.InstanceSize.SMALL),
      multiAz: options.multiAz ?? !sandbox,
      databaseName: DATABASE_NAME,
      credentials: rds.Credentials.fromUsername('superset', { encryptionKey: key }),
      manageMasterUserPassword: true,
      port: DATABASE_PORT,
      storageType: rds.StorageType.GP3,
      allocatedStorage: 20,
      maxAllocatedStorage: 100,
      storageEncrypted: true,
      storageEncryptionKey: key,
      backupRetention: options.backupRetention ?? Duration.days(sandbox ? 1 : 14),
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: sandbox,
      deletionProtection: !sandbox,
      removalPolicy: sandbox ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN,
      autoMinorVersionUpgrade: true,
      monitoringInterval: Duration.minutes(1),
      cloudwatchLogsExports: ['postgresql', 'upgrade'],
      parameters: { 'rds.force_ssl': '1' },
    });
    if (!this.instance.secret) throw new Error('RDS manages the password: there is always a secret');
    this.secret = this.instance.secret;
    const { instance } = this;
    NagFindings.acknowledge(instance, ['RDSInBackupPlan'], 'RDS keeps backups of every second of the retention itself');
    NagFindings.acknowledge(
      instance.node.findChild('MonitoringRole'),
      ['AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]'],
      'AWS says with this policy what enhanced monitoring needs',
    );
    if (sandbox) {
      NagFindings.acknowledge(
        instance,
        ['AwsSolutions-RDS3', 'AwsSolutions-RDS10', 'RDSMultiAZSupport', 'RDSInstanceDeletionProtectionEnabled'],
        'a sandbox is cheap, and goes with its stack',
      );
    }
  }
}
