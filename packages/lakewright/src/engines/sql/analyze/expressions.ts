import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { castSupport } from '../types/cast-matrix';
import { commonSuperType } from '../types/coercion';
import { typeText } from '../types/text';
import { callFunction } from './calls';
import { coerce, commonType, condition, literalValue, nullLiteral, textLiteral } from './coerce';
import type { Context } from './context';
import { jsonForm } from './json';
import { extract, languageForm } from './language-forms';
import { binaryLiteral, intervalLiteral, numberLiteral, typedLiteral } from './literals';
import { arithmetic, checkUnwrapped, compare, negate, sharedType } from './operators';
import { accessField, resolveName } from './scope';
import { exists, inSubquery, quantified, scalarSubquery } from './subqueries';
import type { Typed } from './typed';
import { fingerprint } from './walk';

/** An expression of the syntax tree → typed, in Trino's order of checks: operands first, left to right. */
export function analyze(node: ast.Expression, context: Context): Typed {
  const { position } = node;
  const inner = (operand: ast.Expression) => analyze(operand, context);
  switch (node.kind) {
    case 'null':
      return nullLiteral(build.UNKNOWN, position);
    case 'boolean':
      return { kind: 'literal', type: build.BOOLEAN, value: node.value, position };
    case 'string':
      return textLiteral(node.value, position);
    case 'number':
      return numberLiteral(node);
    case 'binary':
      return binaryLiteral(node);
    case 'interval':
      return intervalLiteral(node);
    case 'typed literal':
      return typedLiteral(node);
    case 'parameter': {
      const value = context.parameters[node.index];
      if (value) return value;
      throw new SqlError('INVALID_PARAMETER_USAGE', 'Query takes no parameters', position);
    }
    case 'name':
      return resolveName(node.parts, context, position);
    case 'dereference':
      return accessField(inner(node.base), node.field, position);
    case 'subscript':
      return subscript(inner(node.base), inner(node.index), node);
    case 'arithmetic':
      return arithmetic(node.operator, inner(node.left), inner(node.right), position);
    case 'sign':
      return sign(node, context);
    case 'concatenation':
      return concatenation(inner(node.left), inner(node.right), node, context);
    case 'comparison': {
      const compared = compare(node.operator, inner(node.left), inner(node.right), position);
      checkUnwrapped(compared.left, compared.right);
      return compared;
    }
    case 'quantified comparison':
      return quantified(node, inner(node.left), context);
    case 'between': {
      const parts = [inner(node.operand), inner(node.low), inner(node.high)] as const;
      const type = sharedType(parts, 'BETWEEN operands', true, position);
      const [operand, low, high] = parts.map((part) => coerce(part, type)) as [Typed, Typed, Typed];
      return { kind: 'between', type: build.BOOLEAN, operand, low, high, position };
    }
    case 'in list':
      return inList(node, context);
    case 'in subquery':
      return inSubquery(node, inner(node.operand), context);
    case 'exists':
      return exists(node, context);
    case 'scalar subquery':
      return scalarSubquery(node, context);
    case 'like':
      return like(node, context);
    case 'is null':
      return { kind: 'is null', type: build.BOOLEAN, operand: inner(node.operand), position };
    case 'distinct from': {
      const parts = [inner(node.left), inner(node.right)];
      const type = sharedType(parts, 'operands', false, position);
      const [left, right] = parts.map((part) => coerce(part, type)) as [Typed, Typed];
      checkUnwrapped(left, right);
      return { kind: 'distinct from', type: build.BOOLEAN, left, right, position };
    }
    case 'logical': {
      const terms = node.terms.map((term) => condition(inner(term), 'Logical expression term'));
      return { kind: 'logical', type: build.BOOLEAN, operator: node.operator, terms, position };
    }
    case 'not': {
      const operand = condition(inner(node.operand), 'Value of logical NOT expression');
      return { kind: 'not', type: build.BOOLEAN, operand, position };
    }
    case 'cast':
      return cast(node, inner(node.operand));
    case 'case':
      return caseOf(node, context);
    case 'row': {
      const items = node.items.map(inner);
      return { kind: 'row', type: build.row(items.map(({ type }) => ({ type }))), items, position };
    }
    case 'array': {
      const parts = node.items.map(inner);
      const element = commonType(parts, 'ARRAY elements');
      return { kind: 'array', type: build.array(element), items: parts.map((item) => coerce(item, element)), position };
    }
    case 'lambda':
      throw new SqlError('SYNTAX_ERROR', 'Lambda expression should always be used inside a function', position);
    case 'extract':
      return extract(node, inner(node.operand), context);
    case 'call':
    case 'current time':
    case 'grouping':
    case 'at time zone':
      return languageForm(node, context);
    case 'json_exists':
    case 'json_value':
    case 'json_query':
    case 'json_array':
    case 'json_object':
      return jsonForm(node, context);
  }
}

/** A chain of texts is one call: nested ones would each bind the text before them. */
function concatenation(left: Typed, right: Typed, { position }: ast.Concatenation, context: Context): Typed {
  const isChain =
    left.kind === 'call' && left.overload.name === 'concat' && left.overload.variadic && left.type.kind === 'varchar';
  if (isChain && right.type.kind === 'varchar') return { ...left, args: [...left.args, coerce(right, build.VARCHAR)] };
  return callFunction('concat', [left, right], context, position);
}

function sign(node: ast.Sign, context: Context): Typed {
  const { operand, position } = node;
  const value = analyze(operand, context);
  if (node.operator === '-') return negate(value, position);
  // Trino has no unary plus for decimals.
  if (build.isNumeric(value.type) && value.type.kind !== 'decimal') return value;
  throw new SqlError('TYPE_MISMATCH', `Unary '+' operator cannot by applied to ${typeText(value.type)} type`, position);
}

function subscript(base: Typed, index: Typed, { position }: ast.Subscript): Typed {
  const mismatch = () =>
    new SqlError(
      'TYPE_MISMATCH',
      `Cannot use ${typeText(index.type)} for subscript of ${typeText(base.type)}`,
      position,
    );
  switch (base.type.kind) {
    case 'array':
      if (!build.isInteger(index.type)) throw mismatch();
      return { kind: 'subscript', type: base.type.element, base, index: coerce(index, build.BIGINT), position };
    case 'map': {
      const { value } = base.type;
      const key = commonSuperType(base.type.key, index.type);
      if (!key) throw mismatch();
      const wide = coerce(base, build.map(key, value));
      return { kind: 'subscript', type: value, base: wide, index: coerce(index, key), position };
    }
    case 'row': {
      const value = literalValue(index);
      if (typeof value !== 'bigint') {
        throw new SqlError('TYPE_MISMATCH', 'Subscript expression on ROW requires a constant index', position);
      }
      const field = base.type.fields[Number(value) - 1];
      if (!field) {
        const size = base.type.fields.length;
        const text = `Invalid subscript index: ${value}. ROW has ${size} fields`;
        throw new SqlError('INVALID_FUNCTION_ARGUMENT', text, position);
      }
      return { kind: 'field', type: field.type, base, index: Number(value) - 1, position };
    }
    default:
      throw new SqlError('TYPE_MISMATCH', `Cannot use subscript operator on ${typeText(base.type)}`, position);
  }
}

function inList(node: ast.InList, context: Context): Typed {
  const { position } = node;
  const parts = [node.operand, ...node.list].map((part) => analyze(part, context));
  const type = sharedType(parts, 'IN value and list items', false, position);
  const [operand, ...list] = parts.map((part) => coerce(part, type));
  if (!operand) throw new Error('IN without a value');
  if (list.length === 1 && list[0]) checkUnwrapped(operand, list[0]);
  return { kind: 'in list', type: build.BOOLEAN, operand, list, position };
}

function like(node: ast.Like, context: Context): Typed {
  const { position } = node;
  const text = (part: ast.Expression, what: string): Typed => {
    const value = analyze(part, context);
    if (value.type.kind === 'unknown') return coerce(value, build.VARCHAR);
    // Only the left side may be a char(n).
    if (value.type.kind === 'varchar' || (part === node.operand && value.type.kind === 'char')) return value;
    const actual = typeText(value.type);
    throw new SqlError(
      'TYPE_MISMATCH',
      `${what} LIKE expression must evaluate to a varchar (actual: ${actual})`,
      position,
    );
  };
  const operand = text(node.operand, 'Left side of');
  const pattern = text(node.pattern, 'Pattern for');
  const escaped = node.escape && text(node.escape, 'Escape for');
  if (escaped) checkEscape(escaped, pattern);
  return { kind: 'like', type: build.BOOLEAN, operand, pattern, escape: escaped, position };
}

/** One UTF-16 unit, and in the pattern always before `%`, `_` or itself. What's no literal is checked per row. */
function checkEscape(escaped: Typed, pattern: Typed): void {
  const character = literalValue(escaped);
  if (typeof character !== 'string') return;
  if (character.length !== 1) {
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', 'Escape string must be a single character', escaped.position);
  }
  const value = literalValue(pattern);
  if (typeof value !== 'string') return;
  const characters = [...value];
  for (let index = 0; index < characters.length; index++) {
    if (characters[index] !== character) continue;
    const next = characters[++index];
    if (next !== '%' && next !== '_' && next !== character) throw invalidEscape(pattern.position);
  }
}

const invalidEscape = (position?: SqlPosition): SqlError =>
  new SqlError(
    'INVALID_FUNCTION_ARGUMENT',
    "Escape character must be followed by '%', '_' or the escape character itself",
    position,
  );

function cast(node: ast.Cast, operand: Typed): Typed {
  const { type, position } = node;
  const what = `${typeText(operand.type)} to ${typeText(type)}`;
  switch (castSupport(operand.type, type)) {
    case 'no':
      throw new SqlError('TYPE_MISMATCH', `Cannot cast ${what}`, position);
    case 'not covered':
      throw new NotCoveredError(`CAST of ${what}`, position);
    case 'invalid':
      throw new SqlError('INVALID_CAST_ARGUMENT', `Cannot cast ${what}`, position);
    case 'yes':
      if (operand.kind === 'literal' && operand.value === null) return { ...operand, type, position };
      return { kind: 'cast', type, operand, lenient: node.lenient, implicit: false, position };
  }
}

function caseOf(node: ast.Case, context: Context): Typed {
  const { position } = node;
  const operand = node.operand && analyze(node.operand, context);
  const conditions = node.branches.map(({ when }) => {
    const value = analyze(when, context);
    return operand ? compare('=', operand, value, when.position) : condition(value, 'CASE WHEN clause');
  });
  const results = node.branches.map(({ result }) => analyze(result, context));
  const otherwise = node.otherwise && analyze(node.otherwise, context);
  const type = commonType(otherwise ? [...results, otherwise] : results, 'CASE results');
  const branches = conditions.map((when, index) => ({ when, result: coerce(results[index] as Typed, type) }));
  // Trino's planner takes `CASE x WHEN x` for true, NULL and NaN included.
  const own = operand ? conditions.findIndex(isOfOneColumn) : -1;
  const rest = own < 0 ? otherwise && coerce(otherwise, type) : branches[own]?.result;
  if (own === 0 && rest) return rest;
  return { kind: 'case', type, branches: own < 0 ? branches : branches.slice(0, own), otherwise: rest, position };
}

const isOfOneColumn = (node: Typed): boolean =>
  node.kind === 'comparison' && node.left.kind === 'column' && fingerprint(node.left) === fingerprint(node.right);
