import type { PersonaReport } from '../../report/report';
import { ServiceError } from '../../services/service';
import { QueryFailedError } from '../query/query';

/** How Athena, Glue, S3 and Lake Formation say that somebody may not. */
const DENIED =
  /not authorized to|Insufficient (?:permissions|Lake Formation permission)|Access ?Denied|PERMISSION_DENIED/i;
/** What one may not see isn't there: a mistake in the query looks the same, so it is a refusal only where one is due. */
const HIDDEN = /COLUMN_NOT_FOUND|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|COLUMN_NOT_AUTHORIZED/;

/** What a check wants of a persona. */
export type Due = 'answer' | 'refusal' | 'either';

/** What a query's error is in a check: a refusal, or a failure of the run. */
export function outcomeOf(error: unknown, due: Due): Pick<PersonaReport, 'outcome' | 'reason'> {
  const reason =
    error instanceof QueryFailedError
      ? error.reason
      : error instanceof ServiceError && error.status < 500
        ? `${error.code}: ${error.message}`
        : undefined;
  if (reason === undefined) throw error;
  const refused = DENIED.test(reason) || (due === 'refusal' && HIDDEN.test(reason));
  return { outcome: refused && due !== 'answer' ? 'refused' : 'failed', reason };
}
