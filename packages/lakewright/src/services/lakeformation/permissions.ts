import type { Grant, LfResource } from '../../access/lake-formation/facts';
import { isGrantee } from '../../access/lake-formation/principals';
import { effectiveTags, matchesTags } from '../../access/lake-formation/tags';
import type { ApiShape } from '../api-shape';
import { requiredList, requiredString } from '../glue/input';
import type { Caller, Operation } from '../service';
import { type LakeFormationContext, notAuthorized } from './context';
import { entityNotFound, errorDetail, invalidInput, limitExceeded, notLocal } from './errors';
import { addGrant, expanded, withoutGrant } from './grant-rules';
import { readPrincipal, readResource } from './input';

/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_BatchGrantPermissions.html */
const MAX_ENTRIES = 20;
/** https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html */
const MAX_FILTERS_OF_PRINCIPAL = 100;

/** GrantPermissions … BatchRevokePermissions. */
export function permissionOperations(context: LakeFormationContext): Record<string, Operation> {
  const { store } = context;

  const grant = (input: ApiShape, caller: Caller) => {
    const added = readGrant(context, input);
    checkResource(context, added);
    requireGrantor(context, caller, added);
    store.changeApi((part) => ({ ...part, grants: addGrant(part.grants ?? [], added) }));
  };

  const revoke = (input: ApiShape, caller: Caller) => {
    const revoked = readGrant(context, input);
    requireGrantor(context, caller, revoked);
    const before = JSON.stringify(context.facts.grants);
    store.changeAll((part) => (part.grants ? { ...part, grants: withoutGrant(part.grants, revoked) } : part));
    if (JSON.stringify(context.facts.grants) === before) {
      throw invalidInput(
        'No permissions revoked. Grantee has no permissions and no grantable permissions on resource.',
      );
    }
  };

  const batch =
    (one: typeof grant): Operation =>
    async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      const Failures: ApiShape[] = [];
      for (const entry of requiredList(input.Entries, 'entries', MAX_ENTRIES)) {
        requiredString(entry?.Id, 'entries.member.id');
        try {
          one(entry, caller);
        } catch (error) {
          Failures.push({ RequestEntry: entry, Error: errorDetail(error) });
        }
      }
      return { Failures };
    };

  return {
    GrantPermissions: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      grant(input, caller);
      return {};
    },
    RevokePermissions: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      revoke(input, caller);
      return {};
    },
    BatchGrantPermissions: batch(grant),
    BatchRevokePermissions: batch(revoke),
  };
}

/** A grant as it is kept. @throws ServiceError InvalidInputException */
export function readGrant(context: LakeFormationContext, input: ApiShape): Grant {
  if (input.Condition) throw notLocal('a condition of a grant');
  const Principal = readPrincipal(input.Principal);
  const Resource = readResource(input.Resource, (id) => context.checkCatalog(id));
  const Permissions = expanded(Principal, Resource, input.Permissions ?? []);
  const PermissionsWithGrantOption = expanded(Principal, Resource, input.PermissionsWithGrantOption ?? []);
  if (Permissions.length === 0 && PermissionsWithGrantOption.length === 0) {
    throw invalidInput('Permissions cannot be empty.');
  }
  return { Principal, Resource, Permissions, PermissionsWithGrantOption };
}

/** What is granted must be there. */
export function checkResource(context: LakeFormationContext, { Principal, Resource, ...grant }: Grant): void {
  const beyond = grant.PermissionsWithGrantOption.filter((permission) => !grant.Permissions.includes(permission));
  if (beyond.length > 0) {
    throw invalidInput(`Permissions modification is invalid. ${beyond.join(', ')} can only be grantable if granted.`);
  }
  const { Database, Table, TableWithColumns, DataLocation, DataCellsFilter, LFTag, LFTagPolicy } = Resource;
  if (Database) context.requireDatabase(Database.Name);
  if (Table) {
    if (Table.Name === undefined) context.requireDatabase(Table.DatabaseName);
    else context.requireTable(Table.DatabaseName, Table.Name);
  }
  if (TableWithColumns) {
    const columns = context.requireTable(TableWithColumns.DatabaseName, TableWithColumns.Name ?? '');
    const excluded = TableWithColumns.ColumnWildcard?.ExcludedColumnNames ?? [];
    requireColumns(columns, [...(TableWithColumns.ColumnNames ?? []), ...excluded]);
    if (excluded.length > 0 && grant.PermissionsWithGrantOption.length > 0) {
      throw invalidInput('Permissions modification is invalid. With the grant option columns can only be included.');
    }
  }
  if (
    DataLocation &&
    !context.facts.locations.some(({ ResourceArn }) => covers(ResourceArn, DataLocation.ResourceArn))
  ) {
    throw invalidInput(`You must register the S3 path ${DataLocation.ResourceArn} first.`);
  }
  if (DataCellsFilter) checkFilter(context, Principal, DataCellsFilter);
  for (const tag of [...(LFTag ? [LFTag] : []), ...(LFTagPolicy?.Expression ?? [])]) requireTag(context, tag);
}

const covers = (registered: string, arn: string) => arn === registered || arn.startsWith(`${registered}/`);

export function requireColumns(columns: readonly string[], named: readonly string[]): void {
  const missing = named.filter((name) => !columns.includes(name));
  if (missing.length > 0) throw invalidInput(`Column(s) not found: ${missing.join(', ')}.`);
}

function checkFilter(
  context: LakeFormationContext,
  principal: string,
  { DatabaseName, TableName, Name }: NonNullable<LfResource['DataCellsFilter']>,
): void {
  const { filters, grants } = context.facts;
  const isThis = (filter: { DatabaseName: string; TableName: string }) =>
    filter.DatabaseName === DatabaseName && filter.TableName === TableName;
  if (!filters.some((filter) => isThis(filter) && filter.Name === Name)) {
    throw entityNotFound(`Data cells filter ${Name} not found.`);
  }
  const held = new Set(
    grants
      .filter(({ Principal, Permissions }) => Principal === principal && Permissions.includes('SELECT'))
      .flatMap(({ Resource: { DataCellsFilter: filter } }) => (filter && isThis(filter) ? [filter.Name] : [])),
  );
  if (!held.has(Name) && held.size >= MAX_FILTERS_OF_PRINCIPAL) {
    throw limitExceeded(`A principal has at most ${MAX_FILTERS_OF_PRINCIPAL} data filters on a table.`);
  }
}

/** @throws ServiceError EntityNotFoundException */
export function requireTag(
  context: LakeFormationContext,
  { TagKey, TagValues }: { TagKey: string; TagValues: readonly string[] },
): void {
  const known = knownTags(context).get(TagKey);
  const missing = TagValues.filter((value) => value !== '*' && !known?.has(value));
  if (known === undefined || missing.length > 0) throw entityNotFound('Tag or tag value does not exist.');
}

/** Key → values, whoever made them. */
export function knownTags(context: LakeFormationContext): Map<string, Set<string>> {
  const all = new Map<string, Set<string>>();
  for (const { TagKey, TagValues } of context.store.parts().flatMap(({ tags }) => tags ?? [])) {
    const values = all.get(TagKey) ?? new Set();
    for (const value of TagValues) values.add(value);
    all.set(TagKey, values);
  }
  return all;
}

/** Administrators may grant everything; others what they hold with the grant option. */
function requireGrantor(context: LakeFormationContext, caller: Caller, grant: Grant): void {
  const { Resource } = grant;
  if (context.mayAdminister(caller)) return;
  const principal = context.lake.access.principalOf(caller);
  const { facts } = context;
  const passed = new Set(
    facts.grants
      .filter(
        ({ Principal, Resource: held }) =>
          principal && isGrantee(facts, Principal, principal) && holdsOn(context, held, Resource),
      )
      .flatMap(({ PermissionsWithGrantOption }) => PermissionsWithGrantOption),
  );
  const wanted = [...grant.Permissions, ...grant.PermissionsWithGrantOption];
  if (!wanted.every((permission) => passed.has(permission))) throw notAuthorized();
}

/** Whether who may pass on permissions on one resource may so on another. */
function holdsOn(context: LakeFormationContext, held: LfResource, wanted: LfResource): boolean {
  if (JSON.stringify(held) === JSON.stringify(wanted)) return true;
  const table = wanted.Table ?? wanted.TableWithColumns ?? tableOfFilter(wanted);
  if (table) {
    if (held.Table)
      return held.Table.DatabaseName === table.DatabaseName && (held.Table.Name ?? table.Name) === table.Name;
    const columns = held.TableWithColumns;
    if (columns?.ColumnNames && wanted.TableWithColumns?.ColumnNames && columns.Name === table.Name) {
      const named = columns.ColumnNames;
      return (
        columns.DatabaseName === table.DatabaseName &&
        wanted.TableWithColumns.ColumnNames.every((name) => named.includes(name))
      );
    }
    if (held.LFTagPolicy?.ResourceType !== 'TABLE' || table.Name === undefined) return false;
    return matchesTags(held.LFTagPolicy.Expression, effectiveTags(context.facts, table.DatabaseName, table.Name));
  }
  if (held.LFTag && wanted.LFTag) {
    const { TagKey, TagValues } = held.LFTag;
    return (
      TagKey === wanted.LFTag.TagKey &&
      wanted.LFTag.TagValues.every((value) => TagValues.includes('*') || TagValues.includes(value))
    );
  }
  return Boolean(
    held.DataLocation && wanted.DataLocation && covers(held.DataLocation.ResourceArn, wanted.DataLocation.ResourceArn),
  );
}

const tableOfFilter = ({ DataCellsFilter }: LfResource) =>
  DataCellsFilter && { DatabaseName: DataCellsFilter.DatabaseName, Name: DataCellsFilter.TableName };
