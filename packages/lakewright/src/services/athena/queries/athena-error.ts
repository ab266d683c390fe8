import { SqlError } from '../../../engines/sql/errors';
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
