import type { IZone } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';

/**
 * Gives access to a zone: to exactly `prefix` and `prefix/*`, or to the whole zone when no prefix is named.
 *
 * Each grant has the half on the bucket, on its objects and on its KMS key; for a grantee in another account also the
 * statements in the bucket's and the key's policy.
 */
export class ZoneGrants {
  /** @internal */
  public constructor(private readonly zone: IZone) {}

  /**
   * List and read.
   *
   * @param grantee who may read
   * @param prefix the whole zone if left out
   */
  public read(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.zone.location(prefix).grants.read(grantee);
  }

  /**
   * Put objects, with multipart uploads; neither read nor delete.
   *
   * @param grantee who may write
   * @param prefix the whole zone if left out
   */
  public write(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.zone.location(prefix).grants.write(grantee);
  }

  /**
   * Read and write; no delete.
   *
   * @param grantee who may read and write
   * @param prefix the whole zone if left out
   */
  public readWrite(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.zone.location(prefix).grants.readWrite(grantee);
  }

  /**
   * Delete objects: zones are versioned, so this writes delete markers and the versions stay.
   *
   * @param grantee who may delete
   * @param prefix the whole zone if left out
   */
  public delete(grantee: iam.IGrantable, prefix?: string): iam.Grant {
    return this.zone.location(prefix).grants.delete(grantee);
  }
}
