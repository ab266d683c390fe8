import { Annotations, Stack } from 'aws-cdk-lib';
import type * as athena from 'aws-cdk-lib/aws-athena';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';

/** What Athena and who asks need of a key that encrypts managed results. */
const ON_KEY = ['kms:Decrypt', 'kms:GenerateDataKey', 'kms:DescribeKey'];

/**
 * Results in Athena's own storage, and the key's half.
 *
 * @param name the workgroup's, as it is known at synthesis: with its reference, key and workgroup would wait for each other
 * @see https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
 */
export function managedResults(
  workgroup: Construct,
  name: string,
  key?: kms.IKey,
): athena.CfnWorkGroup.ManagedQueryResultsConfigurationProperty {
  if (!key) return { enabled: true };
  const stack = Stack.of(workgroup);
  const arn = stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: name });
  const { statementAdded } = key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal('encryption.athena.amazonaws.com')],
      actions: ON_KEY,
      resources: ['*'],
      conditions: {
        ArnLike: { 'kms:EncryptionContext:aws:athena:arn': arn, 'aws:SourceArn': arn },
        StringEquals: { 'aws:SourceAccount': stack.account },
      },
    }),
  );
  if (!statementAdded) {
    Annotations.of(workgroup).addWarningV2(
      '@lakewright/consumption:keyPolicyOfOthers',
      `the key of the managed results of "${workgroup.node.path}" is imported: its policy must let encryption.athena.amazonaws.com use it`,
    );
  }
  return { enabled: true, encryptionConfiguration: { kmsKey: key.keyArn } };
}

/** Whoever reads managed results reads them by Athena's API, and with the key. */
export function grantManagedResults(grantee: iam.IGrantable, key?: kms.IKey): iam.Grant[] {
  return key ? [key.grant(grantee, ...ON_KEY)] : [];
}
