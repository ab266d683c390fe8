import { SqlError } from '../../../engines/sql/errors';
import { translate } from '../../../engines/sql/translate';
import { metadataText } from '../../../engines/sql/types/text';
import type { ApiShape } from '../../api-shape';
import type { Caller, LakeContext } from '../../service';
import { LakeGuard } from '../access/guard';
import { parseText } from '../statements/statement';
import type { LakeEngine } from './engine';
import { queryText } from './query-request';

/** A query's answer in the form of Trino's REST API: values keep their types, as Athena's texts don't. */
export type TypedRows =
  | {
      readonly columns: readonly { readonly name: string; readonly type: string }[];
      readonly rows: readonly (readonly unknown[])[];
      readonly truncated: boolean;
      /** Rows have an order that the statement asked for. */
      readonly ordered: boolean;
    }
  /** It would change the lake, or describes it. */
  | { readonly notAQuery: string }
  | { readonly error: { readonly name: string; readonly message: string } };

/** Runs a query without a record and without a result file. */
export async function typedRows(
  lake: LakeContext,
  engine: LakeEngine,
  input: ApiShape,
  caller: Caller,
): Promise<TypedRows> {
  try {
    const { side, statement } = parseText(queryText(input));
    if (side !== 'query' || statement.kind !== 'query statement') {
      return { notAQuery: statement.kind };
    }
    const { sql, reader } = await engine.open();
    const now = lake.clock.now();
    const translated = await translate(statement.query, {
      catalog: reader.session(now, { bytes: 0, files: 0, rows: 0 }, LakeGuard.of(lake, caller)),
      ...(input.QueryExecutionContext?.Database && { schema: String(input.QueryExecutionContext.Database) }),
      timeZone: 'UTC',
      now,
      queryId: 'typed-rows',
      user: caller.principal,
    });
    const { rows, truncated } = await sql.rows(translated.sql, translated.columns, { maxRows: input.MaxRows });
    const columns = translated.columns.map(({ name, type }) => ({ name, type: metadataText(type) }));
    return { columns, rows, truncated, ordered: translated.ordered };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return { error: { name: error.errorName, message: error.reason } };
  }
}
