import type { ResolvedTable, ResolvedView, TableName, TableVersion } from '../contract';
import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import { parseQuery } from '../parse/index';
import { coercionCost, sameType } from '../types/coercion';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { coerce } from './coerce';
import type { Context } from './context';
import { informationSchema } from './information-schema';
import { analyzeQuery } from './queries';
import { derivedFields } from './relations';
import type { Column, Field, Scan, Typed, TypedRelation } from './typed';

/** What a FROM item gives: the relation in the text, and the columns that it offers. */
export interface AnalyzedRelation {
  readonly relation: TypedRelation;
  readonly fields: readonly Field[];
  /** The alias under which the recursive table being defined is read. */
  readonly recursionAlias?: string;
  /** Columns of the items before it that UNNEST or LATERAL reads. */
  readonly captures?: readonly Column[];
}

/** Athena's name of the Glue Data Catalog. */
export const DEFAULT_CATALOG = 'awsdatacatalog';

/** `t`, `s.t`, `c.s.t` → a full name, lower case; `AwsDataCatalog` in any case. */
export function fullName(parts: readonly string[], context: Context, position?: SqlPosition): TableName {
  const lower = parts.map((part) => part.toLowerCase());
  if (lower.length > 3) throw new SqlError('SYNTAX_ERROR', `Too many dots in table name: ${parts.join('.')}`, position);
  const table = lower.at(-1) ?? '';
  const schema = lower.at(-2) ?? context.schema;
  if (schema === undefined) {
    throw new SqlError('MISSING_SCHEMA_NAME', 'Schema must be specified when session schema is not set', position);
  }
  const catalog = lower.at(-3) ?? context.analysis.session.catalogName ?? DEFAULT_CATALOG;
  return { catalog, schema: schema.toLowerCase(), table };
}

export const nameText = ({ catalog, schema, table }: TableName): string => `${catalog}.${schema}.${table}`;

/** A table or view of the catalog, information_schema included. */
export function analyzeTable(
  parts: readonly string[],
  context: Context,
  position?: SqlPosition,
  version?: TableVersion,
): AnalyzedRelation {
  const name = fullName(parts, context, position);
  const { catalog } = context.analysis.session;
  if (name.schema === 'information_schema') return informationSchema(name, context, position);
  const found = located(position, () => catalog.resolve(name, version));
  if (!found && name.table.includes('$')) throw new NotCoveredError(`table "${name.table}"`, position);
  if (!found) throw notFound(name, context, position);
  if (found.kind === 'view') return expandView(found, context, position);
  if (found.partial) refuseInView(name, context, position);
  return scanTable(found, context);
}

/**
 * Lake Formation's data filters aren't for views.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/row-filtering-intro.html
 */
function refuseInView(name: TableName, { viewPath }: Context, position?: SqlPosition): void {
  const view = viewPath.at(-1);
  if (view === undefined) return;
  const what = `${nameText(name)} has row or cell filters for this caller and can't be read through the view ${view}`;
  throw new SqlError('PERMISSION_DENIED', `Access Denied: ${what}`, position);
}

function notFound(name: TableName, context: Context, position?: SqlPosition): SqlError {
  const { catalog } = context.analysis.session;
  if (catalog.schemas(name.catalog).length === 0 && !catalog.hasSchema(name.catalog, name.schema)) {
    if (name.catalog !== DEFAULT_CATALOG) {
      return new SqlError('CATALOG_NOT_FOUND', `Catalog '${name.catalog}' does not exist`, position);
    }
  }
  if (!catalog.hasSchema(name.catalog, name.schema)) {
    return new SqlError('SCHEMA_NOT_FOUND', `Schema '${name.schema}' does not exist`, position);
  }
  return new SqlError('TABLE_NOT_FOUND', `Table '${nameText(name)}' does not exist`, position);
}

function scanTable(table: ResolvedTable, context: Context): AnalyzedRelation {
  const { analysis } = context;
  const alias = analysis.alias('r');
  const scan: Scan = { kind: 'scan', alias, table, used: new Set(), constraints: [] };
  analysis.scans.push(scan);
  const { name } = table;
  analysis.reads.set(nameText(name), analysis.reads.get(nameText(name)) ?? { name, columns: new Set() });
  const fields = table.columns.map(
    (column): Field => ({
      name: column.name,
      type: column.type,
      qualifier: [name.catalog, name.schema, name.table],
      source: { relation: alias, column: column.name },
      hidden: column.hidden ?? false,
      scan,
    }),
  );
  return { relation: scan, fields };
}

/** A view's names are looked up in its own schema, without anything of the query around it. */
function expandView(view: ResolvedView, context: Context, position?: SqlPosition): AnalyzedRelation {
  const { analysis } = context;
  const path = nameText(view.name);
  if (context.viewPath.includes(path)) {
    throw new SqlError('VIEW_IS_RECURSIVE', `Statement would create a recursive view: ${path}`, position);
  }
  const query = inView(path, position, () =>
    analyzeQuery(parseQuery(view.sql), {
      ...context,
      schema: view.schema,
      scope: undefined,
      captures: undefined,
      commonTables: new Map(),
      parameters: [],
      windows: new Map(),
      scalarOnly: undefined,
      insideAggregate: undefined,
      insideWindow: false,
      viewPath: [...context.viewPath, path],
    }),
  );
  if (query.fields.length !== view.columns.length) throw stale(path, `column count has changed`, position);
  for (const [index, column] of view.columns.entries()) {
    const field = query.fields[index];
    if (field && coercionCost(field.type, column.type) === undefined && field.type.kind !== column.type.kind) {
      const change = `column [${column.name}] of type ${typeText(field.type)} projected from query view at position ${index} cannot be coerced to column [${column.name}] of type ${typeText(column.type)} stored in view definition`;
      throw stale(path, change, position);
    }
  }
  analysis.reads.set(path, { name: view.name, columns: new Set(view.columns.map((column) => column.name)) });
  const alias = analysis.alias('r');
  const qualifier = [view.name.catalog, view.name.schema, view.name.table];
  const fields = derivedFields(query.fields, alias).map((field, index) => {
    const column = view.columns[index];
    const named = { ...field, name: column?.name ?? field.name, qualifier };
    return column ? declaredAs(named, column.type) : named;
  });
  return { relation: { kind: 'derived', alias, query, lateral: false }, fields };
}

/** A view shows the types that it was created with. */
function declaredAs(field: Field, type: TrinoType): Field {
  if (sameType(field.type, type) || coercionCost(field.type, type) === undefined) return field;
  const column: Typed = { kind: 'column', type: field.type, field };
  return { ...field, type, source: { expression: coerce(column, type) } };
}

function stale(path: string, what: string, position?: SqlPosition): SqlError {
  return new SqlError('VIEW_IS_STALE', `View '${path}' is stale or in invalid state: ${what}`, position);
}

/** An error of the catalog is one about the name in the statement. */
function located<T>(position: SqlPosition | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    const nowhere = error instanceof SqlError && error.errorName === 'COLUMN_NOT_FOUND' && !error.position;
    throw nowhere ? new SqlError(error.errorName, error.message, position) : error;
  }
}

/** Positions inside a view's text mean nothing to the statement. */
function inView<T>(path: string, position: SqlPosition | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SqlError) || error.errorName === 'PERMISSION_DENIED') throw error;
    if (error instanceof NotCoveredError) throw new NotCoveredError(`${error.what} (in view ${path})`, position);
    throw new SqlError('INVALID_VIEW', `Failed analyzing stored view '${path}': ${error.reason}`, position);
  }
}
