import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Query } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { parseLocation } from '../tables/data-files';
import type { StatementOutcome, StatementRun } from './run';

/** A query: its rows go into a CSV. */
export async function select(run: StatementRun, query: Query, parameterCount: number): Promise<StatementOutcome> {
  const translated = await translate(query, run.session, { parameterCount, parameters: run.parameters });
  run.onTranslated(translated);
  const folder = await run.lake.objects.stage(parseLocation(run.output).bucket);
  const file = join(folder, `${run.queryId}.csv`);
  const options = { header: true, signal: run.signal };
  const { rows, bytes } = await run.engine.toCsv(translated.sql, translated.columns, file, options).catch((error) => {
    rmSync(folder, { recursive: true, force: true });
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
