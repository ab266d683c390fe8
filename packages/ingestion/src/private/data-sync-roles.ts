import { type DataLocation, NagFindings } from '@lakewright/core';
import { PhysicalName, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct, IDependable } from 'constructs';

/** A role that DataSync assumes for this account only. */
function dataSyncRole(scope: Construct, id: string): iam.Role {
  const stack = Stack.of(scope);
  const tasks = stack.formatArn({ service: 'datasync', resource: '*' });
  return new iam.Role(scope, id, {
    roleName: PhysicalName.GENERATE_IF_NEEDED,
    assumedBy: new iam.ServicePrincipal('datasync.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': stack.account }, ArnLike: { 'aws:SourceArn': tasks } },
    }),
  });
}

/**
 * A role for one location of a bucket.
 *
 * @returns the policy as well: DataSync tries the role when it makes a location
 * @see https://docs.aws.amazon.com/datasync/latest/userguide/create-s3-location.html
 */
export function bucketRole(
  scope: Construct,
  id: string,
  location: DataLocation,
  writes: boolean,
): { role: iam.Role; policy?: IDependable } {
  const role = dataSyncRole(scope, id);
  const onObjects = (actions: string[]) =>
    iam.Grant.addToPrincipalOrResource({
      grantee: role,
      actions,
      resourceArns: [location.objectsArn],
      resource: location.bucket,
    });
  const grants = [
    location.grants.read(role),
    onObjects(['s3:GetObjectTagging', 's3:GetObjectVersionTagging']),
    // AWS lists deleting among what a target needs, also for tasks that keep what vanished
    ...(writes ? [location.grants.write(role), onObjects(['s3:DeleteObject'])] : []),
  ];
  const [first, ...others] = grants;
  for (const other of others) first?.combine(other);
  NagFindings.acknowledgeOwnPolicy(role, 'objects below the location have no fixed names');
  return { role, policy: role.node.tryFindChild('DefaultPolicy') };
}

/** Lets DataSync read one secret, whose text is the credential. */
export function secretConfig(scope: Construct, secret: secretsmanager.ISecret) {
  const role = dataSyncRole(scope, 'SecretRole');
  secret.grantRead(role);
  NagFindings.acknowledgeOwnPolicy(role, 'a secret of another stack is known without its random suffix');
  return { secretArn: secret.secretArn, secretAccessRoleArn: role.roleArn };
}
