import type { LakeEnvironment } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
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
   * The permission for S3 to write is added to its policy; where the bucket is an imported one, add it yourself.
   *
   * @param bucket the log bucket
   * @param prefix logs go below it; `access-logs` if left out
   */
  public static toBucket(bucket: s3.IBucket, prefix?: string): AccessLogs {
    return new AccessLogs(true, bucket, prefix);
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
    const stack = Stack.of(source);
    // a policy in another stack must not refer to a bucket that refers to that stack
    const sameStack = stack === Stack.of(target);
    target.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('logging.s3.amazonaws.com')],
        actions: ['s3:PutObject'],
        resources: [target.arnForObjects(`${this.prefix}/*`)],
        conditions: {
          StringEquals: { 'aws:SourceAccount': stack.account },
          ...(sameStack ? { ArnLike: { 'aws:SourceArn': source.bucketArn } } : {}),
        },
      }),
    );
  }
}
