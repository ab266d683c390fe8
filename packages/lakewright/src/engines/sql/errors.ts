/** 1-based position in the statement text. */
export interface SqlPosition {
  readonly line: number;
  readonly column: number;
}

/**
 * A statement failed as it would on Athena.
 *
 * `name` is Trino's error name (`COLUMN_NOT_FOUND`, `TYPE_MISMATCH`, `SYNTAX_ERROR`, `DIVISION_BY_ZERO` …), or
 * Athena's own (`HIVE_BAD_DATA`, `HIVE_PARTITION_SCHEMA_MISMATCH` …).
 */
export class SqlError extends Error {
  constructor(
    public readonly errorName: string,
    message: string,
    public readonly position?: SqlPosition,
  ) {
    super(message);
  }

  /** `COLUMN_NOT_FOUND: line 1:8: Column 'x' cannot be resolved`: the form of Athena's StateChangeReason. */
  public get reason(): string {
    const at = this.position ? `line ${this.position.line}:${this.position.column}: ` : '';
    return `${this.errorName}: ${at}${this.message}`;
  }
}

/**
 * The statement may be right on Athena, but this engine isn't sure of the answer: it refuses, by name.
 *
 * `what` names the function with its argument types, the clause or the type; `instead` says what may be written in its place.
 */
export class NotCoveredError extends SqlError {
  constructor(
    public readonly what: string,
    position?: SqlPosition,
    public readonly instead?: string,
  ) {
    super('NOT_COVERED', `not covered by the local SQL engine: ${what}${instead ? ` → ${instead}` : ''}`, position);
  }
}
