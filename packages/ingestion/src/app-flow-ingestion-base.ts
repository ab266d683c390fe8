import { type IDataset, LakeError, type PipelineTaskConfig, type PipelineTaskContext } from '@lakewright/core';
import { Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { AppFlowGrants } from './app-flow-grants';
import type { IAppFlowIngestion } from './app-flow-ingestion';
import { flowStates } from './private/app-flow-states';

/** What every flow can do, created here or made elsewhere. */
export abstract class AppFlowIngestionBase extends Resource implements IAppFlowIngestion {
  /** The flow's name. */
  public abstract readonly flowName: string;

  /** Gives others the right to run it. */
  public readonly grants: AppFlowGrants = new AppFlowGrants(this);

  /** `arn:aws:appflow:region:account:flow/name` */
  public get flowArn(): string {
    return this.stack.formatArn({ service: 'appflow', resource: 'flow', resourceName: this.flowName });
  }

  /**
   * Starts something when a run fails or AppFlow deactivates the flow.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.failures());
  }

  /**
   * Starts something when a run has ended, well or not: the way from a scheduled flow to a pipeline.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onRunEnded(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, {
      source: ['aws.appflow'],
      detailType: ['AppFlow End Flow Run Report'],
      detail: { 'flow-name': [this.flowName] },
    });
  }

  /**
   * One of the flow's metrics in `AWS/AppFlow`.
   *
   * @param metricName `FlowExecutionsStarted` and others
   * @param props what differs
   */
  public metric(metricName: string, props: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    const metric = new cloudwatch.Metric({
      namespace: 'AWS/AppFlow',
      metricName,
      dimensionsMap: { FlowName: this.flowName },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    });
    return metric.attachTo(this);
  }

  /**
   * Runs that failed.
   *
   * @param props what differs
   */
  public metricRunsFailed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FlowExecutionsFailed', props);
  }

  /**
   * Runs that succeeded.
   *
   * @param props what differs
   */
  public metricRunsSucceeded(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FlowExecutionsSucceeded', props);
  }

  /**
   * Records that were taken.
   *
   * @param props what differs
   */
  public metricRecordsProcessed(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FlowExecutionRecordsProcessed', props);
  }

  /**
   * How long runs took, in milliseconds.
   *
   * @param props what differs
   */
  public metricRunTime(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FlowExecutionTime', { statistic: cloudwatch.Stats.AVERAGE, ...props });
  }

  /**
   * One run as one state of a pipeline: starts the flow, and fails with the flow's error.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   * @throws `TaskNeedsOnDemand` for flows with a schedule or events: AppFlow tells the run it started for on-demand flows only
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    if (!this._startable()) {
      throw new Error(
        LakeError.message(
          'TaskNeedsOnDemand',
          `flow "${this.node.path}" with a schedule or events as the task "${id}" of a pipeline`,
          'a pipeline starts on-demand flows, whose runs AppFlow tells apart',
          'use AppFlowTrigger.onDemand(), or start the pipeline by onRunEnded of the flow',
        ),
      );
    }
    const run = flowStates(scope, id, this, context.runIdPath ?? '$$.Execution.Name');
    return { start: run, ends: [run], failurePattern: this.failures(), reads: [], writes: this._lineage() };
  }

  /** @internal */
  protected abstract _lineage(): IDataset[];

  /** @internal */
  protected abstract _startable(): boolean;

  private rule(id: string, options: events.OnEventOptions, pattern: events.EventPattern): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, { ...rest, eventPattern: { ...eventPattern, ...pattern } });
    rule.addTarget(target);
    return rule;
  }

  /**
   * Reports of runs with another status than success, and deactivations, which have no status.
   *
   * @see https://docs.aws.amazon.com/appflow/latest/userguide/flow-notifications.html
   */
  private failures(): events.EventPattern {
    return {
      source: ['aws.appflow'],
      detailType: [
        'AppFlow End Flow Run Report',
        'AppFlow Event Flow Deactivated',
        'AppFlow Scheduled Flow Deactivated',
      ],
      detail: {
        'flow-name': [this.flowName],
        status: [{ exists: false }, { 'anything-but': ['Execution Successful'] }],
      },
    };
  }
}
