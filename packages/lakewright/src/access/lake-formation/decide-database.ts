import type { DatabaseAccess, DatabasePermission, Principal } from '../contract';
import type { Facts, Grant } from './facts';
import { isDatabaseLeftToIam } from './opt-ins';
import { counts, granteeText, isAdministrator, isGrantee, isReadOnlyAdministrator, permissionText } from './principals';
import { tableRights } from './table-grants';
import { effectiveTags, matchesTags, tagText } from './tags';

export const DATABASE_PERMISSIONS: readonly DatabasePermission[] = ['DESCRIBE', 'CREATE_TABLE', 'ALTER', 'DROP'];

interface DatabaseRight {
  readonly permissions: readonly DatabasePermission[];
  readonly reason: string;
}

/** What a principal may do with a database. No right on a database is one on its tables. */
export function decideDatabase(facts: Facts, principal: Principal, name: string): DatabaseAccess {
  const database = facts.database(name)?.target ?? name;
  if (isDatabaseLeftToIam(facts, principal, database)) {
    return {
      governed: false,
      permissions: new Set(DATABASE_PERMISSIONS),
      reasons: [`${database} is left to IAM: IAM_ALLOWED_PRINCIPALS has ALL on it`],
    };
  }
  const rights = [
    ...facts.grants
      .filter((grant) => counts(facts, grant, principal))
      .flatMap((grant) => databaseRight(facts, principal, grant, database) ?? []),
    ...implicit(facts, principal, database),
  ];
  return {
    governed: true,
    permissions: new Set(rights.flatMap(({ permissions }) => permissions)),
    reasons:
      rights.length > 0
        ? [...new Set(rights.map(({ reason }) => reason))].sort()
        : [`no grant of Lake Formation gives ${principal.kind} ${principal.name} anything on ${database}`],
  };
}

/** @see https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html */
export function decideCreateDatabase(facts: Facts, principal: Principal): boolean {
  return (
    isAdministrator(facts, principal) ||
    facts.grants.some(
      ({ Principal, Resource, Permissions }) =>
        Resource.Catalog !== undefined &&
        isGrantee(facts, Principal, principal) &&
        (Permissions.includes('CREATE_DATABASE') || Permissions.includes('ALL')),
    )
  );
}

function databaseRight(
  facts: Facts,
  principal: Principal,
  { Principal, Resource, Permissions }: Grant,
  database: string,
): DatabaseRight | undefined {
  const who = granteeText(Principal, principal);
  const { Database, LFTagPolicy } = Resource;
  if (Database?.Name === database) {
    return { permissions: granted(Permissions), reason: `${who} has ${permissionText(Permissions)} on ${database}` };
  }
  if (LFTagPolicy?.ResourceType !== 'DATABASE') return undefined;
  if (!matchesTags(LFTagPolicy.Expression, effectiveTags(facts, database))) return undefined;
  const by = tagText(LFTagPolicy.Expression);
  return {
    permissions: granted(Permissions),
    reason: `${who} has ${permissionText(Permissions)} by the LF-Tags ${by}`,
  };
}

function granted(permissions: readonly string[]): readonly DatabasePermission[] {
  if (permissions.includes('ALL')) return DATABASE_PERMISSIONS;
  const named = DATABASE_PERMISSIONS.filter((permission) => permissions.includes(permission));
  return named.length === 0 || named.includes('DESCRIBE') ? named : ['DESCRIBE', ...named];
}

/** Administrators see every database, and who has a right on a table sees the database that it lies in. */
function implicit(facts: Facts, principal: Principal, database: string): readonly DatabaseRight[] {
  const who = `${principal.kind} ${principal.name}`;
  const rights: DatabaseRight[] = [];
  if (isAdministrator(facts, principal) || isReadOnlyAdministrator(facts, principal)) {
    rights.push({
      permissions: ['DESCRIBE'],
      reason: `${who} is a Lake Formation administrator: DESCRIBE on everything`,
    });
  }
  // All tables of a database are one grant, which holds while there is no table, too.
  const all = tableRights(facts, principal, { database, table: '' });
  const tables = facts.database(database)?.tables ?? [];
  const seen = tables.find((table) => tableRights(facts, principal, { database, table }).length > 0);
  if (all.length > 0 || seen !== undefined) {
    rights.push({ permissions: ['DESCRIBE'], reason: `${who} has rights on ${seen ?? 'all tables'} of ${database}` });
  }
  return rights;
}
