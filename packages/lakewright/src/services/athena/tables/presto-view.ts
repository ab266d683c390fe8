import { SqlError } from '../../../engines/sql/errors';
import { parseTypeText, typeText } from '../../../engines/sql/types/text';
import type { TrinoType } from '../../../engines/sql/types/type';
import type { Table } from '../../../workspace/catalog-store';

export interface PrestoView {
  readonly originalSql: string;
  readonly catalog?: string;
  readonly schema?: string;
  readonly columns: readonly { readonly name: string; readonly type: TrinoType }[];
  readonly comment?: string;
}

const FORM = /^\/\* Presto View: ([A-Za-z0-9+/=]+) \*\/$/;

/** How Athena keeps a view in the Glue Data Catalog: a comment with the base64 of a JSON description. */
export function encodeView(view: PrestoView): string {
  const json = JSON.stringify({
    originalSql: view.originalSql,
    catalog: view.catalog ?? 'awsdatacatalog',
    schema: view.schema,
    columns: view.columns.map((column) => ({ name: column.name, type: typeText(column.type) })),
    ...(view.comment !== undefined && { comment: view.comment }),
  });
  return `/* Presto View: ${Buffer.from(json).toString('base64')} */`;
}

/** @throws SqlError INVALID_VIEW for a view that Athena didn't write */
export function decodeView(table: Table): PrestoView {
  const encoded = FORM.exec(table.ViewOriginalText?.trim() ?? '')?.[1];
  try {
    const view = JSON.parse(Buffer.from(encoded ?? '', 'base64').toString('utf8'));
    return {
      originalSql: String(view.originalSql),
      catalog: view.catalog,
      schema: view.schema,
      comment: view.comment,
      columns: (view.columns as { name: string; type: string }[]).map((column) => ({
        name: column.name,
        type: parseTypeText(column.type),
      })),
    };
  } catch {
    throw new SqlError(
      'INVALID_VIEW',
      `View '${table.DatabaseName}.${table.Name}' was not made by Athena and can't be read`,
    );
  }
}

export const isView = (table: Table): boolean => table.TableType === 'VIRTUAL_VIEW';
