import type { Facts, Grant, LfResource } from '../../access/lake-formation/facts';
import { holds } from '../../access/lake-formation/locations';
import type { ApiShape } from '../api-shape';
import { compact } from '../glue/input';
import { page } from '../glue/paging';
import type { Caller, Operation } from '../service';
import type { LakeFormationContext } from './context';
import { invalidInput } from './errors';
import { addGrant, sameResource } from './grant-rules';
import { readLocation, readPrincipal, readResource } from './input';

const MAX_PAGE = 1000;

/** ListPermissions, GetEffectivePermissionsForPath. */
export function listOperations(context: LakeFormationContext): Record<string, Operation> {
  return {
    ListPermissions: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const principal = input.Principal ? readPrincipal(input.Principal) : undefined;
      const matches = resourceFilter(context, input);
      const found = visibleGrants(context, caller)
        .filter((grant) => principal === undefined || grant.Principal === principal)
        .filter(({ Resource }) => matches(Resource));
      const { items, NextToken } = page(shown(context, found), JSON.stringify, input, MAX_PAGE);
      return compact({ PrincipalResourcePermissions: items, NextToken });
    },

    GetEffectivePermissionsForPath: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const arn = readLocation(input.ResourceArn);
      if (
        !context.facts.locations.some(({ ResourceArn }) => ResourceArn === arn || arn.startsWith(`${ResourceArn}/`))
      ) {
        throw invalidInput(`The location ${arn} is not registered.`);
      }
      const found = visibleGrants(context, caller).filter(({ Resource }) => liesBelow(context, Resource, arn));
      const { items, NextToken } = page(shown(context, found), JSON.stringify, input, MAX_PAGE);
      return compact({ Permissions: items, NextToken });
    },
  };
}

/** All for administrators; for others their own, and those on what they may grant. A template's that wait aren't listed. */
function visibleGrants(context: LakeFormationContext, caller: Caller): readonly Grant[] {
  const { facts } = context;
  const all = facts.grants.filter(({ Resource }) => isThere(facts, Resource)).reduce(addGrant, [] as readonly Grant[]);
  const arn = context.arnOf(caller);
  if (arn === undefined || context.maySeeAll(caller)) return all;
  const grantable = all.filter(
    ({ Principal, PermissionsWithGrantOption }) => Principal === arn && PermissionsWithGrantOption.length > 0,
  );
  return all.filter(
    ({ Principal, Resource }) => Principal === arn || grantable.some((held) => sameResource(held.Resource, Resource)),
  );
}

export function isThere(facts: Facts, { Database, Table, TableWithColumns, DataCellsFilter }: LfResource): boolean {
  if (Database) return facts.database(Database.Name) !== undefined;
  const table = Table ?? TableWithColumns;
  if (table?.Name !== undefined) return facts.table(table.DatabaseName, table.Name) !== undefined;
  if (table) return facts.database(table.DatabaseName) !== undefined;
  return (
    DataCellsFilter === undefined || facts.table(DataCellsFilter.DatabaseName, DataCellsFilter.TableName) !== undefined
  );
}

/** `Resource`, `ResourceType` and `IncludeRelated` of ListPermissions. */
function resourceFilter(context: LakeFormationContext, input: ApiShape): (resource: LfResource) => boolean {
  if (input.Resource?.TableWithColumns) {
    throw invalidInput('Listing permissions on a table with columns is not supported; list those on the table.');
  }
  const wanted = input.Resource ? readResource(input.Resource, (id) => context.checkCatalog(id)) : undefined;
  const related = String(input.IncludeRelated).toUpperCase() === 'TRUE';
  if (related && input.Principal) throw invalidInput('IncludeRelated cannot be combined with a principal.');
  return (resource) => {
    if (input.ResourceType && !typesOf(resource).includes(input.ResourceType)) return false;
    return wanted === undefined || isAbout(resource, wanted, related);
  };
}

function isAbout(resource: LfResource, wanted: LfResource, related: boolean): boolean {
  if (sameResource(resource, wanted)) return true;
  const { Table, LFTag, DataLocation } = wanted;
  if (Table) {
    const of = resource.Table ?? resource.TableWithColumns;
    if (of) return of.DatabaseName === Table.DatabaseName && (of.Name === undefined || of.Name === Table.Name);
    const { DataCellsFilter } = resource;
    return related && DataCellsFilter?.DatabaseName === Table.DatabaseName && DataCellsFilter.TableName === Table.Name;
  }
  if (LFTag && resource.LFTag) return resource.LFTag.TagKey === LFTag.TagKey;
  return Boolean(DataLocation && resource.DataLocation?.ResourceArn === DataLocation.ResourceArn);
}

/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_ListPermissions.html */
function typesOf(resource: LfResource): readonly string[] {
  if (resource.Catalog) return ['CATALOG'];
  if (resource.Database) return ['DATABASE'];
  if (resource.DataLocation) return ['DATA_LOCATION'];
  if (resource.LFTag) return ['LF_TAG'];
  if (resource.LFTagPolicy) return ['LF_TAG_POLICY', `LF_TAG_POLICY_${resource.LFTagPolicy.ResourceType}`];
  return ['TABLE'];
}

function liesBelow(context: LakeFormationContext, resource: LfResource, arn: string): boolean {
  const { catalog } = context.lake;
  const { Database, Table, TableWithColumns, DataCellsFilter } = resource;
  if (Database) return holds(arn, catalog.database(Database.Name)?.LocationUri ?? '');
  const table =
    Table ?? TableWithColumns ?? (DataCellsFilter && { ...DataCellsFilter, Name: DataCellsFilter.TableName });
  if (table?.Name === undefined) return false;
  return holds(arn, catalog.table(table.DatabaseName, table.Name)?.StorageDescriptor?.Location ?? '');
}

/** In the API's form, where SELECT on a table is one on all its columns. */
function shown(context: LakeFormationContext, grants: readonly Grant[]): readonly ApiShape[] {
  const CatalogId = context.lake.account;
  return grants.flatMap((grant) => {
    const { Table } = grant.Resource;
    const selects = Table !== undefined && grant.Permissions.includes('SELECT');
    if (!selects) return [entry(CatalogId, grant, grant.Resource, () => true)];
    const rest = grant.Permissions.some((permission) => permission !== 'SELECT');
    const columns = { TableWithColumns: { ...Table, TableWildcard: undefined, ColumnWildcard: {} } };
    return [
      ...(rest ? [entry(CatalogId, grant, grant.Resource, (permission) => permission !== 'SELECT')] : []),
      entry(CatalogId, grant, columns, (permission) => permission === 'SELECT'),
    ];
  });
}

function entry(CatalogId: string, grant: Grant, resource: LfResource, keep: (permission: string) => boolean): ApiShape {
  return {
    Principal: { DataLakePrincipalIdentifier: grant.Principal },
    Resource: apiResource(CatalogId, resource),
    Permissions: grant.Permissions.filter(keep),
    PermissionsWithGrantOption: grant.PermissionsWithGrantOption.filter(keep),
  };
}

export function apiResource(CatalogId: string, resource: LfResource): ApiShape {
  if (resource.Catalog) return { Catalog: {} };
  if (resource.DataCellsFilter) return { DataCellsFilter: { TableCatalogId: CatalogId, ...resource.DataCellsFilter } };
  const [kind, member] = Object.entries(resource)[0];
  const all =
    (kind === 'Table' || kind === 'TableWithColumns') && member.Name === undefined ? { Name: 'ALL_TABLES' } : {};
  return { [kind]: compact({ CatalogId, ...member, ...all }) };
}
