import { rmSync } from 'node:fs';
import type { Query } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import type { StatementOutcome, StatementRun } from './run';

/** A query: its rows go into a CSV. */
export async function select(run: StatementRun, query: Query, parameterCount: number): Promise<StatementOutcome> {
  const translated = await translate(query, run.session, { parameterCount, parameters: run.parameters });
  run.onTranslated(translated);
  const file = run.stageResult();
  const options = { header: true, signal: run.signal };
  const { rows, bytes } = await run.engine.toCsv(translated.sql, translated.columns, file, options).catch((error) => {
    rmSync(file, { force: true });
    throw error;
  });
  return {
    type: 'DML',
    substatement: 'SELECT',
    result: { kind: 'csv', file, columns: translated.columns },
    rowsOut: rows,
    bytesOut: bytes,
  };
}
