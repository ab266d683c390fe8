import type { DataLocation, IDataset, IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { type Duration, Resource } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { sparkStates } from './private/spark-states';
import { SparkTaskGrants } from './spark-task-grants';

/** How a Spark job runs. */
export interface SparkTaskProps {
  /**
   * The workers; with auto scaling the most that there may be.
   * @default up to five of type G.1X
   */
  readonly workers?: glue.WorkerConfiguration;

  /**
   * Whether AWS Glue takes only as many workers as the work needs at the moment.
   * @default true
   * @see https://docs.aws.amazon.com/glue/latest/dg/auto-scaling.html
   */
  readonly autoScaling?: boolean;

  /**
   * Whether the job runs on spare capacity: cheaper, starts later and may be interrupted.
   * @default false
   */
  readonly flex?: boolean;

  /**
   * The version of AWS Glue, 5.0 (Spark 3.5.4) or 5.1 (Spark 3.5.6).
   * @default GlueVersion.V5_0
   */
  readonly glueVersion?: glue.GlueVersion;

  /**
   * How often AWS Glue tries a run that failed again, at least once.
   * @default 1
   */
  readonly maxRetries?: number;

  /**
   * After which time a run is ended.
   * @default Duration.hours(2)
   */
  readonly timeout?: Duration;

  /**
   * Encrypts the job's log and metrics.
   * @default the logs of all Glue jobs of the account, with their settings
   */
  readonly securityConfiguration?: glue.ISecurityConfiguration;

  /**
   * When to run; a cron expression in UTC.
   * @default only when started, by hand or by a pipeline
   */
  readonly schedule?: events.Schedule;

  /**
   * Where the job keeps what is under way, which files it has taken, and reports: `reports/<run>.json`.
   * @default `_lakewright/<target's prefix>` in the target's bucket
   */
  readonly state?: DataLocation;
}

/** What conversions and transformations have in common: a Spark job of AWS Glue that a pipeline can run. */
export abstract class SparkTaskBase extends Resource implements IPipelineTask, iam.IGrantable {
  /** The job. */
  public abstract readonly job: glue.Job;

  /** The job's role. */
  public abstract readonly role: iam.IRole;

  /** Where the job keeps what is under way, and reports. */
  public abstract readonly state: DataLocation;

  /** The tables that it reads. */
  protected abstract readonly inputs: IDataset[];

  /** The tables that it writes. */
  protected abstract readonly outputs: IDataset[];

  /** Who is given access when the task is: its role. */
  public get grantPrincipal(): iam.IPrincipal {
    return this.role.grantPrincipal;
  }

  /** Gives others the right to run it. */
  public get grants(): SparkTaskGrants {
    return new SparkTaskGrants(this.job);
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
   * One run as one state of a pipeline: waits for a run that goes on already, and runs again if Spark failed, which is harmless.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const run = sparkStates(scope, id, this.job, context.runIdPath ?? '$$.Execution.Name');
    return {
      start: run,
      ends: [run],
      failurePattern: this.failures(),
      reads: this.inputs,
      writes: this.outputs,
      reports: this.state.location('reports'),
    };
  }

  private failures(): events.EventPattern {
    return {
      source: ['aws.glue'],
      detailType: ['Glue Job State Change'],
      detail: { jobName: [this.job.jobName], state: ['FAILED', 'TIMEOUT', 'STOPPED', 'ERROR'] },
    };
  }
}
