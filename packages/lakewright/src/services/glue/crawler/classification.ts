import type { Field } from './field-type';

/** What a classifier made of one file. */
export interface Classification {
  /** `csv`, `json`, `parquet`, `avro`: Glue's classification string. */
  readonly format: string;
  /** `none`, `gzip`, `zstd`: of the file as a whole. */
  readonly compression: string;
  /** Names as they are in the data. */
  readonly fields: readonly Field[];
  /** Rows, counted or estimated from the sample. */
  readonly records: number;
  /** Bytes of a record, before compression. */
  readonly recordSize: number;
  readonly storage: StorageFormat;
  /** Further parameters of the table: `delimiter`, `skip.header.line.count` … */
  readonly parameters: Readonly<Record<string, string>>;
  /** What a user should know about the file though it was classified. */
  readonly warnings: readonly string[];
}

export interface StorageFormat {
  readonly inputFormat: string;
  readonly outputFormat: string;
  readonly serde: string;
  readonly serdeParameters: Readonly<Record<string, string>>;
}

/** Why no classifier recognized the file: it is named in the crawl's log, and left out. */
export interface Unrecognized {
  readonly reason: string;
}

export type ClassificationResult = Classification | Unrecognized;

export const isClassified = (result: ClassificationResult): result is Classification => 'format' in result;

const TEXT_INPUT = 'org.apache.hadoop.mapred.TextInputFormat';
const TEXT_OUTPUT = 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat';

/** A text format with the given SerDe. */
export function textStorage(serde: string, serdeParameters: Record<string, string>): StorageFormat {
  return { inputFormat: TEXT_INPUT, outputFormat: TEXT_OUTPUT, serde, serdeParameters };
}

/**
 * Row count from a sample, as Glue's own figures show it: the average record size is a whole number of bytes, and the
 * count is the size divided by it.
 */
export function estimateRecords(
  sample: { readonly bytes: number; readonly records: number },
  totalBytes: number,
): { recordSize: number; records: number } {
  if (sample.records === 0) return { recordSize: 0, records: 0 };
  const recordSize = Math.max(1, Math.floor(sample.bytes / sample.records));
  return { recordSize, records: Math.floor(totalBytes / recordSize) };
}
