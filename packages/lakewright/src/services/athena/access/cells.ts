import type { CellFilter } from '../../../access/contract';
import type { ResolvedTable, ScanConstraint, SqlCatalog, SqlSession, TableColumn } from '../../../engines/sql/contract';
import { SqlError, type SqlPosition } from '../../../engines/sql/errors';
import type { Expression, Query } from '../../../engines/sql/parse/ast';
import { translate } from '../../../engines/sql/translate';
import { quoteName } from '../../../engines/sql/types/physical';
import { parseRowFilter, RowFilterError } from './row-filter';

/** Which cells of a table somebody sees. */
export interface Cells {
  /** The visible ones, in the table's order; `where`: on which of the visible rows, undefined = on all. */
  readonly columns: readonly { readonly column: TableColumn; readonly where?: Expression }[];
  /** Undefined = all rows. */
  readonly rows?: Expression;
}

const NOWHERE: SqlPosition = { line: 1, column: 1 };

/**
 * Several filters united by cell.
 *
 * @throws SqlError that names the filter which can't be applied, and nothing of what it says
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering.html
 */
export function cellsOf(filters: readonly CellFilter[], table: ResolvedTable): Cells {
  const columns = table.columns.filter((column) => !column.hidden);
  const showing = filters.filter((filter) => columns.some((column) => shows(filter, column)));
  const parsed = new Map<string, Expression>();
  for (const { name, rows } of showing) {
    if (rows !== undefined && !parsed.has(rows)) parsed.set(rows, predicate(name, rows, table));
  }
  /** The texts of the predicates; undefined when one filter shows all rows. */
  const texts = (own: readonly CellFilter[]): ReadonlySet<string> | undefined => {
    const all = new Set<string>();
    for (const { rows } of own) {
      if (rows === undefined) return undefined;
      all.add(rows);
    }
    return all;
  };
  const either = (own: ReadonlySet<string> | undefined): Expression | undefined => {
    const terms = own && [...own].map((text) => parsed.get(text) as Expression);
    return terms && (terms.length > 1 ? { kind: 'logical', operator: 'OR', terms, position: NOWHERE } : terms[0]);
  };
  const rows = texts(showing);
  return {
    ...(rows && { rows: either(rows) }),
    columns: columns.flatMap((column) => {
      const own = showing.filter((filter) => shows(filter, column));
      if (!own.length) return [];
      const where = texts(own);
      return [{ column, ...(where && where.size !== rows?.size && { where: either(where) }) }];
    }),
  };
}

const shows = ({ columns }: CellFilter, { name }: TableColumn): boolean => columns === 'all' || columns.has(name);

function predicate(filter: string, text: string, { name, columns }: ResolvedTable): Expression {
  try {
    return parseRowFilter(text, columns);
  } catch (error) {
    if (!(error instanceof RowFilterError)) throw error;
    throw new SqlError(
      'GENERIC_USER_ERROR',
      `The data cells filter ${filter} of ${name.schema}.${name.table} can't be applied: its expression isn't one that Lake Formation takes`,
    );
  }
}

/** The conditions on partition keys that may leave files out: those that tell nothing of hidden rows. */
export function tellingNothing(cells: Cells, constraints: readonly ScanConstraint[], table: ResolvedTable) {
  const keys = new Set(table.columns.filter((column) => column.partitionKey).map((column) => column.name));
  // Where each partition is seen as a whole or not at all, which of the seen ones are read says nothing of the others.
  if (cells.rows && !namesIn(cells.rows).every((name) => keys.has(name))) return [];
  const whole = new Set(cells.columns.filter(({ where }) => !where).map(({ column }) => column.name));
  return constraints.filter(({ column }) => whole.has(column));
}

function namesIn(node: Expression): string[] {
  switch (node.kind) {
    case 'name':
      return [(node.parts[0] as string).toLowerCase()];
    case 'dereference':
      return namesIn(node.base);
    case 'logical':
      return node.terms.flatMap(namesIn);
    case 'comparison':
      return [...namesIn(node.left), ...namesIn(node.right)];
    case 'not':
    case 'between':
    case 'in list':
    case 'like':
    case 'is null':
      return namesIn(node.operand);
    default:
      return [];
  }
}

/**
 * The relation that yields the visible cells of some columns: hidden rows are gone and hidden cells NULL before anything
 * of the statement is computed.
 *
 * DuckDB moves conditions towards the files and computes them in an order of its own, so that a division, a cast or
 * fail() of the statement could meet a hidden row. No condition passes a sample: this one takes all chunks as they are.
 *
 * @param scan reads columns of the whole table
 */
export async function visibleCells(
  table: ResolvedTable,
  cells: Cells,
  wanted: readonly string[],
  session: Pick<SqlSession, 'now' | 'timeZone'>,
  scan: SqlCatalog['scan'],
): Promise<string> {
  const items = wanted.map((name): Expression => {
    const where = cells.columns.find(({ column }) => column.name === name)?.where;
    const value = nameOf(name);
    if (!where) return value;
    return { kind: 'case', branches: [{ when: where, result: value }], position: NOWHERE };
  });
  const query: Query = {
    kind: 'query',
    body: {
      kind: 'select',
      distinct: false,
      items: (items.length ? items : [ONE]).map((expression) => ({ kind: 'expression', expression })),
      // An alias that no column can be taken for.
      from: [
        {
          kind: 'alias',
          relation: { kind: 'table', name: [ALIAS], position: NOWHERE },
          name: ALIAS,
          position: NOWHERE,
        },
      ],
      where: cells.rows,
      windows: [],
      position: NOWHERE,
    },
    orderBy: [],
    position: NOWHERE,
  };
  const { sql } = await translate(query, {
    ...session,
    schema: ALIAS,
    queryId: '',
    user: '',
    catalog: { resolve: () => table, hasSchema: () => true, schemas: () => [], tables: () => [], scan },
  });
  const names = wanted.map((name, index) => `c${index + 1} AS ${quoteName(name)}`);
  return `(SELECT ${names.join(', ') || 'c1 AS "$none"'} FROM (${sql}) TABLESAMPLE SYSTEM(100 PERCENT))`;
}

const ALIAS = '\u0001cells';

const nameOf = (name: string): Expression => ({ kind: 'name', parts: [ALIAS, name], position: NOWHERE });

const ONE: Expression = { kind: 'number', form: 'integer', text: '1', position: NOWHERE };
