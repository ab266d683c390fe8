import { SqlError } from '../errors';
import type * as ast from '../parse/ast';
import { condition } from './coerce';
import { constrain } from './constraints';
import type { Context } from './context';
import { analyze } from './expressions';
import { analyzeGrouping, checkGrouped, distinctSets, keysOf } from './grouping';
import { scansOf } from './joins';
import { analyzeRelation } from './relations';
import { accessField, childScope, hasQualifier, readField, type Scope } from './scope';
import { checkDistinct, orderOfSelect, type SelectOutput } from './select-order';
import type { Field, Typed, TypedRelation, TypedSelect } from './typed';
import { containsAggregate, containsGrouping, windowParts } from './walk';
import { windowOf } from './windows';

/** SELECT with its ORDER BY, which may use both the columns that it reads and those that it gives. */
export function analyzeSelect(node: ast.Select, outer: Context, orderBy: readonly ast.SortItem[]): TypedSelect {
  const from = analyzeFrom(node.from, outer);
  const scope = childScope(from.fields, outer.scope);
  const base: Context = {
    ...outer,
    scope,
    scalarOnly: undefined,
    insideAggregate: undefined,
    insideWindow: false,
    windows: new Map(),
    outputNames: undefined,
  };
  const { windows, parts } = windowsOf(node, base);
  const context: Context = { ...base, windows };
  const where =
    node.where && condition(analyze(node.where, { ...context, scalarOnly: 'WHERE clause' }), 'WHERE clause');
  if (where) for (const relation of from.relations) constrain(where, scansOf(relation), !hasOuterJoin(relation));
  const outputs = node.items.flatMap((item) => selectItem(item, node, context, scope));
  const elements = node.groupBy && analyzeGrouping(node.groupBy, outputs, context, node.position);
  const groupBy = elements && node.distinctGroups ? distinctSets(elements) : elements;
  const having = node.having && condition(analyze(node.having, context), 'HAVING clause');
  const fields = outputs.map(({ expression, name }, index) => ({
    name: name ?? `_col${index}`,
    type: expression.type,
    named: name !== undefined,
  }));
  const sorts = orderOfSelect(orderBy, outputs, context);
  const items = outputs.map(({ expression }) => expression);
  const outside = [...items, ...(having ? [having] : []), ...sorts.map((sort) => sort.expression)];
  if (!groupBy && outside.some(containsGrouping)) {
    const text =
      'A GROUPING() operation can only be used with a corresponding GROUPING SET/CUBE/ROLLUP/GROUP BY clause';
    throw new SqlError('MISSING_GROUP_BY', text, node.position);
  }
  if (groupBy || having || outside.some(containsAggregate)) {
    checkGrouped([...outside, ...parts], keysOf(groupBy ?? []), from.fields);
  }
  if (node.distinct) checkDistinct(items, sorts, orderBy, node.position);
  return {
    kind: 'select',
    distinct: node.distinct,
    items,
    from: from.relations,
    where,
    groupBy,
    having,
    orderBy: sorts,
    fields,
    recursionAlias: from.recursionAlias,
  };
}

interface NamedWindows {
  readonly windows: Context['windows'];
  /** The expressions in them: they're checked though no function uses the window. */
  readonly parts: readonly Typed[];
}

/** The WINDOW clause: a window may refer to those before it. */
function windowsOf({ windows }: ast.Select, context: Context): NamedWindows {
  const found = new Map<string, ast.WindowSpec>();
  const parts: Typed[] = [];
  for (const { name, spec, position } of windows) {
    if (found.has(name.toLowerCase())) {
      throw new SqlError('DUPLICATE_WINDOW_NAME', `WINDOW name '${name}' specified more than once`, position);
    }
    parts.push(...windowParts(windowOf(spec, { ...context, insideWindow: true, windows: found })));
    found.set(name.toLowerCase(), spec);
  }
  return { windows: found, parts };
}

interface AnalyzedFrom {
  readonly relations: TypedRelation[];
  readonly fields: Field[];
  readonly recursionAlias?: string;
}

function analyzeFrom(nodes: readonly ast.Relation[], context: Context): AnalyzedFrom {
  const relations: TypedRelation[] = [];
  const fields: Field[] = [];
  let recursionAlias: string | undefined;
  for (const node of nodes) {
    const analyzed = analyzeRelation(node, context, fields);
    relations.push(analyzed.relation);
    fields.push(...analyzed.fields);
    recursionAlias ??= analyzed.recursionAlias;
  }
  return { relations, fields, recursionAlias };
}

function hasOuterJoin(relation: TypedRelation): boolean {
  if (relation.kind !== 'join') return false;
  return (
    ['LEFT', 'RIGHT', 'FULL'].includes(relation.type) || hasOuterJoin(relation.left) || hasOuterJoin(relation.right)
  );
}

function selectItem(item: ast.SelectItem, node: ast.Select, context: Context, scope: Scope): SelectOutput[] {
  if (item.kind === 'expression') {
    const expression = analyze(item.expression, context);
    return [{ expression, name: item.alias ?? impliedName(item.expression), alias: item.alias, source: 'expression' }];
  }
  const outputs = item.of ? starOf(item.of, context, scope) : everyColumn(node, item, context, scope);
  if (!item.aliases) return outputs;
  if (item.aliases.length !== outputs.length) {
    const text = `Column alias list has ${item.aliases.length} entries but relation has ${outputs.length} columns`;
    throw new SqlError('MISMATCHED_COLUMN_ALIASES', text, item.position);
  }
  return outputs.map((output, index) => ({ ...output, name: item.aliases?.[index], alias: item.aliases?.[index] }));
}

/** A column keeps its name, a field access the field's. */
function impliedName(node: ast.Expression): string | undefined {
  if (node.kind === 'name') return node.parts.at(-1);
  return node.kind === 'dereference' && impliedName(node.base) !== undefined ? node.field : undefined;
}

function everyColumn(
  node: ast.Select,
  item: { readonly position: ast.Select['position'] },
  context: Context,
  scope: Scope,
): SelectOutput[] {
  if (node.from.length === 0) {
    throw new SqlError('COLUMN_NOT_FOUND', 'SELECT * not allowed in queries without FROM clause', item.position);
  }
  return columns(scope.fields, context, scope);
}

function columns(fields: readonly Field[], context: Context, scope: Scope): SelectOutput[] {
  return fields
    .filter((field) => !field.hidden)
    .map((field) => ({ expression: readField(field, context, scope), name: field.name, source: 'star' }));
}

/** `t.*`: of a relation if one has the name, otherwise the fields of a row. */
function starOf(of: ast.Expression, context: Context, scope: Scope): SelectOutput[] {
  if (of.kind === 'name') {
    const qualifier = of.parts.map((part) => part.toLowerCase());
    for (let level: Scope | undefined = scope; level; level = level.parent) {
      const fields = level.fields.filter((field) => hasQualifier(field, qualifier));
      if (fields.length > 0) return columns(fields, context, level);
    }
    // A name alone is a relation's, never a row's.
    if (of.parts.length === 1) throw unresolved(of);
  }
  const value = rowValue(of, context);
  if (value.type.kind !== 'row') {
    throw new SqlError('TYPE_MISMATCH', 'Expression of type row is expected before .*', of.position);
  }
  return value.type.fields.map((field, index) => ({
    expression: { kind: 'field', type: field.type, base: value, index, position: of.position },
    name: field.name,
    source: 'star',
  }));
}

function rowValue(of: ast.Expression, context: Context): Typed {
  try {
    return of.kind === 'dereference'
      ? accessField(analyze(of.base, context), of.field, of.position)
      : analyze(of, context);
  } catch (error) {
    if (of.kind !== 'name' || !(error instanceof SqlError) || error.errorName !== 'COLUMN_NOT_FOUND') throw error;
    throw unresolved(of);
  }
}

const unresolved = ({ parts, position }: ast.Name): SqlError =>
  new SqlError('TABLE_NOT_FOUND', `Unable to resolve reference ${parts.join('.').toLowerCase()}`, position);
