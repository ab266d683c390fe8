import type { ColumnConfiguration } from '../../src/private/extraction-configuration';
import { ExtractionRefused } from './failure';
import type { Condition, ObjectAddress, ObjectStore } from './object-store';
import type { RunReport } from './report';

/** An object that was made, and has to be put where it is seen. */
export interface Publication {
  readonly staged: ObjectAddress;
  readonly final: ObjectAddress;
}

/** What `watermark.json` holds: how far the source has been read, and what of it is delivered. Times are ISO 8601. */
export interface WatermarkState {
  readonly version: 1;
  /** Everything that changed before is delivered. */
  readonly to: string;
  /** From here on it is known what is delivered. */
  readonly remembersFrom: string;
  /** How `delivered` tells records from each other. */
  readonly identity: string;
  /** The identity of each record since `remembersFrom`, and its watermark in milliseconds. */
  readonly delivered: readonly (readonly [string, number])[];
  /** Columns that were learnt. */
  readonly columns?: readonly ColumnConfiguration[];
  /** Whether any record was ever usable. */
  readonly usable: boolean;
  /** The latest run, and up to when it reads: the same in its retries. */
  readonly run: { readonly id: string; readonly until: string; readonly report: RunReport };
  /** What isn't published yet: whoever comes next does it first. */
  readonly publications: readonly Publication[];
  /** Differs in each state that was written. */
  readonly commit: string;
}

/** The state as it was read, and what must still hold when the next one is written. */
export interface ReadState {
  readonly state?: WatermarkState;
  readonly condition: Condition;
}

export async function readState(store: ObjectStore, address: ObjectAddress): Promise<ReadState> {
  const stored = await store.get(address);
  if (!stored) return { condition: { absent: true } };
  const uri = `s3://${address.bucket}/${address.key}`;
  let state: WatermarkState;
  try {
    state = JSON.parse(new TextDecoder().decode(stored.body)) as WatermarkState;
  } catch {
    throw broken(uri, 'is no JSON');
  }
  if (state?.version !== 1) throw broken(uri, `has the version "${state?.version}"`);
  return { state, condition: { etag: stored.etag } };
}

function broken(uri: string, what: string): ExtractionRefused {
  return new ExtractionRefused(
    'WatermarkUnreadable',
    `${uri} ${what}`,
    'a watermark that this version has written',
    'restore an earlier version of the object; if it is deleted, the next run begins anew and delivers everything again',
  );
}
