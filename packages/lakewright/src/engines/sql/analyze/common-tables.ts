import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import { coercionCost } from '../types/coercion';
import { typeText } from '../types/text';
import type { CommonTableDefinition, Context } from './context';
import { analyzeQuery } from './queries';
import type { OutputField, TypedCommonTable } from './typed';

export interface AnalyzedWith {
  readonly items: TypedCommonTable[];
  /** What names may refer to from here on. */
  readonly commonTables: ReadonlyMap<string, CommonTableDefinition>;
}

/** The items of WITH in their order: each sees those before it, a recursive one itself. */
export function analyzeWith(clause: ast.With | undefined, context: Context): AnalyzedWith {
  const items: TypedCommonTable[] = [];
  const commonTables = new Map(context.commonTables);
  const seen = new Set<string>();
  for (const item of clause?.items ?? []) {
    const key = item.name.toLowerCase();
    if (seen.has(key)) {
      throw new SqlError(
        'DUPLICATE_NAMED_QUERY',
        `WITH query name '${item.name}' specified more than once`,
        item.position,
      );
    }
    seen.add(key);
    const name = context.analysis.alias('w');
    const inner: Context = { ...context, commonTables: new Map(commonTables) };
    const analyzed = clause?.recursive && refersTo(item.query, key) ? recursive(item, name, inner) : plain(item, inner);
    items.push({ name, ...analyzed.query });
    commonTables.set(key, { name, fields: analyzed.fields, recursive: false });
  }
  return { items, commonTables };
}

interface AnalyzedItem {
  readonly query: Omit<TypedCommonTable, 'name'>;
  readonly fields: readonly OutputField[];
}

function plain(item: ast.CommonTable, context: Context): AnalyzedItem {
  const query = analyzeQuery(item.query, context);
  return { query: { query }, fields: renamed(query.fields, item) };
}

function renamed(fields: readonly OutputField[], { columns, position }: ast.CommonTable): readonly OutputField[] {
  if (!columns) return fields;
  if (columns.length !== fields.length) {
    const text = `Column alias list has ${columns.length} entries but relation has ${fields.length} columns`;
    throw new SqlError('MISMATCHED_COLUMN_ALIASES', text, position);
  }
  return fields.map((field, index) => ({ ...field, name: columns[index] ?? field.name, named: true }));
}

/** `anchor UNION ALL step`: the anchor gives the columns' types, the step reads the table being defined. */
function recursive(item: ast.CommonTable, name: string, context: Context): AnalyzedItem {
  const { query, position } = item;
  if (!item.columns) {
    throw new SqlError('MISSING_COLUMN_ALIASES', 'missing column aliases in recursive WITH query', position);
  }
  const { body } = query;
  checkImmediate(query);
  if (body.kind !== 'set operation' || body.operator !== 'UNION') {
    throw new SqlError('INVALID_RECURSIVE_REFERENCE', 'recursive reference outside of UNION', position);
  }
  if (refersTo(body.left, item.name.toLowerCase())) {
    throw new SqlError(
      'INVALID_RECURSIVE_REFERENCE',
      'recursive reference in the anchor of a recursive query',
      position,
    );
  }
  const again = references(body.right, item.name.toLowerCase())[1];
  if (again) {
    const text = 'multiple recursive references in the step relation of recursion';
    throw new SqlError('INVALID_RECURSIVE_REFERENCE', text, again);
  }
  checkSteps(body.right, item.name.toLowerCase());
  const part = (half: ast.QueryBody): ast.Query => ({
    kind: 'query',
    body: half,
    orderBy: [],
    position: half.position,
  });
  const anchor = analyzeQuery(part(body.left), context);
  const fields = renamed(anchor.fields, item);
  const commonTables = new Map(context.commonTables);
  commonTables.set(item.name.toLowerCase(), { name, fields, recursive: true });
  const step = analyzeQuery(part(body.right), { ...context, commonTables });
  if (step.fields.length !== fields.length) {
    const text = `base and step relations of recursion have different number of fields: ${fields.length}, ${step.fields.length}`;
    throw new SqlError('TYPE_MISMATCH', text, position);
  }
  for (const [index, field] of fields.entries()) {
    const found = step.fields[index]?.type ?? field.type;
    if (coercionCost(found, field.type) === undefined) {
      const text = `recursion step relation output type (${typeText(found)}) is not coercible to recursion base relation output type (${typeText(field.type)}) at column ${index + 1}`;
      throw new SqlError('TYPE_MISMATCH', text, position);
    }
  }
  return { query: { query: { ...anchor, fields }, step, distinct: !body.all }, fields };
}

/**
 * A side of an outer join that may be missing would never end the recursion.
 *
 * @see https://trino.io/docs/current/sql/select.html "WITH RECURSIVE clause"
 */
function checkSteps(node: unknown, name: string): void {
  if (typeof node !== 'object' || node === null) return;
  if ('kind' in node && node.kind === 'join') {
    const { type, left, right } = node as ast.Join;
    for (const [side, relation, outer] of [
      ['left', left, ['RIGHT', 'FULL']],
      ['right', right, ['LEFT', 'FULL']],
    ] as const) {
      if (!outer.some((one) => one === type) || !refersTo(relation, name)) continue;
      const text = `recursive reference in ${side} source of ${type} join`;
      throw new SqlError('INVALID_RECURSIVE_REFERENCE', text, relation.position);
    }
  }
  if ('kind' in node && node.kind === 'set operation') {
    const { operator, position } = node as ast.SetOperation;
    if (operator !== 'UNION' && refersTo(node, name)) {
      throw new NotCoveredError(`a recursive reference within ${operator}`, position);
    }
  }
  for (const value of Object.values(node)) checkSteps(value, name);
}

function checkImmediate({ orderBy, limit, offset, position }: ast.Query): void {
  const [first] = orderBy;
  const refused = (clause: string, at: SqlPosition) =>
    new SqlError('NOT_SUPPORTED', `immediate ${clause} clause in recursive query`, at);
  if (first) throw refused('ORDER BY', first.expression.position);
  if (offset) throw refused('OFFSET', offset.position);
  if (limit) throw refused('FETCH FIRST / LIMIT', limit.position ?? position);
}

/** Where a table of this name (lower case) is read below. */
function references(node: unknown, name: string): SqlPosition[] {
  if (typeof node !== 'object' || node === null) return [];
  if ('kind' in node && node.kind === 'table' && 'name' in node && Array.isArray(node.name)) {
    const { position } = node as ast.TableReference;
    return node.name.length === 1 && String(node.name[0]).toLowerCase() === name ? [position] : [];
  }
  return Object.values(node).flatMap((value) => references(value, name));
}

const refersTo = (node: unknown, name: string): boolean => references(node, name).length > 0;
