import { ServiceError } from '../../service';
import type { FlowSource } from '../connectors';
import type { FlowPlan } from '../tasks/plan';
import type { SourceRecord } from '../tasks/values';

/** Records that were changed in `[start, end)`; epoch milliseconds. */
export interface PullWindow {
  readonly field: string;
  readonly start: number;
  readonly end: number;
}

/** Objects are taken once: again only when they were overwritten. */
export interface ObjectWindow {
  /** Key → ETag of what earlier runs have read. */
  readonly known: Readonly<Record<string, string>>;
  /** The same of this run; the source adds to it. */
  readonly taken: Record<string, string>;
}

/** What a run asks of its source. */
export interface SourceRequest {
  readonly source: FlowSource;
  readonly plan: FlowPlan;
  /** Only of an incremental pull. */
  readonly window?: PullWindow;
  /** Only of an incremental pull of an S3 source. */
  readonly objects?: ObjectWindow;
  readonly signal: AbortSignal;
}

/** Some records, in the order of the source. */
export interface SourceBatch {
  readonly records: readonly SourceRecord[];
  /** What was read for them. */
  readonly bytes: number;
  /** Where one of them is, for messages: `Contact.ndjson, line 12`. */
  place(index: number): string;
}

export type SourceBatches = AsyncIterable<SourceBatch>;

/** A source that can't be read as it should; the message says what to do. */
export function sourceFailure(code: string, message: string): ServiceError {
  return new ServiceError(code, message);
}
