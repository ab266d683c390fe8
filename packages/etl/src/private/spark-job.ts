import { join } from 'node:path';
import { type DataLocation, NagFindings } from '@lakewright/core';
import { Annotations, Duration, Stack, Token } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import type { SparkTaskProps } from '../spark-task-base';
import type { BoundCode } from './bound-code';
import { refuse } from './refuse';

/** What tells one Spark job from another. */
export interface SparkJobParts {
  /** A script of the package: `spark_conversion.py`. */
  readonly script: string;
  readonly description: string;
  readonly settings: object;
  /** `--name`: value. */
  readonly locations: Record<string, DataLocation>;
  readonly code?: BoundCode;
}

const ASSETS = join(__dirname, '..', '..', 'assets', 'glue');

export function makeRole(scope: Construct, description: string): iam.Role {
  const role = new iam.Role(scope, 'Role', { assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'), description });
  letReport(role);
  NagFindings.acknowledgeOwnPolicy(role, 'files, partitions and logs have no fixed names');
  return role;
}

export function makeJob(scope: Construct, role: iam.Role, props: SparkTaskProps, parts: SparkJobParts): glue.Job {
  check(props);
  if (props.securityConfiguration) letUse(role);
  const { code } = parts;
  const stored = ({ bucket, s3ObjectKey }: s3assets.Asset) => glue.Code.fromBucket(bucket, s3ObjectKey);
  // Code.fromAsset would let the job read all assets of the account.
  const script = stored(new s3assets.Asset(scope, 'Script', { path: join(ASSETS, parts.script) }));
  const modules = stored(new s3assets.Asset(scope, 'Modules', { path: join(ASSETS, 'modules') }));
  const options: glue.PySparkEtlJobProps = {
    role,
    script,
    extraPythonFiles: [modules, ...(code?.files ?? []).map(({ bucket, key }) => glue.Code.fromBucket(bucket, key))],
    description: parts.description,
    glueVersion: props.glueVersion ?? glue.GlueVersion.V5_0,
    workerConfiguration: props.workers ?? { workerType: glue.WorkerType.G_1X, numberOfWorkers: 5 },
    maxRetries: props.maxRetries ?? 1,
    // Two runs would take the same files.
    maxConcurrentRuns: 1,
    timeout: props.timeout ?? Duration.hours(2),
    continuousLogging: { enabled: true },
    securityConfiguration: props.securityConfiguration,
    defaultArguments: {
      ...((props.autoScaling ?? true) ? { '--enable-auto-scaling': 'true' } : {}),
      ...(code?.requirements.length ? { '--additional-python-modules': code.requirements.join(',') } : {}),
      ...Object.fromEntries(Object.entries(parts.locations).map(([name, location]) => [`--${name}`, location.uri])),
      '--settings': Stack.of(scope).toJsonString(parts.settings),
    },
  };
  const job = props.flex
    ? new glue.PySparkFlexEtlJob(scope, 'Job', options)
    : new glue.PySparkEtlJob(scope, 'Job', options);
  job.node.addDependency(role);
  if (!props.securityConfiguration) {
    const reason =
      'the log has names of tables and files, counts of rows, and examples of values that did not fit; see securityConfiguration';
    NagFindings.acknowledge(job.node.findChild('Resource'), ['AwsSolutions-GL1', 'AwsSolutions-GL3'], reason);
    Annotations.of(job).acknowledgeWarning('@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging', reason);
  }
  if (props.schedule) {
    new glue.CfnTrigger(scope, 'Trigger', {
      type: 'SCHEDULED',
      schedule: props.schedule.expressionString,
      startOnCreation: true,
      actions: [{ jobName: job.jobName }],
    });
  }
  return job;
}

/** Metrics of the job and its logs, which are those of all Glue jobs of the account. */
function letReport(role: iam.Role): void {
  const stack = Stack.of(role);
  const resources = [stack.formatArn({ service: 'logs', resource: 'log-group:/aws-glue/jobs/*' })];
  const actions = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];
  role.addToPolicy(new iam.PolicyStatement({ actions, resources }));
  // The action takes no resource.
  role.addToPolicy(
    new iam.PolicyStatement({
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': 'Glue' } },
    }),
  );
}

/** Glue knows no ARN for security configurations. */
function letUse(role: iam.Role): void {
  role.addToPolicy(new iam.PolicyStatement({ actions: ['glue:GetSecurityConfiguration'], resources: ['*'] }));
  const group = Stack.of(role).formatArn({ service: 'logs', resource: 'log-group:/aws-glue/jobs/*' });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:AssociateKmsKey'], resources: [group] }));
}

function check({ maxRetries, schedule, glueVersion, flex, workers }: SparkTaskProps): void {
  if (maxRetries !== undefined && (!Number.isInteger(maxRetries) || maxRetries < 1)) {
    refuse(
      'TooFewRetries',
      `maxRetries "${maxRetries}"`,
      'at least 1: clusters fail to start',
      'leave it out, or raise it',
    );
  }
  const expression = schedule?.expressionString;
  if (expression !== undefined && !Token.isUnresolved(expression) && !expression.startsWith('cron(')) {
    refuse('JobScheduleNotCron', `schedule "${expression}"`, 'Glue knows cron expressions only', 'use Schedule.cron');
  }
  if (glueVersion !== undefined && ![glue.GlueVersion.V5_0, glue.GlueVersion.V5_1].includes(glueVersion)) {
    refuse(
      'UnsupportedGlueVersion',
      `glueVersion "${glueVersion}"`,
      'versions with Spark 3.5: 5.0 and 5.1',
      'use one of them',
    );
  }
  if (flex && workers && !['G.1X', 'G.2X'].includes(workers.workerType)) {
    refuse(
      'FlexWorkers',
      `flex with workers "${workers.workerType}"`,
      'G.1X and G.2X',
      'use one of them, or take flex out',
    );
  }
}
