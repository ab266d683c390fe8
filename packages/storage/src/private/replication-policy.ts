import { NagFindings } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { ReplicaKey } from './replica-home';

/**
 * Lets the role read versions in the source and write replicas in the destination.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/setting-repl-config-perm-overview.html
 */
export function replicationPolicy(role: iam.Role, source: s3.IBucket, destination: s3.IBucket, key?: ReplicaKey): void {
  const statements: [string[], string[], Record<string, Record<string, string[]>>?][] = [
    [['s3:GetReplicationConfiguration', 's3:ListBucket'], [source.bucketArn]],
    [
      ['s3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging'],
      [source.arnForObjects('*')],
    ],
    [
      ['s3:ReplicateObject', 's3:ReplicateDelete', 's3:ReplicateTags', 's3:ObjectOwnerOverrideToBucketOwner'],
      [destination.arnForObjects('*')],
    ],
  ];
  source.encryptionKey?.grant(role, 'kms:Decrypt');
  if (key?.alias) {
    // the key's id can't be known in another region: its alias names it, in a condition, since policies can't in Resource
    const keys = Stack.of(role).formatArn({ service: 'kms', region: key.region, resource: 'key', resourceName: '*' });
    statements.push([WRITE_KEY, [keys], { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': [key.alias] } }]);
  } else if (key) {
    key.key.grant(role, ...WRITE_KEY);
  }
  for (const [actions, resources, conditions] of statements) {
    role.addToPolicy(new iam.PolicyStatement({ actions, resources, ...(conditions ? { conditions } : {}) }));
  }
  const reason = 'Replication is of whole buckets, and a key of another region is named by its alias';
  NagFindings.acknowledgeOwnPolicy(role, reason);
}

const WRITE_KEY = ['kms:Encrypt', 'kms:GenerateDataKey'];
