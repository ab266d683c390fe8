import type { Grant, LfResource } from '../../access/lake-formation/facts';
import { invalidInput } from './errors';

const TABLE = ['ALL', 'ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];
const DATABASE = ['ALL', 'ALTER', 'CREATE_TABLE', 'DESCRIBE', 'DROP'];

/**
 * What can be granted on a kind of resource.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-permissions-reference.html
 */
export function possiblePermissions(resource: LfResource): readonly string[] {
  if (resource.Catalog) return ['CREATE_DATABASE', 'CREATE_LF_TAG'];
  if (resource.Database) return DATABASE;
  if (resource.Table) return TABLE;
  if (resource.TableWithColumns) return ['SELECT'];
  if (resource.DataLocation) return ['DATA_LOCATION_ACCESS'];
  if (resource.DataCellsFilter) return ['DESCRIBE', 'DROP', 'SELECT'];
  if (resource.LFTag) return ['ALTER', 'ASSOCIATE', 'DESCRIBE', 'DROP', 'GRANT_WITH_LF_TAG_EXPRESSION'];
  return resource.LFTagPolicy?.ResourceType === 'DATABASE' ? DATABASE : TABLE;
}

/** Checked, and `ALL` beside what it comes to; the group's `ALL` stays alone. */
export function expanded(principal: string, resource: LfResource, permissions: readonly string[]): readonly string[] {
  const possible = possiblePermissions(resource);
  const wrong = permissions.filter((permission) => !possible.includes(permission));
  if (wrong.length > 0) {
    throw invalidInput(
      `Permissions modification is invalid. ${wrong.join(', ')}: possible on a ${Object.keys(resource)[0]} are ${possible.join(', ')}.`,
    );
  }
  if (!permissions.includes('ALL')) return [...new Set(permissions)].sort();
  return principal === 'IAM_ALLOWED_PRINCIPALS' ? ['ALL'] : possible;
}

/** One grant with another of the same principal and resource. */
export function addGrant(grants: readonly Grant[], added: Grant): readonly Grant[] {
  const same = (grant: Grant) => grant.Principal === added.Principal && sameResource(grant.Resource, added.Resource);
  const former = grants.find(same);
  if (former === undefined) return [...grants, added];
  const merged: Grant = {
    ...former,
    Permissions: union(former.Permissions, added.Permissions),
    PermissionsWithGrantOption: union(former.PermissionsWithGrantOption, added.PermissionsWithGrantOption),
  };
  return grants.map((grant) => (same(grant) ? merged : grant));
}

/** Columns may be revoked from a grant on more of them. */
export function withoutGrant(grants: readonly Grant[], revoked: Grant): readonly Grant[] {
  return grants.flatMap((grant) => {
    if (grant.Principal !== revoked.Principal) return [grant];
    if (sameResource(grant.Resource, revoked.Resource)) return remaining(grant, revoked);
    const columns = grant.Resource.TableWithColumns;
    const gone = revoked.Resource.TableWithColumns;
    if (!columns?.ColumnNames || !gone?.ColumnNames || !sameTable(columns, gone)) return [grant];
    const kept = columns.ColumnNames.filter((name) => !gone.ColumnNames?.includes(name));
    return kept.length > 0 ? [{ ...grant, Resource: { TableWithColumns: { ...columns, ColumnNames: kept } } }] : [];
  });
}

/** Without ALL, what is left of it stays. */
function remaining(grant: Grant, revoked: Grant): readonly Grant[] {
  const gone = new Set(revoked.Permissions.length > 0 ? [...revoked.Permissions, 'ALL'] : []);
  const Permissions = grant.Permissions.filter((permission) => !gone.has(permission));
  if (Permissions.length === 0) return [];
  const passed = new Set([...gone, ...revoked.PermissionsWithGrantOption]);
  const PermissionsWithGrantOption = grant.PermissionsWithGrantOption.filter((permission) => !passed.has(permission));
  return [{ ...grant, Permissions, PermissionsWithGrantOption }];
}

export const sameResource = (a: LfResource, b: LfResource) => JSON.stringify(a) === JSON.stringify(b);

export function sameTable(
  a: { readonly DatabaseName: string; readonly Name?: string },
  b: { readonly DatabaseName: string; readonly Name?: string },
): boolean {
  return a.DatabaseName === b.DatabaseName && a.Name === b.Name;
}

const union = (a: readonly string[], b: readonly string[]) => [...new Set([...a, ...b])].sort();
