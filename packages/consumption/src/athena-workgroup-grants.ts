import type { IAthenaWorkgroupGrants } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { AthenaWorkgroupBase } from './athena-workgroup-base';
import { grantQuery, PREPARE, QUERY } from './private/query-actions';

/** Gives others the right to use a workgroup. */
export class AthenaWorkgroupGrants implements IAthenaWorkgroupGrants {
  /** @internal */
  public constructor(private readonly workgroup: AthenaWorkgroupBase) {}

  /**
   * Start, watch and stop queries, and read, write and delete results below the grantee's own prefix.
   *
   * That is all that the console, the SDKs, JDBC and ODBC drivers, PyAthena, aws-sdk-pandas, dbt and BI tools need besides
   * the data: give that with `dataset.grants`. Query texts and run statistics are the workgroup's, not the grantee's: all
   * who use it see them.
   *
   * @param grantee a role, user or group
   * @throws `PrincipalUnknown` for a principal that is no construct; `EnforcedForSeveral`, `ManagedForSeveral`
   */
  public query(grantee: iam.IGrantable): iam.Grant {
    return grantQuery(this.workgroup, grantee, [...QUERY, ...PREPARE]);
  }
}
