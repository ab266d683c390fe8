import type { IDataset, IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Fn, type IResource, Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type { Construct } from 'constructs';
import { DataSyncGrants } from './data-sync-grants';
import { dataSyncStates } from './private/data-sync-states';

/** A DataSync task that copies into the lake. */
export interface IDataSyncCopy extends IResource, IPipelineTask {
  /**
   * `arn:aws:datasync:region:account:task/task-…`
   * @attribute
   */
  readonly taskArn: string;

  /** Gives others the right to run it. */
  readonly grants: DataSyncGrants;

  /**
   * Files and objects that were copied; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  metricFilesTransferred(props?: cloudwatch.MetricOptions): cloudwatch.Metric;

  /**
   * Bytes that were copied; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  metricBytesTransferred(props?: cloudwatch.MetricOptions): cloudwatch.Metric;
}

/** What created and imported copies share. */
export abstract class DataSyncCopyBase extends Resource implements IDataSyncCopy {
  /** `arn:aws:datasync:region:account:task/task-…` */
  public abstract readonly taskArn: string;

  /** Gives others the right to run it. */
  public get grants(): DataSyncGrants {
    return new DataSyncGrants(this.taskArn);
  }

  /**
   * The states of one execution in a pipeline: it ends when all has been copied and verified.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param _context what the pipeline tells
   */
  public bind(scope: Construct, id: string, _context: PipelineTaskContext): PipelineTaskConfig {
    const task = dataSyncStates(scope, id, this.taskArn);
    return {
      start: task,
      ends: [task],
      failurePattern: {
        source: ['aws.datasync'],
        detailType: ['DataSync Task Execution State Change'],
        resources: events.Match.prefix(`${this.taskArn}/execution/`),
        detail: { State: ['ERROR'] },
      },
      reads: [],
      writes: this._writes(),
    };
  }

  /**
   * Files and objects that were copied; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricFilesTransferred(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('FilesTransferred', props);
  }

  /**
   * Bytes that were copied; the sum of five minutes.
   *
   * @param props statistic, period and more
   */
  public metricBytesTransferred(props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('BytesTransferred', props);
  }

  /** @internal */
  protected abstract _writes(): IDataset[];

  private metric(metricName: string, props?: cloudwatch.MetricOptions): cloudwatch.Metric {
    const TaskId = Fn.select(1, Fn.split('/', this.taskArn));
    return new cloudwatch.Metric({
      namespace: 'AWS/DataSync',
      metricName,
      dimensionsMap: { TaskId },
      statistic: cloudwatch.Stats.SUM,
      ...props,
    }).attachTo(this);
  }
}
