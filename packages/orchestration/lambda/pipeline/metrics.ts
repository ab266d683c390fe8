import type { RunRow } from './record';

/** The namespace of what the functions measure. */
export const NAMESPACE = 'Lakewright/Pipeline';

/**
 * A line of the log that CloudWatch takes metrics from.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function metricLine(
  dimensions: Readonly<Record<string, string>>,
  values: Readonly<Record<string, number | null | undefined>>,
  now: Date,
): string | undefined {
  const known = Object.entries(values).filter((entry): entry is [string, number] => Number.isFinite(entry[1]));
  if (known.length === 0) return undefined;
  const Metrics = known.map(([Name]) => ({ Name }));
  const CloudWatchMetrics = [{ Namespace: NAMESPACE, Dimensions: [Object.keys(dimensions)], Metrics }];
  const _aws = { Timestamp: now.getTime(), CloudWatchMetrics };
  return JSON.stringify({ _aws, ...dimensions, ...Object.fromEntries(known) });
}

/** What is measured of a run that ended: rows, and the share of them that went to quarantine. */
export function metricsOf(rows: readonly RunRow[], now: Date): string[] {
  const lines = rows.map((row) => {
    const values = { RowsIn: row.rows_in, RowsOut: row.rows_out, RowsQuarantined: row.rows_quarantined };
    return row.task && metricLine({ Pipeline: row.pipeline, Task: row.task }, { ...values, Seconds: row.seconds }, now);
  });
  const counted = rows.filter((row) => row.rows_in !== null && row.rows_quarantined !== null);
  const shares = counted.map((row) => (100 * (row.rows_quarantined ?? 0)) / Math.max(row.rows_in ?? 0, 1));
  const whole = metricLine(
    { Pipeline: rows[0]?.pipeline ?? '' },
    { QuarantinePercent: shares.length > 0 ? Math.max(...shares) : undefined, CostUsd: rows[0]?.cost_usd },
    now,
  );
  return [...lines, whole].filter((line): line is string => typeof line === 'string');
}
