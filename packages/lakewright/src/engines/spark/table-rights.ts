import type { Caller, LakeContext } from '../../services/service';

export type TableUse = 'SELECT' | 'INSERT' | 'DELETE';

/**
 * Whether Lake Formation's credentials for a whole table reach an object: the location is registered, and the role has
 * the permission on all of the table. A part of it (columns, rows) gives a Spark job nothing, as full table access on AWS.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/security-access-control-fta.html
 */
export function governedByTable(lake: LakeContext, caller: Caller, use: TableUse, uri: string): boolean {
  const { access, catalog } = lake;
  if (access.principalOf(caller) === undefined || !access.permissions.isRegistered(uri)) return false;
  for (const { Name: database } of catalog.databases()) {
    for (const { Name: table, StorageDescriptor } of catalog.tables(database)) {
      const location = StorageDescriptor?.Location;
      if (!location || !`${uri}/`.startsWith(`${location.replace(/\/+$/, '')}/`)) continue;
      const held = access.table(caller, { database, table });
      const whole = held.select.some(({ columns, rows }) => columns === 'all' && rows === undefined);
      if (held.governed && whole && (use === 'SELECT' || held.permissions.has(use))) return true;
    }
  }
  return false;
}
