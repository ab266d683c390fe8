import type { Column, Table } from '../../../workspace/catalog-store';

/** What SHOW CREATE TABLE prints, in Hive's layout. */
export function createTableText(table: Table): string {
  const storage = table.StorageDescriptor ?? {};
  const parameters = { ...table.Parameters };
  const { comment } = parameters;
  for (const key of ['EXTERNAL', 'comment']) delete parameters[key];
  const serde = storage.SerdeInfo?.Parameters ?? {};
  return [
    `CREATE EXTERNAL TABLE \`${table.DatabaseName}.${table.Name}\`(`,
    `${columnList(storage.Columns ?? [])})`,
    ...(comment === undefined ? [] : [`COMMENT ${quoted(comment)}`]),
    ...(table.PartitionKeys?.length ? ['PARTITIONED BY ( ', `${columnList(table.PartitionKeys)})`] : []),
    ...bucketing(table),
    'ROW FORMAT SERDE ',
    `  ${quoted(storage.SerdeInfo?.SerializationLibrary ?? '')} `,
    ...(Object.keys(serde).length ? ['WITH SERDEPROPERTIES ( ', `${propertyList(serde)}) `] : []),
    'STORED AS INPUTFORMAT ',
    `  ${quoted(storage.InputFormat ?? '')} `,
    'OUTPUTFORMAT ',
    `  ${quoted(storage.OutputFormat ?? '')}`,
    'LOCATION',
    `  ${quoted(storage.Location ?? '')}`,
    ...(Object.keys(parameters).length ? ['TBLPROPERTIES (', `${propertyList(parameters)})`] : []),
  ].join('\n');
}

const columnList = (columns: readonly Column[]): string =>
  columns
    .map(
      (column) =>
        `  \`${column.Name}\` ${column.Type ?? 'string'}${column.Comment ? ` COMMENT ${quoted(column.Comment)}` : ''}`,
    )
    .join(', \n');

const propertyList = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([key, value]) => `  ${quoted(key)}=${quoted(value)}`)
    .join(', \n');

function bucketing(table: Table): string[] {
  const columns = table.StorageDescriptor?.BucketColumns;
  if (!Array.isArray(columns) || !columns.length) return [];
  return ['CLUSTERED BY ( ', `  ${columns.join(', ')}) `, `INTO ${table.StorageDescriptor?.NumberOfBuckets} BUCKETS`];
}

/** As a string literal that the DDL parser reads back. */
const quoted = (text: string): string => `'${Array.from(text, quotedCharacter).join('')}'`;

function quotedCharacter(character: string): string {
  if (character === '\\' || character === "'") return `\\${character}`;
  if (character === '\n') return '\\n';
  if (character === '\t') return '\\t';
  return character < ' ' ? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}` : character;
}
