import type { Resource } from '@aws-sdk/client-lakeformation';

/** What the template or Lake Formation says of a resource: of the same members, wildcards as `'true'` or as `{}`. */
export type Given = Readonly<Record<string, unknown>>;

/** One way to write a resource, so that two can be compared as text. */
export interface Canonical {
  readonly resource: Resource;
  /** Columns or tag values: Lake Formation joins and splits lists of them, so each is kept by itself. */
  readonly parts: readonly (string | undefined)[];
}

/** A table or (without a table) a database. */
export interface Place {
  readonly catalogId?: string;
  readonly database: string;
  readonly table?: string;
}

const MEMBERS = [
  'Catalog',
  'Database',
  'Table',
  'TableWithColumns',
  'DataLocation',
  'DataCellsFilter',
  'LFTag',
  'LFTagPolicy',
];

/** How `ListPermissions` names the wildcard. */
const ALL_TABLES = 'ALL_TABLES';

/**
 * Lake Formation splits SELECT on a table off, as SELECT on all columns; here both are the table.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html
 */
export function canonical(given: Given, account: string): Canonical {
  const [member = '', value] = Object.entries(given).find(([, one]) => one !== undefined) ?? [];
  const fields = (typeof value === 'object' ? value : {}) as Record<string, unknown>;
  const catalog = catalogOf(fields.CatalogId ?? fields.TableCatalogId, account);
  const CatalogId = catalog ? { CatalogId: catalog } : {};
  const whole = (resource: Resource): Canonical => ({ resource, parts: [undefined] });
  switch (member) {
    case 'Catalog': {
      const id = catalogOf(fields.Id ?? fields.CatalogId, account);
      return whole({ Catalog: id ? { Id: id } : {} });
    }
    case 'Database':
      return whole({ Database: { ...CatalogId, Name: lower(fields.Name) } });
    case 'Table':
      return whole({ Table: { ...CatalogId, ...tableOf(fields) } });
    case 'TableWithColumns': {
      if (Array.isArray(fields.ColumnNames) && fields.ColumnNames.length > 0) {
        const { DatabaseName, Name = '' } = tableOf(fields);
        return {
          resource: { TableWithColumns: { ...CatalogId, DatabaseName, Name } },
          parts: list(fields.ColumnNames),
        };
      }
      const excluded = list((fields.ColumnWildcard as Record<string, unknown> | undefined)?.ExcludedColumnNames).sort();
      const table = tableOf(fields);
      if (excluded.length === 0) return whole({ Table: { ...CatalogId, ...table } });
      const { DatabaseName, Name = '' } = table;
      const ColumnWildcard = { ExcludedColumnNames: excluded };
      return whole({ TableWithColumns: { ...CatalogId, DatabaseName, Name, ColumnWildcard } });
    }
    case 'DataLocation':
      return whole({ DataLocation: { ...CatalogId, ResourceArn: String(fields.ResourceArn) } });
    case 'DataCellsFilter': {
      const place = { DatabaseName: lower(fields.DatabaseName), TableName: lower(fields.TableName) };
      const TableCatalogId = catalog ?? account;
      return whole({ DataCellsFilter: { TableCatalogId, ...place, Name: String(fields.Name) } });
    }
    case 'LFTag':
      return {
        resource: { LFTag: { ...CatalogId, TagKey: lower(fields.TagKey), TagValues: [] } },
        parts: list(fields.TagValues),
      };
    case 'LFTagPolicy': {
      const conditions = (fields.Expression ?? []) as { TagKey: string; TagValues: string[] }[];
      const Expression = conditions
        .map(({ TagKey, TagValues }) => ({ TagKey: lower(TagKey), TagValues: list(TagValues).sort() }))
        .sort((a, b) => (a.TagKey < b.TagKey ? -1 : 1));
      const ResourceType = fields.ResourceType === 'DATABASE' ? 'DATABASE' : 'TABLE';
      return whole({ LFTagPolicy: { ...CatalogId, ResourceType, Expression } });
    }
    default:
      throw new Error(
        `UnknownResource: "${member}" → one of ${MEMBERS.join(', ')} → deploy with the version of the constructs that this function came with`,
      );
  }
}

/** What lists may have and the template can't: none of it is ours. */
export function isKnown(given: Given): boolean {
  return Object.keys(given).some((member) => MEMBERS.includes(member));
}

/** The canonical resource with columns or tag values again, as the API wants it. */
export function withParts(resource: Resource, parts: readonly string[]): Resource {
  if (parts.length === 0) return resource;
  if (resource.LFTag) return { LFTag: { ...resource.LFTag, TagValues: [...parts] } };
  if (resource.TableWithColumns) return { TableWithColumns: { ...resource.TableWithColumns, ColumnNames: [...parts] } };
  return resource;
}

/** What has to be in the catalog for the resource to be. */
export function placeOf(resource: Resource): Place | undefined {
  const { Database, Table, TableWithColumns, DataCellsFilter } = resource;
  if (Database) return { ...catalogIn(Database.CatalogId), database: Database.Name ?? '' };
  const table = Table ?? TableWithColumns;
  if (table) {
    const place = { ...catalogIn(table.CatalogId), database: table.DatabaseName ?? '' };
    return table.Name ? { ...place, table: table.Name } : place;
  }
  if (!DataCellsFilter) return undefined;
  return { database: DataCellsFilter.DatabaseName ?? '', table: DataCellsFilter.TableName ?? '' };
}

/** `db`, `db.table`: for people. */
export function placeName({ database, table }: Place): string {
  return table ? `${database}.${table}` : database;
}

/** For people: one line. */
export function describe(resource: Resource, parts: readonly string[] = []): string {
  const { Catalog, DataLocation, DataCellsFilter, LFTag, LFTagPolicy, TableWithColumns } = resource;
  if (Catalog) return Catalog.Id ? `catalog ${Catalog.Id}` : 'the catalog';
  if (DataLocation) return DataLocation.ResourceArn ?? '';
  if (DataCellsFilter) {
    return `${DataCellsFilter.DatabaseName}.${DataCellsFilter.TableName} by filter ${DataCellsFilter.Name}`;
  }
  if (LFTag) return `LF-Tag ${LFTag.TagKey}=${parts.join('|')}`;
  if (LFTagPolicy) {
    const conditions = (LFTagPolicy.Expression ?? []).map((one) => `${one.TagKey}=${one.TagValues?.join('|')}`);
    return `${LFTagPolicy.ResourceType} with ${conditions.join(' and ')}`;
  }
  const place = placeOf(resource);
  const excluded = TableWithColumns?.ColumnWildcard?.ExcludedColumnNames ?? [];
  const columns = excluded.length > 0 ? ` without (${excluded.join(', ')})` : '';
  return `${place ? placeName(place) : ''}${resource.Table && !place?.table ? '.*' : ''}${
    parts.length > 0 ? ` (${parts.join(', ')})` : columns
  }`;
}

function tableOf(fields: Record<string, unknown>): { DatabaseName: string; Name?: string; TableWildcard?: object } {
  const DatabaseName = lower(fields.DatabaseName);
  const wildcard = fields.TableWildcard !== undefined || fields.Name === ALL_TABLES;
  return wildcard ? { DatabaseName, TableWildcard: {} } : { DatabaseName, Name: lower(fields.Name) };
}

function catalogOf(id: unknown, account: string): string | undefined {
  return id === undefined || id === account ? undefined : String(id);
}

function catalogIn(id: string | undefined): { catalogId?: string } {
  return id ? { catalogId: id } : {};
}

function lower(name: unknown): string {
  return String(name ?? '').toLowerCase();
}

function list(names: unknown): string[] {
  return Array.isArray(names) ? names.map(lower) : [];
}
