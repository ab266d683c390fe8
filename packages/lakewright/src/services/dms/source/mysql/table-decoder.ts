import type { RowData, TableMapEntry } from '@vlasky/zongji';
import { dmsTypeText } from '../dms-type';
import type { SourceTable } from '../source-database';
import { type MySqlColumn, mysqlColumn } from './catalog';
import { BYTES, type Charsets, decodeBytes, isReadable } from './charsets';
import { unreadable } from './check-capture';
import { type ValueTexts, valueTexts } from './texts';

/** The binlog's numbers of types. */
const GEOMETRY = 255;
const BLOB = 252;

/** Turns the binlog's rows of a table into texts. */
export class TableDecoder {
  /**
   * @param entry the columns as they were when the rows were written; changed so that geometries stay bytes, which is what
   * a query gives, and texts that we decode ourselves, too
   * @param before the table's decoder so far, which is the result where nothing has changed
   */
  public static of(
    table: SourceTable,
    entry: TableMapEntry,
    charsets: Charsets,
    before: TableDecoder | undefined,
  ): TableDecoder {
    for (const column of entry.columns ?? []) {
      if (column.type === GEOMETRY) Object.assign(column, { type: BLOB, charset: null });
      else if (column.charset !== null && charsets.has(column.charset)) column.charset = BYTES;
    }
    const signature = entry.columnSchemas
      .map((column) => [column.COLUMN_NAME, column.COLUMN_TYPE, column.CHARACTER_SET_NAME].join(' '))
      .join('\n');
    if (before?.signature === signature) return before;
    const columns = entry.columnSchemas.map(({ COLUMN_NAME, COLUMN_TYPE, CHARACTER_SET_NAME }) => {
      const charset = CHARACTER_SET_NAME ?? undefined;
      const column = { ...mysqlColumn(COLUMN_NAME, COLUMN_TYPE), ...(charset && { charset }) };
      const known = table.columns.find(({ name }) => name === COLUMN_NAME);
      return known && sameType(column, known) ? { ...column, type: known.type, sourceType: known.sourceType } : column;
    });
    return new TableDecoder(table, columns, signature, charsets);
  }

  private readonly texts: readonly { readonly name: string; readonly logged: ValueTexts['logged'] }[];

  private constructor(
    public readonly table: SourceTable,
    public readonly columns: readonly MySqlColumn[],
    private readonly signature: string,
    charsets: Charsets,
  ) {
    this.texts = columns
      .filter(({ type }) => type !== undefined)
      .map((column) => ({ name: column.name, logged: this.loggedText(column, charsets) }));
  }

  private loggedText({ name, parsed, charset }: MySqlColumn, charsets: Charsets): ValueTexts['logged'] {
    const { logged } = valueTexts(parsed);
    if (charset === undefined) return logged;
    const characters = charsets.get(charset);
    // Values of ENUM and SET are decoded where their list is.
    const decodes = characters !== undefined && parsed.name !== 'enum' && parsed.name !== 'set';
    if (decodes) return (value) => decodeBytes(value as string, characters);
    if (isReadable(charset, charsets)) return logged;
    return () => {
      throw unreadable(`${this.table.schema}.${this.table.name}`, name, charset);
    };
  }

  public values(row: RowData): ReadonlyMap<string, string | null> {
    const values = new Map<string, string | null>();
    for (const { name, logged } of this.texts) {
      const value = row[name];
      values.set(name, value === null ? null : logged(value, name));
    }
    return values;
  }

  public formerKey(before: RowData, after: RowData): ReadonlyMap<string, string | null> | undefined {
    const { primaryKey } = this.table;
    const same = primaryKey.every((name) => this.text(before, name) === this.text(after, name));
    return same ? undefined : new Map(primaryKey.map((name) => [name, this.text(before, name)]));
  }

  private text(row: RowData, name: string): string | null {
    const value = row[name];
    const column = this.texts.find((one) => one.name === name);
    return value === null || value === undefined || column === undefined ? null : column.logged(value, name);
  }
}

/** The binlog tells less than the catalog: of a UUID it says BINARY(16), of POINT, where it is MariaDB, GEOMETRY. */
function sameType(logged: MySqlColumn, known: SourceTable['columns'][number]): boolean {
  if (known.type === undefined) return logged.type === undefined || logged.type.kind === 'bytes';
  return logged.type !== undefined && dmsTypeText(logged.type) === dmsTypeText(known.type);
}
