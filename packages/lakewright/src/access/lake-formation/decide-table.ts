import type { CellFilter, Principal, TableAccess, TableId, TablePermission } from '../contract';
import type { Facts } from './facts';
import { isTableLeftToIam } from './opt-ins';
import { isAdministrator, isReadOnlyAdministrator } from './principals';
import { TABLE_PERMISSIONS, type TableRight, tableRights } from './table-grants';

/**
 * What a principal may do with a table: the union of all grants, or IAM's decision.
 *
 * A resource link is decided by its target, but for DROP.
 */
export function decideTable(facts: Facts, principal: Principal, named: TableId): TableAccess {
  const id = { database: facts.database(named.database)?.target ?? named.database, table: named.table };
  const target = facts.table(id.database, id.table)?.target;
  if (target !== undefined) {
    const link = decideRealTable(facts, principal, id);
    const real = decideRealTable(facts, principal, target);
    if (!real.governed) return real;
    const permissions = new Set<TablePermission>([...real.permissions].filter((permission) => permission !== 'DROP'));
    if (link.permissions.has('DROP')) permissions.add('DROP');
    return { ...real, permissions };
  }
  return decideRealTable(facts, principal, id);
}

function decideRealTable(facts: Facts, principal: Principal, id: TableId): TableAccess {
  const name = `${id.database}.${id.table}`;
  if (isTableLeftToIam(facts, principal, id.database, id.table)) {
    return {
      governed: false,
      permissions: new Set(TABLE_PERMISSIONS),
      select: [{ name: 'all', columns: 'all' }],
      described: 'all',
      reasons: [`${name} is left to IAM: IAM_ALLOWED_PRINCIPALS has ALL on it`],
    };
  }
  const rights = [...tableRights(facts, principal, id), ...implicit(facts, principal)];
  const select = united(rights.flatMap(({ shows }) => shows ?? []));
  const permissions = new Set<TablePermission>(rights.flatMap((right) => right.permissions));
  if (select.length === 0) permissions.delete('SELECT');
  return {
    governed: true,
    permissions,
    select,
    described: describedColumns(rights),
    reasons:
      rights.length > 0
        ? [...new Set(rights.map(({ reason }) => reason))].sort()
        : [`no grant of Lake Formation gives ${principal.kind} ${principal.name} anything on ${name}`],
  };
}

/**
 * Administrators see all metadata. That isn't SELECT: they can grant it to themselves.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/implicit-permissions.html
 */
function implicit(facts: Facts, principal: Principal): readonly TableRight[] {
  const administers = isAdministrator(facts, principal);
  if (!administers && !isReadOnlyAdministrator(facts, principal)) return [];
  const reason = `${principal.kind} ${principal.name} is ${administers ? 'a' : 'a read-only'} Lake Formation administrator: DESCRIBE on everything`;
  return [{ permissions: ['DESCRIBE'], described: 'all', reason }];
}

/** Everything is said once; column sets without a row filter are one. */
function united(filters: readonly CellFilter[]): readonly CellFilter[] {
  const whole = filters.find(({ columns, rows }) => columns === 'all' && rows === undefined);
  if (whole) return [whole];
  const plain = new Set(filters.flatMap(({ columns, rows }) => (rows === undefined ? [...columns] : [])));
  const byName = new Map(filters.filter(({ rows }) => rows !== undefined).map((filter) => [filter.name, filter]));
  const withRows = [...byName.values()].filter(({ columns }) => columns === 'all' || columns.size > 0);
  return [
    ...(plain.size > 0 ? [{ name: 'columns', columns: plain }] : []),
    ...withRows.sort((a, b) => (a.name < b.name ? -1 : 1)),
  ];
}

function describedColumns(rights: readonly TableRight[]): 'all' | ReadonlySet<string> {
  if (rights.some(({ described }) => described === 'all')) return 'all';
  return new Set(rights.flatMap(({ described }) => [...described]));
}
