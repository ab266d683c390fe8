import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import { type Expression, evaluateMath, idsOf, parseMath } from './math';
import { dimensionsOf, isStatistic, type MetricKey, type Metrics, statistic } from './metrics';

/** What an alarm or GetMetricData asks: one value a period. */
export interface Series {
  /** Milliseconds. */
  readonly period: number;
  /** Metrics that are read. */
  readonly keys: readonly MetricKey[];
  value(from: number): number | undefined;
}

/** A metric and a statistic of it. */
export function statSeries(metrics: Metrics, key: MetricKey, name: string, seconds: unknown): Series {
  const period = Number(seconds) * 1000;
  if (!isStatistic(name)) throw new ServiceError('InvalidParameterValue', `The statistic '${name}' is not supported`);
  if (!(period > 0)) throw new ServiceError('InvalidParameterValue', `The period must be above 0, got ${seconds}`);
  return { period, keys: [key], value: (from) => statistic(metrics.points(key), name, from, from + period) };
}

/**
 * MetricDataQueries by their ids.
 *
 * @throws UnsupportedMath; ServiceError InvalidParameterValue
 */
export function querySeries(metrics: Metrics, queries: readonly ApiShape[]): ReadonlyMap<string, Series> {
  const made = new Map<string, Series>();
  const parsed = new Map<string, Expression>();
  for (const { Id, MetricStat, Expression: text } of queries) {
    if (text !== undefined) parsed.set(Id, parseMath(String(text)));
    else made.set(Id, statSeries(metrics, keyOf(MetricStat?.Metric), MetricStat?.Stat, MetricStat?.Period));
  }
  // Expressions may read each other.
  while (parsed.size > 0) {
    const ready = [...parsed].filter(([, one]) => idsOf(one).every((id) => made.has(id)));
    if (ready.length === 0) {
      const missing = [...parsed.values()].flatMap(idsOf).filter((id) => !made.has(id) && !parsed.has(id));
      throw new ServiceError('InvalidParameterValue', `No metric has the id '${missing[0] ?? [...parsed.keys()][0]}'`);
    }
    for (const [id, expression] of ready) {
      made.set(id, mathSeries(metrics, expression, made));
      parsed.delete(id);
    }
  }
  return made;
}

function mathSeries(metrics: Metrics, expression: Expression, others: ReadonlyMap<string, Series>): Series {
  const read = idsOf(expression).map((id) => others.get(id) as Series);
  const keys = read.flatMap((one) => one.keys);
  const everHad = (id: string): boolean => others.get(id)?.keys.some((key) => metrics.points(key).length > 0) ?? false;
  return {
    period: Math.max(60_000, ...read.map(({ period }) => period)),
    keys,
    value: (from) => evaluateMath(expression, (id) => others.get(id)?.value(from), everHad),
  };
}

export function keyOf(metric: ApiShape): MetricKey {
  return {
    namespace: String(metric?.Namespace),
    name: String(metric?.MetricName),
    dimensions: dimensionsOf(metric?.Dimensions),
  };
}
