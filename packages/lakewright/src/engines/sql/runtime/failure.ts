import { NotCoveredError, SqlError } from '../errors';

/** DuckDB's messages that say what Trino says under another name. The first that matches counts. */
const RULES: readonly (readonly [RegExp, string])[] = [
  [/More than one row returned by a subquery/i, 'SUBQUERY_MULTIPLE_ROWS'],
  [/Type (?:DOUBLE|FLOAT) with value|Casting value .* to type DECIMAL|Could not cast value/i, 'INVALID_CAST_ARGUMENT'],
  [/Overflow (?:in|on)|out of range|OutOfRange/i, 'NUMERIC_VALUE_OUT_OF_RANGE'],
  [/Could not convert|Conversion Error/i, 'INVALID_CAST_ARGUMENT'],
  [/division by zero/i, 'DIVISION_BY_ZERO'],
  [/Map keys must be unique|Map keys can not be NULL/i, 'INVALID_FUNCTION_ARGUMENT'],
  [/Out of Memory/i, 'EXCEEDED_LOCAL_MEMORY_LIMIT'],
  [/Could not write|No space left|No files found that match/i, 'LOCAL_IO_ERROR'],
];

/** Name and text of a failure, as they travel from the worker. */
export interface Failure {
  readonly name: string;
  readonly message: string;
}

/** DuckDB's message → Trino's error. Our own checks carry the name in the message: `LW:NAME: text`. */
export function toFailure(message: string): Failure {
  const own = /LW:([A-Z_]+): ?([^\n]*)/.exec(message);
  if (own) return { name: own[1] ?? '', message: own[2] ?? '' };
  const rule = RULES.find(([pattern]) => pattern.test(message));
  return { name: rule?.[1] ?? 'LOCAL_ENGINE_ERROR', message: firstLine(message) };
}

/** The error that the caller of the engine gets. */
export function toSqlError({ name, message }: Failure): SqlError {
  return name === 'NOT_COVERED'
    ? new NotCoveredError(message.replace(/^not covered by the local SQL engine: /, ''))
    : new SqlError(name, message);
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** The statement was stopped by its caller (`StopQueryExecution`). */
export class StatementCancelledError extends SqlError {
  constructor() {
    super('USER_CANCELED', 'Query was cancelled by the user');
  }
}

/** The statement ran longer than it may. */
export class StatementTimeoutError extends SqlError {
  constructor(public readonly limitMs: number) {
    super('EXCEEDED_TIME_LIMIT', `Query exceeded the maximum run time limit of ${limitMs / 1000} s`);
  }
}
