import type { IDataset, IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Annotations, Fn, type IResource, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { DmsGrants } from './dms-grants';
import type { LoadMode } from './load-mode';
import type { ReplicationKind } from './private/dms-identity';
import { type PerRunFolder, replicationStates } from './private/dms-states';

/** A replication by AWS DMS, serverless or a task on an instance. */
export interface IDmsReplication extends IResource, IPipelineTask {
  /**
   * `arn:aws:dms:region:account:replication-config:id`, or `…:task:id`
   * @attribute
   */
  readonly replicationArn: string;

  /** Gives others the right to run it. */
  readonly grants: DmsGrants;

  /**
   * Seconds between a change's commit and DMS having read it.
   *
   * While a replication doesn't run there are no values: treat missing data as breaching.
   *
   * @param options statistic, period and more
   */
  metricCdcLatencySource(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Seconds between a change's commit and its file being in the lake, those of `CdcFiles.interval` among them.
   *
   * While a replication doesn't run there are no values: treat missing data as breaching.
   *
   * @param options statistic, period and more
   */
  metricCdcLatencyTarget(options?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Starts something when the replication fails, whoever started it.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onFailure(id: string, options?: events.OnEventOptions): events.Rule;

  /**
   * Starts something when the replication starts, stops, fails or goes from one phase to the next.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  onStateChange(id: string, options?: events.OnEventOptions): events.Rule;
}

/** What every replication can do, created here or made elsewhere. */
export abstract class DmsReplicationBase extends Resource implements IDmsReplication {
  /** The ARN. */
  public abstract readonly replicationArn: string;

  private own?: DmsGrants;

  /** Gives others the right to run it. */
  public get grants(): DmsGrants {
    this.own ??= new DmsGrants(this._kind, this.replicationArn);
    return this.own;
  }

  /**
   * Seconds between a change's commit and DMS having read it.
   *
   * @param options statistic, period and more
   */
  public metricCdcLatencySource(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('CDCLatencySource', options);
  }

  /**
   * Seconds between a change's commit and its file being in the lake.
   *
   * @param options statistic, period and more
   */
  public metricCdcLatencyTarget(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('CDCLatencyTarget', options);
  }

  /**
   * Starts something when the replication fails, whoever started it.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.failures());
  }

  /**
   * Starts something when the replication starts, stops, fails or goes from one phase to the next.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onStateChange(id: string, options: events.OnEventOptions = {}): events.Rule {
    return this.rule(id, options, this.pattern());
  }

  /**
   * The replication as one state of a pipeline: starts it, or goes on, and ends when the full load is done and, if changes
   * are followed, the replication runs. It fails with what DMS says when the replication fails or a table doesn't load.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const perRun = this._perRunFolder();
    if (this._mode.replicationType === 'full-load' && !perRun && this._ownsOutput) {
      Annotations.of(this).addWarningV2(
        '@lakewright/ingestion:reloadOverwrites',
        'each run of the pipeline loads into the folder of the run before: files that it no longer writes stay → give ' +
          'the output LoadFolder.eachRun()',
      );
    }
    const states = replicationStates(scope, id, {
      kind: this._kind,
      replicationArn: this.replicationArn,
      mode: this._mode,
      perRun,
      runIdPath: context.runIdPath,
    });
    return { start: states, ends: [states], failurePattern: this.failures(), reads: [], writes: this._writes() };
  }

  /** @internal */
  public abstract readonly _kind: ReplicationKind;
  /** @internal */
  protected abstract readonly _mode: LoadMode;
  /** @internal */
  protected abstract readonly _ownsOutput: boolean;
  /** @internal */
  protected abstract _writes(): IDataset[];
  /** @internal */
  protected abstract _perRunFolder(): PerRunFolder | undefined;
  /** @internal */
  protected abstract _metricDimensions(): Record<string, string>;

  /**
   * The last part of the ARN.
   * @internal
   */
  protected get _resourceId(): string {
    return Fn.select(6, Fn.split(':', this.replicationArn));
  }

  private metric(metricName: string, options: cloudwatch.MetricOptions): cloudwatch.Metric {
    return new cloudwatch.Metric({
      namespace: 'AWS/DMS',
      metricName,
      statistic: 'Maximum',
      dimensionsMap: this._metricDimensions(),
      ...options,
    }).attachTo(this);
  }

  private rule(id: string, options: events.OnEventOptions, pattern: events.EventPattern): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, { ...rest, eventPattern: { ...eventPattern, ...pattern } });
    rule.addTarget(target);
    return rule;
  }

  private failures(): events.EventPattern {
    return this.pattern(this._kind === 'task' ? ['REPLICATION_TASK_FAILED'] : ['REPLICATION_FAILED']);
  }

  /** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_EventBridge.html */
  private pattern(eventType?: string[]): events.EventPattern {
    return {
      source: ['aws.dms'],
      detailType: [this._kind === 'task' ? 'DMS Replication Task State Change' : 'DMS Replication State Change'],
      resources: [this.replicationArn],
      ...(eventType ? { detail: { eventType } } : {}),
    };
  }
}
