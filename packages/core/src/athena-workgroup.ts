import type * as iam from 'aws-cdk-lib/aws-iam';

/** An Athena workgroup, as constructs see it that run queries in one. */
export interface IAthenaWorkgroup {
  /** The workgroup's name: `WorkGroup` of StartQueryExecution. */
  readonly workgroupName: string;

  /** The workgroup's ARN. */
  readonly workgroupArn: string;

  /** Gives others the right to query. */
  readonly grants: IAthenaWorkgroupGrants;
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
