import { createHash } from 'node:crypto';
import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { conform } from '../shared/columns';
import { InferredColumns } from './inference';
import { canonical, valueAt } from './json';
import type { SourceInterval } from './record-source';
import { Spool } from './spool';
import { parseIso, parseWatermark } from './timestamps';
import type { WatermarkState } from './watermark-state';

export type JsonRecord = Record<string, unknown>;

/** How records are told from each other: part of the state, as what was remembered in another way says nothing. */
export function identityOf({ key, watermark }: ExtractionConfiguration): string {
  return key ? `${watermark.field} ${key.join(' ')}` : 'content';
}

/**
 * Divides what a source gives: new records, those that are delivered already, those outside of the interval, bad ones.
 *
 * Two records are the same if key and watermark are, or everything in them where no key was declared.
 */
export class Sift {
  public readonly good = new Spool();
  public readonly bad = new Spool();
  public readonly reasons: Record<string, number> = {};
  public readonly inferred: InferredColumns;
  public received = 0;
  public duplicates = 0;
  public outside = 0;
  /** Records with a watermark that can be read. */
  public dated = 0;
  /** The fields of the first record. */
  public fields: string[] = [];
  private readonly seen: Map<string, number>;
  private readonly before: number;

  public constructor(
    private readonly config: ExtractionConfiguration,
    private readonly interval: SourceInterval,
    state: WatermarkState | undefined,
  ) {
    this.seen = new Map(state?.identity === identityOf(config) ? state.delivered : []);
    this.before = this.seen.size;
    this.inferred = new InferredColumns(state?.columns ?? []);
  }

  public add(record: unknown): void {
    this.received += 1;
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      this.quarantine(record, 'not an object', undefined);
      return;
    }
    if (this.received === 1) this.fields = Object.keys(record);
    const { field, format } = this.config.watermark;
    const value = valueAt(record, field);
    const watermark = parseWatermark(value, format);
    if (watermark === undefined) {
      const missing = value === undefined || value === null;
      this.quarantine(record, `field "${field}" ${missing ? 'is missing' : `is no time (${format})`}`, undefined);
      return;
    }
    this.dated += 1;
    if (watermark >= this.interval.to || watermark < (this.interval.from ?? Number.NEGATIVE_INFINITY)) {
      this.outside += 1;
      return;
    }
    const missing = this.config.key?.find((name) => (valueAt(record, name) ?? undefined) === undefined);
    if (missing !== undefined) {
      this.quarantine(record, `field "${missing}" of the key is missing`, watermark);
      return;
    }
    const [reason, detail] = this.mismatch(record as JsonRecord) ?? [];
    if (reason !== undefined) {
      this.quarantine(record, reason, watermark, detail);
      return;
    }
    const { key } = this.config;
    const identity = key ? [value, ...key.map((name) => valueAt(record, name))] : record;
    if (this.isNew(hash(canonical(identity)), watermark)) {
      this.good.add(record);
      if (!this.config.columns) this.inferred.add(record as JsonRecord);
    }
  }

  /** What the next run has to know of what is delivered, and no more. */
  public delivered(since: number): [string, number][] {
    return [...this.seen].filter(([, watermark]) => watermark >= since);
  }

  /** Identities that weren't remembered before. */
  public get fresh(): number {
    return this.seen.size - this.before;
  }

  public end(): void {
    this.good.end();
    this.bad.end();
  }

  private quarantine(record: unknown, reason: string, watermark: number | undefined, detail?: string): void {
    // one without a time is remembered as long as one of the interval's end would be
    const identity = hash(`bad ${canonical(record)}`);
    if (!this.isNew(identity, watermark ?? this.interval.to - 1)) return;
    this.reasons[reason] = (this.reasons[reason] ?? 0) + 1;
    this.bad.add({ reason: detail ?? reason, record });
  }

  private isNew(identity: string, watermark: number): boolean {
    if (this.seen.has(identity)) {
      this.duplicates += 1;
      return false;
    }
    this.seen.set(identity, watermark);
    return true;
  }

  /** A reason to count by, and one with the value. */
  private mismatch(record: JsonRecord): [string, string] | undefined {
    for (const [name, type] of this.config.columns ?? []) {
      const result = conform(fieldOf(record, name), type, timeOf(this.config, name));
      if ('mismatch' in result) return [`column "${name}" is no ${type}`, `column "${name}" ${result.mismatch}`];
    }
    return undefined;
  }
}

/** A record as values in the order of the columns. */
export function toRow(
  record: JsonRecord,
  config: ExtractionConfiguration,
  columns: readonly (readonly [string, string])[],
): unknown[] {
  return columns.map(([name, type]) => {
    const result = conform(config.columns ? fieldOf(record, name) : record[name], type, timeOf(config, name));
    return 'value' in result ? result.value : undefined;
  });
}

/** Glue writes the names of columns in lower case, APIs don't: the field of just this name, or the one that differs in case. */
function fieldOf(record: JsonRecord, name: string): unknown {
  if (Object.hasOwn(record, name)) return record[name];
  const lower = name.toLowerCase();
  const alike = Object.keys(record).find((field) => field.toLowerCase() === lower);
  return alike === undefined ? undefined : record[alike];
}

function timeOf({ watermark }: ExtractionConfiguration, column: string): (value: unknown) => number | undefined {
  if (column.toLowerCase() === watermark.field.toLowerCase()) return (value) => parseWatermark(value, watermark.format);
  return (value) => (typeof value === 'string' ? parseIso(value) : undefined);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url');
}
