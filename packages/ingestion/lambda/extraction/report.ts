/** What a run did: `reports/<run>.json`. Times are ISO 8601, the interval is half-open. */
export interface RunReport {
  readonly run: string;
  readonly state: 'SUCCEEDED' | 'RUNNING';
  readonly interval: { readonly from: string | null; readonly to: string };
  /** Records that the source gave. */
  readonly received: number;
  /** Records that are in the target now and weren't before. */
  readonly rows: number;
  /** Records that the overlap, or pages that moved, gave once more. */
  readonly duplicates: number;
  /** Records whose watermark lies outside of what was asked for: later ones are for the next run. */
  readonly outside: number;
  readonly quarantined: number;
  /** Why, and how often. */
  readonly reasons: Readonly<Record<string, number>>;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Requests to the source, those that were repeated included. */
  readonly requests: number;
  /** Learnt columns whose type is another one since this run. */
  readonly widened: readonly string[];
  /** Another run has done the work meanwhile. */
  readonly superseded?: boolean;
}

/** A run that has done nothing yet. */
export function emptyReport(run: string, from: string | null, to: string): RunReport {
  return {
    run,
    state: 'SUCCEEDED',
    interval: { from, to },
    received: 0,
    rows: 0,
    duplicates: 0,
    outside: 0,
    quarantined: 0,
    reasons: {},
    files: [],
    bytes: 0,
    requests: 0,
    widened: [],
  };
}

/** A run's report with a further step of it. */
export function sum(before: RunReport, step: RunReport): RunReport {
  const reasons: Record<string, number> = { ...before.reasons };
  for (const [reason, count] of Object.entries(step.reasons)) reasons[reason] = (reasons[reason] ?? 0) + count;
  return {
    ...step,
    interval: { from: before.interval.from, to: step.interval.to },
    received: before.received + step.received,
    rows: before.rows + step.rows,
    duplicates: before.duplicates + step.duplicates,
    outside: before.outside + step.outside,
    quarantined: before.quarantined + step.quarantined,
    reasons,
    files: [...before.files, ...step.files],
    bytes: before.bytes + step.bytes,
    requests: before.requests + step.requests,
    widened: [...new Set([...before.widened, ...step.widened])],
  };
}
