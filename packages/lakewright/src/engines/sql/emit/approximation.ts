import type { SummaryLimit } from '../functions/entry';

/** As many values as this process can hold of a group. */
const LARGEST = 5_000_000;

let accepted = false;
let used = new Set<string>();

/** Begins a statement, as `startStatement` does. */
export function startApproximation(accept: boolean): void {
  accepted = accept;
  used = new Set();
}

/** `exact`: up to so many values of a group our answer is Trino's, however it splits the work. */
export function summaryLimit(name: string, exact: number): SummaryLimit {
  if (exact >= LARGEST) return { accepted: true, values: LARGEST };
  used.add(name);
  return { accepted, values: accepted ? LARGEST : exact };
}

/** The functions of the statement whose answer may be another than Trino's, because that was accepted. */
export const approximations = (): string[] => (accepted ? [...used].sort() : []);
