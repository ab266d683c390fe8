import { DataLocation, LakeEnvironment } from '@lakewright/core';
import { Annotations, Duration, Lazy, Names, RemovalPolicy, type Size } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { AthenaEngineVersion } from './athena-engine-version';
import { AthenaWorkgroupBase } from './athena-workgroup-base';
import { grantManagedResults, managedResults } from './private/managed-results';
import { principalPrefix } from './private/principal-prefix';
import { refuse } from './private/refuse';
import { expireResults, resultBucket } from './private/result-bucket';
import { checkWorkgroup } from './private/workgroup-checks';

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
   * Whether Athena keeps the results in storage of its own, for 24 hours and at no cost: no bucket, no result location in
   * any client.
   *
   * Whoever may use the workgroup reads them, so one principal alone may: a second one is refused.
   *
   * @default results go to S3
   * @see https://docs.aws.amazon.com/athena/latest/ug/managed-results.html
   */
  readonly managedResults?: boolean;

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
   * Encrypts the workgroup's own bucket or its managed results; a bucket that is given with `results` has its own
   * encryption.
   * @default SSE-S3; managed results are encrypted by a key that AWS owns
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
  /** Below which each principal's results go; undefined when Athena keeps them. */
  public readonly results?: DataLocation;

  private readonly principals = new Set<string>();
  private readonly enforced?: boolean;
  private readonly managedKey?: kms.IKey;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidWorkgroupName`, `ScanLimitTooSmall`, `InvalidResultExpiry`, `KeyWithoutBucket`,
   * `ManagedResultsHaveNoLocation`; `EnforcedForSeveral` or `ManagedForSeveral` when a second principal is granted to query
   */
  public constructor(scope: Construct, id: string, props: AthenaWorkgroupProps = {}) {
    super(scope, id);
    checkWorkgroup(props);
    this.enforced = props.enforced;
    const environment = props.environment ?? LakeEnvironment.production();
    const name = props.workgroupName ?? Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });

    if (props.managedResults) this.managedKey = props.encryptionKey;
    else {
      this.results = props.results ?? DataLocation.of(resultBucket(this, environment, props.encryptionKey));
      expireResults(this, this.results, props.resultExpiry ?? Duration.days(30));
    }

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
        ...(this.results
          ? { resultConfiguration: this.inS3(this.results) }
          : { managedQueryResultsConfiguration: managedResults(this, name, this.managedKey) }),
      },
    });
    resource.applyRemovalPolicy(environment.destroysData ? RemovalPolicy.DESTROY : RemovalPolicy.RETAIN);
    this.workgroupName = this.getResourceNameAttribute(resource.ref);
  }

  /**
   * Where the results of a grantee's queries go: a prefix of its own.
   *
   * @param grantee who queries
   * @throws `PrincipalUnknown` for a principal that is no construct; `ManagedResultsHaveNoLocation`
   */
  public resultLocation(grantee: iam.IGrantable): DataLocation {
    if (this.results) return this.results.location(principalPrefix(grantee));
    return refuse(
      'ManagedResultsHaveNoLocation',
      `the result location of a principal in "${this.node.path}"`,
      'Athena keeps the results of this workgroup itself',
      'leave the location out, or leave out "managedResults"',
    );
  }

  /** @internal */
  public override _admit(grantee: iam.IGrantable): iam.Grant[] {
    this.principals.add(principalPrefix(grantee));
    if (!this.results) {
      if (this.principals.size > 1) {
        refuse(
          'ManagedForSeveral',
          `a second principal in "${this.node.path}", whose results Athena keeps`,
          'all who may use a workgroup read its managed results',
          'give each principal a workgroup, or leave out "managedResults"',
        );
      }
      return grantManagedResults(grantee, this.managedKey);
    }
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
    return super._admit(grantee);
  }

  /** @internal */
  public override _location(grantee: iam.IGrantable): DataLocation | undefined {
    return this.results && this.resultLocation(grantee);
  }

  /** @internal */
  public get _letsTablesLie(): boolean {
    return this.enforced === false && this.results !== undefined;
  }

  private inS3(results: DataLocation): athena.CfnWorkGroup.ResultConfigurationProperty {
    const key = results.bucket.encryptionKey;
    return {
      outputLocation: Lazy.string({ produce: () => this.ownLocation(results) }),
      encryptionConfiguration: key
        ? { encryptionOption: 'SSE_KMS', kmsKey: key.keyArn }
        : { encryptionOption: 'SSE_S3' },
    };
  }

  /** With several principals none: a client that gives no location is told so by Athena. */
  private ownLocation(results: DataLocation): string | undefined {
    const [only, ...more] = this.principals;
    if (more.length > 0) return undefined;
    return (only === undefined ? results : results.location(only)).uri;
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

  /** @internal */
  public get _letsTablesLie(): boolean {
    return this.attrs.enforced === false;
  }
}
