import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Execution } from './execution';

/**
 * `AthenaError`: category 2 is the user's, 1 ours. The finer `ErrorType` is not told apart here.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/error-reference.html
 */
export function athenaError(error: unknown, message: string): NonNullable<Execution['error']> {
  const user = error instanceof SqlError && error.errorName !== 'LOCAL_ENGINE_ERROR';
  return { ErrorCategory: user ? 2 : 1, ErrorType: 1, Retryable: false, ErrorMessage: message };
}

/** What a user can do about any refusal. */
const ADVICE =
  'Lakewright refuses what it might answer otherwise than Athena; a real Trino can be asked: lakewright query --engine trino';

/** `StateChangeReason` and messages of refusals: what was given, what may be written instead, what to do. */
export const sqlReason = (error: SqlError): string =>
  error instanceof NotCoveredError ? `${error.reason} → ${ADVICE}` : error.reason;
