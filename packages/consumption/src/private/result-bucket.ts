import { type DataLocation, type LakeEnvironment, NagFindings } from '@lakewright/core';
import { Annotations, Duration, Names } from 'aws-cdk-lib';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';

/**
 * A bucket for nothing but query results: not versioned and without access logs, since whatever is in it can be computed
 * again and expires soon.
 */
export function resultBucket(scope: Construct, environment: LakeEnvironment, encryptionKey?: kms.IKey): s3.Bucket {
  const bucket = new s3.Bucket(scope, 'Results', {
    ...(encryptionKey
      ? { encryption: s3.BucketEncryption.KMS, encryptionKey, bucketKeyEnabled: true }
      : { encryption: s3.BucketEncryption.S3_MANAGED }),
    blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
    objectOwnership: s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    removalPolicy: environment.removalPolicy,
    ...(environment.destroysData ? { autoDeleteObjects: true } : {}),
  });
  NagFindings.acknowledge(
    bucket,
    ['S3BucketVersioningEnabled', 'S3BucketReplicationEnabled'],
    'results can be computed again',
  );
  NagFindings.acknowledge(
    bucket,
    ['S3BucketLoggingEnabled', 'AwsSolutions-S1'],
    'Athena and CloudTrail record who queried what',
  );
  if (!encryptionKey)
    NagFindings.acknowledge(bucket, ['S3DefaultEncryptionKMS'], 'SSE-S3 was chosen; see encryptionKey');
  return bucket;
}

/**
 * Results expire, and with them unfinished uploads and, in a versioned bucket, what was overwritten or deleted. An imported
 * bucket can't be told so.
 */
export function expireResults(workgroup: Construct, { bucket, prefix }: DataLocation, age: Duration): void {
  if (!(bucket instanceof s3.Bucket)) {
    Annotations.of(workgroup).addWarningV2(
      '@lakewright/consumption:resultsDoNotExpire',
      `the bucket of the results of "${workgroup.node.path}" is imported: give it a lifecycle rule that expires "${prefix}/"`,
    );
    return;
  }
  bucket.addLifecycleRule({
    id: `ExpireResultsOf${Names.uniqueResourceName(workgroup, { maxLength: 200 })}`,
    ...(prefix === '' ? {} : { prefix: `${prefix}/` }),
    expiration: age,
    noncurrentVersionExpiration: Duration.days(1),
    abortIncompleteMultipartUploadAfter: Duration.days(1),
  });
}
