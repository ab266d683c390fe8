import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DataLocation } from './data-location';

/** An Athena workgroup, as constructs see it that run queries in one. */
export interface IAthenaWorkgroup {
  /** The workgroup's name: `WorkGroup` of StartQueryExecution. */
  readonly workgroupName: string;

  /** The workgroup's ARN. */
  readonly workgroupArn: string;

  /** Gives others the right to query. */
  readonly grants: IAthenaWorkgroupGrants;

  /**
   * Where the results of a grantee's queries go: `OutputLocation` of StartQueryExecution, which every client may give.
   *
   * @param grantee who queries
   */
  resultLocation(grantee: iam.IGrantable): DataLocation;
}

/** Gives others the right to use a workgroup. */
export interface IAthenaWorkgroupGrants {
  /**
   * Start, watch and stop queries, and read, write and delete results below the grantee's own prefix.
   *
   * @param grantee who may query
   */
  query(grantee: iam.IGrantable): iam.Grant;
}
