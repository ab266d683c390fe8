import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { IConstruct } from 'constructs';
import type { DataLocation } from './data-location';

/** A zone of the lake: a bucket for data of one degree of refinement (raw, converted, data sets). */
export interface IZone extends IConstruct {
  /** `raw`, `converted`, `datasets` or the name of one's own. */
  readonly zoneName: string;

  /** The bucket that holds the zone's data. */
  readonly bucket: s3.IBucket;

  /** The key that encrypts the bucket; none with SSE-S3. */
  readonly encryptionKey?: kms.IKey;

  /**
   * A location in this zone.
   *
   * @param prefix the whole zone if left out
   */
  location(prefix?: string): DataLocation;
}
