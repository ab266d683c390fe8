import { Duration } from 'aws-cdk-lib';
import { Metric, type MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type * as s3 from 'aws-cdk-lib/aws-s3';

/** The id of the metrics configuration that covers a whole bucket: the name that the S3 console gives it. */
export const ENTIRE_BUCKET = 'EntireBucket';

/** The id of the replication rule that covers a whole bucket: a dimension of the replication metrics. */
export const REPLICA_RULE = 'Replica';

/** One of S3's daily storage metrics. */
export function storageMetric(bucket: s3.IBucket, name: string, storageType: string, options?: MetricOptions): Metric {
  return metric(
    bucket,
    name,
    { StorageType: storageType },
    { period: Duration.days(1), statistic: 'Average' },
    options,
  );
}

/** One of S3's request metrics, for the whole bucket. */
export function requestMetric(bucket: s3.IBucket, name: string, statistic: string, options?: MetricOptions): Metric {
  return metric(bucket, name, { FilterId: ENTIRE_BUCKET }, { period: Duration.minutes(5), statistic }, options);
}

/** One of S3's replication metrics. */
export function replicationMetric(
  source: s3.IBucket,
  destination: s3.IBucket,
  metricName: string,
  statistic: string,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/S3',
    metricName,
    period: Duration.minutes(5),
    statistic,
    ...options,
    dimensionsMap: {
      SourceBucket: source.bucketName,
      DestinationBucket: destination.bucketName,
      RuleId: REPLICA_RULE,
      ...options.dimensionsMap,
    },
  }).attachTo(source);
}

function metric(
  bucket: s3.IBucket,
  metricName: string,
  dimensions: Record<string, string>,
  defaults: MetricOptions,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: 'AWS/S3',
    metricName,
    ...defaults,
    ...options,
    dimensionsMap: { BucketName: bucket.bucketName, ...dimensions, ...options.dimensionsMap },
  }).attachTo(bucket);
}
