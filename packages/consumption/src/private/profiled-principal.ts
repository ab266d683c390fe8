import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { AthenaWorkgroupBase } from '../athena-workgroup-base';

/** Who gets the rights of a profile. */
export interface ProfiledPrincipal {
  readonly scope: Construct;
  readonly grantee: iam.IGrantable;
  readonly workgroup: AthenaWorkgroupBase;
}
