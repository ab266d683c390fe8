import type { ILakeDatabase } from '@lakewright/catalog';
import {
  type DataLocation,
  type IAthenaWorkgroup,
  type IDataset,
  type IPipelineTask,
  LakeEnvironment,
  NagFindings,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Duration, RemovalPolicy, Resource } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DbtCode } from './dbt-code';
import { DbtGrants } from './dbt-grants';
import { DbtSelection, type DbtSelectionOptions } from './dbt-selection';
import type { ILakeNetwork } from './lake-network';
import { letWork, ownLocation } from './private/dbt-rights';
import { dbtVariables } from './private/dbt-variables';
import { type EcsTask, RunTaskState } from './private/run-task-state';

/** What a `DbtProject` is made of. */
export interface DbtProjectProps {
  /** The project. */
  readonly code: DbtCode;

  /** Where models go that name no schema of their own. It must have a location: dbt owns all that is below. */
  readonly database: ILakeDatabase;

  /**
   * Further databases that the project writes. Models of one name it by `schema`, with a `generate_schema_name` that takes
   * it as it is, and its place by `s3_data_dir: "{{ env_var('LAKEWRIGHT_DATA_<NAME>') }}"`.
   * @default none
   */
  readonly moreDatabases?: ILakeDatabase[];

  /**
   * Databases that the project reads whole: its sources.
   * @default none
   */
  readonly sources?: ILakeDatabase[];

  /**
   * Single tables that it reads.
   * @default none
   */
  readonly reads?: IDataset[];

  /** The tables that it makes which others know of: what a pipeline sees it write. @default none are named */
  readonly writes?: IDataset[];

  /**
   * Where queries run. It mustn't enforce its settings (`enforced: false`): Athena refuses to create tables at a location of
   * dbt's choice in one that does.
   */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * Where a run leaves what dbt says of it: `runs/<run>/manifest.json`, `run_results.json` and `sources.json`,
   * `state/manifest.json` of the last whole run that succeeded, and the documentation's site below `docs/`.
   */
  readonly artifacts: DataLocation;

  /** Where tasks run. */
  readonly network: ILakeNetwork;

  /**
   * Where tasks run, as ECS sees it.
   * @default a cluster of its own, with Container Insights
   */
  readonly cluster?: ecs.ICluster;

  /**
   * The name of the profile's target: what `target.name` is in the project.
   * @default the environment's name
   */
  readonly target?: string;

  /**
   * Variables of the task, which models see by `env_var`. Not for secrets: they stand in the template in clear.
   * @default none
   */
  readonly variables?: Record<string, string>;

  /**
   * Variables whose values are secrets. dbt doesn't print those whose names begin with `DBT_ENV_SECRET_`.
   * @default none
   */
  readonly secrets?: Record<string, ecs.Secret>;

  /**
   * How many models are built at a time.
   * @default 4
   */
  readonly threads?: number;

  /**
   * CPU units of the task; dbt waits for Athena most of the time.
   * @default 512
   */
  readonly cpu?: number;

  /**
   * Memory of the task in MiB; projects of thousands of models want more.
   * @default 2048
   */
  readonly memoryLimitMiB?: number;

  /**
   * Whether a run of the whole project begins with the freshness of its sources, and builds nothing if one is stale beyond
   * its `error_after`.
   * @default true
   */
  readonly sourceFreshness?: boolean;

  /**
   * Whether a run of the whole project ends with the documentation.
   * @default true
   */
  readonly docs?: boolean;

  /**
   * Whether a run of the whole project builds only what was modified since the last one that succeeded, and what comes after
   * it. New data in sources is no modification: for projects that are built on each change of their code.
   * @default false
   */
  readonly modifiedOnly?: boolean;

  /**
   * After which time a run is stopped.
   * @default Duration.hours(2)
   */
  readonly timeout?: Duration;

  /**
   * Retention of the log.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * A dbt project on Athena, run by a task of ECS on Fargate: freshness of the sources, `dbt build`, documentation.
 *
 * Its role writes and deletes below the locations of its own databases, reads its sources, and no more. Statements that
 * conflict with others' commits to an Iceberg table are repeated; then the models that failed so are, too.
 *
 * @see https://docs.getdbt.com/reference/resource-configs/athena-configs
 */
export class DbtProject extends Resource implements IPipelineTask, ec2.IConnectable, iam.IGrantable {
  /** Where its tasks run. */
  public readonly cluster: ecs.ICluster;

  /** Its task. */
  public readonly taskDefinition: ecs.FargateTaskDefinition;

  /** What it works as. */
  public readonly role: iam.IRole;

  /** Who is given access when the project is: its role. */
  public readonly grantPrincipal: iam.IPrincipal;

  /** Its network: it may go to every address, of which an isolated subnet reaches the VPC's own and S3. */
  public readonly connections: ec2.Connections;

  /** Gives others the right to run it. */
  public readonly grants: DbtGrants;

  /** What a run leaves. */
  public readonly artifacts: DataLocation;

  /** Its log. */
  public readonly logGroup: logs.ILogGroup;

  /** @internal */
  public readonly _task: EcsTask;
  private readonly props: DbtProjectProps;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `DatabaseWithoutLocation`, `ReservedVariable`, `NoDbtProject`
   */
  public constructor(scope: Construct, id: string, props: DbtProjectProps) {
    super(scope, id);
    this.props = props;
    this.artifacts = props.artifacts;
    const environment = props.environment ?? LakeEnvironment.production();
    const owned = [props.database, ...(props.moreDatabases ?? [])];
    for (const database of owned) ownLocation(database);

    const { vpc, subnets } = props.network;
    this.cluster =
      props.cluster ?? new ecs.Cluster(this, 'Cluster', { vpc, containerInsightsV2: ecs.ContainerInsights.ENABLED });
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com'),
      description: `dbt: writes ${owned.length} databases`,
    });
    this.role = role;
    this.grantPrincipal = role;
    letWork(role, { ...props, owned });
    NagFindings.acknowledgeOwnPolicy(role, 'tables, their files and results of queries have no fixed names');

    this.logGroup = new logs.LogGroup(this, 'Log', {
      retention: environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    NagFindings.acknowledge(this.logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has names of models, and no data');
    this.taskDefinition = this.define(props, role, dbtVariables(props, role, environment));
    const securityGroup = new ec2.SecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: `Of ${this.node.path}`,
    });
    this.connections = new ec2.Connections({ securityGroups: [securityGroup] });
    this._task = {
      ...{ cluster: this.cluster, definition: this.taskDefinition, container: CONTAINER },
      ...{ vpc, subnets, securityGroups: [securityGroup] },
    };
    this.grants = new DbtGrants(this);
  }

  /**
   * A part of the project, as a task of its own.
   *
   * @param selection in dbt's syntax: `tag:daily`, `staging+`, `source:raw+`
   * @param options what else differs
   * @see https://docs.getdbt.com/reference/node-selection/syntax
   */
  public select(selection: string, options: DbtSelectionOptions = {}): DbtSelection {
    return new DbtSelection(this, selection, options);
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
   * One run of the whole project as one state of a pipeline.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    return this._states(scope, id, context, this.props.modifiedOnly ? ['--state-modified'] : []);
  }

  /** @internal */
  public _states(scope: Construct, id: string, context: PipelineTaskContext, command: string[]): PipelineTaskConfig {
    const runId = sfn.JsonPath.stringAt(context.runIdPath ?? '$$.Execution.Name');
    const run = new RunTaskState(scope, id, {
      task: this._task,
      command,
      variables: { LAKEWRIGHT_RUN_ID: runId },
      resultPath: sfn.JsonPath.DISCARD,
      taskTimeout: sfn.Timeout.duration(this.props.timeout ?? Duration.hours(2)),
    });
    run.addRetry({
      // Capacity and throttling, as Step Functions calls what ECS says. A model that failed is none of these.
      errors: ['ECS.AmazonECSException', 'ECS.ServerException', 'ECS.ThrottlingException', 'AmazonECS.Unknown'],
      interval: Duration.seconds(10),
      backoffRate: 2,
      maxAttempts: 6,
      maxDelay: Duration.minutes(5),
      jitterStrategy: sfn.JitterType.FULL,
    });
    const { reads = [], writes = [] } = this.props;
    return { start: run, ends: [run], failurePattern: this.failures(), reads, writes };
  }

  private define(
    props: DbtProjectProps,
    taskRole: iam.Role,
    environment: Record<string, string>,
  ): ecs.FargateTaskDefinition {
    const definition = new ecs.FargateTaskDefinition(this, 'Task', {
      cpu: props.cpu ?? 512,
      memoryLimitMiB: props.memoryLimitMiB ?? 2048,
      runtimePlatform: {
        cpuArchitecture: ecs.CpuArchitecture.X86_64,
        operatingSystemFamily: ecs.OperatingSystemFamily.LINUX,
      },
      taskRole,
      volumes: VOLUMES.map(({ name }) => ({ name })),
    });
    const container = definition.addContainer(CONTAINER, {
      image: props.code._bind(this),
      logging: ecs.LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: 'dbt' }),
      environment,
      secrets: props.secrets,
      readonlyRootFilesystem: true,
      // dbt cancels its queries first
      stopTimeout: Duration.seconds(60),
    });
    for (const { name, path } of VOLUMES) {
      container.addMountPoints({ sourceVolume: name, containerPath: path, readOnly: false });
    }
    const reason = 'its variables are names of places: secrets are given by "secrets"';
    NagFindings.acknowledge(definition, ['AwsSolutions-ECS2'], reason);
    const execution = definition.obtainExecutionRole() as iam.Role;
    NagFindings.acknowledgeOwnPolicy(execution, 'a token of the registry has no resource');
    return definition;
  }

  private failures(): events.EventPattern {
    return {
      source: ['aws.ecs'],
      detailType: ['ECS Task State Change'],
      detail: {
        group: [`family:${this.taskDefinition.family}`],
        lastStatus: ['STOPPED'],
        $or: [
          { stopCode: ['TaskFailedToStart', 'UserInitiated', 'TerminationNotice'] },
          { containers: { exitCode: [{ 'anything-but': [0] }] } },
        ],
      },
    };
  }
}

const CONTAINER = 'dbt';

/** What a run may write to: the rest of the file system is read-only. */
const VOLUMES = [
  { name: 'work', path: '/lakewright/work' },
  { name: 'tmp', path: '/tmp' },
];
