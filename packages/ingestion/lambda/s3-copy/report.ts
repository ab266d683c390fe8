import type { StateStore } from './object-store';

/** An object that could not be copied. */
export interface FailedObject {
  readonly key: string;
  readonly error: string;
}

/** A run's report; while the run goes on, also its progress. */
export interface CopyReport {
  readonly runId: string;
  readonly source: string;
  readonly target: string;
  readonly startedAt: string;
  state: 'RUNNING' | 'SUCCEEDED' | 'FAILED';
  endedAt?: string;
  /** All keys up to this one, relative to the prefix, are dealt with. */
  after?: string;
  copied: number;
  /** The target had them already. */
  skipped: number;
  /** Kept out by `include` and `exclude`. */
  excluded: number;
  /** Deleted in the source between listing and copying. */
  gone: number;
  bytes: number;
  failed: number;
  /** The first thousand of them. */
  readonly failures: FailedObject[];
}

/** What an invocation answers; with `continue` the run wants another one with the same `runId`. */
export interface CopyAnswer {
  readonly continue: boolean;
  readonly runId: string;
  readonly copied: number;
  readonly skipped: number;
  readonly bytes: number;
  readonly failed: number;
  readonly report: string;
  /** How far it came. */
  readonly state: { readonly after?: string };
}

const LISTED = 1000;

export function reportName(runId: string): string {
  return `reports/${encodeURIComponent(runId)}.json`;
}

export function newReport(runId: string, source: string, target: string, now: Date): CopyReport {
  const counts = { copied: 0, skipped: 0, excluded: 0, gone: 0, bytes: 0, failed: 0 };
  return { runId, source, target, startedAt: now.toISOString(), state: 'RUNNING', ...counts, failures: [] };
}

export function noteFailure(report: CopyReport, key: string, error: unknown): void {
  report.failed++;
  if (report.failures.length < LISTED) report.failures.push({ key, error: errorText(error) });
}

/** The answer of an invocation; throws when the run is at its end and objects failed. */
export function answer(report: CopyReport, state: StateStore): CopyAnswer {
  const { runId, copied, skipped, bytes, failed } = report;
  const uri = state.uri(reportName(runId));
  if (report.state === 'FAILED') {
    const some = report.failures.slice(0, 5).map(({ key, error }) => `"${key}" (${error})`);
    const error = new Error(
      `${failed} objects were not copied, ${copied} were: ${some.join(', ')}${failed > 5 ? ', …' : ''}; all of them: ${uri}`,
    );
    error.name = 'CopyFailed';
    throw error;
  }
  return {
    continue: report.state === 'RUNNING',
    runId,
    copied,
    skipped,
    bytes,
    failed,
    report: uri,
    state: { after: report.after },
  };
}

export function errorText(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
