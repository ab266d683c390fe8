import type { Change, Column } from './plan';

/** The table that statements are about. */
export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** What a new table is made of. */
export interface NewTable extends TableName {
  readonly columns: readonly Column[];
  /** Partition transforms as in the DDL. */
  readonly partitionedBy: readonly string[];
  readonly location: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html */
export function createTable(table: NewTable): string {
  const properties = { table_type: 'ICEBERG', ...table.properties };
  return [
    `CREATE TABLE IF NOT EXISTS ${nameOf(table)} (\n  ${table.columns.map(columnOf).join(',\n  ')}\n)`,
    ...(table.partitionedBy.length > 0 ? [`PARTITIONED BY (${table.partitionedBy.join(', ')})`] : []),
    `LOCATION ${quoted(table.location)}`,
    `TBLPROPERTIES (${pairs(properties)})`,
  ].join('\n');
}

/** @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-evolving-table-schema.html */
export function alterTable(table: TableName, change: Change): string {
  const alter = `ALTER TABLE ${nameOf(table)}`;
  switch (change.kind) {
    case 'add':
      return `${alter} ADD COLUMNS (${change.columns.map(columnOf).join(', ')})`;
    case 'change':
      return `${alter} CHANGE COLUMN ${identifier(change.from)} ${columnOf(change.to)}`;
    case 'drop':
      return `${alter} DROP COLUMN ${identifier(change.column)}`;
  }
}

/** @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-alter-table-set-properties.html */
export function setProperties(table: TableName, properties: Readonly<Record<string, string>>): string {
  return `ALTER TABLE ${nameOf(table)} SET TBLPROPERTIES (${pairs(properties)})`;
}

export function showCreateTable(table: TableName): string {
  return `SHOW CREATE TABLE ${nameOf(table)}`;
}

/** Returns a row if any row has a value in the column. DML quotes names with double quotes, DDL with backticks. */
export function anyValue({ database, table }: TableName, column: string): string {
  return `SELECT 1 FROM "${database}"."${table}" WHERE "${column}" IS NOT NULL LIMIT 1`;
}

/** The partition transforms in what SHOW CREATE TABLE answers, in a form that can be compared. */
export function partitionsIn(statement: string): string {
  const [, text = ''] = /PARTITIONED\s+BY\s*\(([\s\S]*?)\)\s*(?:LOCATION|TBLPROPERTIES|$)/i.exec(statement) ?? [];
  return comparable([text]);
}

/** Without quotes, blanks and case. */
export function comparable(transforms: readonly string[]): string {
  return transforms
    .join(',')
    .replace(/[`"\s]/g, '')
    .toLowerCase();
}

function nameOf({ database, table }: TableName): string {
  return `${identifier(database)}.${identifier(table)}`;
}

function columnOf({ name, type, comment }: Column): string {
  return `${identifier(name)} ${type}${comment ? ` COMMENT ${quoted(comment)}` : ''}`;
}

function identifier(name: string): string {
  return `\`${name}\``;
}

function pairs(properties: Readonly<Record<string, string>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${quoted(name)}=${quoted(value)}`)
    .join(', ');
}

function quoted(text: string): string {
  if (/['\\\r\n]/.test(text)) throw new Error(`InvalidText: ${JSON.stringify(text)} can't stand in a DDL statement`);
  return `'${text}'`;
}
