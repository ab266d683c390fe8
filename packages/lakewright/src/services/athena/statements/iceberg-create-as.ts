import { FieldIds, fromTrinoType, type NestedField } from '../../../engines/iceberg/types';
import type { ResultColumn } from '../../../engines/sql/contract';
import { SqlError } from '../../../engines/sql/errors';
import type { CreateTableAsStatement } from '../../../engines/sql/parse/ast';
import { BIGINT } from '../../../engines/sql/types/build';
import { icebergTables } from '../../iceberg';
import { writeDataFiles } from '../write/iceberg-writer';
import { commitFiles } from './iceberg-commit';
import { makeIceberg } from './iceberg-ddl';
import type { FullName } from './names';
import type { StatementProperties } from './properties';
import type { StatementOutcome, StatementRun } from './run';

/** Properties of CREATE TABLE AS that aren't the table's own. */
const OWN: ReadonlySet<string> = new Set(['is_external', 'location', 'partitioning']);

/**
 * CREATE TABLE AS with `table_type = 'ICEBERG'`. If it fails, there is no table.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export async function createIcebergAs(
  run: StatementRun,
  statement: CreateTableAsStatement,
  name: FullName,
  properties: StatementProperties,
  sql: string,
  columns: readonly ResultColumn[],
): Promise<StatementOutcome> {
  const external = statement.properties.find((item) => item.name === 'is_external')?.value;
  if (external?.kind !== 'boolean' || external.value) {
    throw new SqlError('INVALID_TABLE_PROPERTY', 'CREATE TABLE AS for Iceberg tables needs is_external = false');
  }
  const location = properties.text('location');
  if (location === undefined) {
    throw new SqlError('INVALID_TABLE_PROPERTY', "CREATE TABLE AS for Iceberg tables needs the property 'location'");
  }
  for (const hive of ['external_location', 'partitioned_by', 'bucketed_by', 'bucket_count'] as const) {
    if (!properties.has(hive)) continue;
    throw new SqlError(
      'INVALID_TABLE_PROPERTY',
      `The property '${hive}' is not for Iceberg tables: use location, partitioning`,
    );
  }
  const ids = new FieldIds(columns.length);
  const fields = columns.map(
    (column, index): NestedField => ({
      id: index + 1,
      name: column.name,
      required: false,
      type: fromTrinoType(column.type, ids),
    }),
  );
  const own = statement.properties.filter((item) => !OWN.has(item.name));
  const base = await makeIceberg(run, name, {
    fields,
    partitioning: properties.list('partitioning'),
    location,
    properties: Object.fromEntries(own.map((item) => [item.name, valueText(item.value)])),
    comment: statement.comment,
  });
  try {
    const writer = { objects: run.lake.objects, engine: run.tables, metadata: base.metadata, signal: run.signal };
    const added = statement.withData ? await writeDataFiles(writer, sql) : [];
    await commitFiles(run, name, base, { operation: 'append', added, removed: new Set() });
    const rows = added.reduce((sum, file) => sum + file.rows, 0);
    return {
      type: 'DDL',
      substatement: 'CREATE_TABLE_AS_SELECT',
      result: { kind: 'written', columns: [{ name: 'rows', type: BIGINT }] },
      updateCount: rows,
      written: added.map((file) => file.path),
      tables: [`${name.database}.${name.table}`],
      rowsOut: rows,
      bytesOut: added.reduce((sum, file) => sum + file.bytes, 0),
    };
  } catch (error) {
    await icebergTables(run.lake).drop(name.database, name.table, true);
    throw error;
  }
}

function valueText(value: CreateTableAsStatement['properties'][number]['value']): string {
  if (value.kind === 'string') return value.value;
  if (value.kind === 'number') return value.text;
  return value.kind === 'boolean' ? String(value.value) : '';
}
