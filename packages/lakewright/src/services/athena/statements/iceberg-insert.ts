import { currentSchema } from '../../../engines/iceberg/metadata';
import type { TableColumn } from '../../../engines/sql/contract';
import type { InsertStatement } from '../../../engines/sql/parse/ast';
import { translateInto } from '../../../engines/sql/translate';
import { BIGINT } from '../../../engines/sql/types/build';
import { physicalType } from '../../../engines/sql/types/physical';
import type { Table } from '../../../workspace/catalog-store';
import { icebergTables } from '../../iceberg';
import { icebergColumns } from '../tables/iceberg-columns';
import { writeDataFiles } from '../write/iceberg-writer';
import { commitFiles } from './iceberg-commit';
import type { FullName } from './names';
import type { StatementOutcome, StatementRun } from './run';

/** INSERT INTO an Iceberg table: one more snapshot. */
export async function insertIceberg(
  run: StatementRun,
  statement: InsertStatement,
  name: FullName,
  table: Table,
  pick: (columns: readonly TableColumn[]) => TableColumn[],
): Promise<StatementOutcome> {
  const base = icebergTables(run.lake).loaded(table);
  const columns = icebergColumns(currentSchema(base.metadata), undefined).filter((column) => !column.hidden);
  const target = pick(columns);
  const translated = await translateInto(statement.query, target, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  const values = columns.map((column, index) => {
    const given = target.indexOf(column);
    return `${given < 0 ? `CAST(NULL AS ${physicalType(column.type)})` : `c${given + 1}`} AS c${index + 1}`;
  });
  run.onTranslated(translated);
  run.guard?.requireInsertAt(base.metadata.location, table);
  const { objects } = run.lake;
  const writer = { objects, engine: run.tables, metadata: base.metadata, signal: run.signal };
  const added = await writeDataFiles(writer, `SELECT ${values.join(', ')} FROM (${translated.sql})`);
  if (added.length) await commitFiles(run, name, base, { operation: 'append', added, removed: new Set() });
  const rows = added.reduce((sum, file) => sum + file.rows, 0);
  return {
    type: 'DML',
    substatement: 'INSERT',
    result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
    updateCount: rows,
    written: added.map((file) => file.path),
    tables: [`${name.database}.${name.table}`],
    rowsOut: rows,
    bytesOut: added.reduce((sum, file) => sum + file.bytes, 0),
  };
}
