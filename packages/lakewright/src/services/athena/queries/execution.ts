/** A query's record, a line of `state/athena/queries.jsonl`. Times in seconds since 1970. */
export interface Execution {
  readonly id: string;
  readonly query: string;
  readonly workGroup: string;
  readonly database?: string;
  readonly catalog: string;
  /** Who asked. */
  readonly principal: string;
  readonly clientRequestToken?: string;
  readonly parameters?: readonly string[];
  /** Folder for results, with a slash at its end. */
  readonly output: string;
  /** It is in Athena's own storage: no place of the lake. */
  readonly managed?: true;
  readonly resultConfiguration: Readonly<Record<string, unknown>>;
  readonly reuse?: { readonly Enabled: boolean; readonly MaxAgeInMinutes?: number };

  state: ExecutionState;
  reason?: string;
  error?: {
    readonly ErrorCategory: number;
    readonly ErrorType: number;
    readonly Retryable: boolean;
    readonly ErrorMessage: string;
  };
  readonly submitted: number;
  completed?: number;
  statementType: 'DDL' | 'DML' | 'UTILITY';
  substatement?: string;

  /** Where the result's file is, or the written files' folder. */
  outputLocation?: string;
  manifest?: string;
  columns: readonly StoredColumn[];
  /** The file has a first line with the columns' names. */
  header: boolean;
  updateCount?: number;
  reused: boolean;
  tables: readonly string[];
  /** Functions whose answer may be another than Athena's, because the configuration accepts that. */
  approximate?: readonly string[];
  times: ExecutionTimes;
  scannedBytes: number;
  scannedFiles: number;
  rowsIn: number;
  rowsOut: number;
  bytesOut: number;
}

export type ExecutionState = 'QUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'CANCELLED';

/** `type` in Trino's text, or `string` for the lines of utility statements. */
export interface StoredColumn {
  readonly name: string;
  readonly type: string;
}

/** Milliseconds of real time. */
export interface ExecutionTimes {
  queue: number;
  planning: number;
  engine: number;
  total: number;
}

export const isFinal = (state: ExecutionState): boolean => state !== 'QUEUED' && state !== 'RUNNING';
