import type { DataLocation, IDataset } from '@lakewright/core';
import { Aws } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DmsReplicationBase, type IDmsReplication } from './dms-replication-base';
import type { DmsComputeOptions, DmsReplicationOptions } from './dms-replication-options';
import type { LoadMode } from './load-mode';
import { accountRoles, connect, subnetGroup } from './private/dms-network';
import { scheduleReplication } from './private/dms-schedule';
import type { PerRunFolder } from './private/dms-states';
import { refuse } from './private/refuse';
import { replicationParts } from './private/replication-parts';

/** What a `DmsReplication` is made of. */
export interface DmsReplicationProps extends DmsReplicationOptions, DmsComputeOptions {
  /**
   * The least capacity, in DMS capacity units of 2 GiB: 1, 2, 4, 8, 16, 32, 64, 128, 192, 256 or 384.
   * @default 1
   */
  readonly minCapacityUnits?: number;

  /**
   * The most capacity, in DMS capacity units of 2 GiB: as `minCapacityUnits`.
   * @default 16
   */
  readonly maxCapacityUnits?: number;
}

/** How a replication that exists is found. */
export interface DmsReplicationAttributes {
  /** `arn:aws:dms:region:account:replication-config:id` */
  readonly replicationArn: string;

  /** What it does; decides when a pipeline goes on. */
  readonly mode: LoadMode;

  /**
   * The tables of the catalog that it fills.
   * @default none
   */
  readonly writes?: IDataset[];
}

/**
 * Copies the tables of a database into the lake and follows their changes, by AWS DMS Serverless.
 *
 * Capacity is found by DMS itself. A deployment that changes a replication while it runs stops it, changes it and resumes
 * it; one that would need another full load fails unless `allowReload` says otherwise.
 */
export class DmsReplication extends DmsReplicationBase {
  /**
   * A replication that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromDmsReplicationAttributes(
    scope: Construct,
    id: string,
    attrs: DmsReplicationAttributes,
  ): IDmsReplication {
    return new ImportedReplication(scope, id, attrs);
  }

  /** `arn:aws:dms:region:account:replication-config:id` */
  public readonly replicationArn: string;
  /** The role by which DMS writes to the target. */
  public readonly role: iam.IRole;
  /** Reaches the database. */
  public readonly connections: ec2.Connections;

  /** @internal */
  public readonly _kind = 'replication-config';
  /** @internal */
  protected readonly _mode: LoadMode;
  /** @internal */
  protected readonly _ownsOutput = true;

  private readonly locate: (table: string) => DataLocation;
  private readonly perRun?: PerRunFolder;
  private readonly writes: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NotServerless`, `InvalidCapacity`, `TwoZonesNeeded`, `FolderPerRunNeedsFullLoad`, and what
   * `TableMappings.toJson` throws
   */
  public constructor(scope: Construct, id: string, props: DmsReplicationProps) {
    super(scope, id);
    const { source } = props;
    this._mode = props.mode;
    this.writes = props.writes ?? [];
    if (source._notServerless) {
      refuse(
        'NotServerless',
        source._notServerless,
        'see the limits of DMS Serverless',
        'use DmsTask on a DmsInstance',
      );
    }
    if (props.mode._start) {
      refuse(
        'NotServerless',
        'LoadMode.cdc with a start',
        'DMS Serverless knows no custom start',
        'use DmsTask on a DmsInstance, or leave the start out',
      );
    }
    const roles = accountRoles(this, props.ensureAccountRoles);
    const group = connect(this, source._network, source._port, props.securityGroup);
    this.connections = group.connections;
    const computeConfig: dms.CfnReplicationConfig.ComputeConfigProperty = {
      ...capacity(props),
      multiAz: props.multiAz ?? false,
      kmsKeyId: props.encryptionKey?.keyArn,
      preferredMaintenanceWindow: props.maintenanceWindow,
      replicationSubnetGroupId: subnetGroup(this, source._network, roles).ref,
      vpcSecurityGroupIds: [group.securityGroupId],
    };
    const parts = replicationParts(this, this._kind, props, computeConfig);
    this.role = parts.role;
    this.perRun = parts.perRun;
    this.locate = parts.locate;
    const resource = new dms.CfnReplicationConfig(this, 'Resource', {
      replicationConfigIdentifier: parts.identity.resourceId,
      resourceIdentifier: parts.identity.resourceId,
      replicationType: props.mode.replicationType,
      sourceEndpointArn: parts.sourceEndpointArn,
      targetEndpointArn: parts.targetEndpointArn,
      tableMappings: parts.mappings,
      replicationSettings: parts.settings,
      computeConfig,
    });
    if (roles) resource.node.addDependency(roles);
    this.replicationArn = resource.ref;
    parts.complete(resource, this.replicationArn);
    if (props.start?._expression) scheduleReplication(this, props.start._expression, props.environment);
  }

  /**
   * Where the files of a table lie, all of its load and changes: for a table of the catalog, or a crawler.
   *
   * @param table as the database calls it, `public.flights`
   * @throws `TableNotReplicated`; `FolderPerRun` with `LoadFolder.eachRun()`, where each run has its own
   */
  public location(table: string): DataLocation {
    return this.locate(table);
  }

  /** @internal */
  protected _writes(): IDataset[] {
    return this.writes;
  }

  /** @internal */
  protected _perRunFolder(): PerRunFolder | undefined {
    return this.perRun;
  }

  /** @internal */
  protected _metricDimensions(): Record<string, string> {
    return serverlessDimensions(this._resourceId);
  }
}

class ImportedReplication extends DmsReplicationBase {
  public readonly replicationArn: string;
  public readonly _kind = 'replication-config';
  protected readonly _mode: LoadMode;
  protected readonly _ownsOutput = false;
  private readonly writes: IDataset[];

  public constructor(scope: Construct, id: string, attrs: DmsReplicationAttributes) {
    super(scope, id);
    this.replicationArn = attrs.replicationArn;
    this._mode = attrs.mode;
    this.writes = attrs.writes ?? [];
  }

  protected _writes(): IDataset[] {
    return this.writes;
  }

  protected _perRunFolder(): undefined {
    return undefined;
  }

  protected _metricDimensions(): Record<string, string> {
    return serverlessDimensions(this._resourceId);
  }
}

function serverlessDimensions(resourceId: string): Record<string, string> {
  return { ReplicationConfigId: `${Aws.ACCOUNT_ID}:${resourceId}` };
}

function capacity({ minCapacityUnits = 1, maxCapacityUnits = 16 }: DmsReplicationProps) {
  for (const units of [minCapacityUnits, maxCapacityUnits]) {
    if (!CAPACITIES.includes(units)) {
      refuse('InvalidCapacity', `"${units}" capacity units`, CAPACITIES.join(', '), 'take one of them');
    }
  }
  if (minCapacityUnits > maxCapacityUnits) {
    refuse(
      'InvalidCapacity',
      `minCapacityUnits "${minCapacityUnits}" above maxCapacityUnits "${maxCapacityUnits}"`,
      'the least first',
      'raise the most, or lower the least',
    );
  }
  return { minCapacityUnits, maxCapacityUnits };
}

/** @see https://docs.aws.amazon.com/dms/latest/APIReference/API_ComputeConfig.html */
const CAPACITIES = [1, 2, 4, 8, 16, 32, 64, 128, 192, 256, 384];
