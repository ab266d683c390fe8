import { NotCoveredError, SqlError } from '../errors';
import type * as ast from '../parse/ast';
import { isStructural } from '../types/build';
import { commonSuperType, isComparable } from '../types/coercion';
import { typeText } from '../types/text';
import { typedSort } from './aggregates';
import { coerce, commonType, literalValue } from './coerce';
import { analyzeWith } from './common-tables';
import type { Context } from './context';
import { analyze } from './expressions';
import { derivedFields } from './relations';
import { childScope, readField } from './scope';
import { analyzeSelect } from './select';
import type { OutputField, Typed, TypedBody, TypedQuery, TypedSort } from './typed';

/** A query with all its clauses. */
export function analyzeQuery(node: ast.Query, context: Context): TypedQuery {
  const { items, commonTables } = analyzeWith(node.with, context);
  const inner: Context = { ...context, commonTables };
  const base = {
    kind: 'query' as const,
    with: items,
    recursive: node.with?.recursive ?? false,
    orderAlias: context.analysis.alias('o'),
    limit: rowCount(node.limit, inner),
    offset: rowCount(node.offset, inner),
    withTies: node.fetch?.withTies ?? false,
  };
  checkLimit(node, base.limit, context);
  if (node.body.kind === 'select') {
    const body = analyzeSelect(node.body, inner, node.orderBy);
    return { ...base, body, orderBy: [], fields: body.fields };
  }
  const body = analyzeBody(node.body, inner);
  return { ...base, body, orderBy: orderOver(node.orderBy, body.fields, base.orderAlias, inner), fields: body.fields };
}

/** The largest number of rows that Trino's planner sorts for a LIMIT. */
const MAX_SORTED = 2n ** 31n - 1n;

function checkLimit({ fetch, orderBy }: ast.Query, limit: string | undefined, { analysis }: Context): void {
  if (fetch && limit === '0') {
    const text = 'FETCH FIRST row count must be positive (actual value: 0)';
    throw new SqlError('NUMERIC_VALUE_OUT_OF_RANGE', text, fetch.position);
  }
  if (fetch?.withTies && orderBy.length === 0) {
    throw new SqlError('MISSING_ORDER_BY', 'FETCH FIRST WITH TIES clause requires ORDER BY', fetch.position);
  }
  if (orderBy.length > 0 && limit !== undefined && BigInt(limit) > MAX_SORTED) {
    analysis.unplannable.push(new SqlError('NOT_SUPPORTED', `ORDER BY LIMIT > ${MAX_SORTED} is not supported`));
  }
}

function rowCount(count: ast.RowCount | undefined, context: Context): string | undefined {
  if (!count) return undefined;
  if (count.kind === 'count') return count.value;
  const value = literalValue(analyze(count, context));
  if (typeof value === 'bigint' && value >= 0n) return String(value);
  throw new SqlError('TYPE_MISMATCH', 'LIMIT and OFFSET take a number of rows that is not negative', count.position);
}

/** ORDER BY over a set operation or VALUES: its output columns, by number or name. */
function orderOver(
  items: readonly ast.SortItem[],
  outputs: readonly OutputField[],
  alias: string,
  context: Context,
): TypedSort[] {
  if (items.length === 0) return [];
  const fields = derivedFields(outputs, alias);
  const scope = childScope(fields, context.scope);
  const inner: Context = { ...context, scope };
  return items.map((item) => {
    const { expression } = item;
    if (expression.kind !== 'number' || expression.form !== 'integer') {
      return typedSort(item, analyze(expression, inner));
    }
    const field = fields[Number(expression.text) - 1];
    if (!field) throw positionOutOfRange('ORDER BY', expression);
    return typedSort(item, readField(field, inner, scope, expression.position));
  });
}

export function positionOutOfRange(clause: string, node: ast.NumberLiteral): SqlError {
  return new SqlError(
    'INVALID_COLUMN_REFERENCE',
    `${clause} position ${node.text} is not in select list`,
    node.position,
  );
}

export function analyzeBody(node: ast.QueryBody, context: Context): TypedBody {
  switch (node.kind) {
    case 'select':
      return analyzeSelect(node, context, []);
    case 'query':
      return analyzeQuery(node, context);
    case 'table query':
      return analyzeSelect(wholeTable(node), context, []);
    case 'values':
      return values(node, context);
    case 'set operation':
      return setOperation(node, context);
  }
}

/** `TABLE t` is `SELECT * FROM t`. */
function wholeTable({ name, position }: ast.TableQuery): ast.Select {
  return {
    kind: 'select',
    distinct: false,
    items: [{ kind: 'star', position }],
    from: [{ kind: 'table', name, position }],
    windows: [],
    position,
  };
}

function values(node: ast.Values, context: Context): TypedBody {
  const inner: Context = { ...context, scalarOnly: 'VALUES' };
  const rows = node.rows.map((row): Typed[] => {
    if (row.kind === 'row') return row.items.map((item) => analyze(item, inner));
    const value = analyze(row, inner);
    if (value.type.kind !== 'row') return [value];
    return value.type.fields.map(({ type }, index) => ({ kind: 'field', type, base: value, index }));
  });
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    const sizes = [...new Set(rows.map((row) => row.length))];
    throw new SqlError('TYPE_MISMATCH', `Values rows have mismatched sizes: ${sizes.join(' vs ')}`, node.position);
  }
  const types = Array.from({ length: width }, (_, index) =>
    commonType(
      rows.map((row) => row[index] as Typed),
      'VALUES rows',
    ),
  );
  return {
    kind: 'values',
    rows: rows.map((row) => row.map((cell, index) => coerce(cell, types[index] ?? cell.type))),
    fields: types.map((type, index) => ({ name: `_col${index}`, type, named: false })),
  };
}

function setOperation(node: ast.SetOperation, context: Context): TypedBody {
  const { operator, all, position } = node;
  const left = analyzeBody(node.left, context);
  const right = analyzeBody(node.right, context);
  const [a, b] = [left.fields, right.fields];
  if (a.length !== b.length) {
    const text = `${operator} query has different number of fields: ${a.length}, ${b.length}`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  const fields = a.map((field, index): OutputField => {
    const other = b[index] ?? field;
    const type = commonSuperType(field.type, other.type);
    if (!type) {
      const text = `column ${index + 1} in ${operator} query has incompatible types: ${typeText(field.type)}, ${typeText(other.type)}`;
      throw new SqlError('TYPE_MISMATCH', text, position);
    }
    if (!isComparable(type) && (!all || operator !== 'UNION')) {
      const text = `Type ${typeText(type)} is not comparable and therefore cannot be used in ${operator}`;
      throw new SqlError('TYPE_MISMATCH', text, position);
    }
    // Trino numbers the rows of equal values in their order, which fails where a NULL is inside.
    const isOrdered = type.kind !== 'timestamp with time zone' && type.kind !== 'json' && !isStructural(type);
    if (!isOrdered && operator !== 'UNION' && all) {
      throw new NotCoveredError(`${operator} ALL of ${typeText(type)}`, position);
    }
    return { name: field.name, type, named: field.named };
  });
  return { kind: 'set operation', operator, all, left, right, fields };
}
