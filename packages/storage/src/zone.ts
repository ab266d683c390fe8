import { type DataLocation, LakeEnvironment, LakeError, NagFindings } from '@lakewright/core';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { AccessLogs } from './access-logs';
import { bucketDefaults } from './private/bucket-defaults';
import { ENTIRE_BUCKET } from './private/metrics';
import { ZoneBucket } from './private/zone-bucket';
import { checkedName } from './private/zone-name';
import { ZoneBase } from './zone-base';
import { ZoneEncryption } from './zone-encryption';
import type { ZoneInventory } from './zone-inventory';
import { ZoneLifecycle } from './zone-lifecycle';
import type { ZoneReplication } from './zone-replication';

/** What can be chosen for a zone, whether on its own or within a `LakeStorage`. */
export interface ZoneOptions {
  /**
   * Removal and retention.
   * @default LakeEnvironment.production(), or that of the storage: data outlives the stack
   */
  readonly environment?: LakeEnvironment;

  /**
   * How objects are encrypted at rest.
   * @default ZoneEncryption.lakeKey(), or that of the storage: one customer managed key for the lake
   */
  readonly encryption?: ZoneEncryption;

  /**
   * What becomes of objects as they age.
   * @default ZoneLifecycle.standard(), or that of the storage: objects stay, old versions expire after 90 days
   */
  readonly lifecycle?: ZoneLifecycle;

  /**
   * Where S3 writes down who asked for what.
   * @default AccessLogs.ownBucket(), or that of the storage: one log bucket for the lake
   */
  readonly accessLogs?: AccessLogs;

  /**
   * A list of all objects, written on a schedule.
   * @default none
   */
  readonly inventory?: ZoneInventory;

  /**
   * A copy in another bucket, kept up to date.
   * @default none
   */
  readonly replication?: ZoneReplication;

  /**
   * Objects can't be deleted or overwritten for so long (write once, read many). Not for buckets that `DESTROY` data.
   * @default objects aren't locked
   */
  readonly objectLock?: s3.ObjectLockRetention;

  /**
   * A physical name: needed when a stack in another account or region of the same app refers to the bucket. A bucket with a
   * name can't be replaced.
   * @default CloudFormation makes a name
   */
  readonly bucketName?: string;
}

/** Properties of a zone. */
export interface ZoneProps extends ZoneOptions {
  /** `raw`, `converted`, `datasets` or a name of one's own: lower-case letters, digits, `-` and `_`. */
  readonly zoneName: string;
}

/** A zone that was made elsewhere. */
export interface ZoneAttributes {
  /** `raw`, `converted`, `datasets` or a name of one's own: lower-case letters, digits, `-` and `_`. */
  readonly zoneName: string;

  /** The bucket's name. */
  readonly bucketName: string;

  /**
   * The ARN of the key that encrypts the bucket.
   * @default the bucket has no customer managed key: grants have no half on a key
   */
  readonly encryptionKeyArn?: string;

  /**
   * The account that owns the bucket.
   * @default that of the importing stack
   */
  readonly account?: string;

  /**
   * The region of the bucket.
   * @default that of the importing stack
   */
  readonly region?: string;
}

/**
 * A zone of the lake: one bucket, encrypted, versioned, private, TLS only, logged, with its events on EventBridge.
 *
 * @resource AWS::S3::Bucket
 */
export class Zone extends ZoneBase {
  /**
   * A zone that was made elsewhere: in another stack, account or region, or by other means.
   *
   * @param scope where it is needed
   * @param id unique in `scope`
   * @param attributes what is known about it
   */
  public static fromZoneAttributes(scope: Construct, id: string, attributes: ZoneAttributes): ZoneBase {
    const { zoneName, bucketName, encryptionKeyArn, account, region } = attributes;
    const zone = new ImportedZone(scope, id, zoneName);
    zone.bucket = s3.Bucket.fromBucketAttributes(zone, 'Bucket', {
      bucketName,
      ...(encryptionKeyArn ? { encryptionKey: kms.Key.fromKeyArn(zone, 'Key', encryptionKeyArn) } : {}),
      ...(account ? { account } : {}),
      ...(region ? { region } : {}),
    });
    return zone;
  }

  /**
   * A bucket of one's own as a zone: nothing about it is changed.
   *
   * @param scope where it is needed
   * @param id unique in `scope`
   * @param zoneName lower-case letters, digits, `-` and `_`
   * @param bucket created or imported
   */
  public static fromBucket(scope: Construct, id: string, zoneName: string, bucket: s3.IBucket): ZoneBase {
    const zone = new ImportedZone(scope, id, zoneName);
    zone.bucket = bucket;
    return zone;
  }

  public readonly zoneName: string;
  public readonly bucket: s3.IBucket;

  /** Where the access logs go; undefined without them. */
  public readonly logBucket?: s3.IBucket;

  public readonly inventoryLocation?: DataLocation;

  public readonly replica?: s3.IBucket;

  private readonly created: s3.Bucket;
  private requestMetrics = false;

  public constructor(scope: Construct, id: string, props: ZoneProps) {
    super(scope, id);
    this.zoneName = checkedName(props.zoneName);
    const environment = props.environment ?? LakeEnvironment.production();
    checkObjectLock(props, environment);

    const encryptionKey = (props.encryption ?? ZoneEncryption.lakeKey())._bind(this, environment);
    this.created = new ZoneBucket(this, 'Bucket', {
      ...bucketDefaults(environment),
      ...(encryptionKey
        ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
        : { encryption: s3.BucketEncryption.S3_MANAGED }),
      ...(props.lifecycle ?? ZoneLifecycle.standard())._render(),
      ...(props.objectLock ? { objectLockDefaultRetention: props.objectLock } : {}),
      ...(props.bucketName ? { bucketName: props.bucketName } : {}),
    });
    this.bucket = this.created;
    this.node.defaultChild = this.created.node.defaultChild;
    this.resource.notificationConfiguration = { eventBridgeConfiguration: { eventBridgeEnabled: true } };

    const accessLogs = props.accessLogs ?? AccessLogs.ownBucket();
    this.logBucket = accessLogs._bind(this, environment);
    if (this.logBucket) accessLogs._connect(this.created, this.logBucket);
    this.inventoryLocation = props.inventory?._connect(this.created, this.logBucket);

    const { lifecycle, objectLock, zoneName } = props;
    this.replica = props.replication?._connect(this, {
      environment,
      zoneName,
      source: this.created,
      options: { environment, ...(lifecycle ? { lifecycle } : {}), ...(objectLock ? { objectLock } : {}) },
    });
    this.acknowledgeFindings(encryptionKey);
  }

  /** @internal */
  protected override _enableRequestMetrics(): void {
    if (!this.requestMetrics) this.created.addMetric({ id: ENTIRE_BUCKET });
    this.requestMetrics = true;
  }

  private acknowledgeFindings(encryptionKey: kms.IKey | undefined): void {
    if (!this.replica) {
      NagFindings.acknowledge(
        this.created,
        ['S3BucketReplicationEnabled'],
        'Versions and backups protect the data; see replication',
      );
    }
    if (!encryptionKey) {
      NagFindings.acknowledge(
        this.created,
        ['S3DefaultEncryptionKMS'],
        'SSE-S3 was chosen with ZoneEncryption.s3Managed()',
      );
    }
    if (!this.logBucket) {
      const reason = 'Access logs were switched off with AccessLogs.none(): CloudTrail data events record access';
      NagFindings.acknowledge(this.created, ['S3BucketLoggingEnabled', 'AwsSolutions-S1'], reason);
    }
  }

  private get resource(): s3.CfnBucket {
    return this.created.node.defaultChild as s3.CfnBucket;
  }
}

class ImportedZone extends ZoneBase {
  public readonly zoneName: string;
  public bucket!: s3.IBucket;
  public readonly inventoryLocation = undefined;
  public readonly replica = undefined;

  public constructor(scope: Construct, id: string, zoneName: string) {
    super(scope, id);
    this.zoneName = checkedName(zoneName);
  }
}

function checkObjectLock({ objectLock, zoneName }: ZoneProps, environment: LakeEnvironment): void {
  if (objectLock && environment.destroysData) {
    throw new Error(
      LakeError.message(
        'ObjectLockNeedsRetain',
        `objectLock on zone "${zoneName}" in LakeEnvironment "${environment.name}", which destroys data`,
        "locked objects can't be emptied, so the stack could never be removed",
        'drop objectLock here, or use an environment that retains data',
      ),
    );
  }
}
