import { NotCoveredError, SqlError } from '../errors';
import type * as ast from '../parse/ast';
import { BIGINT } from '../types/build';
import { typeText } from '../types/text';
import { condition } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import { analyzeJoin } from './joins';
import { analyzeQuery } from './queries';
import { childScope } from './scope';
import { checkPlannable, withoutOrder } from './subqueries';
import { samplePercentage, tableFunction } from './table-functions';
import { tableVersion } from './table-version';
import { type AnalyzedRelation, analyzeTable } from './tables';
import type { Column, Field, OutputField, Typed } from './typed';
import { some } from './walk';

/** A FROM item. `left` are the columns of the items before it: what LATERAL and UNNEST may refer to. */
export function analyzeRelation(node: ast.Relation, context: Context, left: readonly Field[]): AnalyzedRelation {
  switch (node.kind) {
    case 'table':
      return commonTable(node, context) ?? analyzeTable(node.name, context, node.position, tableVersion(node.asOf));
    case 'alias':
      return aliased(node, context, left);
    case 'subquery':
      return subqueryRelation(node, context, left);
    case 'unnest':
      return unnest(node, context, left, undefined);
    case 'join':
      return analyzeJoin(node, context, left);
    case 'table function':
      return tableFunction(node, context);
    case 'sample': {
      const inner = analyzeRelation(node.relation, context, left);
      if (inner.relation.kind === 'join') throw new NotCoveredError('TABLESAMPLE of a join', node.position);
      const percentage = samplePercentage(node.percentage, context);
      const { relation } = inner;
      return {
        ...inner,
        relation: { kind: 'sample', alias: relation.alias, relation, method: node.method, percentage },
      };
    }
  }
}

function commonTable(node: ast.TableReference, context: Context): AnalyzedRelation | undefined {
  const [name, ...more] = node.name;
  const definition = more.length === 0 && name !== undefined && context.commonTables.get(name.toLowerCase());
  if (!definition || name === undefined) return undefined;
  const alias = context.analysis.alias('r');
  const fields = derivedFields(definition.fields, alias).map((field) => ({ ...field, qualifier: [name] }));
  return {
    relation: { kind: 'common table', alias, name: definition.name },
    fields,
    recursionAlias: definition.recursive ? alias : undefined,
  };
}

/** The columns `c1` … of a derived relation. */
export function derivedFields(outputs: readonly OutputField[], alias: string): Field[] {
  return outputs.map((output, index) => ({
    name: output.named ? output.name : undefined,
    type: output.type,
    source: { relation: alias, column: `c${index + 1}` },
    hidden: false,
  }));
}

function aliased(node: ast.AliasedRelation, context: Context, left: readonly Field[]): AnalyzedRelation {
  const inner =
    node.relation.kind === 'unnest'
      ? unnest(node.relation, context, left, node.columns?.length)
      : analyzeRelation(node.relation, context, left);
  const visible = inner.fields.filter((field) => !field.hidden);
  if (node.columns && node.columns.length !== visible.length) {
    throw new SqlError(
      'MISMATCHED_COLUMN_ALIASES',
      `Column alias list has ${node.columns.length} entries but '${node.name}' has ${visible.length} columns available`,
      node.position,
    );
  }
  const qualifier = [node.name];
  const fields = node.columns
    ? visible.map((field, index) => ({ ...field, qualifier, name: node.columns?.[index] }))
    : inner.fields.map((field) => ({ ...field, qualifier }));
  return { ...inner, fields };
}

function subqueryRelation(node: ast.SubqueryRelation, context: Context, left: readonly Field[]): AnalyzedRelation {
  const scope = node.lateral ? childScope(left, context.scope) : context.scope;
  const captures = { scope, columns: [] as Column[], outer: context.captures };
  const analyzed = analyzeQuery(node.query, {
    ...context,
    scope,
    captures: node.lateral ? captures : context.captures,
    windows: new Map(),
    scalarOnly: undefined,
    insideAggregate: undefined,
    insideWindow: false,
  });
  checkPlannable(analyzed, captures.columns, 'lateral', context, node.query.position);
  const query = node.lateral ? withoutOrder(analyzed) : analyzed;
  const alias = context.analysis.alias('r');
  return {
    relation: { kind: 'derived', alias, query, lateral: node.lateral },
    fields: derivedFields(query.fields, alias),
    captures: captures.columns,
  };
}

/**
 * `aliases`: how many column names the statement gives. An array of rows gives a column per field, as in Trino; with
 * one name where fields would need more, Athena gives the row itself (all of AWS's own examples rely on it).
 */
function unnest(
  node: ast.Unnest,
  context: Context,
  left: readonly Field[],
  aliases: number | undefined,
): AnalyzedRelation {
  const { analysis } = context;
  const scope = childScope(left, context.scope);
  const captures = { scope, columns: [] as Column[], outer: context.captures };
  const inner: Context = { ...context, scope, captures, scalarOnly: 'UNNEST' };
  const values = node.expressions.map((expression) => analyze(expression, inner));
  const alias = analysis.alias('r');
  const fields: Field[] = [];
  const add = (type: Field['type'], name?: string) => {
    fields.push({ name, type, source: { relation: alias, column: `c${fields.length + 1}` }, hidden: false });
  };
  const expands = expandsRows(values, node.withOrdinality, aliases);
  const items = values.map((value) => {
    const { type } = value;
    if (type.kind === 'map') {
      add(type.key);
      add(type.value);
      return { value, expandRow: false };
    }
    if (type.kind !== 'array') {
      throw new SqlError('INVALID_FUNCTION_ARGUMENT', `Cannot unnest type: ${typeText(type)}`, node.position);
    }
    if (type.element.kind === 'row' && expands) {
      for (const field of type.element.fields) add(field.type, field.name);
      return { value, expandRow: true };
    }
    add(type.element);
    return { value, expandRow: false };
  });
  if (node.withOrdinality) add(BIGINT);
  const lateral = values.some((value) => some(value, (part) => part.kind === 'column'));
  return {
    relation: { kind: 'unnest', alias, items, withOrdinality: node.withOrdinality, lateral },
    fields,
    captures: captures.columns,
  };
}

function expandsRows(values: readonly Typed[], withOrdinality: boolean, aliases: number | undefined): boolean {
  if (aliases === undefined) return true;
  const width = (value: Typed, expand: boolean): number => {
    if (value.type.kind === 'map') return 2;
    if (value.type.kind !== 'array' || value.type.element.kind !== 'row') return 1;
    return expand ? value.type.element.fields.length : 1;
  };
  const total = (expand: boolean) => values.reduce((sum, value) => sum + width(value, expand), withOrdinality ? 1 : 0);
  return total(true) === aliases || total(false) !== aliases;
}

export function joinCondition(node: ast.Expression, context: Context): Typed {
  return condition(analyze(node, { ...context, scalarOnly: 'JOIN clause' }), 'JOIN ON clause');
}
