import type { CellFilter, Principal, TableId, TablePermission } from '../contract';
import type { Facts, Grant, LfResource } from './facts';
import { counts, granteeText, permissionText } from './principals';
import { effectiveTags, matchesTags, tagText } from './tags';

/** What one grant comes to on one table. */
export interface TableRight {
  readonly permissions: readonly TablePermission[];
  /** Present if SELECT is among them. */
  readonly shows?: CellFilter;
  /** What DESCRIBE may tell of. */
  readonly described: 'all' | ReadonlySet<string>;
  readonly reason: string;
}

export const TABLE_PERMISSIONS: readonly TablePermission[] = [
  'SELECT',
  'DESCRIBE',
  'INSERT',
  'DELETE',
  'ALTER',
  'DROP',
];
const ALL_CELLS: CellFilter = { name: 'all', columns: 'all' };

/** The grants to a principal that say something of a table, named ones and by LF-Tags. */
export function tableRights(facts: Facts, principal: Principal, id: TableId): readonly TableRight[] {
  return facts.grants
    .filter((grant) => counts(facts, grant, principal))
    .flatMap((grant) => {
      const right = tableRight(facts, grant, id);
      if (right === undefined) return [];
      return [{ ...right, reason: `${granteeText(grant.Principal, principal)} has ${right.reason}` }];
    });
}

function tableRight(facts: Facts, grant: Grant, id: TableId): TableRight | undefined {
  const { Table, TableWithColumns, DataCellsFilter, LFTagPolicy } = grant.Resource;
  if (Table && isTable(Table, id)) return wholeTable(grant, id, Table.Name === undefined);
  if (TableWithColumns && isTable(TableWithColumns, id)) return someColumns(facts, grant, TableWithColumns, id);
  if (DataCellsFilter?.DatabaseName === id.database && DataCellsFilter.TableName === id.table) {
    return byFilter(facts, grant, DataCellsFilter.Name, id);
  }
  return LFTagPolicy?.ResourceType === 'TABLE' ? byTags(facts, grant, LFTagPolicy.Expression, id) : undefined;
}

const isTable = (resource: { readonly DatabaseName: string; readonly Name?: string }, id: TableId) =>
  resource.DatabaseName === id.database && (resource.Name === undefined || resource.Name === id.table);

function wholeTable({ Permissions }: Grant, id: TableId, wildcard: boolean): TableRight | undefined {
  const permissions = granted(Permissions);
  if (permissions.length === 0) return undefined;
  const on = wildcard ? `all tables of ${id.database}` : `${id.database}.${id.table}`;
  return {
    permissions,
    ...(permissions.includes('SELECT') && { shows: ALL_CELLS }),
    described: 'all',
    reason: `${permissionText(Permissions)} on ${on}`,
  };
}

function someColumns(
  facts: Facts,
  { Permissions }: Grant,
  { ColumnNames, ColumnWildcard, Name }: NonNullable<LfResource['TableWithColumns']>,
  id: TableId,
): TableRight | undefined {
  if (!Permissions.includes('SELECT') && !Permissions.includes('ALL')) return undefined;
  const columns = chosenColumns(facts, id, ColumnNames, ColumnWildcard?.ExcludedColumnNames);
  const on = Name === undefined ? `all tables of ${id.database}` : `${id.database}.${id.table}`;
  return {
    permissions: ['SELECT', 'DESCRIBE'],
    shows: columns === 'all' ? ALL_CELLS : { name: 'columns', columns },
    described: columns,
    reason: `SELECT on ${on}${columnText(ColumnNames, ColumnWildcard?.ExcludedColumnNames)}`,
  };
}

/** Data filters belong to named grants; their other permissions are on the filter itself. */
function byFilter(facts: Facts, { Permissions }: Grant, name: string, id: TableId): TableRight | undefined {
  const filter = facts.filters.find(
    ({ DatabaseName, TableName, Name }) => DatabaseName === id.database && TableName === id.table && Name === name,
  );
  if (filter === undefined || !Permissions.includes('SELECT')) return undefined;
  const columns = chosenColumns(facts, id, filter.ColumnNames, filter.ExcludedColumnNames);
  const rows = filter.RowFilter === undefined ? '' : ` where ${filter.RowFilter}`;
  return {
    permissions: ['SELECT', 'DESCRIBE'],
    shows: { name, columns, ...(filter.RowFilter !== undefined && { rows: filter.RowFilter }) },
    described: columns,
    reason: `SELECT on ${id.database}.${id.table} by the data cells filter "${name}"${columnText(filter.ColumnNames, filter.ExcludedColumnNames)}${rows}`,
  };
}

/**
 * Where only some columns match, what would need them all isn't given: ALTER, DROP, INSERT, DELETE come to DESCRIBE, and
 * ALL to SELECT and DESCRIBE.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/TBAC-notes.html
 */
function byTags(
  facts: Facts,
  { Permissions }: Grant,
  expression: NonNullable<LfResource['LFTagPolicy']>['Expression'],
  id: TableId,
): TableRight | undefined {
  const { database, table } = id;
  const all = facts.table(database, table)?.columns ?? [];
  const columns = all.filter((column) => matchesTags(expression, effectiveTags(facts, database, table, column)));
  const permissions = granted(Permissions);
  const whole = matchesTags(expression, effectiveTags(facts, database, table));
  if (permissions.length === 0 || (columns.length === 0 && !(whole && all.length === 0))) return undefined;
  const reason = `${permissionText(Permissions)} by the LF-Tags ${tagText(expression)}`;
  const selects = permissions.includes('SELECT');
  if (whole && columns.length === all.length) {
    return { permissions, ...(selects && { shows: ALL_CELLS }), described: 'all', reason };
  }
  const described = new Set(columns);
  return {
    permissions: selects ? ['SELECT', 'DESCRIBE'] : ['DESCRIBE'],
    ...(selects && { shows: { name: 'columns', columns: described } }),
    described,
    reason: `${reason}, which only ${columns.join(', ')} have`,
  };
}

/** A right on a table lets see it. */
function granted(permissions: readonly string[]): readonly TablePermission[] {
  if (permissions.includes('ALL')) return TABLE_PERMISSIONS;
  const named = TABLE_PERMISSIONS.filter((permission) => permissions.includes(permission));
  return named.length === 0 || named.includes('DESCRIBE') ? named : [...named, 'DESCRIBE'];
}

function chosenColumns(
  facts: Facts,
  id: TableId,
  included: readonly string[] | undefined,
  excluded: readonly string[] | undefined,
): 'all' | ReadonlySet<string> {
  if (included !== undefined && included.length > 0) return new Set(included);
  if (excluded === undefined || excluded.length === 0) return 'all';
  const columns = facts.table(id.database, id.table)?.columns ?? [];
  return new Set(columns.filter((column) => !excluded.includes(column)));
}

function columnText(included: readonly string[] = [], excluded: readonly string[] = []): string {
  if (included.length > 0) return `, columns ${included.join(', ')}`;
  return excluded.length > 0 ? `, all columns but ${excluded.join(', ')}` : '';
}
