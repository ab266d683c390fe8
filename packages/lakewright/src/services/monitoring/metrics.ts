import type { Workspace } from '../../workspace/workspace';

/** A metric's name; dimensions name it, too. */
export interface MetricKey {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface Datapoint {
  /** Epoch milliseconds of the lake's clock. */
  readonly time: number;
  readonly value: number;
  /** How often the value was measured. */
  readonly count: number;
}

interface Kept extends MetricKey {
  readonly points: Datapoint[];
}

/** CloudWatch keeps one-minute points for 15 days. */
const KEPT_MS = 15 * 24 * 3600 * 1000;
const STATE = 'monitoring/metrics';

/** What was measured, in `state/monitoring/metrics.json`. */
export class Metrics {
  public constructor(
    private readonly workspace: Workspace,
    private readonly now: () => number,
  ) {}

  public put(key: MetricKey, ...points: readonly Datapoint[]): void {
    const all = this.read();
    const id = idOf(key);
    const oldest = this.now() - KEPT_MS;
    const before = all[id]?.points ?? [];
    all[id] = { ...key, points: [...before, ...points].filter(({ time }) => time > oldest) };
    this.workspace.writeState(STATE, all);
  }

  public points(key: MetricKey): readonly Datapoint[] {
    return this.read()[idOf(key)]?.points ?? [];
  }

  public all(): readonly MetricKey[] {
    return Object.values(this.read());
  }

  private read(): Record<string, Kept> {
    return { ...this.workspace.readState<Record<string, Kept>>(STATE) };
  }
}

export function idOf({ namespace, name, dimensions }: MetricKey): string {
  const sorted = Object.entries(dimensions).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([namespace, name, sorted]);
}

/** `[{Name, Value}]` of the API. */
export function dimensionsOf(list: unknown): Record<string, string> {
  const entries = Array.isArray(list) ? list : [];
  return Object.fromEntries(entries.map(({ Name, Value }) => [String(Name), String(Value)]));
}

const PERCENTILE = /^p(\d{1,2}(?:\.\d+)?|100)$/;

export function isStatistic(name: string): boolean {
  return ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'].includes(name) || PERCENTILE.test(name);
}

/** A statistic of the points in `[from, to)`; undefined where there are none. */
export function statistic(points: readonly Datapoint[], name: string, from: number, to: number): number | undefined {
  const chosen = points.filter(({ time }) => time >= from && time < to);
  if (chosen.length === 0) return undefined;
  const count = chosen.reduce((sum, point) => sum + point.count, 0);
  const sum = chosen.reduce((total, { value, count: times }) => total + value * times, 0);
  const values = chosen.map(({ value }) => value).sort((a, b) => a - b);
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / count;
    case 'Minimum':
      return values[0];
    case 'Maximum':
      return values.at(-1);
    case 'SampleCount':
      return count;
    default: {
      const share = Number(PERCENTILE.exec(name)?.[1]) / 100;
      return values[Math.max(0, Math.ceil(share * values.length) - 1)];
    }
  }
}
