import type { DataCellsFilter } from '@aws-sdk/client-lakeformation';
import { type Filter, grantItems, type Item, type Permissions } from './items';
import { canonical, type Given } from './resources';

/** `Custom::LakewrightLakeFormationSettings` */
export interface SettingsProperties {
  readonly Owner: string;
  readonly Administrators?: readonly string[];
  readonly ReadOnlyAdministrators?: readonly string[];
  readonly DatabaseCreators?: readonly string[];
  readonly CrossAccountVersion?: string;
  /** IAM_ALLOWED_PRINCIPALS is taken from these and their tables. */
  readonly Databases?: readonly string[];
}

/** `Custom::LakewrightLakeFormationPermissions` */
export interface PermissionsProperties {
  readonly Owner: string;
  readonly Grants?: readonly (Permissions & { readonly Principal: string; readonly Resource: Given })[];
  readonly Filters?: readonly FilterProperties[];
  readonly TagAssociations?: readonly {
    readonly Resource: Given;
    readonly Tags: readonly { readonly TagKey: string; readonly TagValues: readonly string[] }[];
  }[];
  readonly OptIns?: readonly { readonly Principal: string; readonly Resource: Given }[];
}

export interface FilterProperties {
  readonly CatalogId?: string;
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly Name: string;
  readonly RowFilter?: string;
  readonly ColumnNames?: readonly string[];
  readonly ExcludedColumnNames?: readonly string[];
}

export function settingsItems(properties: SettingsProperties, account: string): Item[] {
  const { Administrators = [], ReadOnlyAdministrators = [], DatabaseCreators = [] } = properties;
  const create = { Permissions: ['CREATE_DATABASE'] };
  return [
    ...Administrators.map((principal): Item => ({ kind: 'administrator', principal })),
    ...ReadOnlyAdministrators.map((principal): Item => ({ kind: 'readOnlyAdministrator', principal })),
    ...DatabaseCreators.flatMap((principal) => grantItems(principal, { Catalog: 'true' }, create, account)),
  ];
}

export function permissionsItems(properties: PermissionsProperties, account: string): Item[] {
  const { Grants = [], Filters = [], TagAssociations = [], OptIns = [] } = properties;
  return [
    ...Filters.map((one) => filterItem(one, account)),
    ...TagAssociations.flatMap(({ Resource, Tags }) => tagItems(Resource, Tags, account)),
    ...Grants.flatMap(({ Principal, Resource, Permissions = [], PermissionsWithGrantOption = [] }) => {
      // who may grant it on has it
      const all = [...new Set([...Permissions, ...PermissionsWithGrantOption])];
      return grantItems(Principal, Resource, { Permissions: all, PermissionsWithGrantOption }, account);
    }),
    ...OptIns.map(({ Principal, Resource }): Item => {
      const { resource, parts } = canonical(Resource, account);
      const columns = parts.filter((part) => part !== undefined).sort();
      return { kind: 'optIn', principal: Principal, resource, ...(columns.length > 0 ? { columns } : {}) };
    }),
  ];
}

function filterItem(given: FilterProperties, account: string): Filter {
  const { CatalogId, DatabaseName, TableName, Name, RowFilter, ColumnNames, ExcludedColumnNames } = given;
  const names = { TableCatalogId: CatalogId ?? account, DatabaseName: DatabaseName.toLowerCase() };
  const filter: DataCellsFilter = {
    ...names,
    TableName: TableName.toLowerCase(),
    Name,
    RowFilter: RowFilter === undefined ? { AllRowsWildcard: {} } : { FilterExpression: RowFilter },
    ...(ColumnNames
      ? { ColumnNames: [...ColumnNames] }
      : { ColumnWildcard: { ExcludedColumnNames: [...(ExcludedColumnNames ?? [])] } }),
  };
  return { kind: 'filter', filter };
}

function tagItems(
  given: Given,
  tags: readonly { readonly TagKey: string; readonly TagValues: readonly string[] }[],
  account: string,
): Item[] {
  const { resource, parts } = canonical(given, account);
  return parts.flatMap((column) =>
    tags.map(({ TagKey, TagValues }): Item => {
      const [value = '', ...more] = TagValues;
      if (more.length > 0) {
        throw new Error(
          `TooManyTagValues: "${TagKey}" with "${TagValues.join(', ')}" → a resource has one value of a tag → give one`,
        );
      }
      const tag = { tag: TagKey.toLowerCase(), value: value.toLowerCase() };
      return { kind: 'tag', resource, ...(column ? { column } : {}), ...tag };
    }),
  );
}
