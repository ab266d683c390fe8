import type { Principal, TablePermission } from '../../access/contract';
import { LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import { findPrincipal, principalNames } from '../../server/principal';
import type { Table } from '../../workspace/catalog-store';
import { iamNeeds } from './iam-needs';

/** Rows and, of these, columns that a principal sees. */
export interface SeenCells {
  /** The data cells filter, `columns` or `all`. */
  readonly name: string;
  /** In the table's order. */
  readonly columns: readonly string[];
  /** The row filter; absent: all rows. */
  readonly rows?: string;
}

/** What one principal may do with one table, IAM and Lake Formation together, and why. */
export interface TableAccessEntry {
  /** The construct id of the role or user, or its name where that isn't unique. */
  readonly principal: string;
  readonly arn: string;
  /** `database.table` */
  readonly table: string;
  /** False: left to IAM. */
  readonly governed: boolean;
  readonly permissions: readonly TablePermission[];
  /** What SELECT shows; empty without SELECT. */
  readonly sees: readonly SeenCells[];
  /** Columns that no filter shows. */
  readonly hidden: readonly string[];
  /** Grants, tags and filters, and the policy statements that allow what they give: a sentence each. */
  readonly why: readonly string[];
  /** What Lake Formation gives and IAM refuses: half a grant. For a table that is left to IAM only if one principal was asked for. */
  readonly refused: readonly string[];
}

export interface AccessMatrix {
  /** One for each principal and table of which the principal may do anything. */
  readonly entries: readonly TableAccessEntry[];
  /** Principals that may do nothing with any of the tables. */
  readonly nobody: readonly string[];
  readonly tables: readonly string[];
}

export interface AccessQuestion {
  /** One role or user, as in `query --as`. */
  readonly as?: string;
  /** `database.table`, or the name of the only table that is called so. */
  readonly table?: string;
}

/**
 * Who may do what with which table.
 *
 * @throws LakewrightError LW_NO_PRINCIPAL, LW_NO_TABLE
 */
export function accessMatrix(lake: LocalLake, question: AccessQuestion = {}): AccessMatrix {
  const tables = chosenTables(lake, question.table);
  const principals = chosenPrincipals(lake, question.as);
  const entries: TableAccessEntry[] = [];
  const nobody: string[] = [];
  for (const { shown, principal } of principals) {
    const found = tables.map((table) => entryOf(lake, shown, principal, table, question.as !== undefined));
    const some = found.filter(({ permissions }) => permissions.length > 0);
    if (some.length === 0) nobody.push(shown);
    entries.push(...(question.as === undefined ? some : found));
  }
  const byTable = (a: TableAccessEntry, b: TableAccessEntry) =>
    compare(a.table, b.table) || compare(a.principal, b.principal);
  return { entries: entries.sort(byTable), nobody: nobody.sort(compare), tables: tables.map(nameOf) };
}

function entryOf(
  lake: LocalLake,
  shown: string,
  principal: Principal,
  table: Table,
  detailed: boolean,
): TableAccessEntry {
  const { access } = lake;
  const caller = { principal: principal.name, requestId: 'access' };
  const given = access.permissions.table(principal, { database: table.DatabaseName, table: table.Name });
  const why = new Set(given.reasons);
  const refused = new Set<string>();
  const permissions = [...given.permissions].sort().filter((permission) => {
    for (const request of iamNeeds(lake, table, permission, given)) {
      const decision = access.decide(caller, request);
      if (!decision.allowed) {
        const because = /because .*/s.exec(decision.reason)?.[0] ?? decision.reason;
        refused.add(`${permission} takes ${request.action}, which IAM refuses ${because}`);
        return false;
      }
      if (permission === 'SELECT' || permission === 'DESCRIBE') why.add(decision.reason);
    }
    return true;
  });
  const columns = columnsOf(table);
  const sees = permissions.includes('SELECT')
    ? given.select.map(({ name, columns: some, rows }) => ({
        name,
        columns: some === 'all' ? columns : columns.filter((column) => some.has(column)),
        ...(rows !== undefined && { rows }),
      }))
    : [];
  const seen = new Set(sees.flatMap((cells) => cells.columns));
  return {
    principal: shown,
    arn: principal.arn,
    table: nameOf(table),
    governed: given.governed,
    permissions,
    sees,
    hidden: columns.filter((column) => !seen.has(column)),
    why: [...why],
    refused: given.governed || detailed ? [...refused] : [],
  };
}

/** Roles and users, by what `--as` takes. @throws LakewrightError LW_NO_PRINCIPAL */
export function chosenPrincipals(lake: LocalLake, as?: string): { shown: string; principal: Principal }[] {
  const all = lake.resources.filter(({ type }) => type === 'AWS::IAM::Role' || type === 'AWS::IAM::User');
  const name = as === undefined ? undefined : findPrincipal(lake.resources, as);
  const chosen = as === undefined ? all : all.filter(({ physicalId }) => physicalId === name);
  if (as !== undefined && chosen.length === 0) {
    const known = principalNames(lake.resources).join(', ');
    throw new LakewrightError('LW_NO_PRINCIPAL', `--as ${as} → no role or user of the template → one of: ${known}`, 2);
  }
  const names = all.map((resource) => principalNames([resource])[0]);
  return chosen.map((resource) => {
    const [short] = principalNames([resource]);
    const unique = names.filter((other) => other === short).length === 1;
    const { physicalId, arn, type } = resource;
    return {
      shown: unique ? short : physicalId,
      principal: { kind: type === 'AWS::IAM::Role' ? 'role' : 'user', name: physicalId, arn },
    };
  });
}

function chosenTables({ catalog }: LocalLake, wanted: string | undefined): readonly Table[] {
  const all = catalog
    .databases()
    .filter(({ TargetDatabase }) => !TargetDatabase)
    .flatMap(({ Name }) => catalog.tables(Name));
  if (wanted === undefined) return all;
  const name = wanted.toLowerCase();
  const found = all.filter((table) => nameOf(table) === name || table.Name === name);
  if (found.length === 1) return found;
  const known = (found.length > 1 ? found : all).map(nameOf).join(', ');
  const problem = found.length > 1 ? 'there are several' : 'there is none';
  throw new LakewrightError('LW_NO_TABLE', `the table "${wanted}" → ${problem} → one of: ${known || '(no tables)'}`, 2);
}

const nameOf = ({ DatabaseName, Name }: Table) => `${DatabaseName}.${Name}`;

const columnsOf = ({ StorageDescriptor, PartitionKeys }: Table): readonly string[] =>
  [...(StorageDescriptor?.Columns ?? []), ...(PartitionKeys ?? [])].map(({ Name }) => Name.toLowerCase());

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
