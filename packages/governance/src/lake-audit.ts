import { Dataset, type ILakeDatabase, LakeDatabase } from '@lakewright/catalog';
import { DataLocation, type IAthenaWorkgroup, type IDataset, LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, Names, Stack, Validations } from 'aws-cdk-lib';
import * as athena from 'aws-cdk-lib/aws-athena';
import * as cloudtrail from 'aws-cdk-lib/aws-cloudtrail';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { auditBucket } from './private/audit-bucket';
import { AUDIT_QUERIES } from './private/audit-queries';
import { auditTable } from './private/audit-table';
import { refuse } from './private/refuse';

/** What a `LakeAudit` is made of. */
export interface LakeAuditProps {
  /** Whose objects are watched: every read, write and deletion. Usually `zone.location()` of each zone. */
  readonly locations: DataLocation[];

  /**
   * The database of the table of events.
   * @default a database of its own, `lake_audit`
   */
  readonly database?: ILakeDatabase;

  /**
   * Where the named queries are shown.
   * @default `primary`, the workgroup that every account has
   */
  readonly workgroup?: IAthenaWorkgroup;

  /**
   * Regions to record besides the stack's: the lake's other regions, `us-east-1` for IAM and sign-in.
   * @default only the stack's region
   */
  readonly furtherRegions?: string[];

  /**
   * Encrypts the logs; CloudTrail's permission is added to its policy.
   * @default a key of its own: who runs the lake need not be able to read who used it
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * How long logs are kept.
   * @default as the environment says for logs: a year in production
   */
  readonly retention?: Duration;

  /**
   * Removal and retention.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Who did what in the lake: a CloudTrail trail, a table of its events, and queries that answer what is usually asked.
 *
 * The trail has each access to an object below `locations` (data events, which are charged for), each management event of
 * Glue, Lake Formation and Athena (and of all other services: a trail can't leave them out), and each read of the logs
 * themselves. Files are validated by digests. Events arrive within minutes.
 *
 * A query through Athena appears as Lake Formation's `GetDataAccess`, with table and principal, followed by reads of
 * objects by the role that the location was registered with, in sessions called `AWSLF-…`; all other reads went round
 * Lake Formation. The texts of queries aren't in CloudTrail.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/logging-using-cloudtrail.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/cloudtrail-logs.html
 */
export class LakeAudit extends Construct {
  /** The trail. */
  public readonly trail: cloudtrail.CfnTrail;
  /** Where the logs lie. */
  public readonly bucket: s3.Bucket;
  /** What they are encrypted with. */
  public readonly encryptionKey: kms.IKey;
  /** The database of the table of events. */
  public readonly database: ILakeDatabase;
  /** The table of events, `cloudtrail`: `audit.events.grants.read(auditor)`. */
  public readonly events: IDataset;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NothingToAudit`
   */
  public constructor(scope: Construct, id: string, props: LakeAuditProps) {
    super(scope, id);
    if (props.locations.length === 0) {
      refuse('NothingToAudit', 'no location', 'at least one', 'give the zones: [storage.raw.location(), …]');
    }
    const stack = Stack.of(this);
    const environment = props.environment ?? LakeEnvironment.production();
    const days = (props.retention ?? defaultRetention(environment))?.toDays();
    const trailName = Names.uniqueResourceName(this, { maxLength: 128, separator: '-' });
    const trailArn = stack.formatArn({ service: 'cloudtrail', resource: 'trail', resourceName: trailName });

    this.encryptionKey = props.encryptionKey ?? this.ownKey(environment);
    this.allowEncryption(trailArn);
    this.bucket = auditBucket(this, { environment, days, trailArn, encryptionKey: this.encryptionKey });
    this.trail = this.recordIn(trailName, props);

    this.database =
      props.database ??
      new LakeDatabase(this, 'Database', {
        databaseName: 'lake_audit',
        description: 'Who did what in the lake',
        removalPolicy: environment.removalPolicy,
      });
    const regions = [stack.region, ...(props.furtherRegions ?? [])];
    const table = auditTable(this, { database: this.database, bucket: this.bucket, regions, days });
    this.events = Dataset.of(this.database, table.name, {
      location: DataLocation.of(this.bucket, 'AWSLogs'),
      permissions: this.database.permissions,
    });
    for (const { id: queryId, title, description, sql } of AUDIT_QUERIES) {
      const query = new athena.CfnNamedQuery(this, queryId, {
        database: this.database.databaseName,
        workGroup: props.workgroup?.workgroupName,
        name: title,
        description,
        queryString: sql(`"${this.database.databaseName}"."${table.name}"`),
      });
      query.applyRemovalPolicy(environment.removalPolicy);
    }
  }

  private ownKey(environment: LakeEnvironment): kms.Key {
    return new kms.Key(this, 'Key', {
      description: 'CloudTrail logs of the data lake',
      enableKeyRotation: true,
      removalPolicy: environment.removalPolicy,
    });
  }

  /** @see https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html */
  private allowEncryption(trailArn: string): void {
    const stack = Stack.of(this);
    const trails = stack.formatArn({ service: 'cloudtrail', region: '*', resource: 'trail', resourceName: '*' });
    const { statementAdded } = this.encryptionKey.addToResourcePolicy(
      new iam.PolicyStatement({
        principals: [new iam.ServicePrincipal('cloudtrail.amazonaws.com')],
        actions: ['kms:GenerateDataKey*', 'kms:DescribeKey'],
        resources: ['*'],
        conditions: {
          StringEquals: { 'aws:SourceArn': trailArn },
          StringLikeIfExists: { 'kms:EncryptionContext:aws:cloudtrail:arn': trails },
        },
      }),
    );
    if (!statementAdded) {
      Validations.of(this).addWarning(
        '@lakewright/governance:auditKeyPolicyMissing',
        `the policy of key ${this.encryptionKey.keyArn}, which isn't made here, must let cloudtrail.amazonaws.com use it`,
      );
    }
  }

  private recordIn(trailName: string, { locations, furtherRegions = [] }: LakeAuditProps): cloudtrail.CfnTrail {
    const trail = new cloudtrail.CfnTrail(this, 'Resource', {
      trailName,
      isLogging: true,
      s3BucketName: this.bucket.bucketName,
      kmsKeyId: this.encryptionKey.keyArn,
      enableLogFileValidation: true,
      includeGlobalServiceEvents: true,
      isMultiRegionTrail: furtherRegions.length > 0,
      advancedEventSelectors: [
        { name: 'Management', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] },
        objectEvents('Objects of the lake', locations.map(startOf)),
        // reads only: a log about the delivery of each log would never end
        objectEvents('Reads of these logs', [this.bucket.arnForObjects('')], { field: 'readOnly', equalTo: ['true'] }),
      ],
    });
    if (this.bucket.policy) trail.node.addDependency(this.bucket.policy);
    NagFindings.acknowledge(
      trail,
      ['CloudTrailCloudWatchLogsEnabled'],
      'Athena reads the logs in S3; CloudWatch would charge for each object access once more',
    );
    return trail;
  }
}

function objectEvents(
  name: string,
  startsWith: string[],
  ...further: cloudtrail.CfnTrail.AdvancedFieldSelectorProperty[]
): cloudtrail.CfnTrail.AdvancedEventSelectorProperty {
  return {
    name,
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      { field: 'resources.ARN', startsWith },
      ...further,
    ],
  };
}

/** With the slash at the end: `sales/` isn't `sales-old/`. */
function startOf({ bucket, prefix }: DataLocation): string {
  return bucket.arnForObjects(prefix === '' ? '' : `${prefix}/`);
}

function defaultRetention({ logRetention }: LakeEnvironment): Duration | undefined {
  return logRetention === RetentionDays.INFINITE ? undefined : Duration.days(logRetention);
}
