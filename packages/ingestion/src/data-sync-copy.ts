import { type DataLocation, type IDataset, LakeEnvironment, LakeError, NagFindings } from '@lakewright/core';
import { RemovalPolicy, type Size, Stack } from 'aws-cdk-lib';
import * as datasync from 'aws-cdk-lib/aws-datasync';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as scheduler from 'aws-cdk-lib/aws-scheduler';
import type { Construct } from 'constructs';
import { DataSyncCopyBase, type IDataSyncCopy } from './data-sync-copy-base';
import type { DataSyncSource } from './data-sync-source';
import { bucketRole } from './private/data-sync-roles';
import { stateLocation } from './private/state-location';

/** What a `DataSyncCopy` is made of. */
export interface DataSyncCopyProps {
  /** Where the files are: a file share, another cloud, a bucket. */
  readonly source: DataSyncSource;

  /** Where they go, with the same folders. */
  readonly target: DataLocation;

  /**
   * DataSync's patterns of what to copy: `/2024*`, `*.csv`.
   * @see https://docs.aws.amazon.com/datasync/latest/userguide/filtering.html
   * @default everything is copied
   */
  readonly include?: string[];

  /**
   * DataSync's patterns of what to leave out.
   * @default nothing is left out
   */
  readonly exclude?: string[];

  /**
   * When to copy; at most once an hour.
   * @default only when it is started, by a pipeline for example
   */
  readonly schedule?: scheduler.ScheduleExpression;

  /**
   * How much of the network an execution may take, in bytes per second. Sources without agents have no limit.
   * @default all that there is
   */
  readonly bandwidth?: Size;

  /**
   * The tables over the target: what a pipeline sees it write.
   * @default no table
   */
  readonly writes?: IDataset[];

  /**
   * Where DataSync's reports of files that failed go.
   * @default `_lakewright/<target's prefix>` in the target's bucket
   */
  readonly state?: DataLocation;

  /**
   * Retention of logs.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Copies files of servers on-premises, of other clouds and of very large buckets into the lake, by AWS DataSync.
 *
 * Only what changed is copied, and what was copied is verified. Nothing is deleted in the target.
 */
export class DataSyncCopy extends DataSyncCopyBase {
  /**
   * A task that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param taskArn `arn:aws:datasync:region:account:task/task-…`
   */
  public static fromTaskArn(scope: Construct, id: string, taskArn: string): IDataSyncCopy {
    return new ImportedDataSyncCopy(scope, id, taskArn);
  }

  /** `arn:aws:datasync:region:account:task/task-…` */
  public readonly taskArn: string;
  /** Writes the target, and nothing else. */
  public readonly role: iam.IRole;
  /** What DataSync tells of each execution. */
  public readonly logGroup: logs.ILogGroup;

  private readonly tables: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoBandwidthLimit`, `InvalidPattern`
   */
  public constructor(scope: Construct, id: string, props: DataSyncCopyProps) {
    super(scope, id);
    const { source, target, bandwidth } = props;
    check(props);
    this.tables = props.writes ?? [];
    const { logRetention } = props.environment ?? LakeEnvironment.production();
    const logGroup = new logs.LogGroup(this, 'Log', { retention: logRetention, removalPolicy: RemovalPolicy.DESTROY });
    const mayWrite = this.mayWrite(logGroup);
    this.logGroup = logGroup;
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has names of files that failed');

    const { role, policy } = bucketRole(this, 'TargetRole', target, true);
    const state = stateLocation(target, props.state);
    state.grants.write(role);
    this.role = role;
    const destination = new datasync.CfnLocationS3(this, 'Target', {
      s3BucketArn: target.bucket.bucketArn,
      s3Config: { bucketAccessRoleArn: role.roleArn },
      subdirectory: `/${target.prefix}`,
    });
    if (policy) destination.node.addDependency(policy);
    const resource = new datasync.CfnTask(this, 'Resource', {
      sourceLocationArn: source._bind(this),
      destinationLocationArn: destination.attrLocationArn,
      cloudWatchLogGroupArn: logGroup.logGroupArn,
      taskMode: source._enhanced ? 'ENHANCED' : 'BASIC',
      options: {
        transferMode: 'CHANGED',
        verifyMode: 'ONLY_FILES_TRANSFERRED',
        overwriteMode: 'ALWAYS',
        preserveDeletedFiles: 'PRESERVE',
        objectTags: source._tags ? 'PRESERVE' : 'NONE',
        logLevel: 'BASIC',
        // owners and rights of files mean nothing in a lake
        ...(source._enhanced ? {} : { uid: 'NONE', gid: 'NONE', posixPermissions: 'NONE' }),
        bytesPerSecond: bandwidth?.toBytes(),
      },
      includes: filter(props.include),
      excludes: filter(props.exclude),
      schedule: props.schedule && { scheduleExpression: props.schedule.expressionString },
      taskReportConfig: {
        destination: {
          s3: {
            bucketAccessRoleArn: role.roleArn,
            s3BucketArn: state.bucket.bucketArn,
            subdirectory: `/${state.prefix}/reports`,
          },
        },
        outputType: 'STANDARD',
        reportLevel: 'ERRORS_ONLY',
      },
    });
    resource.node.addDependency(mayWrite);
    if (policy) resource.node.addDependency(policy);
    this.taskArn = resource.attrTaskArn;
  }

  /** @internal */
  protected _writes(): IDataset[] {
    return this.tables;
  }

  /** @see https://docs.aws.amazon.com/datasync/latest/userguide/monitor-datasync.html */
  private mayWrite(logGroup: logs.LogGroup): logs.ResourcePolicy {
    const stack = Stack.of(this);
    const tasks = stack.formatArn({ service: 'datasync', resource: 'task', resourceName: '*' });
    return new logs.ResourcePolicy(this, 'LogPolicy', {
      policyStatements: [
        new iam.PolicyStatement({
          principals: [new iam.ServicePrincipal('datasync.amazonaws.com')],
          actions: ['logs:PutLogEvents', 'logs:CreateLogStream'],
          resources: [logGroup.logGroupArn],
          conditions: { ArnLike: { 'aws:SourceArn': tasks }, StringEquals: { 'aws:SourceAccount': stack.account } },
        }),
      ],
    });
  }
}

class ImportedDataSyncCopy extends DataSyncCopyBase {
  public constructor(
    scope: Construct,
    id: string,
    public readonly taskArn: string,
  ) {
    super(scope, id);
  }

  protected _writes(): IDataset[] {
    return [];
  }
}

function check({ source, bandwidth, include = [], exclude = [] }: DataSyncCopyProps): void {
  if (bandwidth && source._enhanced) {
    throw new Error(
      LakeError.message(
        'NoBandwidthLimit',
        `bandwidth "${bandwidth.toBytes()}" for a source without agents`,
        "DataSync limits what agents send; between clouds it doesn't",
        'leave bandwidth out, or use agents',
      ),
    );
  }
  const bad = [...include, ...exclude].find((pattern) => pattern === '' || pattern.includes('|'));
  if (bad === undefined) return;
  throw new Error(
    LakeError.message(
      'InvalidPattern',
      `pattern "${bad}"`,
      'patterns are not empty and have no "|"',
      'write one text for each pattern',
    ),
  );
}

function filter(patterns?: string[]): datasync.CfnTask.FilterRuleProperty[] | undefined {
  return patterns?.length ? [{ filterType: 'SIMPLE_PATTERN', value: patterns.join('|') }] : undefined;
}
