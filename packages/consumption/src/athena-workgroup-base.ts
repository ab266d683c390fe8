import type { DataLocation, IAthenaWorkgroup, IAthenaWorkgroupGrants } from '@lakewright/core';
import { Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { AthenaWorkgroupGrants } from './athena-workgroup-grants';

/** What every workgroup can do, created here or made elsewhere. */
export abstract class AthenaWorkgroupBase extends Resource implements IAthenaWorkgroup {
  /** The workgroup's name. */
  public abstract readonly workgroupName: string;

  /** Gives others the right to query. */
  public readonly grants: IAthenaWorkgroupGrants = new AthenaWorkgroupGrants(this);

  /** `arn:aws:athena:region:account:workgroup/name` */
  public get workgroupArn(): string {
    return this.stack.formatArn({ service: 'athena', resource: 'workgroup', resourceName: this.workgroupName });
  }

  /**
   * Where the results of a grantee's queries go.
   *
   * @param grantee who queries
   */
  public abstract resultLocation(grantee: iam.IGrantable): DataLocation;

  /** @internal Called once for each grant: where that grantee's results go. */
  public _admit(grantee: iam.IGrantable): DataLocation {
    return this.resultLocation(grantee);
  }

  /**
   * Starts something when a query fails.
   *
   * @param id of the rule
   * @param options the target, and more
   */
  public onQueryFailure(id: string, options: events.OnEventOptions = {}): events.Rule {
    const { target, eventPattern, ...rest } = options;
    const rule = new events.Rule(this, id, {
      ...rest,
      eventPattern: {
        ...eventPattern,
        source: ['aws.athena'],
        detailType: ['Athena Query State Change'],
        detail: { workgroupName: [this.workgroupName], currentState: ['FAILED'] },
      },
    });
    rule.addTarget(target);
    return rule;
  }

  /**
   * One of the metrics that Athena publishes for a workgroup.
   *
   * Athena reports each for a type and an end of queries: `QueryType` is `DML` and `QueryState` is `SUCCEEDED` unless
   * `dimensionsMap` says otherwise (`DDL`, `UTILITY`; `FAILED`, `CANCELLED`).
   *
   * @param metricName for example `QueryQueueTime`
   * @param options period, statistic, dimensions; five minutes and the average by default
   * @see https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
   */
  public metric(metricName: string, options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return new cloudwatch.Metric({
      ...options,
      namespace: 'AWS/Athena',
      metricName,
      dimensionsMap: {
        QueryState: 'SUCCEEDED',
        QueryType: 'DML',
        ...options.dimensionsMap,
        WorkGroup: this.workgroupName,
      },
    }).attachTo(this);
  }

  /**
   * Bytes scanned: what Athena bills.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   */
  public metricProcessedBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ProcessedBytes', { statistic: 'Sum', ...options });
  }

  /**
   * Milliseconds from submission to the end of a query, queueing included.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricTotalExecutionTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('TotalExecutionTime', options);
  }

  /**
   * Milliseconds that queries waited for resources.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricQueryQueueTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('QueryQueueTime', options);
  }

  /**
   * How many queries failed.
   *
   * @param options period, dimensions; five minutes by default
   */
  public metricFailedQueries(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('TotalExecutionTime', {
      statistic: 'SampleCount',
      ...options,
      dimensionsMap: { ...options.dimensionsMap, QueryState: 'FAILED' },
    });
  }
}
