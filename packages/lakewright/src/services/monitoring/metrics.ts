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

/** Points closer than this are one, if their values are equal. */
const MINUTE_MS = 60_000;

/** What was measured, in `state/monitoring/metrics.json`: read once, written by `save`. */
export class Metrics {
  private kept: Map<string, Kept> | undefined;
  private changed = false;

  public constructor(
    private readonly workspace: Workspace,
    private readonly now: () => number,
  ) {}

  public put(key: MetricKey, ...points: readonly Datapoint[]): void {
    const id = idOf(key);
    const oldest = this.now() - KEPT_MS;
    const list = (this.all.get(id)?.points ?? []).filter(({ time }) => time > oldest);
    for (const point of points) add(list, point);
    this.all.set(id, { ...key, points: list });
    this.changed = true;
  }

  public points(key: MetricKey): readonly Datapoint[] {
    return this.all.get(idOf(key))?.points ?? [];
  }

  public keys(): readonly MetricKey[] {
    return [...this.all.values()];
  }

  /** What was put is on disk afterwards. */
  public save(): void {
    if (!this.changed) return;
    this.workspace.writeState(STATE, Object.fromEntries(this.all));
    this.changed = false;
  }

  private get all(): Map<string, Kept> {
    this.kept ??= new Map(Object.entries(this.workspace.readState<Record<string, Kept>>(STATE) ?? {}));
    return this.kept;
  }
}

function add(points: Datapoint[], point: Datapoint): void {
  const minute = Math.floor(point.time / MINUTE_MS);
  const index = points.findIndex(({ time, value }) => value === point.value && Math.floor(time / MINUTE_MS) === minute);
  const same = points[index];
  if (same === undefined) points.push(point);
  else points[index] = { ...same, count: same.count + point.count };
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
