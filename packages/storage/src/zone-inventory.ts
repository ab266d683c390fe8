import { DataLocation, LakeError } from '@lakewright/core';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { allowDelivery, onBehalfOf } from './private/delivery';

/** What an inventory lists, and where it goes. */
export interface InventoryOptions {
  /**
   * Where S3 writes the lists. A bucket made by CDK gets the permission in its policy; for an imported one
   * a warning says what to add.
   * @default `inventory` in the zone's log bucket, where lists expire with the logs
   */
  readonly destination?: DataLocation;

  /**
   * The files' format. Athena reads all of them; Parquet scans least.
   * @default s3.InventoryFormat.PARQUET
   */
  readonly format?: s3.InventoryFormat;

  /**
   * Whether noncurrent versions and delete markers are listed as well.
   * @default s3.InventoryObjectVersion.CURRENT: what readers see
   */
  readonly versions?: s3.InventoryObjectVersion;

  /**
   * Only objects below this prefix.
   * @default the whole zone
   */
  readonly prefix?: string;
}

/**
 * A list of all objects of a zone with size, age, storage class and encryption, written by S3 on a schedule.
 *
 * The catalog can make it a table: `zone.inventoryLocation` is where it lies, with `hive/dt=…/symlink.txt` for each list.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-athena-query.html
 */
export class ZoneInventory {
  /**
   * A list each day; the first one within 48 hours.
   *
   * @param options format, versions, destination
   */
  public static daily(options: InventoryOptions = {}): ZoneInventory {
    return new ZoneInventory('Daily', options);
  }

  /**
   * A list each Sunday.
   *
   * @param options format, versions, destination
   */
  public static weekly(options: InventoryOptions = {}): ZoneInventory {
    return new ZoneInventory('Weekly', options);
  }

  private constructor(
    private readonly frequency: 'Daily' | 'Weekly',
    private readonly options: InventoryOptions,
  ) {}

  /**
   * Configures the bucket and lets S3 write to the destination.
   *
   * @internal
   */
  public _connect(source: s3.Bucket, logBucket: s3.IBucket | undefined): DataLocation {
    const destination = this.options.destination ?? (logBucket && DataLocation.of(logBucket, 'inventory'));
    if (!destination) {
      throw new Error(
        LakeError.message(
          'InventoryNeedsDestination',
          `inventory of ${source.node.path} without a destination and without access logs`,
          'a destination, or a log bucket to default to',
          "give ZoneInventory.weekly({ destination: DataLocation.of(bucket, 'inventory') })",
        ),
      );
    }
    const { bucket, prefix } = destination;
    const id = 'Zone';
    const resource = source.node.defaultChild as s3.CfnBucket;
    resource.inventoryConfigurations = [
      {
        id,
        enabled: true,
        scheduleFrequency: this.frequency,
        includedObjectVersions: this.options.versions ?? s3.InventoryObjectVersion.CURRENT,
        optionalFields: FIELDS,
        ...(this.options.prefix ? { prefix: `${DataLocation.of(source, this.options.prefix).prefix}/` } : {}),
        destination: {
          bucketArn: bucket.bucketArn,
          bucketAccountId: bucket.env.account,
          ...(prefix === '' ? {} : { prefix }),
          format: this.options.format ?? s3.InventoryFormat.PARQUET,
        },
      },
    ];
    const service = 's3.amazonaws.com';
    allowDelivery({ source, target: bucket, objectsArn: destination.objectsArn, service, what: 'inventory lists' });
    // without the source's ARN: the source may be encrypted with this key, and that would be a circle
    bucket.encryptionKey?.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal(service)],
        actions: ['kms:GenerateDataKey'],
        resources: ['*'],
        conditions: onBehalfOf(source),
      }),
    );
    return destination.location(`${source.bucketName}/${id}`);
  }
}

const FIELDS = ['Size', 'LastModifiedDate', 'StorageClass', 'ETag', 'EncryptionStatus', 'IntelligentTieringAccessTier'];
