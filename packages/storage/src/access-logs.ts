import { type LakeEnvironment, LakeError } from '@lakewright/core';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { allowDelivery } from './private/delivery';
import { logBucket } from './private/log-bucket';

/** Where S3 writes down who asked for what. */
export class AccessLogs {
  /**
   * A log bucket of its own, SSE-S3, whose objects expire as the environment says. The default.
   *
   * `LakeStorage` creates it once for all its zones.
   */
  public static ownBucket(): AccessLogs {
    return new AccessLogs(true);
  }

  /**
   * A bucket for logs that is there already. It must be in the same region and account, and mustn't have a KMS key.
   *
   * The permission for S3 to write is added to its policy; for an imported bucket a warning says what to add.
   *
   * @param bucket the log bucket
   * @param prefix logs go below it; `access-logs` if left out
   * @throws `LogBucketHasKey` for a bucket with a KMS key
   */
  public static toBucket(bucket: s3.IBucket, prefix?: string): AccessLogs {
    if (bucket.encryptionKey) {
      throw new Error(
        LakeError.message(
          'LogBucketHasKey',
          `log bucket "${bucket.node.path}" with a KMS key`,
          'SSE-S3: S3 delivers no access logs to a bucket that is encrypted with a KMS key',
          'use a bucket with SSE-S3, or leave the bucket to AccessLogs.ownBucket()',
        ),
      );
    }
    return new AccessLogs(true, bucket, prefix?.replace(/^\/|\/$/g, ''));
  }

  /** No access logs: where CloudTrail data events record the same. */
  public static none(): AccessLogs {
    return new AccessLogs(false);
  }

  private constructor(
    private readonly enabled: boolean,
    private readonly bucket?: s3.IBucket,
    private readonly prefix = 'access-logs',
  ) {}

  /**
   * The log bucket, created in `scope` when nobody handed one in; undefined without logs.
   *
   * @internal
   */
  public _bind(scope: Construct, environment: LakeEnvironment): s3.IBucket | undefined {
    if (!this.enabled) return undefined;
    return this.bucket ?? logBucket(scope, environment);
  }

  /**
   * The same logs with the bucket that `_bind` made, to share among zones.
   *
   * @internal
   */
  public _shared(bucket: s3.IBucket | undefined): AccessLogs {
    return new AccessLogs(bucket !== undefined, bucket, this.prefix);
  }

  /**
   * Makes S3 write the source's logs to the target.
   *
   * The upstream prop decides between a bucket policy and an ACL by a feature flag of the app, and ACLs are switched off in
   * our buckets: so both halves are written here.
   *
   * @internal
   */
  public _connect(source: s3.Bucket, target: s3.IBucket): void {
    const resource = source.node.defaultChild as s3.CfnBucket;
    resource.loggingConfiguration = {
      destinationBucketName: target.bucketName,
      logFilePrefix: `${this.prefix}/`,
      targetObjectKeyFormat: { partitionedPrefix: { partitionDateSource: 'EventTime' } },
    };
    allowDelivery({
      source,
      target,
      objectsArn: target.arnForObjects(`${this.prefix}/*`),
      service: 'logging.s3.amazonaws.com',
      what: 'access logs',
    });
  }
}
