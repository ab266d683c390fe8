import type { Principal } from '../contract';
import { type Facts, IAM_ALLOWED_PRINCIPALS, type LfResource } from './facts';
import { effectiveTags, matchesTags } from './tags';

/**
 * Whether a table is left to IAM for a principal: the group IAM_ALLOWED_PRINCIPALS has all permissions on it, and the
 * principal hasn't been opted in to Lake Formation's.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-workflow.html
 */
export function isTableLeftToIam(facts: Facts, principal: Principal, database: string, table: string): boolean {
  const byGroup =
    facts.table(database, table) === undefined
      ? (facts.database(database)?.newTablesByIam ?? false)
      : hasGroupAll(facts, ({ Table }) => Table?.DatabaseName === database && (Table.Name ?? table) === table);
  return byGroup && !isOptedIn(facts, principal, (resource) => coversTable(facts, resource, database, table));
}

export function isDatabaseLeftToIam(facts: Facts, principal: Principal, database: string): boolean {
  return (
    hasGroupAll(facts, ({ Database }) => Database?.Name === database) &&
    !isOptedIn(facts, principal, (resource) => coversDatabase(facts, resource, database))
  );
}

function hasGroupAll(facts: Facts, matches: (resource: LfResource) => boolean): boolean {
  return facts.grants.some(
    ({ Principal, Permissions, Resource }) =>
      Principal === IAM_ALLOWED_PRINCIPALS && Permissions.includes('ALL') && matches(Resource),
  );
}

function isOptedIn(facts: Facts, principal: Principal, covers: (resource: LfResource) => boolean): boolean {
  return facts.optIns.some(
    ({ Principal, Resource }) =>
      (Principal === principal.arn || Principal === `${facts.account}:IAMPrincipals`) && covers(Resource),
  );
}

/** An opt-in for a database is one for its tables, too. */
function coversTable(facts: Facts, resource: LfResource, database: string, table: string): boolean {
  const { Table, TableWithColumns, LFTagPolicy } = resource;
  if (Table) return Table.DatabaseName === database && (Table.Name ?? table) === table;
  if (TableWithColumns) {
    return TableWithColumns.DatabaseName === database && (TableWithColumns.Name ?? table) === table;
  }
  if (LFTagPolicy?.ResourceType === 'TABLE') {
    return matchesTags(LFTagPolicy.Expression, effectiveTags(facts, database, table));
  }
  return coversDatabase(facts, resource, database);
}

function coversDatabase(facts: Facts, { Catalog, Database, LFTagPolicy }: LfResource, database: string): boolean {
  if (Catalog) return true;
  if (LFTagPolicy?.ResourceType === 'DATABASE') {
    return matchesTags(LFTagPolicy.Expression, effectiveTags(facts, database));
  }
  return Database?.Name === database;
}
