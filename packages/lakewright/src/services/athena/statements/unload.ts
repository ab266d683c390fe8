import type { UnloadStatement } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { BIGINT } from '../../../engines/sql/types/build';
import { folderOf } from '../tables/data-files';
import { outputFormat, storedType } from '../write/output-format';
import { partitionFolder, writeFiles } from '../write/writer';
import { requireEmpty } from './create-table-as';
import { StatementProperties } from './properties';
import type { StatementOutcome, StatementRun } from './run';
import { checkPartitionColumns } from './written-columns';

const KNOWN: ReadonlySet<string> = new Set([
  'format',
  'compression',
  'compression_level',
  'field_delimiter',
  'partitioned_by',
]);

/** UNLOAD: a query's rows as files, without a table. @see https://docs.aws.amazon.com/athena/latest/ug/unload.html */
export async function unload(run: StatementRun, statement: UnloadStatement): Promise<StatementOutcome> {
  const properties = new StatementProperties(statement.properties, KNOWN);
  const format = outputFormat(
    properties.text('format') ?? 'PARQUET',
    properties.text('compression'),
    properties.text('field_delimiter') ?? ',',
  );
  const translated = await translate(statement.query, run.session, {
    parameterCount: statement.parameters,
    parameters: run.parameters,
  });
  const columns = translated.columns.map((column) => ({ ...column, name: column.name.toLowerCase() }));
  const partitionedBy = properties.list('partitioned_by').map((key) => key.toLowerCase());
  checkPartitionColumns(columns, partitionedBy, statement.position);
  for (const column of columns) storedType(column);
  run.guard?.requireWrite(folderOf(statement.location));
  await requireEmpty(run, statement.location, 'UNLOAD');
  run.onTranslated(translated);
  const location = folderOf(statement.location);
  const written = await writeFiles(run.lake.objects, run.tables, {
    sql: translated.sql,
    columns,
    partitionedBy,
    format,
    location: (values) => (values.length ? partitionFolder(location, partitionedBy, values) : location),
    signal: run.signal,
  });
  return {
    type: 'DML',
    substatement: 'UNLOAD',
    result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
    updateCount: written.rows,
    written: written.files.map((file) => file.uri),
    rowsOut: written.rows,
    bytesOut: written.bytes,
  };
}
