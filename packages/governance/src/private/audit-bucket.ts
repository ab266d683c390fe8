import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

interface AuditBucketOptions {
  readonly environment: LakeEnvironment;
  readonly encryptionKey: kms.IKey;
  readonly trailArn: string;
  /** After how many days logs are deleted; undefined: never. */
  readonly days?: number;
}

/**
 * The bucket of the logs, into which one trail may write.
 *
 * @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
 */
export function auditBucket(scope: Construct, options: AuditBucketOptions): s3.Bucket {
  const { environment, encryptionKey, trailArn, days } = options;
  const bucket = new s3.Bucket(scope, 'Bucket', {
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    encryption: s3.BucketEncryption.KMS,
    encryptionKey,
    bucketKeyEnabled: true,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    removalPolicy: environment.removalPolicy,
    ...(environment.destroysData ? { autoDeleteObjects: true } : {}),
    lifecycleRules: [
      {
        id: 'Expiry',
        ...(days === undefined ? {} : { expiration: Duration.days(days) }),
        noncurrentVersionExpiration: Duration.days(Math.min(days ?? 30, 30)),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
  });
  const trail = { principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')] };
  const ofTrail = { 'aws:SourceArn': trailArn };
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      ...trail,
      actions: ['s3:GetBucketAcl'],
      resources: [bucket.bucketArn],
      conditions: { StringEquals: ofTrail },
    }),
  );
  bucket.addToResourcePolicy(
    new iam.PolicyStatement({
      ...trail,
      actions: ['s3:PutObject'],
      resources: [bucket.arnForObjects(`AWSLogs/${Stack.of(scope).account}/*`)],
      conditions: { StringEquals: { ...ofTrail, 's3:x-amz-acl': 'bucket-owner-full-control' } },
    }),
  );
  NagFindings.acknowledge(
    bucket,
    ['AwsSolutions-S1', 'S3BucketLoggingEnabled'],
    'The trail itself records each read of its logs',
  );
  NagFindings.acknowledge(bucket, ['S3BucketReplicationEnabled'], 'Logs expire; they are no source of the lake');
  return bucket;
}
