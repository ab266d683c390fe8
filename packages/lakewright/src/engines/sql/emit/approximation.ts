import type { SummaryLimit } from '../functions/entry';

/** As many values of a group as Trino surely reads in one split: its answer is one then, and ours is the same. */
const ONE_SPLIT = 10_000;
/** As many as this process can hold of a group. */
const LARGEST = 5_000_000;

let accepted = false;
let used = new Set<string>();

/** Begins a statement, as `startStatement` does. */
export function startApproximation(accept: boolean): void {
  accepted = accept;
  used = new Set();
}

/** How many values a summary may take whose answer depends on how Trino splits the work. */
export function summaryLimit(name: string): SummaryLimit {
  used.add(name);
  return { accepted, values: accepted ? LARGEST : ONE_SPLIT };
}

/** The functions of the statement whose answer may be another than Trino's, because that was accepted. */
export const approximations = (): string[] => (accepted ? [...used].sort() : []);
