import { LakeError } from '@lakewright/core';
import { PhysicalName, Stack, Token, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { REPLICA_RULE } from './private/metrics';
import { type ReplicaKey, replicaHome } from './private/replica-home';
import type { ReplicationContext } from './private/replication-context';
import { replicationPolicy } from './private/replication-policy';
import { Zone } from './zone';
import { ZoneEncryption } from './zone-encryption';

/** What is replicated, and how fast. */
export interface ReplicationOptions {
  /**
   * Whether deleting an object deletes it in the replica as well.
   * @default false: the replica keeps what was deleted, by mistake or on purpose
   */
  readonly deleteMarkers?: boolean;

  /**
   * Whether CloudWatch gets the latency and the bytes and operations pending.
   * @default true
   */
  readonly metrics?: boolean;

  /**
   * S3 Replication Time Control: 99.9 % of objects within 15 minutes, with an event for those that take longer; costs extra
   * and switches the metrics on.
   * @default false: most objects within 15 minutes, without a promise
   */
  readonly timeControl?: boolean;

  /**
   * The replica's storage class.
   * @default that of the object
   */
  readonly storageClass?: s3.StorageClass;
}

/**
 * A copy of a zone in another bucket, kept up to date by S3, re-encrypted with a key of the destination.
 *
 * New objects and versions are copied; for those that were there before, run S3 Batch Replication once.
 */
export class ZoneReplication {
  /**
   * A replica of its own in another region: a stack `<stack>-replica-<region>` with the bucket, one key and one log bucket for
   * all replicas of the stack, in the same environment and with the same lifecycle.
   *
   * The zone's stack needs an explicit account and region, and the replica's region has to be bootstrapped.
   *
   * @param region another region of the same partition, like `eu-central-1`
   * @param options delete markers, metrics, time control, storage class
   */
  public static toRegion(region: string, options: ReplicationOptions = {}): ZoneReplication {
    return new ZoneReplication(options, region);
  }

  /**
   * A bucket that is there already, versioned, in the same or another region or account.
   *
   * Its policy has to let the replication role in when it belongs to another account; done here for a bucket made by CDK.
   *
   * @param bucket the destination, with its `encryptionKey` when the zone is encrypted with KMS
   * @param options delete markers, metrics, time control, storage class
   */
  public static toBucket(bucket: s3.IBucket, options: ReplicationOptions = {}): ZoneReplication {
    return new ZoneReplication(options, undefined, bucket);
  }

  private constructor(
    private readonly options: ReplicationOptions,
    private readonly region?: string,
    private readonly bucket?: s3.IBucket,
  ) {}

  /**
   * Whether two zones with this replication would write to one bucket, where their keys would collide.
   *
   * @internal
   */
  public get _sharesBucket(): boolean {
    return this.bucket !== undefined;
  }

  /**
   * Configures the bucket, with a role that can do just this, and returns the destination.
   *
   * @internal
   */
  public _connect(scope: Construct, context: ReplicationContext): s3.IBucket {
    const { source } = context;
    const { destination, key } = this.target(scope, context);
    const role = new iam.Role(scope, 'ReplicationRole', {
      assumedBy: new iam.ServicePrincipal('s3.amazonaws.com'),
      roleName: PhysicalName.GENERATE_IF_NEEDED,
      description: `Replicates ${scope.node.path}`,
    });
    replicationPolicy(role, source, destination, key);
    this.letIn(scope, role, destination);

    const { account } = destination.env;
    const elsewhere = !Token.isUnresolved(account) && account !== Stack.of(scope).account;
    const resource = source.node.defaultChild as s3.CfnBucket;
    const { deleteMarkers, timeControl, storageClass } = this.options;
    const fifteen = { minutes: 15 };
    resource.replicationConfiguration = {
      role: role.roleArn,
      rules: [
        {
          id: REPLICA_RULE,
          priority: 0,
          status: 'Enabled',
          filter: { prefix: '' },
          deleteMarkerReplication: { status: deleteMarkers ? 'Enabled' : 'Disabled' },
          ...(source.encryptionKey
            ? { sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: 'Enabled' } } }
            : {}),
          destination: {
            bucket: destination.bucketArn,
            ...(elsewhere ? { account, accessControlTranslation: { owner: 'Destination' } } : {}),
            ...(storageClass ? { storageClass: storageClass.toString() } : {}),
            ...(key ? { encryptionConfiguration: { replicaKmsKeyId: key.arn } } : {}),
            ...(timeControl ? { replicationTime: { status: 'Enabled', time: fifteen } } : {}),
            ...(this.measured
              ? { metrics: { status: 'Enabled', ...(timeControl ? { eventThreshold: fifteen } : {}) } }
              : {}),
          },
        },
      ],
    };
    return destination;
  }

  private get measured(): boolean {
    return this.options.timeControl || (this.options.metrics ?? true);
  }

  private target(scope: Construct, context: ReplicationContext): { destination: s3.IBucket; key?: ReplicaKey } {
    const usesKms = context.source.encryptionKey !== undefined;
    if (this.region === undefined) {
      const destination = this.bucket as s3.IBucket;
      if (usesKms && !destination.encryptionKey) throw keyMissing(scope);
      return { destination, ...(usesKms ? { key: keyOf(destination.encryptionKey as kms.IKey) } : {}) };
    }
    const home = replicaHome(scope, this.region, context.environment, usesKms);
    const replica = new Zone(home.stack, home.idOf(scope), {
      ...context.options,
      zoneName: context.zoneName,
      encryption: home.key ? ZoneEncryption.ofKey(home.key.key) : ZoneEncryption.s3Managed(),
      accessLogs: home.accessLogs,
      bucketName: PhysicalName.GENERATE_IF_NEEDED,
    });
    return { destination: replica.bucket, ...(home.key ? { key: home.key } : {}) };
  }

  /** In one account the role's own policy is enough; another account has to let the role in. */
  private letIn(scope: Construct, role: iam.IRole, destination: s3.IBucket): void {
    const { account } = destination.env;
    if (Token.isUnresolved(account) || account === Stack.of(scope).account) return;
    const { statementAdded } = destination.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ArnPrincipal(role.roleArn)],
        actions: [
          's3:ReplicateObject',
          's3:ReplicateDelete',
          's3:ReplicateTags',
          's3:ObjectOwnerOverrideToBucketOwner',
        ],
        resources: [destination.arnForObjects('*')],
      }),
    );
    if (!statementAdded) {
      Validations.of(scope).addWarning(
        '@lakewright/storage:replicaPolicyMissing',
        `the policy of ${destination.bucketName} in account ${account} must allow s3:ReplicateObject, s3:ReplicateDelete, ` +
          's3:ReplicateTags and s3:ObjectOwnerOverrideToBucketOwner to the replication role',
      );
    }
  }
}

function keyOf(key: kms.IKey): ReplicaKey {
  return { key, arn: key.keyArn };
}

function keyMissing(scope: Construct): Error {
  return new Error(
    LakeError.message(
      'ReplicaNeedsKey',
      `replication of ${scope.node.path}, encrypted with KMS, to a bucket without a known key`,
      "S3 re-encrypts replicas with a KMS key of the destination's region",
      'give the destination its encryptionKey, for example with s3.Bucket.fromBucketAttributes',
    ),
  );
}
