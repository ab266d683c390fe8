import type { DqdlCase } from './cases';

/** What run_cases.py says of a case. */
export interface Answer {
  readonly refused?: string;
  readonly outcomes?: readonly {
    readonly Outcome: string;
    readonly FailureReason: string | null;
    readonly EvaluatedMetrics: Readonly<Record<string, number>>;
  }[];
  readonly analyzers?: readonly Readonly<Record<string, number>>[];
  readonly rows?: readonly (readonly [string[], string[], string[], string])[];
}

/** What differs from what a case expects; empty if nothing does. */
export function differences(expected: DqdlCase, answer: Answer): string[] {
  if (expected.refused) {
    return expected.refused.test(answer.refused ?? '') ? [] : [`refused: ${answer.refused ?? 'no'}`];
  }
  if (answer.refused !== undefined) return [`refused: ${answer.refused}`];
  const first = answer.outcomes?.[0];
  const found: string[] = [];
  const same = (what: string, given: unknown, wanted: unknown): void => {
    if (wanted !== undefined && JSON.stringify(given) !== JSON.stringify(wanted))
      found.push(`${what}: ${JSON.stringify(given)}`);
  };
  same('outcome', first?.Outcome, expected.outcome);
  if (expected.message instanceof RegExp) {
    if (!expected.message.test(first?.FailureReason ?? '')) found.push(`message: ${first?.FailureReason}`);
  } else same('message', first?.FailureReason, expected.message);
  same('metrics', sorted(first?.EvaluatedMetrics), expected.metrics && sorted(expected.metrics));
  same('analyzers', answer.analyzers?.map(sorted), expected.analyzers?.map(sorted));
  const counts = answer.rows?.map(([pass, fail, skip, result]) => [pass.length, fail.length, skip.length, result]);
  same('rows', counts, expected.rows);
  return found;
}

function sorted(metrics: Readonly<Record<string, number>> = {}): [string, number][] {
  return Object.entries(metrics).sort(([one], [other]) => (one < other ? -1 : 1));
}
