import { SqlError } from '../../../engines/sql/errors';
import type { CreateViewStatement } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { hiveTypeText } from '../../../engines/sql/types/hive';
import { CATALOG } from '../tables/lake-catalog';
import { encodeView, isView } from '../tables/presto-view';
import { fullName, requireSchema } from './names';
import { done, type StatementOutcome, type StatementRun } from './run';
import { writtenColumns } from './written-columns';

/** CREATE [OR REPLACE] VIEW: the query is checked, and kept in the form in which Athena keeps views. */
export async function createView(run: StatementRun, statement: CreateViewStatement): Promise<StatementOutcome> {
  const { catalog } = run.lake;
  const { position } = statement;
  const name = fullName(statement.view, run.database, position);
  run.guard?.requireDatabase('CREATE_TABLE', name.database, 'glue:CreateTable');
  requireSchema(catalog, name.database, position);
  const existing = catalog.table(name.database, name.table);
  const full = `${CATALOG}.${name.database}.${name.table}`;
  if (existing && !isView(existing)) {
    throw new SqlError('TABLE_ALREADY_EXISTS', `Table already exists: '${full}'`, position);
  }
  if (existing && !statement.orReplace) {
    throw new SqlError('TABLE_ALREADY_EXISTS', `View already exists: '${full}'`, position);
  }
  if (existing) run.guard?.requireTable('ALTER', name, 'glue:UpdateTable');
  const translated = await translate(statement.query, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  const columns = writtenColumns(translated.columns, undefined, position);
  const view = {
    originalSql: statement.text,
    catalog: CATALOG,
    schema: run.session.schema,
    columns,
    comment: statement.comment,
  };
  catalog.putTable({
    DatabaseName: name.database,
    Name: name.table,
    TableType: 'VIRTUAL_VIEW',
    ViewOriginalText: encodeView(view),
    ViewExpandedText: '/* Presto View */',
    PartitionKeys: [],
    Parameters: { presto_view: 'true', comment: statement.comment ?? 'Presto View' },
    StorageDescriptor: {
      Columns: columns.map((column) => ({ Name: column.name, Type: hiveTypeText(column.type) ?? 'string' })),
      Location: '',
      NumberOfBuckets: 0,
      SerdeInfo: {},
    },
  });
  return { ...done('CREATE_VIEW'), tables: [`${name.database}.${name.table}`] };
}
