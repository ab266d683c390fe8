import type { CheckedApp, CheckedResource } from './lake-checks-app';

export interface CheckedGrant {
  readonly resource: CheckedResource;
  readonly principal: string;
  readonly permissions: readonly string[];
  readonly database?: string;
  readonly table?: string;
  readonly columns?: readonly string[];
  readonly excluded?: readonly string[];
  /** The data cells filter that it is for. */
  readonly filter?: string;
  /** The location that it is for, an ARN. */
  readonly location?: string;
}

export interface CheckedFilter {
  readonly resource: CheckedResource;
  readonly database: string;
  readonly table: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows?: string;
}

export interface CheckedTable {
  readonly resource: CheckedResource;
  readonly database: string;
  readonly table: string;
  /** Name, lower case → Hive type. */
  readonly columns: ReadonlyMap<string, string>;
  readonly partitionKeys: readonly string[];
  /** Columns that are marked as personal data. */
  readonly personal: readonly string[];
  /** The ARN of the prefix. */
  readonly location?: string;
}

type Json = Readonly<Record<string, unknown>>;

const json = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(json) : []);
const texts = (value: unknown): string[] => [value ?? []].flat().map(String);
const optional = (value: unknown): string | undefined => (value === undefined ? undefined : String(value));

const OWN = 'Custom::LakewrightLakeFormationPermissions';

/** Grants of both modes: CloudFormation's resources, and the entries of the provider's. */
export function grantsOf(app: CheckedApp): CheckedGrant[] {
  const native = [
    ...app.of('AWS::LakeFormation::PrincipalPermissions'),
    ...app.of('AWS::LakeFormation::Permissions'),
  ].map((resource) => {
    const { Principal, DataLakePrincipal, Resource, Permissions } = resource.properties;
    const principal = json(Principal ?? DataLakePrincipal).DataLakePrincipalIdentifier;
    return grant(resource, String(principal), Resource, Permissions);
  });
  const own = app
    .of(OWN)
    .flatMap((resource) =>
      list(resource.properties.Grants).map(({ Principal, Resource, Permissions }) =>
        grant(resource, String(Principal), Resource, Permissions),
      ),
    );
  return [...native, ...own];
}

function grant(resource: CheckedResource, principal: string, on: unknown, permissions: unknown): CheckedGrant {
  const { Database, Table, TableWithColumns, DataCellsFilter, DataLocation } = json(on);
  const { DatabaseResource, TableResource, TableWithColumnsResource, DataLocationResource } = json(on);
  const columns = json(TableWithColumns ?? TableWithColumnsResource);
  const table = json(Table ?? TableResource);
  const filter = json(DataCellsFilter);
  const location = json(DataLocation ?? DataLocationResource);
  const database =
    columns.DatabaseName ?? table.DatabaseName ?? filter.DatabaseName ?? json(Database ?? DatabaseResource).Name;
  return {
    resource,
    principal,
    permissions: texts(permissions),
    database: optional(database),
    table: optional(columns.Name ?? table.Name ?? filter.TableName),
    columns: columns.ColumnNames ? texts(columns.ColumnNames) : undefined,
    excluded: columns.ColumnWildcard ? texts(json(columns.ColumnWildcard).ExcludedColumnNames) : undefined,
    filter: optional(filter.Name),
    location: optional(location.ResourceArn ?? location.S3Resource),
  };
}

export function filtersOf(app: CheckedApp): CheckedFilter[] {
  const native = app
    .of('AWS::LakeFormation::DataCellsFilter')
    .map((resource) => ({ resource, filter: resource.properties as Json }));
  const own = app
    .of(OWN)
    .flatMap((resource) => list(resource.properties.Filters).map((filter) => ({ resource, filter })));
  return [...native, ...own].map(({ resource, filter }) => {
    const { DatabaseName, TableName, Name, ColumnNames, ColumnWildcard, ExcludedColumnNames, RowFilter } = filter;
    const rows = typeof RowFilter === 'string' ? RowFilter : json(RowFilter).FilterExpression;
    return {
      resource,
      database: String(DatabaseName),
      table: String(TableName),
      name: String(Name),
      columns: texts(ColumnNames ?? ExcludedColumnNames ?? json(ColumnWildcard).ExcludedColumnNames),
      rows: optional(rows),
    };
  });
}

/** `database/table/column` of all columns that have an LF-Tag. */
export function taggedColumns(app: CheckedApp): Set<string> {
  const native = app.of('AWS::LakeFormation::TagAssociation').map(({ properties }) => properties.Resource);
  const own = app.of(OWN).flatMap(({ properties }) => list(properties.TagAssociations).map(({ Resource }) => Resource));
  return new Set(
    [...native, ...own].flatMap((resource) => {
      const { DatabaseName, Name, ColumnNames } = json(json(resource).TableWithColumns);
      return texts(ColumnNames).map((column) => `${DatabaseName}/${Name}/${column.toLowerCase()}`);
    }),
  );
}

/** Registered locations, ARNs without a slash at the end. */
export function registeredLocations(app: CheckedApp): string[] {
  return app
    .of('AWS::LakeFormation::Resource')
    .map(({ properties }) => String(properties.ResourceArn).replace(/\/$/, ''));
}

export function tablesOf(app: CheckedApp): CheckedTable[] {
  const glue = app.of('AWS::Glue::Table').map((resource): CheckedTable => {
    const input = json(resource.properties.TableInput);
    const storage = json(input.StorageDescriptor);
    const keys = list(input.PartitionKeys);
    const columns = [...list(storage.Columns), ...keys];
    return {
      resource,
      database: String(resource.properties.DatabaseName),
      table: String(input.Name),
      columns: new Map(columns.map(({ Name, Type }) => [String(Name).toLowerCase(), String(Type ?? 'string')])),
      partitionKeys: keys.map(({ Name }) => String(Name).toLowerCase()),
      personal: personalOf(columns, json(input.Parameters)),
      location: arnOf(storage.Location),
    };
  });
  const iceberg = app.of('Custom::LakewrightIcebergTable').map((resource): CheckedTable => {
    const { Database, Table, Location, Columns } = resource.properties;
    return {
      resource,
      database: String(Database),
      table: String(Table),
      columns: new Map(list(Columns).map(({ Name, Type }) => [String(Name).toLowerCase(), String(Type)])),
      partitionKeys: [],
      personal: [],
      location: arnOf(Location),
    };
  });
  return [...glue, ...iceberg];
}

/** Marked by a parameter of the table, or by the column's comment: a template has no parameters of columns. */
function personalOf(columns: readonly Json[], { pii, personal }: Json): string[] {
  const listed = `${pii ?? ''},${personal ?? ''}`.split(',').map((name) => name.trim().toLowerCase());
  return columns
    .filter(
      ({ Name, Comment }) => listed.includes(String(Name).toLowerCase()) || /^(pii|personal)\b/i.test(String(Comment)),
    )
    .map(({ Name }) => String(Name).toLowerCase());
}

/** `s3://bucket/prefix/` → `arn:*:s3:::bucket/prefix` */
export function arnOf(uri: unknown): string | undefined {
  const [, place] = /^s3:\/\/(.+?)\/?$/.exec(String(uri ?? '')) ?? [];
  return place === undefined ? undefined : `arn:*:s3:::${place}`;
}

/** Whether a location is another, or lies below it. */
export function isBelow(location: string, above: string): boolean {
  return location === above || location.startsWith(`${above}/`);
}
