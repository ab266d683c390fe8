import { literalValue } from '../analyze/coerce';
import type { Cast, Comparison, Literal, Typed, TypedLambda } from '../analyze/typed';
import { columnsIn, fingerprint, some } from '../analyze/walk';
import type { TableScan } from '../contract';
import { NotCoveredError, type SqlPosition } from '../errors';
import { isCaughtByTry } from '../runtime/escapes';
import { isFloating, isStructural } from '../types/build';
import { physicalFields, physicalType, quoteName } from '../types/physical';
import type { TrinoType } from '../types/type';
import { aggregateSql } from './aggregates';
import { arithmeticSql } from './arithmetic';
import { callSql } from './calls';
import { castSql, tryCastSql } from './casts';
import { compareSql, identityOf, isNative, needsIdentity, type Operand } from './compare';
import { hoisting, outsideTry } from './hoist';
import { literalSql } from './literals';
import { logicalSql } from './logical';
import { specialSql } from './special';
import { existsSql, inSubquerySql, quantifiedSql, scalarSubquerySql } from './subqueries';
import { attempt, bindOnce, check, quoteText } from './text';

/** What writing an expression depends on. */
export interface EmitContext {
  /** Of the query around it: what equals a GROUP BY key is written exactly as the key is. */
  readonly keys: ReadonlyMap<string, string>;
  /** Lambda parameters that stand for other expressions. */
  readonly parameters: ReadonlyMap<string, string>;
  /** How each table is read, by alias. */
  readonly scans: ReadonlyMap<string, TableScan>;
  /** Of the query around it: {@link valuesInOrder}. Default 0. */
  readonly valuesInOrder?: number;
  /** Texts of columns are written so that DuckDB doesn't evaluate what's around them over a whole dictionary. */
  readonly flat?: boolean;
  /** The step of a recursive table that its name stands for. */
  readonly commonTables?: ReadonlyMap<string, string>;
  /** Common tables whose rows stand in the statement. */
  readonly constantTables?: ReadonlySet<string>;
  /** The rows of the query around it stand in the statement. */
  readonly constantRows?: boolean;
  /** Parts that are evaluated before: the names that they're bound to. */
  readonly replaced?: ReadonlyMap<Typed, string>;
  /** Columns that are bound before, by fingerprint: the names that they're bound to. */
  readonly bound?: ReadonlyMap<string, string>;
  /** The relations of the query around it: columns of others are an enclosing query's. */
  readonly local?: ReadonlySet<string>;
  /** Inside TRY: a failure is met by running row by row. */
  readonly underTry?: boolean;
  /** The expression keeps or drops a row: NULL is as good as false. */
  readonly inCondition?: boolean;
  /** Of an array: its values may come in any order. */
  readonly anyOrder?: boolean;
}

export function emit(node: Typed, context: EmitContext): string {
  const replacement = context.replaced?.get(node);
  if (replacement !== undefined) return replacement;
  if (context.keys.size > 0) {
    const key = context.keys.get(fingerprint(node));
    if (key !== undefined) return key;
  }
  return emitNode(node, context);
}

function emitNode(node: Typed, { inCondition, anyOrder, ...context }: EmitContext): string {
  const sql = (part: Typed) => emit(part, context);
  const operand = (part: Typed): Operand => ({ sql: sql(part), literal: literalValue(part) != null, inCondition });
  switch (node.kind) {
    case 'literal':
      return literalSql(node);
    case 'column': {
      const bound = context.bound?.get(fingerprint(node));
      if (bound !== undefined) return bound;
      return flattened(columnSql(node.field.source, context), node.type, context);
    }
    case 'lambda parameter':
      return context.parameters.get(node.name) ?? node.name;
    case 'logical':
      return logicalSql(node, { ...context, inCondition }, emit);
    case 'not':
      return `(NOT ${sql(node.operand)})`;
    case 'comparison':
      refuseConditionalOrder(node);
      return compareBound(node.operator, node.left.type, operand(node.left), operand(node.right));
    case 'distinct from':
      return distinctFrom(node.left.type, sql(node.left), sql(node.right));
    case 'is null':
      return `(${sql(node.operand)} IS NULL)`;
    case 'between': {
      const { type } = node.operand;
      const parts = [operand(node.operand), operand(node.low), operand(node.high)] as const;
      if (isNative(type)) return `(${parts[0].sql} BETWEEN ${parts[1].sql} AND ${parts[2].sql})`;
      return bindOnce([parts[0].sql], ([value = '']) => {
        const bound = { ...parts[0], sql: value };
        return `(${compareBound('>=', type, bound, parts[1])} AND ${compareBound('<=', type, bound, parts[2])})`;
      });
    }
    case 'in list': {
      const { type } = node.operand;
      if (isNative(type)) return `(${sql(node.operand)} IN (${node.list.map(sql).join(', ')}))`;
      const own = isFloating(type) && columnsIn(node.operand).size > 0 ? fingerprint(node.operand) : undefined;
      const list = node.list.map((item) => (fingerprint(item) === own ? undefined : operand(item)));
      const value = operand(node.operand);
      return bindOnce([value.sql], ([bound = '']) => {
        // Trino's planner takes `x IN (x)` for true unless x is NULL, for NaN too; so does DuckDB's `=`.
        const terms = list.map((item) =>
          item ? compareBound('=', type, { ...value, sql: bound }, item) : `(${bound} = ${bound})`,
        );
        return `(${terms.join(' OR ')})`;
      });
    }
    case 'like':
      return likeSql(node, context);
    case 'arithmetic':
      return arithmeticSql(node, operand(node.left), operand(node.right));
    case 'negation':
      return `(-(${sql(node.operand)}))`;
    case 'cast':
      return castNode(node, context);
    case 'case': {
      const when = (part: Typed) => emit(part, { ...context, inCondition: true });
      const branches = node.branches.map((branch) => `WHEN ${when(branch.when)} THEN ${sql(branch.result)}`);
      return `CASE ${branches.join(' ')}${node.otherwise ? ` ELSE ${sql(node.otherwise)}` : ''} END`;
    }
    case 'coalesce':
      return coalesceSql(node.items.map(sql), context);
    case 'nullif':
      return `CASE WHEN ${sql(node.equal)} THEN NULL ELSE ${sql(node.value)} END`;
    case 'try':
      if (node.operand.kind === 'literal' || node.operand.kind === 'column') return sql(node.operand);
      return hoisting(outsideTry(node.operand, context), context, (inner) =>
        tried(node.operand, { ...inner, underTry: true }, node.position),
      );
    case 'row': {
      const fields = node.type.kind === 'row' ? physicalFields(node.type.fields) : [];
      return `{${node.items.map((item, index) => `${quoteName(fields[index]?.name ?? '')}: ${sql(item)}`).join(', ')}}`;
    }
    case 'array':
      if (node.items.length === 0) return `CAST([] AS ${physicalType(node.type)})`;
      return `[${node.items.map(sql).join(', ')}]`;
    case 'field':
      return flattened(`struct_extract_at(${sql(node.base)}, ${node.index + 1})`, node.type, context);
    case 'subscript':
      return subscriptSql(node.base.type, node.type, sql(node.base), sql(node.index));
    case 'call':
      return callSql(node, { ...context, anyOrder });
    case 'aggregate':
      return aggregateSql(node, context);
    case 'grouping':
      return `CAST(grouping(${node.columns.map((column) => groupedBy(column, context)).join(', ')}) AS ${physicalType(node.type)})`;
    case 'special':
      return specialSql(node, context);
    case 'scalar subquery':
      return scalarSubquerySql(node, context);
    case 'in subquery':
      return inSubquerySql(node, context);
    case 'exists':
      return existsSql(node, context);
    case 'quantified':
      return quantifiedSql(node, context);
  }
}

/**
 * Trino's TRY doesn't catch everything, DuckDB's does: the worker notes what it shouldn't have (`runtime/escapes.ts`),
 * except what fails while the statement is planned, as a constant does.
 */
function tried(operand: Typed, context: EmitContext, position?: SqlPosition): string {
  const columns = [...columnsIn(operand, (part) => context.replaced?.has(part) ?? false)];
  const sql = attempt(
    columns.map(([, column]) => emit(column, { ...context, flat: false })),
    (bound) => {
      const values = new Map(columns.map(([print], index) => [print, bound[index] ?? '']));
      return emit(operand, { ...context, bound: new Map([...(context.bound ?? []), ...values]) });
    },
  );
  const names = [...sql.matchAll(/lw_fail\('([A-Z_]+)/g)].map(([, name = '']) => name);
  const escaping = names.find((name) => !isCaughtByTry(name));
  const isConstant = columns.length === 0 && !some(operand, ({ kind }) => kind === 'lambda parameter');
  if (escaping && isConstant) {
    throw new NotCoveredError(`TRY around a constant expression that may fail with ${escaping}`, position);
  }
  return sql;
}

/** Trino fails on a NULL inside a branch that isn't taken, too; when it does isn't known. */
function refuseConditionalOrder(node: Comparison): void {
  if (!isStructural(node.left.type) || node.operator === '=' || node.operator === '<>') return;
  if (some(node, ({ kind }) => kind === 'case') && some(node, isNull)) {
    throw new NotCoveredError('the order of arrays or rows that a condition chooses', node.position);
  }
}

const isNull = (node: Typed): boolean => node.kind === 'literal' && node.value === null;

/** What GROUP BY names: of a zoned timestamp its instant. */
function groupedBy(column: Typed, context: EmitContext): string {
  if (column.type.kind !== 'timestamp with time zone') return emit(column, context);
  return `(${emit(column, { ...context, keys: new Map() })}).i`;
}

function castNode(node: Cast, context: EmitContext): string {
  const { operand, type } = node;
  const inner = failsPerValue(operand.type, type) ? { ...context, flat: true } : context;
  const text = parsedText(operand, type);
  if (text && !node.lenient) return castSql(emit(text, inner), operand.type, type);
  if (!node.lenient) return castSql(emit(operand, inner), operand.type, type);
  return hoisting(outsideTry(operand, context), inner, (bound) =>
    tryCastSql(emit(operand, { ...bound, underTry: true }), operand.type, type),
  );
}

/**
 * The text in `CAST(json_parse(text) AS array)`: Trino makes one step of the two, so that a text that isn't JSON is a
 * failed cast.
 */
function parsedText(operand: Typed, to: TrinoType): Typed | undefined {
  if (operand.kind !== 'call' || operand.overload.name !== 'json_parse' || !isStructural(to)) return undefined;
  const [text] = operand.args;
  return text && text.kind !== 'lambda' ? text : undefined;
}

/**
 * DuckDB evaluates a function of one column over the column's whole dictionary, values that no row in question has
 * included: a JavaScript function that fails for one of them would fail the statement (its failing can't be declared
 * through the client API). A function of two columns isn't: `greatest(x, x)` is x.
 */
function flattened(sql: string, { kind }: TrinoType, { flat }: EmitContext): string {
  const isText = kind === 'varchar' || kind === 'json' || kind === 'varbinary' || kind === 'char';
  return flat && isText && sql.length <= 160 ? `greatest(${sql}, ${sql})` : sql;
}

/** DuckDB 1.5 crashes on a COALESCE that fails under TRY: a CASE says the same. */
function coalesceSql(items: readonly string[], { underTry }: EmitContext): string {
  if (!underTry) return `coalesce(${items.join(', ')})`;
  const branches = items.slice(0, -1).map((item) => `WHEN ${item} IS NOT NULL THEN ${item}`);
  return `CASE ${branches.join(' ')} ELSE ${items.at(-1)} END`;
}

/** Casts that a JavaScript function makes. */
const failsPerValue = (from: TrinoType, to: TrinoType): boolean =>
  from.kind === 'json' || (from.kind === 'varchar' && to.kind === 'timestamp with time zone');

/** A lambda in DuckDB's form. */
export function lambdaSql(lambda: TypedLambda, context: EmitContext): string {
  return `lambda ${lambda.parameters.map(({ name }) => name).join(', ')}: ${emit(lambda.body, context)}`;
}

/** The body of a lambda with its parameters replaced. */
export function inlineLambda(lambda: TypedLambda, values: readonly string[], context: EmitContext): string {
  const parameters = new Map(context.parameters);
  for (const [index, { name }] of lambda.parameters.entries()) parameters.set(name, values[index] ?? name);
  return emit(lambda.body, { ...context, parameters });
}

function columnSql(
  source: { readonly relation: string; readonly column: string } | { readonly expression: Typed },
  context: EmitContext,
): string {
  if ('expression' in source) return emit(source.expression, context);
  const { relation, column } = source;
  return /^c\d+$/.test(column) ? `${relation}.${column}` : `${relation}.${quoteName(column)}`;
}

function compareBound(
  operator: Parameters<typeof compareSql>[0],
  type: TrinoType,
  left: Operand,
  right: Operand,
): string {
  if (isNative(type)) return compareSql(operator, type, left, right);
  return bindOnce([left.sql, right.sql], ([l = '', r = '']) =>
    compareSql(operator, type, { ...left, sql: l }, { ...right, sql: r }),
  );
}

function distinctFrom(type: TrinoType, left: string, right: string): string {
  if (!needsIdentity(type)) return `(${left} IS DISTINCT FROM ${right})`;
  return bindOnce(
    [left, right],
    ([l = '', r = '']) => `(${identityOf(l, type)} IS DISTINCT FROM ${identityOf(r, type)})`,
  );
}

function subscriptSql(base: TrinoType, type: TrinoType, value: string, index: string): string {
  if (base.kind === 'map' && base.key.kind === 'timestamp with time zone') {
    throw new NotCoveredError('the subscript of a map with keys of type timestamp with time zone');
  }
  return bindOnce([value, index], ([v, i]) =>
    base.kind === 'map'
      ? check(
          `NOT map_contains(${v}, ${i})`,
          'INVALID_FUNCTION_ARGUMENT',
          'Key not present in map',
          type,
          `(${v})[${i}]`,
        )
      : check(
          `${i} < 1 OR ${i} > len(${v})`,
          'INVALID_FUNCTION_ARGUMENT',
          'Array subscript out of bounds',
          type,
          `(${v})[${i}]`,
        ),
  );
}

/** The analyzer has checked literals; others are checked per row. DuckDB's own escape is one byte. */
function escapedLike(value: string, pattern: Typed, escaped: Typed, context: EmitContext): string {
  const [given, character] = [emit(pattern, context), emit(escaped, context)];
  const literals = typeof literalValue(pattern) === 'string' && typeof literalValue(escaped) === 'string';
  if (literals && String(literalValue(escaped)).charCodeAt(0) < 0x80) {
    return `(${value} LIKE ${given} ESCAPE ${character})`;
  }
  return `lw_like(${value}, ${given}, ${character})`;
}

/** Without ESCAPE a backslash is a character like any other; DuckDB's default escape is a backslash. */
function likeSql(node: Extract<Typed, { kind: 'like' }>, context: EmitContext): string {
  const operand = emit(node.operand, context);
  const { type } = node.operand;
  const value = type.kind === 'char' ? `rpad(${operand}, ${type.length}, ' ')` : operand;
  if (node.escape) return escapedLike(value, node.pattern, node.escape, context);
  const pattern = emit(node.pattern, context);
  const literal = node.pattern.kind === 'literal' ? (node.pattern as Literal).value : undefined;
  const plain = typeof literal === 'string' && !literal.includes('\\');
  return plain ? `(${value} LIKE ${quoteText(literal)})` : `(${value} LIKE ${pattern} ESCAPE chr(1))`;
}
