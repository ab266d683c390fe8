import { DataLocation, LakeEnvironment, LakeError } from '@lakewright/core';
import { Annotations, Duration, Lazy, Names, RemovalPolicy, type Size, Token } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { AthenaEngineVersion } from './athena-engine-version';
import { AthenaWorkgroupBase } from './athena-workgroup-base';
import { principalPrefix } from './private/principal-prefix';
import { expire, resultBucket } from './private/result-bucket';

/** What an `AthenaWorkgroup` is made of. */
export interface AthenaWorkgroupProps {
  /**
   * The name that clients give; letters, digits, `-`, `_` and `.`.
   * @default made from the construct's path
   */
  readonly workgroupName?: string;

  /**
   * Below which each principal's results go, in a prefix of its own. Must not be registered with Lake Formation.
   * @default a bucket of its own, for results only
   */
  readonly results?: DataLocation;

  /**
   * Whether the workgroup overrides the settings that clients give.
   *
   * Athena refuses CTAS with `external_location` in a workgroup that does: pipelines and dbt, which say where their tables
   * lie, need `false`. The grantee may still write results to its own prefix only: IAM refuses every other place.
   *
   * @default it overrides them as long as one principal uses it
   * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-settings-override.html
   */
  readonly enforced?: boolean;

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
   * A query that scans more is cancelled; at least 10 MB.
   * @default no limit
   */
  readonly scanLimit?: Size;

  /**
   * The engine that runs the queries.
   * @default AthenaEngineVersion.V3
   */
  readonly engineVersion?: AthenaEngineVersion;

  /**
   * Removal: in a sandbox the workgroup goes with its saved queries and its history, and its own bucket with its results.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;

  /**
   * Shown in the console.
   * @default no description
   */
  readonly description?: string;
}

/** How a workgroup that exists is found. */
export interface AthenaWorkgroupAttributes {
  /** Its name. */
  readonly workgroupName: string;

  /**
   * Where its results go.
   *
   * With `enforced` that is everybody's location; otherwise each principal gets a prefix of its own below.
   */
  readonly results: DataLocation;

  /**
   * Whether the workgroup overrides the location that clients give.
   * @default true
   */
  readonly enforced?: boolean;
}

/**
 * A workgroup for Athena SQL: encrypted and expiring results, a scan limit, metrics, and results that nobody but who asked
 * can read.
 *
 * Athena can't give the principals of one workgroup different result locations. So a workgroup that one principal uses is
 * *enforced*: results go to that principal's prefix whatever the client says. A workgroup that several principals use isn't:
 * each client gives `resultLocation(principal)`, and IAM refuses every other place. What enforcement would guarantee besides
 * is guaranteed by the bucket: encryption and ownership.
 */
export class AthenaWorkgroup extends AthenaWorkgroupBase {
  /**
   * A workgroup that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromWorkgroupAttributes(
    scope: Construct,
    id: string,
    attrs: AthenaWorkgroupAttributes,
  ): AthenaWorkgroupBase {
    return new ImportedWorkgroup(scope, id, attrs);
  }

  /** The workgroup's name. */
  public readonly workgroupName: string;
  /** Below which each principal's results go. */
  public readonly results: DataLocation;

  private readonly principals = new Set<string>();
  private readonly enforced?: boolean;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidWorkgroupName`, `ScanLimitTooSmall`, `InvalidResultExpiry`, `KeyWithoutBucket`; `EnforcedForSeveral` when a
   * second principal is granted to query
   */
  public constructor(scope: Construct, id: string, props: AthenaWorkgroupProps = {}) {
    super(scope, id);
    check(props);
    this.enforced = props.enforced;
    const environment = props.environment ?? LakeEnvironment.production();
    const name = props.workgroupName ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });

    this.results = props.results ?? DataLocation.of(resultBucket(this, environment, props.encryptionKey));
    this.expireResults(props.resultExpiry ?? Duration.days(30));

    const key = this.results.bucket.encryptionKey;
    const resource = new athena.CfnWorkGroup(this, 'Resource', {
      name,
      description: props.description,
      recursiveDeleteOption: environment.destroysData,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: Lazy.any({ produce: () => (this.enforced ?? true) && this.principals.size < 2 }),
        engineVersion: { selectedEngineVersion: (props.engineVersion ?? AthenaEngineVersion.V3).name },
        publishCloudWatchMetricsEnabled: true,
        requesterPaysEnabled: false,
        bytesScannedCutoffPerQuery: props.scanLimit?.toBytes(),
        resultConfiguration: {
          outputLocation: Lazy.string({ produce: () => this.ownLocation() }),
          encryptionConfiguration: key
            ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn }
            : { encryptionOption: 'SSE_S3' },
        },
      },
    });
    resource.applyRemovalPolicy(environment.destroysData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    this.workgroupName = this.getResourceNameAttribute(resource.ref);
  }

  /**
   * Where the results of a grantee's queries go: a prefix of its own.
   *
   * @param grantee who queries
   * @throws `PrincipalUnknown` for a principal that is no construct
   */
  public resultLocation(grantee: iam.IGrantable): DataLocation {
    return this.results.location(principalPrefix(grantee));
  }

  /** @internal */
  public _admit(grantee: iam.IGrantable): DataLocation {
    this.principals.add(principalPrefix(grantee));
    if (this.principals.size === 2 && this.enforced) {
      refuse(
        'EnforcedForSeveral',
        `a second principal in the enforced workgroup "${this.node.path}"`,
        'Athena has one location for all principals of an enforced workgroup, where they would read the results of others',
        'give each principal a workgroup, or leave out "enforced"',
      );
    }
    if (this.principals.size === 2) {
      Annotations.of(this).addWarningV2(
        '@lakewright/consumption:clientsGiveResultLocation',
        `several principals use the workgroup "${this.node.path}": each client must give its own result location ` +
          '(workgroup.resultLocation(principal)), any other is refused; a workgroup for each principal needs no such setting',
      );
    }
    return this.resultLocation(grantee);
  }

  /** With several principals none: a client that gives no location is told so by Athena. */
  private ownLocation(): string | undefined {
    const [only, ...more] = this.principals;
    if (more.length > 0) return undefined;
    return (only === undefined ? this.results : this.results.location(only)).uri;
  }

  private expireResults(age: Duration): void {
    const { bucket, prefix } = this.results;
    if (bucket instanceof s3.Bucket) {
      expire(bucket, prefix, `ExpireResultsOf${Names.uniqueResourceName(this, { maxLength: 200 })}`, age);
      return;
    }
    Annotations.of(this).addWarningV2(
      '@lakewright/consumption:resultsDoNotExpire',
      `the bucket of the results of "${this.node.path}" is imported: give it a lifecycle rule that expires "${prefix}/"`,
    );
  }
}

class ImportedWorkgroup extends AthenaWorkgroupBase {
  public readonly workgroupName: string;

  public constructor(
    scope: Construct,
    id: string,
    private readonly attrs: AthenaWorkgroupAttributes,
  ) {
    super(scope, id);
    this.workgroupName = attrs.workgroupName;
  }

  public resultLocation(grantee: iam.IGrantable): DataLocation {
    const { results, enforced } = this.attrs;
    return enforced === false ? results.location(principalPrefix(grantee)) : results;
  }
}

function check({ workgroupName, scanLimit, resultExpiry, encryptionKey, results }: AthenaWorkgroupProps): void {
  if (workgroupName !== undefined && !Token.isUnresolved(workgroupName) && !/^[\w.-]{1,128}$/.test(workgroupName)) {
    refuse(
      'InvalidWorkgroupName',
      `workgroup name "${workgroupName}"`,
      '1 to 128 letters, digits, "-", "_" and "."',
      'leave out other characters',
    );
  }
  if (scanLimit && !scanLimit.isUnresolved() && scanLimit.toBytes() < 10_000_000) {
    refuse(
      'ScanLimitTooSmall',
      `scanLimit "${scanLimit.toBytes()}" bytes`,
      'Athena cuts off at 10000000 bytes at least',
      'use Size.mebibytes(10) or more',
    );
  }
  const days = resultExpiry && !resultExpiry.isUnresolved() ? resultExpiry.toDays({ integral: false }) : 1;
  if (!Number.isInteger(days) || days < 1) {
    refuse('InvalidResultExpiry', `resultExpiry "${days}" days`, 'S3 expires by whole days', 'use Duration.days');
  }
  if (encryptionKey && results) {
    refuse(
      'KeyWithoutBucket',
      'both "encryptionKey" and "results"',
      'results are encrypted as their bucket is',
      'give the key to the bucket, or leave out one of the two',
    );
  }
}

function refuse(code: string, wrote: string, allowed: string, change: string): never {
  throw new Error(LakeError.message(code, wrote, allowed, change));
}
