import type { DataCellsFilter, Resource } from '@aws-sdk/client-lakeformation';

export const ACCOUNT = '111122223333';

/** One key for each column and tag value. */
export function resourceKeys(resource: Resource): string[] {
  const { Database, Table, TableWithColumns, DataLocation, DataCellsFilter, LFTag, LFTagPolicy } = resource;
  if (Database) return [`database:${Database.Name}`];
  if (Table) return [`table:${Table.DatabaseName}.${Table.TableWildcard ? '*' : Table.Name}`];
  if (TableWithColumns) {
    const { DatabaseName, Name, ColumnNames, ColumnWildcard } = TableWithColumns;
    if (ColumnNames) return ColumnNames.map((column) => `column:${DatabaseName}.${Name}.${column}`);
    const excluded = ColumnWildcard?.ExcludedColumnNames ?? [];
    if (excluded.length === 0) return [`table:${DatabaseName}.${Name}`];
    return [`except:${DatabaseName}.${Name}:${[...excluded].sort().join(',')}`];
  }
  if (DataLocation) return [`location:${DataLocation.ResourceArn}`];
  if (DataCellsFilter) return [`filter:${filterKey(DataCellsFilter as DataCellsFilter)}`];
  if (LFTag) return (LFTag.TagValues ?? []).map((value) => `tag:${LFTag.TagKey}=${value}`);
  if (LFTagPolicy) {
    const conditions = (LFTagPolicy.Expression ?? []).map(
      ({ TagKey, TagValues }) => `${TagKey}=${[...(TagValues ?? [])].sort().join(',')}`,
    );
    return [`policy:${LFTagPolicy.ResourceType}:${conditions.sort().join('&')}`];
  }
  return ['catalog'];
}

/** A key as `ListPermissions` writes it. */
function resourceOf(key: string, columns: readonly string[]): Resource {
  const [kind, name = ''] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
  const [DatabaseName = '', Name = '', third] = name.split(/[.:]/);
  const table = { CatalogId: ACCOUNT, DatabaseName, Name: Name === '*' ? 'ALL_TABLES' : Name };
  switch (kind) {
    case 'database':
      return { Database: { CatalogId: ACCOUNT, Name: name } };
    case 'table':
      return { Table: { ...table, ...(Name === '*' ? { TableWildcard: {} } : {}) } };
    case 'select':
      return { TableWithColumns: { ...table, ColumnWildcard: {} } };
    case 'columns':
      return { TableWithColumns: { ...table, ColumnNames: [...columns] } };
    case 'except':
      return { TableWithColumns: { ...table, ColumnWildcard: { ExcludedColumnNames: third?.split(',').reverse() } } };
    case 'location':
      return { DataLocation: { CatalogId: ACCOUNT, ResourceArn: name } };
    case 'filter':
      return { DataCellsFilter: { TableCatalogId: ACCOUNT, DatabaseName, TableName: Name, Name: third } };
    case 'tag':
      return { LFTag: { CatalogId: ACCOUNT, TagKey: name.split('=')[0], TagValues: [name.split('=')[1] ?? ''] } };
    case 'policy': {
      const conditions = name.slice(name.indexOf(':') + 1).split('&');
      const Expression = conditions.map((one) => ({
        TagKey: one.split('=')[0],
        TagValues: one.split('=')[1]?.split(','),
      }));
      return { LFTagPolicy: { CatalogId: ACCOUNT, ResourceType: policyType(name), Expression: Expression.reverse() } };
    }
    default:
      return { Catalog: {} };
  }
}

function policyType(name: string): 'DATABASE' | 'TABLE' {
  return name.startsWith('DATABASE') ? 'DATABASE' : 'TABLE';
}

export function filterKey({ DatabaseName, TableName, Name }: DataCellsFilter): string {
  return `${DatabaseName}.${TableName}.${Name}`;
}

/** Permissions as `ListPermissions` puts them together: SELECT apart from the rest, columns together. */
export function listed(permissions: readonly string[], isWanted: (resource: string) => boolean) {
  const rows = new Map<string, { principal: string; resource: string; columns: string[]; rights: Set<string> }>();
  for (const key of [...new Set(permissions)].sort()) {
    const [principal = '', resource = '', right = ''] = key.split('|');
    if (!isWanted(resource)) continue;
    const isSelect = right.startsWith('SELECT') && resource.startsWith('table:');
    const [, table, column] = /^column:([^.]+\.[^.]+)\.(.+)$/.exec(resource) ?? [];
    const name = table ? `columns:${table}` : isSelect ? resource.replace('table:', 'select:') : resource;
    const rowKey = `${principal}|${name}|${table ? right : ''}`;
    const row = rows.get(rowKey) ?? { principal, resource: name, columns: [], rights: new Set() };
    row.rights.add(right);
    if (column) row.columns.push(column);
    rows.set(rowKey, row);
  }
  return [...rows.values()].map(({ principal, resource, columns, rights }) => ({
    Principal: { DataLakePrincipalIdentifier: principal },
    Resource: resourceOf(resource, columns),
    Permissions: [...rights].filter((right) => !right.endsWith('+')),
    PermissionsWithGrantOption: [...rights].filter((right) => right.endsWith('+')).map((right) => right.slice(0, -1)),
  }));
}
