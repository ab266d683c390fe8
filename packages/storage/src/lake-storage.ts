import { LakeEnvironment, LakeError } from '@lakewright/core';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { AccessLogs } from './access-logs';
import { LakeZone } from './lake-zone';
import { Zone, type ZoneOptions } from './zone';
import type { ZoneBase } from './zone-base';
import { ZoneEncryption } from './zone-encryption';
import type { ZoneInventory } from './zone-inventory';
import type { ZoneLifecycle } from './zone-lifecycle';
import type { ZoneReplication } from './zone-replication';

/** Properties of the lake's storage: what all its zones have in common. */
export interface LakeStorageProps {
  /**
   * The zones; their options win over the storage's.
   * @default `raw`, `converted` and `datasets`
   */
  readonly zones?: LakeZone[];

  /**
   * Removal and retention.
   * @default LakeEnvironment.production(): data outlives the stack
   */
  readonly environment?: LakeEnvironment;

  /**
   * How objects are encrypted at rest.
   * @default ZoneEncryption.lakeKey(): one customer managed key for all zones
   */
  readonly encryption?: ZoneEncryption;

  /**
   * What becomes of objects as they age.
   * @default ZoneLifecycle.standard(): objects stay, old versions expire after 90 days
   */
  readonly lifecycle?: ZoneLifecycle;

  /**
   * Where S3 writes down who asked for what.
   * @default AccessLogs.ownBucket(): one log bucket for all zones
   */
  readonly accessLogs?: AccessLogs;

  /**
   * A list of all objects of each zone, written on a schedule.
   * @default none
   */
  readonly inventory?: ZoneInventory;

  /**
   * A copy of each zone, kept up to date. `ZoneReplication.toBucket` belongs to a single zone.
   * @default none
   */
  readonly replication?: ZoneReplication;
}

/** Where the lake's data lives: a bucket for each zone, one key and one log bucket for all of them. */
export class LakeStorage extends Construct {
  /** Removal and retention, for constructs that follow the storage. */
  public readonly environment: LakeEnvironment;

  /** All zones, in the order given. */
  public readonly zones: ZoneBase[];

  /** The lake's key; undefined with SSE-S3, or when every zone brings its own encryption. */
  public readonly encryptionKey?: kms.IKey;

  /** The lake's log bucket; undefined without access logs, or when every zone brings its own. */
  public readonly logBucket?: s3.IBucket;

  public constructor(scope: Construct, id: string, props: LakeStorageProps = {}) {
    super(scope, id);
    this.environment = props.environment ?? LakeEnvironment.production();
    const zones = props.zones ?? ['raw', 'converted', 'datasets'].map((name) => LakeZone.create(name));
    checkNames(zones);

    const created = zones.filter(({ _bucket }) => !_bucket).map(({ _options }) => _options);
    checkReplication(props, created);
    if (created.some(({ encryption }) => !encryption)) {
      this.encryptionKey = (props.encryption ?? ZoneEncryption.lakeKey())._bind(this, this.environment);
    }
    const accessLogs = props.accessLogs ?? AccessLogs.ownBucket();
    if (created.some((options) => !options.accessLogs)) this.logBucket = accessLogs._bind(this, this.environment);

    const shared: ZoneOptions = {
      environment: this.environment,
      encryption: this.encryptionKey ? ZoneEncryption.ofKey(this.encryptionKey) : ZoneEncryption.s3Managed(),
      accessLogs: accessLogs._shared(this.logBucket),
      ...(props.lifecycle ? { lifecycle: props.lifecycle } : {}),
      ...(props.inventory ? { inventory: props.inventory } : {}),
      ...(props.replication ? { replication: props.replication } : {}),
    };
    this.zones = zones.map(({ zoneName, _options, _bucket }) => {
      const zoneId = `${zoneName.charAt(0).toUpperCase()}${zoneName.slice(1)}`;
      if (_bucket) return Zone.fromBucket(this, zoneId, zoneName, _bucket);
      return new Zone(this, zoneId, { ...shared, ..._options, zoneName });
    });
  }

  /** Data as it came. */
  public get raw(): ZoneBase {
    return this.zone('raw');
  }

  /** Data in a columnar format, validated and partitioned. */
  public get converted(): ZoneBase {
    return this.zone('converted');
  }

  /** Data as it is used. */
  public get datasets(): ZoneBase {
    return this.zone('datasets');
  }

  /**
   * The zone of that name.
   *
   * @param zoneName as given in `zones`
   * @throws `UnknownZone` when there is none
   */
  public zone(zoneName: string): ZoneBase {
    const zone = this.tryZone(zoneName);
    if (zone) return zone;
    throw new Error(
      LakeError.message(
        'UnknownZone',
        `zone "${zoneName}" of ${this.node.path}`,
        `one of ${this.zones.map((each) => `"${each.zoneName}"`).join(', ')}`,
        'use one of these, or add it to zones',
      ),
    );
  }

  /**
   * The zone of that name, undefined when there is none.
   *
   * @param zoneName as given in `zones`
   */
  public tryZone(zoneName: string): ZoneBase | undefined {
    return this.zones.find((zone) => zone.zoneName === zoneName);
  }
}

function checkReplication({ replication }: LakeStorageProps, zones: ZoneOptions[]): void {
  const sharing = zones.filter((options) => !options.replication).length;
  if (replication?._sharesBucket && sharing > 1) {
    throw new Error(
      LakeError.message(
        'SharedReplica',
        `one destination bucket for ${sharing} zones`,
        'a destination for each zone: equal keys of two zones would overwrite each other',
        "use ZoneReplication.toRegion, or LakeZone.create('raw', { replication: ZoneReplication.toBucket(…) })",
      ),
    );
  }
}

function checkNames(zones: LakeZone[]): void {
  const names = zones.map(({ zoneName }) => zoneName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (zones.length === 0 || twice !== undefined) {
    throw new Error(
      LakeError.message(
        'InvalidZones',
        twice === undefined ? 'no zone' : `two zones named "${twice}"`,
        'at least one zone, each with a name of its own',
        'give each zone once',
      ),
    );
  }
}
