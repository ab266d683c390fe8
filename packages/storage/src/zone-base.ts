import { DataLocation, type IZone, LakeError } from '@lakewright/core';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { replicationMetric, requestMetric, storageMetric } from './private/metrics';
import { ZoneGrants } from './zone-grants';

/** What every zone can do, created here or made by other means. */
export abstract class ZoneBase extends Construct implements IZone {
  public abstract readonly zoneName: string;
  public abstract readonly bucket: s3.IBucket;

  /** Where the inventory's lists lie; undefined without one, and for a zone that was made elsewhere. */
  public abstract readonly inventoryLocation?: DataLocation;

  /** The bucket that holds the copies; undefined without replication, and for a zone that was made elsewhere. */
  public abstract readonly replica?: s3.IBucket;

  /** Gives others access to exactly a prefix of this zone, or to all of it. */
  public readonly grants: ZoneGrants = new ZoneGrants(this);

  public get encryptionKey(): kms.IKey | undefined {
    return this.bucket.encryptionKey;
  }

  public location(prefix?: string): DataLocation {
    return DataLocation.of(this.bucket, prefix);
  }

  /**
   * Bytes stored, all versions and unfinished uploads included; S3 reports it once a day.
   *
   * One storage class at a time: `StorageType` is `StandardStorage` unless `dimensionsMap` names another.
   *
   * @param options period, statistic, dimensions; a day and the average by default
   * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html
   */
  public metricBucketSizeBytes(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return storageMetric(this.bucket, 'BucketSizeBytes', 'StandardStorage', options);
  }

  /**
   * Objects stored, all versions and unfinished uploads included; S3 reports it once a day.
   *
   * @param options period, statistic, dimensions; a day and the average by default
   */
  public metricNumberOfObjects(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return storageMetric(this.bucket, 'NumberOfObjects', 'AllStorageTypes', options);
  }

  /**
   * Requests of any kind, each minute.
   *
   * The first request metric that is asked for switches request metrics on for the whole bucket, which CloudWatch bills as
   * custom metrics; on an imported bucket they must have been switched on with the filter id `EntireBucket`.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   */
  public metricAllRequests(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.requestMetric('AllRequests', 'Sum', options);
  }

  /**
   * Requests that ended with a 4xx status, 403 among them; see `metricAllRequests`.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   */
  public metric4xxErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.requestMetric('4xxErrors', 'Sum', options);
  }

  /**
   * Requests that ended with a 5xx status, 503 Slow Down among them; see `metricAllRequests`.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   */
  public metric5xxErrors(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.requestMetric('5xxErrors', 'Sum', options);
  }

  /**
   * Milliseconds from the first byte of a request to the last byte of its answer; see `metricAllRequests`.
   *
   * @param options period, statistic, dimensions; five minutes and the average by default
   */
  public metricTotalRequestLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.requestMetric('TotalRequestLatency', 'Average', options);
  }

  /**
   * Bytes sent to clients; see `metricAllRequests`.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   */
  public metricBytesDownloaded(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.requestMetric('BytesDownloaded', 'Sum', options);
  }

  /**
   * Seconds by which the replica lags behind, the most in each period.
   *
   * @param options period, statistic, dimensions; five minutes and the maximum by default
   * @throws `NoReplication` when the zone isn't replicated
   */
  public metricReplicationLatency(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.replicationMetric('ReplicationLatency', 'Maximum', options);
  }

  /**
   * Operations that didn't reach the replica.
   *
   * @param options period, statistic, dimensions; five minutes and the sum by default
   * @throws `NoReplication` when the zone isn't replicated
   */
  public metricOperationsFailedReplication(options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    return this.replicationMetric('OperationsFailedReplication', 'Sum', options);
  }

  private replicationMetric(name: string, statistic: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    if (this.replica) return replicationMetric(this.bucket, this.replica, name, statistic, options);
    throw new Error(
      LakeError.message(
        'NoReplication',
        `metric "${name}" of zone "${this.zoneName}"`,
        'a zone that is replicated',
        'give the zone a ZoneReplication',
      ),
    );
  }

  private requestMetric(name: string, statistic: string, options?: cloudwatch.MetricOptions): cloudwatch.Metric {
    this._enableRequestMetrics();
    return requestMetric(this.bucket, name, statistic, options);
  }

  /**
   * Called when a request metric is asked for.
   *
   * @internal
   */
  protected _enableRequestMetrics(): void {}
}
