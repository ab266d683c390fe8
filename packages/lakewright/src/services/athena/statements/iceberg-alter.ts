import { currentSchema, type TableMetadata } from '../../../engines/iceberg/metadata';
import type { TableRequirement } from '../../../engines/iceberg/requirements';
import { decimalOf, FieldIds, type IcebergType, type NestedField, toHiveType } from '../../../engines/iceberg/types';
import type { TableUpdate } from '../../../engines/iceberg/updates';
import type { TableChange } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import { icebergTables } from '../../iceberg';
import { fieldOf } from './iceberg-ddl';
import { metadataProperties } from './iceberg-properties';
import { ddlName, type FullName, requireSchema } from './names';
import { COLUMN_SUBSTATEMENTS, type StatementRun } from './run';

const failed = (text: string): SqlError => new SqlError('FAILED', text);

/**
 * ALTER TABLE of an Iceberg table: columns change in the metadata alone, the files stay.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html
 * @returns the substatement's name
 */
export async function alterIceberg(run: StatementRun, name: FullName, change: TableChange): Promise<string> {
  const tables = icebergTables(run.lake);
  const { metadata } = tables.load(name.database, name.table);
  const commit = async (updates: readonly TableUpdate[]): Promise<void> => {
    const requirements: TableRequirement[] = [
      { type: 'assert-table-uuid', uuid: metadata['table-uuid'] },
      { type: 'assert-current-schema-id', 'current-schema-id': metadata['current-schema-id'] },
    ];
    await tables.commit(name.database, name.table, requirements, updates);
  };
  switch (change.kind) {
    case 'set properties':
      await commit([{ action: 'set-properties', updates: metadataProperties(change.properties) }]);
      return 'ALTER_TABLE_PROPERTIES';
    case 'unset properties': {
      const names = Object.fromEntries(
        change.keys.map((key) => [key, key.toLowerCase() === 'format' ? 'parquet' : 'zstd']),
      );
      await commit([{ action: 'remove-properties', removals: Object.keys(metadataProperties(names)) }]);
      return 'ALTER_TABLE_PROPERTIES';
    }
    case 'rename': {
      const to = ddlName(change.to, run.database);
      requireSchema(run.lake.catalog, to.database);
      if (run.lake.catalog.table(to.database, to.table))
        throw failed(`Table ${to.database}.${to.table} already exists`);
      tables.rename({ database: name.database, name: name.table }, { database: to.database, name: to.table });
      return 'ALTER_TABLE_RENAME';
    }
    case 'add columns':
    case 'replace columns':
    case 'change column':
    case 'drop column': {
      const { fields, last } = changedFields(metadata, change);
      const schema = { ...currentSchema(metadata), fields };
      await commit([
        { action: 'add-schema', schema, 'last-column-id': last },
        { action: 'set-current-schema', 'schema-id': -1 },
      ]);
      return COLUMN_SUBSTATEMENTS[change.kind];
    }
    default:
      throw notSupported(change);
  }
}

type ColumnChange = Extract<TableChange, { kind: 'add columns' | 'replace columns' | 'change column' | 'drop column' }>;

function changedFields(metadata: TableMetadata, change: ColumnChange): { fields: NestedField[]; last: number } {
  const fields = [...currentSchema(metadata).fields];
  const ids = new FieldIds(metadata['last-column-id']);
  const find = (name: string): number => {
    const index = fields.findIndex((field) => field.name.toLowerCase() === name.toLowerCase());
    if (index < 0) throw failed(`SemanticException [Error 10002]: Invalid column reference ${name}`);
    return index;
  };
  const requireFree = (name: string): void => {
    if (!fields.some((field) => field.name.toLowerCase() === name)) return;
    throw failed(`SemanticException [Error 10036]: Duplicate column name: ${name}`);
  };
  switch (change.kind) {
    case 'replace columns':
      throw notSupported(change);
    case 'add columns':
      for (const column of change.columns) {
        requireFree(column.name);
        const id = ids.next();
        fields.push(fieldOf(column, id, ids));
      }
      return { fields, last: ids.highest };
    case 'drop column': {
      const index = find(change.column);
      const used = metadata['partition-specs'].find((spec) => spec['spec-id'] === metadata['default-spec-id']);
      if (used?.fields.some((field) => field['source-id'] === fields[index]?.id && field.transform !== 'void')) {
        throw new SqlError('NOT_SUPPORTED', `Cannot drop partition field: ${change.column}`);
      }
      if (fields.length === 1) throw new SqlError('NOT_SUPPORTED', 'Cannot drop the only column in a table');
      fields.splice(index, 1);
      return { fields, last: ids.highest };
    }
    case 'change column': {
      const index = find(change.from);
      const former = fields[index] as NestedField;
      if (change.column.name !== former.name.toLowerCase()) requireFree(change.column.name);
      const wanted = fieldOf(change.column, former.id, ids);
      const type = widened(former.type, wanted.type, change.from);
      const doc = change.column.comment ?? former.doc;
      fields.splice(index, 1);
      const after = change.place?.after;
      const place = !change.place ? index : after === undefined ? 0 : find(after) + 1;
      fields.splice(place, 0, {
        id: former.id,
        name: change.column.name,
        required: former.required,
        type,
        ...(doc !== undefined && { doc }),
      });
      return { fields, last: metadata['last-column-id'] };
    }
  }
}

const notSupported = (change: TableChange): SqlError =>
  new SqlError('NOT_SUPPORTED', `ALTER TABLE … ${change.kind.toUpperCase()} is not supported for Iceberg tables`);

/** A type may only widen. @see https://iceberg.apache.org/spec/#schema-evolution */
function widened(from: IcebergType, to: IcebergType, column: string): IcebergType {
  if (typeof from !== 'string' || typeof to !== 'string') {
    if (toHiveType(from) === toHiveType(to)) return from;
  } else {
    const [before, after] = [decimalOf(from), decimalOf(to)];
    const wider = before && after && before.scale === after.scale && after.precision >= before.precision;
    if (from === to || wider || (from === 'int' && to === 'long') || (from === 'float' && to === 'double')) return to;
    if (toHiveType(from) === toHiveType(to)) return from;
  }
  throw failed(
    `Cannot change column type: ${column}: ${toHiveType(from)} -> ${toHiveType(to)}: allowed are int to bigint, float to double, and decimals to a higher precision`,
  );
}
