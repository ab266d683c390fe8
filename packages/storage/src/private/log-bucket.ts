import { type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { bucketDefaults } from './bucket-defaults';

/**
 * The bucket for access logs and inventories: SSE-S3, since S3 can't deliver access logs to a bucket with a KMS key.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
 */
export function logBucket(scope: Construct, environment: LakeEnvironment): s3.Bucket {
  const keeps = environment.logRetention !== RetentionDays.INFINITE;
  const bucket = new s3.Bucket(scope, 'Logs', {
    ...bucketDefaults(environment),
    encryption: s3.BucketEncryption.S3_MANAGED,
    lifecycleRules: [
      {
        id: 'Expiry',
        ...(keeps ? { expiration: Duration.days(environment.logRetention) } : {}),
        noncurrentVersionExpiration: Duration.days(1),
        abortIncompleteMultipartUploadAfter: Duration.days(7),
      },
    ],
  });
  const selfLogging = 'The log bucket: logging its own access would write a log for each log';
  NagFindings.acknowledge(bucket, ['AwsSolutions-S1', 'S3BucketLoggingEnabled'], selfLogging);
  NagFindings.acknowledge(
    bucket,
    ['S3DefaultEncryptionKMS'],
    "S3 can't deliver access logs to a bucket with a KMS key",
  );
  NagFindings.acknowledge(bucket, ['S3BucketReplicationEnabled'], 'Logs expire; they are no source of the lake');
  return bucket;
}
