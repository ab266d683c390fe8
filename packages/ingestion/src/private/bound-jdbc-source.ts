import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';

/** What a job needs to know of its source. */
export interface BoundJdbcSource {
  readonly connection: glue.IConnection;
  readonly secret: secretsmanager.ISecret;
  readonly inVpc: boolean;
  readonly securityGroups?: ec2.ISecurityGroup[];
}
