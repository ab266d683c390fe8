import type { DataLocation, IDataset } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as dms from 'aws-cdk-lib/aws-dms';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { IDmsInstance } from './dms-instance';
import { DmsReplicationBase, type IDmsReplication } from './dms-replication-base';
import type { DmsReplicationOptions } from './dms-replication-options';
import type { LoadMode } from './load-mode';
import { scheduleReplication } from './private/dms-schedule';
import type { PerRunFolder } from './private/dms-states';
import { replicationParts } from './private/replication-parts';

/** What a `DmsTask` is made of. */
export interface DmsTaskProps extends DmsReplicationOptions {
  /** Where it runs. */
  readonly instance: IDmsInstance;
}

/** How a task that exists is found. */
export interface DmsTaskAttributes {
  /** `arn:aws:dms:region:account:task:id` */
  readonly taskArn: string;

  /** The name of its instance, a dimension of metrics. */
  readonly instanceIdentifier: string;

  /** What it does; decides when a pipeline goes on. */
  readonly mode: LoadMode;

  /**
   * The tables of the catalog that it fills.
   * @default none
   */
  readonly writes?: IDataset[];
}

/**
 * Copies the tables of a database into the lake and follows their changes, by a task on a replication instance.
 *
 * A deployment that changes a task while it runs stops it, changes it and resumes it; one that would need another full load
 * fails unless `allowReload` says otherwise.
 */
export class DmsTask extends DmsReplicationBase {
  /**
   * A task that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromDmsTaskAttributes(scope: Construct, id: string, attrs: DmsTaskAttributes): IDmsReplication {
    return new ImportedTask(scope, id, attrs);
  }

  /** `arn:aws:dms:region:account:task:id` */
  public readonly replicationArn: string;
  /** The role by which DMS writes to the target. */
  public readonly role: iam.IRole;

  /** @internal */
  public readonly _kind = 'task';
  /** @internal */
  protected readonly _mode: LoadMode;
  /** @internal */
  protected readonly _ownsOutput = true;

  private readonly locate: (table: string) => DataLocation;
  private readonly perRun?: PerRunFolder;
  private readonly writes: IDataset[];
  private readonly instance: IDmsInstance;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `FolderPerRunNeedsFullLoad`, and what `TableMappings.toJson` throws
   */
  public constructor(scope: Construct, id: string, props: DmsTaskProps) {
    super(scope, id);
    const { mode, source, instance } = props;
    this._mode = mode;
    this.writes = props.writes ?? [];
    this.instance = instance;
    const port = source._port;
    if (port !== undefined) {
      const databases = source._network.securityGroups ?? [];
      for (const database of databases)
        instance.connections.allowTo(database, ec2.Port.tcp(port), 'replication by AWS DMS');
      if (databases.length === 0) instance.connections.allowToAnyIpv4(ec2.Port.tcp(port), 'the database');
    }
    const parts = replicationParts(this, this._kind, props, { instance: instance.instanceArn });
    this.role = parts.role;
    this.perRun = parts.perRun;
    this.locate = parts.locate;
    const stack = Stack.of(this);
    const resource = new dms.CfnReplicationTask(this, 'Resource', {
      replicationTaskIdentifier: parts.identity.resourceId,
      resourceIdentifier: parts.identity.resourceId,
      replicationInstanceArn: instance.instanceArn,
      migrationType: mode.replicationType,
      sourceEndpointArn: parts.sourceEndpointArn,
      targetEndpointArn: parts.targetEndpointArn,
      tableMappings: stack.toJsonString(parts.mappings),
      replicationTaskSettings: stack.toJsonString(parts.settings),
      cdcStartTime: mode._start?._time,
      cdcStartPosition: mode._start?._position,
    });
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
    return taskDimensions(this.instance.instanceIdentifier, this._resourceId);
  }
}

class ImportedTask extends DmsReplicationBase {
  public readonly replicationArn: string;
  public readonly _kind = 'task';
  protected readonly _mode: LoadMode;
  protected readonly _ownsOutput = false;

  public constructor(
    scope: Construct,
    id: string,
    private readonly attrs: DmsTaskAttributes,
  ) {
    super(scope, id);
    this.replicationArn = attrs.taskArn;
    this._mode = attrs.mode;
  }

  protected _writes(): IDataset[] {
    return this.attrs.writes ?? [];
  }

  protected _perRunFolder(): undefined {
    return undefined;
  }

  protected _metricDimensions(): Record<string, string> {
    return taskDimensions(this.attrs.instanceIdentifier, this._resourceId);
  }
}

function taskDimensions(instance: string, taskId: string): Record<string, string> {
  return { ReplicationInstanceIdentifier: instance, ReplicationTaskIdentifier: taskId };
}
