import { DataLocation, LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, Names, RemovalPolicy, Resource, Stack } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AthenaSparkEngine } from './athena-spark-engine';
import { AthenaSparkWorkgroupGrants } from './athena-spark-workgroup-grants';
import { refuse } from './private/refuse';
import { expireResults, resultBucket } from './private/result-bucket';
import { allowSessions, sessionRole } from './private/spark-role';
import { checkResultExpiry, checkWorkgroupName } from './private/workgroup-checks';

/** What an `AthenaSparkWorkgroup` is made of. */
export interface AthenaSparkWorkgroupProps {
  /**
   * The name that clients give; letters, digits, `-`, `_` and `.`.
   * @default made from the construct's path
   */
  readonly workgroupName?: string;

  /**
   * Where results of calculations go. Must not be registered with Lake Formation.
   * @default a bucket of its own, for results only
   */
  readonly results?: DataLocation;

  /**
   * Encrypts the workgroup's own bucket; a bucket that is given with `results` has its own encryption.
   * @default SSE-S3
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * After how many days results are deleted.
   * @default Duration.days(30)
   */
  readonly resultExpiry?: Duration;

  /**
   * What sessions work as, whoever starts them: must be assumable by `athena.amazonaws.com`.
   * @default a role of its own, that may nothing but keep sessions
   */
  readonly role?: iam.IRole;

  /**
   * The engine that runs sessions.
   * @default AthenaSparkEngine.SPARK_3_5
   */
  readonly engine?: AthenaSparkEngine;

  /**
   * Removal: in a sandbox the workgroup goes with its notebooks, and its own bucket with its results.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;

  /**
   * Shown in the console.
   * @default no description
   */
  readonly description?: string;
}

/**
 * A workgroup for Apache Spark on Athena: notebooks and sessions, in the name of one role.
 *
 * Grants on data sets go to the workgroup (`dataset.grants.read(spark)`), since its role reads for all who start sessions: give
 * a workgroup to people with equal rights. Locally it is recorded: sessions aren't done.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/notebooks-spark.html
 */
export class AthenaSparkWorkgroup extends Resource implements iam.IGrantable {
  /** The workgroup's name. */
  public readonly workgroupName: string;

  /** `arn:aws:athena:region:account:workgroup/name` */
  public readonly workgroupArn: string;

  /** What sessions work as. */
  public readonly role: iam.IRole;

  /** Who is given access when the workgroup is: its role. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Where results of calculations go. */
  public readonly results: DataLocation;

  /** Gives others the right to start sessions. */
  public readonly grants: AthenaSparkWorkgroupGrants;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidWorkgroupName`, `InvalidResultExpiry`, `KeyWithoutBucket`
   */
  public constructor(scope: Construct, id: string, props: AthenaSparkWorkgroupProps = {}) {
    super(scope, id);
    check(props);
    const environment = props.environment ?? LakeEnvironment.production();
    const name = props.workgroupName ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    // the role's policy waits for no workgroup that waits for the role
    const arn = Stack.of(this).formatArn({ service: 'athena', resource: 'workgroup', resourceName: name });

    this.results = props.results ?? DataLocation.of(resultBucket(this, environment, props.encryptionKey));
    expireResults(this, this.results, props.resultExpiry ?? Duration.days(30));
    this.role = props.role ?? sessionRole(this, arn);
    this.grantPrincipal = this.role.grantPrincipal;
    const sessions = allowSessions(this.role, arn, this.results);
    if (!props.role) NagFindings.acknowledgeOwnPolicy(this.role, 'sessions, logs and results have no fixed names');

    const key = this.results.bucket.encryptionKey;
    const resource = new athena.CfnWorkGroup(this, 'Resource', {
      name,
      description: props.description,
      recursiveDeleteOption: environment.destroysData,
      workGroupConfiguration: {
        engineVersion: { selectedEngineVersion: (props.engine ?? AthenaSparkEngine.SPARK_3_5).name },
        executionRole: this.role.roleArn,
        publishCloudWatchMetricsEnabled: true,
        resultConfiguration: {
          outputLocation: this.results.uri,
          encryptionConfiguration: key
            ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    resource.applyRemovalPolicy(environment.destroysData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    sessions.applyBefore(resource);
    this.workgroupName = this.getResourceNameAttribute(resource.ref);
    this.workgroupArn = arn;
    this.grants = new AthenaSparkWorkgroupGrants(this);
  }
}

function check({ workgroupName, resultExpiry, encryptionKey, results }: AthenaSparkWorkgroupProps): void {
  checkWorkgroupName(workgroupName);
  checkResultExpiry(resultExpiry);
  if (encryptionKey && results) {
    refuse(
      'KeyWithoutBucket',
      'both "encryptionKey" and "results"',
      'results are encrypted as their bucket is',
      'give the key to the bucket, or leave out one of the two',
    );
  }
}
