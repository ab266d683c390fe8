import { SqlError } from '../errors';
import type { CallTypes, FunctionArea } from './entry';

const positive =
  (argument: number, message: string) =>
  ({ literals }: CallTypes): void => {
    const value = literals[argument];
    if (value !== undefined && Number(value) <= 0) throw new SqlError('INVALID_FUNCTION_ARGUMENT', message);
  };

const notNegative = ({ literals }: CallTypes): void => {
  if (literals[1] !== undefined && Number(literals[1]) < 0) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Offset must be at least 0');
  }
};

/** The argument (from 1) is checked per row: DuckDB reads a negative offset as the other direction. */
const offset = (least: number, message: string): string =>
  `CASE WHEN $2 < ${least} THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: ${message}') AS BIGINT) ELSE $2 END`;
const SHIFT =
  "CASE WHEN $2 IS NULL THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: Offset must not be null') AS BIGINT) " +
  `ELSE ${offset(0, 'Offset must be at least 0')} END`;

/** Functions that need OVER. Aggregates take it, too. */
export const window: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/window.html',
  window: {
    'row_number(): bigint': '{row_number()}',
    'rank(): bigint': '{rank()}',
    'dense_rank(): bigint': '{dense_rank()}',
    'percent_rank(): double': '{percent_rank()}',
    'cume_dist(): double': '{cume_dist()}',
    'ntile(bigint): bigint': { sql: '{ntile($1)}', validate: positive(0, 'Buckets must be greater than 0') },
    'lag(T): T': '{lag($1$N)}',
    'lag(T, bigint): T': { sql: `{lag($1, ${SHIFT}$N)}`, validate: notNegative },
    'lag(T, bigint, T): T': { sql: `{lag($1, ${SHIFT}, $3$N)}`, validate: notNegative },
    'lead(T): T': '{lead($1$N)}',
    'lead(T, bigint): T': { sql: `{lead($1, ${SHIFT}$N)}`, validate: notNegative },
    'lead(T, bigint, T): T': { sql: `{lead($1, ${SHIFT}, $3$N)}`, validate: notNegative },
    'first_value(T): T': '{first_value($1$N)}',
    'last_value(T): T': '{last_value($1$N)}',
    'nth_value(T, bigint): T': {
      sql: `{nth_value($1, ${offset(1, 'Offset must be at least 1')}$N)}`,
      validate: positive(1, 'Offset must be at least 1'),
    },
  },
};
