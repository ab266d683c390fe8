import { join } from 'node:path';
import {
  type DataLocation,
  type IDataset,
  type IPipelineTask,
  NagFindings,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Annotations, Duration, Resource, Stack, Token } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3assets from 'aws-cdk-lib/aws-s3-assets';
import type { Construct } from 'constructs';
import { JdbcGrants } from './jdbc-grants';
import type { JdbcSource } from './jdbc-source';
import type { JdbcTable } from './jdbc-table';
import { letConnect, letReport } from './private/glue-network';
import { jobStates } from './private/job-states';
import { refuse } from './private/refuse';
import { stateLocation } from './private/state-location';

/** How the files are written. */
export enum JdbcFormat {
  /** Columns together: what Athena and Spark read fastest. */
  PARQUET = 'parquet',
  /** Rows with their schema. */
  AVRO = 'avro',
}

/** What a `JdbcIngestion` is made of. */
export interface JdbcIngestionProps {
  /** The database. */
  readonly source: JdbcSource;

  /** Its tables. */
  readonly tables: JdbcTable[];

  /** Where the files go: `<target>/<schema>/<table>/load=<interval or run>/`. */
  readonly target: DataLocation;

  /**
   * Where watermarks and reports are kept: `<schema>/<table>/watermark.json` and `reports/<run>.json`.
   * @default `_lakewright/<target's prefix>` in the target's bucket
   */
  readonly state?: DataLocation;

  /**
   * How the files are written.
   * @default JdbcFormat.PARQUET
   */
  readonly format?: JdbcFormat;

  /**
   * Properties of the JDBC driver: `{ defaultRowFetchSize: '5000' }`. Never credentials: they are in the template in clear.
   * @default rows are fetched by 10,000, and what TLS needs
   */
  readonly driverOptions?: Record<string, string>;

  /**
   * Drivers that Glue doesn't have, as jar files.
   * @default Glue's: PostgreSQL, MySQL, SQL Server, Oracle, Redshift
   */
  readonly drivers?: glue.Code[];

  /**
   * The workers.
   * @default two of type G.1X
   */
  readonly workers?: glue.WorkerConfiguration;

  /**
   * Whether the job runs on spare capacity: cheaper, starts later and may be interrupted.
   * @default false
   */
  readonly flex?: boolean;

  /**
   * The version of Glue, 4.0 or later.
   * @default GlueVersion.V5_0
   */
  readonly glueVersion?: glue.GlueVersion;

  /**
   * How often a run that failed is tried again, at least once.
   * @default 1
   */
  readonly maxRetries?: number;

  /**
   * After which time a run is ended.
   * @default Duration.hours(2)
   */
  readonly timeout?: Duration;

  /**
   * When to run; a cron expression in UTC.
   * @default only when started, by hand or by a pipeline
   */
  readonly schedule?: events.Schedule;

  /**
   * Encrypts the job's log and metrics.
   * @default the logs of all Glue jobs of the account, with their settings
   */
  readonly securityConfiguration?: glue.ISecurityConfiguration;

  /**
   * The tables of the catalog over the files: what a pipeline sees the job write.
   * @default none are named
   */
  readonly datasets?: IDataset[];
}

/**
 * Tables of a database into the lake, by a Spark job of AWS Glue.
 *
 * Each load has a folder of its own. A table with a watermark is read in intervals that are noted before they are read, so
 * a retry replaces its own files and nothing comes twice; one without is read whole. Deletions aren't seen: for changes as
 * they happen there is `DmsReplication`.
 */
export class JdbcIngestion extends Resource implements IPipelineTask, ec2.IConnectable, iam.IGrantable {
  /** The Glue connection: for crawlers of the same database, too. */
  public readonly connection: glue.IConnection;

  /** The job. */
  public readonly job: glue.Job;

  /** The job's role. */
  public readonly role: iam.IRole;

  /** Who is given access when the ingestion is: its role. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** The job's network; without security groups if the connection was made elsewhere. */
  public readonly connections: ec2.Connections;

  /** Gives others the right to run it. */
  public readonly grants: JdbcGrants;

  /** Where watermarks and reports are kept. */
  public readonly state: DataLocation;

  private readonly tables: JdbcTable[];
  private readonly target: DataLocation;
  private readonly datasets: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoJdbcTables`, `DuplicateJdbcTable`, `TooFewRetries`, `JobScheduleNotCron`, `CredentialInDriverOptions`
   */
  public constructor(scope: Construct, id: string, props: JdbcIngestionProps) {
    super(scope, id);
    check(props);
    const { target } = props;
    this.target = target;
    this.tables = props.tables;
    this.datasets = props.datasets ?? [];
    this.state = stateLocation(target, props.state);
    const source = props.source._bind(this);
    this.connection = source.connection;
    this.connections = new ec2.Connections({ securityGroups: source.securityGroups });

    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
      description: `Reads a database through JDBC into ${Token.isUnresolved(target.prefix) ? 'the lake' : `"${target.prefix}"`}`,
    });
    this.role = role;
    this.grantPrincipal = role;
    target.grants.readWrite(role);
    // a retry replaces the files of its own load
    target.grants.delete(role);
    this.state.grants.readWrite(role);
    source.secret.grantRead(role);
    letConnect(role, source.connection, source.inVpc);
    letReport(role);
    if (props.securityConfiguration) letUse(role);
    NagFindings.acknowledgeOwnPolicy(role, 'files, network interfaces and logs have no fixed names');

    this.job = this.makeJob(props, role);
    this.grants = new JdbcGrants(this.job);
    if (props.schedule) this.makeTrigger(props.schedule);
  }

  /**
   * Where the files of a table lie.
   *
   * @param tableName as it was given
   * @throws `UnknownJdbcTable`
   */
  public location(tableName: string): DataLocation {
    const table = this.tables.find((each) => each.tableName === tableName);
    if (table) return this.target.location(table.folder);
    const names = this.tables.map((each) => each.tableName).join(', ');
    return refuse('UnknownJdbcTable', `table "${tableName}"`, `tables are ${names}`, 'name one of them');
  }

  /**
   * Starts something when a run fails, whoever started it.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, { ...rest, eventPattern: { ...eventPattern, ...this.failures() } });
    rule.addTarget(target);
    return rule;
  }

  /**
   * Runs that failed, by events of Glue that a rule counts.
   *
   * @param props what differs
   */
  public metricFailure(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metricFailure(props);
  }

  /**
   * Runs that succeeded, by events of Glue that a rule counts.
   *
   * @param props what differs
   */
  public metricSuccess(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metricSuccess(props);
  }

  /**
   * Runs that took too long, by events of Glue that a rule counts.
   *
   * @param props what differs
   */
  public metricTimeout(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.job.metricTimeout(props);
  }

  /**
   * One run as one state of a pipeline: waits for a run that goes on already, runs, and fails if the run fails.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const run = jobStates(scope, id, this.job, context.runIdPath ?? '$$.Execution.Name');
    const reports = this.state.location('reports');
    return { start: run, ends: [run], failurePattern: this.failures(), reads: [], writes: this.datasets, reports };
  }

  private makeJob(props: JdbcIngestionProps, role: iam.Role): glue.Job {
    const settings = {
      format: props.format ?? JdbcFormat.PARQUET,
      driverOptions: props.driverOptions,
      tables: props.tables.map(({ _settings }) => _settings),
    };
    const script = new s3assets.Asset(this, 'Script', { path: SCRIPT });
    const options: glue.PySparkEtlJobProps = {
      role,
      // Code.fromAsset would let the job read all assets of the account
      script: glue.Code.fromBucket(script.bucket, script.s3ObjectKey),
      description: `Reads ${props.tables.length} tables through JDBC`,
      connections: [this.connection],
      glueVersion: props.glueVersion ?? glue.GlueVersion.V5_0,
      workerConfiguration: props.workers ?? { workerType: glue.WorkerType.G_1X, numberOfWorkers: 2 },
      maxRetries: props.maxRetries ?? 1,
      // two runs would read the same interval
      maxConcurrentRuns: 1,
      timeout: props.timeout ?? Duration.hours(2),
      continuousLogging: { enabled: true },
      securityConfiguration: props.securityConfiguration,
      extraJars: props.drivers,
      defaultArguments: {
        '--connection': this.connection.connectionName,
        '--target': this.target.uri,
        '--state': this.state.uri,
        '--settings': Stack.of(this).toJsonString(settings),
      },
    };
    const job = props.flex
      ? new glue.PySparkFlexEtlJob(this, 'Job', options)
      : new glue.PySparkEtlJob(this, 'Job', options);
    job.node.addDependency(role);
    if (!props.securityConfiguration) {
      const reason = 'the log has names of tables and counts of rows, and no data; see securityConfiguration';
      NagFindings.acknowledge(job.node.findChild('Resource'), ['AwsSolutions-GL1', 'AwsSolutions-GL3'], reason);
      Annotations.of(job).acknowledgeWarning('@aws-cdk/aws-glue-alpha:unencryptedContinuousLogging', reason);
    }
    return job;
  }

  private makeTrigger(schedule: events.Schedule): void {
    new glue.CfnTrigger(this, 'Trigger', {
      type: 'SCHEDULED',
      schedule: schedule.expressionString,
      startOnCreation: true,
      actions: [{ jobName: this.job.jobName }],
    });
  }

  private failures(): events.EventPattern {
    return {
      source: ['aws.glue'],
      detailType: ['Glue Job State Change'],
      detail: { jobName: [this.job.jobName], state: ['FAILED', 'TIMEOUT', 'STOPPED', 'ERROR'] },
    };
  }
}

const SCRIPT = join(__dirname, '..', 'assets', 'glue', 'jdbc_ingestion.py');

/** Glue knows no ARN for security configurations. */
function letUse(role: iam.Role): void {
  role.addToPolicy(new iam.PolicyStatement({ actions: ['glue:GetSecurityConfiguration'], resources: ['*'] }));
  const group = Stack.of(role).formatArn({ service: 'logs', resource: 'log-group:/aws-glue/jobs/*' });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['logs:AssociateKmsKey'], resources: [group] }));
}

function check({ tables, maxRetries, schedule, driverOptions }: JdbcIngestionProps): void {
  if (tables.length === 0) {
    refuse('NoJdbcTables', 'an ingestion of no tables', 'at least one', 'add JdbcTable.of("schema.table")');
  }
  const folders = tables.map(({ folder }) => folder);
  const twice = folders.find((folder, index) => folders.indexOf(folder) !== index);
  if (twice !== undefined) {
    refuse(
      'DuplicateJdbcTable',
      `two tables for the folder "${twice}"`,
      'each table once',
      'read the other one by an ingestion of its own',
    );
  }
  if (maxRetries !== undefined && (!Number.isInteger(maxRetries) || maxRetries < 1)) {
    refuse('TooFewRetries', `maxRetries "${maxRetries}"`, 'at least 1: networks fail', 'leave it out, or raise it');
  }
  const expression = schedule?.expressionString;
  if (expression !== undefined && !Token.isUnresolved(expression) && !expression.startsWith('cron(')) {
    refuse('JobScheduleNotCron', `schedule "${expression}"`, 'Glue knows cron expressions only', 'use Schedule.cron');
  }
  const credential = Object.keys(driverOptions ?? {}).find((name) => /^(user(name)?|password|pwd)$/i.test(name));
  if (credential !== undefined) {
    refuse(
      'CredentialInDriverOptions',
      `driver option "${credential}"`,
      'user and password come from the secret',
      'take it out',
    );
  }
}
