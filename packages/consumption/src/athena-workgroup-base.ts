import type { DataLocation, IAthenaWorkgroup, IAthenaWorkgroupGrants } from '@lakewright/core';
import { Resource } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { AthenaConnectionFacts, type ConnectionFactsOptions } from './athena-connection-facts';
import { AthenaNamedQuery, type AthenaNamedQueryOptions } from './athena-named-query';
import { AthenaPreparedStatement, type AthenaPreparedStatementOptions } from './athena-prepared-statement';
import { AthenaWorkgroupGrants } from './athena-workgroup-grants';
import { refuse } from './private/refuse';
import { scannedBytesAlarm } from './private/scanned-bytes-alarm';
import type { ScannedBytesAlarmOptions } from './scanned-bytes-alarm-options';

/** What every workgroup can do, created here or made elsewhere. */
export abstract class AthenaWorkgroupBase extends Resource implements IAthenaWorkgroup {
  private reservedBy?: string;

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

  /** @internal Called once for each grant: what gives that grantee its results. */
  public _admit(grantee: iam.IGrantable): iam.Grant[] {
    const { grants } = this.resultLocation(grantee);
    return [grants.readWrite(grantee), grants.delete(grantee)];
  }

  /** @internal Where a grantee's results go in S3. */
  public _location(grantee: iam.IGrantable): DataLocation | undefined {
    return this.resultLocation(grantee);
  }

  /** @internal Whether a client may say where the tables of CTAS lie. */
  public abstract get _letsTablesLie(): boolean;

  /**
   * What drivers and tools need to know to reach the workgroup as a grantee: JDBC, ODBC, DBeaver, Tableau, Power BI.
   *
   * @param grantee who asks: has `grants.query`
   * @param options the database and the credentials that they begin with
   */
  public connectionFacts(grantee: iam.IGrantable, options?: ConnectionFactsOptions): AthenaConnectionFacts {
    return new AthenaConnectionFacts(this, this.workgroupName, this._location(grantee)?.uri, options);
  }

  /** @internal A workgroup has one capacity reservation at most. */
  public _reserve(by: string): void {
    if (this.reservedBy !== undefined) {
      refuse(
        'WorkgroupReservedTwice',
        `workgroup "${this.node.path}" for "${by}"`,
        `a workgroup uses one capacity reservation, and "${this.reservedBy}" has it`,
        'leave it out of one of the two',
      );
    }
    this.reservedBy = by;
  }

  /**
   * Saves a query under a name, for all who use the workgroup.
   *
   * @param id unique in the workgroup
   * @param options what is saved
   * @throws `InvalidNamedQuery`
   */
  public addNamedQuery(id: string, options: AthenaNamedQueryOptions): AthenaNamedQuery {
    return new AthenaNamedQuery(this, id, { ...options, workgroup: this });
  }

  /**
   * Prepares a statement with parameters, for all who use the workgroup: `EXECUTE name USING 1, 'a'`.
   *
   * @param id unique in the workgroup
   * @param options what is prepared
   * @throws `InvalidStatementName`, `InvalidPreparedStatement`
   */
  public addPreparedStatement(id: string, options: AthenaPreparedStatementOptions): AthenaPreparedStatement {
    return new AthenaPreparedStatement(this, id, { ...options, workgroup: this });
  }

  /**
   * An alarm on what the workgroup's queries scan, which is what Athena bills.
   *
   * Counts queries that succeed and those that are cancelled; Athena doesn't bill failed ones. Compare `scanLimit`, which
   * ends a single query.
   *
   * @param id unique in the workgroup
   * @param options the limit, and who is told
   * @throws `InvalidAlarmPeriod`
   * @see https://docs.aws.amazon.com/athena/latest/ug/workgroups-setting-control-limits-cloudwatch.html
   */
  public alarmOnScannedBytes(id: string, options: ScannedBytesAlarmOptions): cloudwatch.Alarm {
    return scannedBytesAlarm(this, id, options);
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

  /**
   * How many queries were cancelled: by who asked, or by the scan limit.
   *
   * @param options period, dimensions; five minutes by default
   */
  public metricCancelledQueries(options: cloudwatch.MetricOptions = {}): cloudwatch.Metric {
    return this.metric('TotalExecutionTime', {
      statistic: 'SampleCount',
      ...options,
      dimensionsMap: { ...options.dimensionsMap, QueryState: 'CANCELLED' },
    });
  }

  /**
   * Milliseconds that the engine worked on queries.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricEngineExecutionTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('EngineExecutionTime', options);
  }

  /**
   * Milliseconds that Athena planned queries, the search for partitions included.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricQueryPlanningTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('QueryPlanningTime', options);
  }

  /**
   * Milliseconds that Athena took for results after the engine had ended.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricServiceProcessingTime(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.metric('ServiceProcessingTime', options);
  }
}
