import { type DataLocation, type IDataset, type IPipelineTask, LakeEnvironment, NagFindings } from '@lakewright/core';
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { PipelineGrants } from './pipeline-grants';
import type { PipelineSchedule } from './pipeline-schedule';
import type { PipelineTrigger } from './pipeline-trigger';
import { type BoundTask, bindTasks } from './private/bound-task';
import { refuse } from './private/refuse';
import { RunStarter } from './private/run-starter';
import { arrange, orderOfStages, orderOfTasks } from './private/task-order';
import { wideRights } from './private/wide-rights';

/** What a `LakePipeline` is made of. */
export interface LakePipelineProps {
  /**
   * The tasks by stages: those of one stage run side by side, the next stage begins when all have ended.
   *
   * Either `stages` or `tasks`.
   *
   * @default `tasks` says what runs
   */
  readonly stages?: IPipelineTask[][];

  /**
   * The tasks as a graph: each after those that write what it reads, or after what its `PipelineStep` says.
   *
   * @default `stages` says what runs
   */
  readonly tasks?: IPipelineTask[];

  /**
   * When it runs.
   * @default when a trigger or a person starts it
   */
  readonly schedule?: PipelineSchedule;

  /**
   * What else starts it.
   * @default nothing else
   */
  readonly triggers?: PipelineTrigger[];

  /**
   * Keeps schedules and triggers from starting runs.
   *
   * Schedules are switched off. What else arrives is kept for 14 days, and becomes one run when the pipeline goes on.
   *
   * @default false
   */
  readonly paused?: boolean;

  /**
   * Whether a run may start while another is under way.
   *
   * @default false: a trigger waits for the end of the run
   */
  readonly allowOverlap?: boolean;

  /**
   * The longest that a run may take.
   * @default Duration.hours(12)
   */
  readonly timeout?: Duration;

  /**
   * Removal, retention and cost, for the pipeline and what its tasks create.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * Tasks as one Step Functions Standard state machine.
 *
 * A task that fails, after the retries that it brings along, fails the run; its neighbours in the stage are stopped. The
 * failure isn't caught: an execution that ends in a Fail state can't be redriven from the task that failed. Notices come
 * from `PipelineAlarms`, which sees runs that time out or are stopped as well.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
 */
export class LakePipeline extends Construct {
  /** Gives others rights on it. */
  public readonly grants: PipelineGrants;
  /** The machine; the name of an execution is the id of the run. */
  public readonly stateMachine: sfn.StateMachine;
  /** What its states act as: has what they need, and nothing else. */
  public readonly role: iam.Role;
  /** Where triggers wait; a message of any content asks for a run. */
  public readonly triggerQueue: sqs.IQueue;
  /** Triggers that were given up. */
  public readonly deadLetterQueue: sqs.IQueue;
  /** The names of its tasks, as the states are called, in the order in which they were given. */
  public readonly taskNames: string[];
  /** What its tasks read. */
  public readonly reads: IDataset[];
  /** What its tasks write. */
  public readonly writes: IDataset[];
  /** How failures of its tasks show on the account's event bus. */
  public readonly failurePatterns: events.EventPattern[];
  /** Removal, retention and cost. */
  public readonly environment: LakeEnvironment;
  /** Whether a run may start while another is under way. */
  public readonly allowOverlap: boolean;

  /**
   * Where its tasks leave the counts of runs.
   *
   * @internal
   */
  public readonly _reports: Record<string, DataLocation>;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoTasks`, `StagesAndTasks`, `TaskWithoutName`, `InvalidTaskName`, `TaskNamedTwice`, `UnknownPredecessor`,
   *   `TasksInACircle`, `ArrivalsFromElsewhere`
   */
  public constructor(scope: Construct, id: string, props: LakePipelineProps) {
    super(scope, id);
    this.environment = props.environment ?? LakeEnvironment.production();
    this.role = new iam.Role(this, 'Role', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
    const { first, bound } = this.tasksOf(props);
    this.taskNames = bound.map(({ name }) => name);
    this.reads = unique(bound.flatMap(({ config }) => config.reads));
    this.writes = unique(bound.flatMap(({ config }) => config.writes));
    this.failurePatterns = bound.flatMap(({ config }) => config.failurePattern ?? []);
    this._reports = Object.fromEntries(
      bound.flatMap(({ name, config: { reports } }) => (reports ? [[name, reports]] : [])),
    );
    this.allowOverlap = props.allowOverlap ?? false;

    const timeout = props.timeout ?? Duration.hours(12);
    this.stateMachine = this.machine(first, timeout);
    const starter = new RunStarter(this, 'Runs', {
      stateMachine: this.stateMachine,
      environment: this.environment,
      timeout,
      allowOverlap: this.allowOverlap,
      paused: props.paused ?? false,
    });
    this.triggerQueue = starter.queue;
    this.deadLetterQueue = starter.deadLetterQueue;
    if (props.schedule) starter.schedule('Schedule', props.schedule.expression);
    for (const [index, trigger] of (props.triggers ?? []).entries()) {
      trigger._attach(starter, starter, `Trigger${index + 1}`);
    }
    this.grants = new PipelineGrants(this.stateMachine, this.triggerQueue.queueArn);
  }

  /**
   * Runs that succeeded; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricSucceeded(props);
  }

  /**
   * Runs that failed; the sum of five minutes. Not those that timed out or were stopped.
   *
   * @param props statistic, period and more
   */
  public metricFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricFailed(props);
  }

  /**
   * How long runs took that ended, in milliseconds; the average of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.stateMachine.metricTime(props);
  }

  /**
   * Triggers that were given up and wait in the queue; the maximum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricDeadLetters(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.deadLetterQueue.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', ...props });
  }

  private tasksOf(props: LakePipelineProps): { readonly first: sfn.IChainable; readonly bound: BoundTask[] } {
    const { stages, tasks } = props;
    if (stages && tasks) {
      refuse(
        'StagesAndTasks',
        'both stages and tasks',
        'one of them says the order',
        'use stages for an order of your own, tasks for that of the data sets',
      );
    }
    const all = tasks ?? stages?.flat() ?? [];
    if (all.length === 0 || stages?.some((stage) => stage.length === 0)) {
      refuse('NoTasks', 'a pipeline or a stage without tasks', 'each has one at least', 'leave the stage out');
    }
    const scope = new Construct(this, 'States');
    const context = { environment: this.environment, runIdPath: '$$.Execution.Name', grantee: this.role };
    const bound = bindTasks(scope, all, context);
    if (tasks) return { first: arrange(scope, orderOfTasks(tasks, bound)), bound };
    let taken = 0;
    const inStages = (stages ?? []).map((stage) => {
      taken += stage.length;
      return bound.slice(taken - stage.length, taken);
    });
    return { first: arrange(scope, orderOfStages(inStages)), bound };
  }

  private machine(first: sfn.IChainable, timeout: Duration): sfn.StateMachine {
    const logGroup = new logs.LogGroup(this, 'Log', {
      retention: this.environment.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const definitionBody = sfn.DefinitionBody.fromChainable(first);
    const machine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody,
      role: this.role,
      timeout,
      tracingEnabled: true,
      // the states' inputs and outputs may be data of the tasks
      logs: { destination: logGroup, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    for (const action of wideRights(this.role)) {
      Validations.of(this).addWarning(
        `@lakewright/orchestration:wideRight`,
        `a task's states bring "${action}" on every resource: its task should grant it to context.grantee, on what it needs`,
      );
    }
    NagFindings.acknowledge(logGroup, ['CloudWatchLogGroupEncrypted'], 'the log has the states of runs, and no data');
    // upstream gives the rights of distributed maps by a policy below the machine
    for (const owner of [this.role, machine]) {
      NagFindings.acknowledgeOwnPolicy(
        owner,
        'what tasks start has no names that are known before; log deliveries and traces have none at all',
      );
    }
    return machine;
  }
}

function unique(datasets: IDataset[]): IDataset[] {
  const key = ({ databaseName, tableName }: IDataset): string => `${databaseName}.${tableName}`;
  return [...new Map(datasets.map((dataset) => [key(dataset), dataset])).values()];
}
