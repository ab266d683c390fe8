/** What a `FileDrop` tells its function; types only, since the function's bundle reads them too. */
export interface FileDropConfig {
  readonly columns: ColumnConfig[];
  /** The row of the header, counted from 1; 0 if there is none. */
  readonly headerRow: number;
  /** Whether columns that aren't declared are left out; else they refuse the file. */
  readonly ignoreUnknown: boolean;
  readonly decimalComma: boolean;
  /** Texts that mean no value, beside the empty one. */
  readonly nulls: string[];
  readonly encoding: 'utf-8' | 'windows-1252';
  /** One character; detected from the first line if left out. */
  readonly delimiter?: string;
  readonly sheets: SheetConfig;
  /** Whether a bad row refuses its whole file, and a bad file fails the run. */
  readonly stop: boolean;
  /** Bytes of an object, and of all that is unpacked from it. */
  readonly maxBytes: number;
  readonly maxUnpackedBytes: number;
}

export interface SheetConfig {
  /** `index` counts from 1; `all` takes each sheet that has a cell. */
  readonly kind: 'index' | 'name' | 'all';
  readonly index?: number;
  readonly name?: string;
}

export interface ColumnConfig {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  /** What the header says, if it isn't the name. */
  readonly header?: string;
  /** Of dates and timestamps. */
  readonly format?: string;
  readonly precision?: number;
  readonly scale?: number;
  readonly trueText?: string[];
  readonly falseText?: string[];
}

export type ColumnType = 'string' | 'integer' | 'decimal' | 'double' | 'boolean' | 'date' | 'timestamp';
