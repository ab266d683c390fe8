import type { ResolvedTable, ResolvedView, TableName } from '../contract';
import { SqlError, type SqlPosition } from '../errors';
import { BIGINT, VARCHAR } from '../types/build';
import { typeText } from '../types/text';
import type { Context } from './context';
import type { AnalyzedRelation } from './tables';
import type { Field, Inline } from './typed';

type Cell = string | bigint | null;

interface InformationTable {
  readonly columns: readonly string[];
  rows(catalog: string, context: Context): readonly (readonly Cell[])[];
}

type TableOrView = ResolvedTable | ResolvedView;

function everyTable(catalog: string, { analysis: { session } }: Context): TableOrView[] {
  return session.catalog.schemas(catalog).flatMap((schema) => session.catalog.tables(catalog, schema));
}

const TABLES: Readonly<Record<string, InformationTable>> = {
  schemata: {
    columns: ['catalog_name', 'schema_name'],
    rows: (catalog, { analysis }) =>
      [...analysis.session.catalog.schemas(catalog), 'information_schema'].map((schema) => [catalog, schema]),
  },
  tables: {
    columns: ['table_catalog', 'table_schema', 'table_name', 'table_type'],
    rows: (catalog, context) =>
      everyTable(catalog, context).map(({ name, kind }) => [
        catalog,
        name.schema,
        name.table,
        kind === 'view' ? 'VIEW' : 'BASE TABLE',
      ]),
  },
  columns: {
    columns: [
      'table_catalog',
      'table_schema',
      'table_name',
      'column_name',
      'ordinal_position',
      'column_default',
      'is_nullable',
      'data_type',
    ],
    rows: (catalog, context) =>
      everyTable(catalog, context).flatMap(({ name, columns }) =>
        columns
          .filter((column) => !column.hidden)
          .map((column, index) => [
            catalog,
            name.schema,
            name.table,
            column.name,
            BigInt(index + 1),
            null,
            'YES',
            typeText(column.type),
          ]),
      ),
  },
  views: {
    columns: ['table_catalog', 'table_schema', 'table_name', 'view_definition'],
    rows: (catalog, context) =>
      everyTable(catalog, context).flatMap((item) =>
        item.kind === 'view' ? [[catalog, item.name.schema, item.name.table, item.sql]] : [],
      ),
  },
};

/** `information_schema.schemata | tables | columns | views`: rows of the catalog, known now. */
export function informationSchema(name: TableName, context: Context, position?: SqlPosition): AnalyzedRelation {
  const definition = TABLES[name.table];
  if (!definition) {
    throw new SqlError(
      'TABLE_NOT_FOUND',
      `Table '${name.catalog}.${name.schema}.${name.table}' does not exist`,
      position,
    );
  }
  const alias = context.analysis.alias('r');
  const columns = definition.columns.map((column) => ({
    name: column,
    type: column === 'ordinal_position' ? BIGINT : VARCHAR,
  }));
  const relation: Inline = { kind: 'inline', alias, columns, rows: definition.rows(name.catalog, context) };
  const fields = columns.map(
    (column, index): Field => ({
      ...column,
      qualifier: [name.catalog, name.schema, name.table],
      source: { relation: alias, column: `c${index + 1}` },
      hidden: false,
    }),
  );
  return { relation, fields };
}
