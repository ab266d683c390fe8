import type { DataLocation, IDataset, LakeEnvironment } from '@lakewright/core';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { DmsOutput } from './dms-output';
import type { DmsSource } from './dms-source';
import type { DmsStart } from './dms-start';
import type { LoadMode } from './load-mode';
import type { LobHandling } from './lob-handling';
import type { TableMappings } from './table-mappings';

/** What `DmsReplication` and `DmsTask` have in common. */
export interface DmsReplicationOptions {
  /** The database. */
  readonly source: DmsSource;

  /** Where the files go. */
  readonly target: DataLocation;

  /** Which tables, and how. */
  readonly tables: TableMappings;

  /** What is there, what changes, or both. */
  readonly mode: LoadMode;

  /**
   * The form of the files.
   * @default DmsOutput.parquet()
   */
  readonly output?: DmsOutput;

  /**
   * How large objects are replicated.
   * @default LobHandling.limited(Size.kibibytes(32))
   */
  readonly lobs?: LobHandling;

  /**
   * Who starts it.
   * @default DmsStart.onDemand()
   */
  readonly start?: DmsStart;

  /**
   * Whether a deployment may load everything again: needed, with another `LoadFolder.named`, for other tables, another
   * source, target, mode or format.
   * @default false: such a deployment fails, and nothing of the replication is changed
   */
  readonly allowReload?: boolean;

  /**
   * The tables of the catalog that it fills: what a pipeline sees it write.
   * @default none
   */
  readonly writes?: IDataset[];

  /**
   * Whether the account's roles for DMS are made when they are absent.
   * @default true
   */
  readonly ensureAccountRoles?: boolean;

  /**
   * How long logs of the provider are kept.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/** Where a replication runs. */
export interface DmsComputeOptions {
  /**
   * The replication's own security group; the database's groups let it in.
   * @default a group that reaches the database's port and HTTPS, and nothing reaches it
   */
  readonly securityGroup?: ec2.ISecurityGroup;

  /**
   * Encrypts what DMS keeps while it works.
   * @default the key `aws/dms` of the account
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * Whether a second one stands by in another zone; doubles the cost.
   * @default false
   */
  readonly multiAz?: boolean;

  /**
   * When DMS may maintain it, for example `sun:03:00-sun:03:30`, UTC.
   * @default half an hour that AWS chooses
   */
  readonly maintenanceWindow?: string;
}
