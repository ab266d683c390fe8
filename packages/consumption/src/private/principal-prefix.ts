import { Names } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import { refuse } from './refuse';

/**
 * The folder of a principal's results, known at synthesis and different for each role and user of an app.
 *
 * Made of the construct path and not of the role's name, which is a token: a workgroup that carried it would depend on the
 * stack of each of its users.
 *
 * @throws `PrincipalUnknown`
 */
export function principalPrefix(grantee: iam.IGrantable): string {
  return Names.uniqueResourceName(identity(grantee), { maxLength: 64, separator: '-' });
}

/** The construct that a principal is. `role.withoutPolicyUpdates()` is the same principal as `role`. */
function identity(grantee: iam.IGrantable): IConstruct {
  const principal = grantee.grantPrincipal;
  if (!Construct.isConstruct(principal)) {
    refuse(
      'PrincipalUnknown',
      `the principal "${principal}"`,
      'a role, user or group of the app, created or imported',
      'import it, for example with iam.Role.fromRoleArn',
    );
  }
  const resource = principal.node.defaultChild;
  return resource?.node.scope ?? principal;
}
