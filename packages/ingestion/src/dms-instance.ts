import { LakeError } from '@lakewright/core';
import { type IResource, Resource, Size, Token } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import type { DmsComputeOptions } from './dms-replication-options';
import { instanceName } from './private/dms-identity';
import { accountRoles, subnetGroup } from './private/dms-network';

/** A replication instance, on which tasks run. */
export interface IDmsInstance extends IResource, ec2.IConnectable {
  /**
   * `arn:aws:dms:region:account:rep:id`
   * @attribute
   */
  readonly instanceArn: string;

  /** Its name, a dimension of metrics. */
  readonly instanceIdentifier: string;
}

/** What a `DmsInstance` is made of. */
export interface DmsInstanceProps extends DmsComputeOptions {
  /** The network. */
  readonly vpc: ec2.IVpc;

  /**
   * Two subnets or more, in different zones.
   * @default the private subnets with a way out
   */
  readonly subnets?: ec2.SubnetSelection;

  /**
   * The class, for example `dms.t3.medium`.
   * @default "dms.t3.medium"
   */
  readonly instanceClass?: string;

  /**
   * Its disk, for logs and for changes that wait.
   * @default Size.gibibytes(50)
   */
  readonly storage?: Size;

  /**
   * DMS's version.
   * @default the newest, when the instance is made; minor upgrades are taken in the maintenance window
   */
  readonly engineVersion?: string;

  /**
   * Whether the account's roles for DMS are made when they are absent.
   * @default true
   */
  readonly ensureAccountRoles?: boolean;
}

/** How an instance that exists is found. */
export interface DmsInstanceAttributes {
  /** `arn:aws:dms:region:account:rep:id` */
  readonly instanceArn: string;

  /** Its name. */
  readonly instanceIdentifier: string;

  /** Its security group. */
  readonly securityGroup: ec2.ISecurityGroup;
}

/**
 * A classic replication instance: private, encrypted, with minor upgrades. Prefer `DmsReplication`; an instance is for what
 * DMS Serverless can't do (a start within the log, Db2, SAP ASE) and for many small tasks that share it.
 */
export class DmsInstance extends Resource implements IDmsInstance {
  /**
   * An instance that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromDmsInstanceAttributes(scope: Construct, id: string, attrs: DmsInstanceAttributes): IDmsInstance {
    return new (class extends Resource implements IDmsInstance {
      public readonly instanceArn = attrs.instanceArn;
      public readonly instanceIdentifier = attrs.instanceIdentifier;
      public readonly connections = attrs.securityGroup.connections;
    })(scope, id);
  }

  /** `arn:aws:dms:region:account:rep:id` */
  public readonly instanceArn: string;
  /** Its name. */
  public readonly instanceIdentifier: string;
  /** Reaches databases. */
  public readonly connections: ec2.Connections;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidInstanceClass`, `TwoZonesNeeded`
   */
  public constructor(scope: Construct, id: string, props: DmsInstanceProps) {
    super(scope, id);
    const replicationInstanceClass = props.instanceClass ?? 'dms.t3.medium';
    if (!Token.isUnresolved(replicationInstanceClass) && !/^dms\.\w+\.\w+$/.test(replicationInstanceClass)) {
      throw new Error(
        LakeError.message(
          'InvalidInstanceClass',
          `instance class "${replicationInstanceClass}"`,
          'a class of DMS',
          'write it like "dms.t3.medium"',
        ),
      );
    }
    const group =
      props.securityGroup ??
      new ec2.SecurityGroup(this, 'SecurityGroup', {
        vpc: props.vpc,
        description: `Of ${this.node.path}`,
        allowAllOutbound: false,
      });
    if (!props.securityGroup) {
      group.connections.allowToAnyIpv4(ec2.Port.tcp(443), 'S3, Secrets Manager and CloudWatch Logs');
    }
    this.connections = group.connections;
    this.instanceIdentifier = instanceName(this, props.encryptionKey?.node.path ?? '');
    const roles = accountRoles(this, props.ensureAccountRoles);
    const resource = new dms.CfnReplicationInstance(this, 'Resource', {
      replicationInstanceIdentifier: this.instanceIdentifier,
      replicationInstanceClass,
      allocatedStorage: (props.storage ?? Size.gibibytes(50)).toGibibytes(),
      engineVersion: props.engineVersion,
      autoMinorVersionUpgrade: true,
      publiclyAccessible: false,
      multiAz: props.multiAz ?? false,
      kmsKeyId: props.encryptionKey?.keyArn,
      preferredMaintenanceWindow: props.maintenanceWindow,
      replicationSubnetGroupIdentifier: subnetGroup(this, props, roles).ref,
      vpcSecurityGroupIds: [group.securityGroupId],
    });
    if (roles) resource.node.addDependency(roles);
    this.instanceArn = resource.ref;
  }
}
