import { NotCoveredError, SqlError, type SqlPosition } from '../errors';
import type { CallTypes } from '../functions/entry';
import type { TypePattern } from '../functions/signature';
import type { FunctionKind, Overload } from '../functions/table';
import type * as ast from '../parse/ast';
import * as build from '../types/build';
import { commonSuperType, sameType } from '../types/coercion';
import { typeText } from '../types/text';
import type { TrinoType } from '../types/type';
import { type Bindings, type Bound, bindOverload, holdsRow, parameterPatterns, substitute, unify } from './binder';
import { coerce, literalValue } from './coerce';
import type { Context } from './context';
import { analyze } from './expressions';
import { childScope } from './scope';
import type { Argument, LambdaParameter, Typed, TypedLambda } from './typed';

/** An argument before its function is known: a lambda can't be typed without it. */
export type RawArgument = Typed | ast.Lambda;

export const isLambda = (argument: RawArgument): argument is ast.Lambda => argument.kind === 'lambda';

export function analyzeArguments(args: readonly ast.Expression[], context: Context): RawArgument[] {
  return args.map((arg) => (arg.kind === 'lambda' ? arg : analyze(arg, context)));
}

export interface BoundCall {
  readonly overload: Overload;
  readonly args: readonly Argument[];
  readonly type: TrinoType;
}

/** A scalar function of the allow-list. */
export function callFunction(
  name: string,
  args: readonly RawArgument[],
  context: Context,
  position?: SqlPosition,
): Typed {
  const { functions } = context.analysis;
  const overloads = functions.overloads('scalar', name);
  if (name === 'concat') refuseUntypedPart(args, position);
  const bound = bindCall(overloads, args, context, position);
  if (!bound) throw noSuchCall(name, 'scalar', args, context, position);
  return { kind: 'call', ...bound, position };
}

/** NULL beside an array may be an array or an element; fewer than two arguments are refused once their type is known. */
function refuseUntypedPart(args: readonly RawArgument[], position?: SqlPosition): void {
  const types = args.flatMap((arg) => (isLambda(arg) ? [] : [arg.type]));
  const [only] = types;
  if (only && args.length === 1 && ['varchar', 'varbinary', 'array'].includes(only.kind)) {
    const text = `There must be two or more ${only.kind === 'array' ? 'arguments to concat' : 'concatenation arguments'}`;
    throw new SqlError('INVALID_FUNCTION_ARGUMENT', text, position);
  }
  const isKnown = types.some((type) => type.kind === 'array' && type.element.kind !== 'unknown');
  const isUntyped = args.length === 0 || (args.length === 1 && only?.kind === 'unknown');
  const isUnclear = isKnown && types.some(({ kind }) => kind === 'unknown');
  if (!isUntyped && !isUnclear && !isPartOrWhole(types)) return;
  const text = 'Could not choose a best candidate operator. Explicit type casts must be added.';
  throw new SqlError('AMBIGUOUS_FUNCTION_CALL', text, position);
}

/** Of two arrays one is of NULLs (or empty), and may be an element of the other's type as well as a part of the result. */
function isPartOrWhole(types: readonly TrinoType[]): boolean {
  const [left, right] = types.map(depthOf);
  if (types.length !== 2 || !left || !right) return false;
  if (left.isUntyped && right.isUntyped && left.depth * right.depth > 0 && left.depth !== right.depth) {
    throw new NotCoveredError('concatenation of arrays of NULLs of two depths');
  }
  if (left.isUntyped === right.isUntyped) return false;
  const [untyped, typed] = left.isUntyped ? [left, right] : [right, left];
  return untyped.depth > 0 && untyped.depth <= typed.depth;
}

function depthOf(type: TrinoType): { readonly depth: number; readonly isUntyped: boolean } {
  if (type.kind !== 'array') return { depth: 0, isUntyped: type.kind === 'unknown' };
  const { depth, isUntyped } = depthOf(type.element);
  return { depth: depth + 1, isUntyped };
}

/** The least costly overload with its arguments coerced; undefined when none takes them. */
export function bindCall(
  overloads: readonly Overload[],
  args: readonly RawArgument[],
  context: Context,
  position?: SqlPosition,
): BoundCall | undefined {
  const shapes = args.map((arg) =>
    isLambda(arg) ? ({ kind: 'lambda', arity: arg.parameters.length } as const) : arg.type,
  );
  const bound = bindOverload(overloads, shapes);
  if (!bound) return undefined;
  const { overload, bindings } = bound;
  const patterns = parameterPatterns(overload, args.length) ?? [];
  const lambdas = bindLambdas(bound, patterns, args, context);
  if (!lambdas) return undefined;
  const typed = args.map((arg, index): Argument => {
    const pattern = patterns[index];
    const lambda = lambdas.get(index);
    if (lambda) return lambda;
    if (isLambda(arg) || !pattern) throw new Error(`no parameter for argument ${index + 1} of ${overload.signature}`);
    return fitted(arg, pattern, bindings);
  });
  const types = callTypes(typed);
  requireLiterals(overload, types, position);
  withPosition(position, () => overload.behaviour.validate?.(types));
  const type = withPosition(position, () => overload.behaviour.type?.(types)) ?? substitute(overload.result, bindings);
  return { overload, args: typed, type };
}

/** The argument in the parameter's type. */
function fitted(arg: Typed, pattern: TypePattern, bindings: Bindings): Typed {
  if (pattern.pattern === 'any') return arg;
  if (holdsRow(pattern) && arg.type.kind !== 'unknown') return arg;
  return coerce(arg, substitute(pattern, bindings));
}

/**
 * Types the lambdas once the other arguments have bound what they could. A result may widen a variable that is also a
 * parameter (the state of `reduce`): then the lambdas are typed once more.
 */
function bindLambdas(
  { bindings }: Bound,
  patterns: readonly TypePattern[],
  args: readonly RawArgument[],
  context: Context,
): Map<number, TypedLambda> | undefined {
  for (let round = 0; round < 3; round++) {
    const lambdas = new Map<number, TypedLambda>();
    let widened = false;
    let unfit: SqlError | undefined;
    for (const [index, arg] of args.entries()) {
      const pattern = patterns[index];
      if (!isLambda(arg) || pattern?.pattern !== 'lambda') continue;
      const parameters = pattern.parameters.map((parameter) => substitute(parameter, bindings));
      const lambda = typeLambda(arg, parameters, context);
      const { result } = pattern;
      if (result.pattern === 'exact' && !sameType(lambda.body.type, result.type)) {
        throw unexpectedResult(lambda.body.type, result.type, arg.position);
      }
      const before = substitute(pattern.result, bindings);
      if (unify(pattern.result, lambda.body.type, bindings) === undefined) return undefined;
      const after = substitute(pattern.result, bindings);
      widened ||= before.kind !== 'unknown' && !sameType(before, after);
      // No coercion: a state of varchar takes no varchar(3).
      const isGeneral = result.pattern === 'variable' || result.pattern === 'varchar';
      if (isGeneral && !sameType(lambda.body.type, after)) {
        unfit ??= unexpectedResult(lambda.body.type, after, arg.position);
      }
      lambdas.set(index, { ...lambda, body: fitted(lambda.body, pattern.result, bindings) });
    }
    if (!widened) {
      if (unfit) throw unfit;
      return lambdas;
    }
  }
  return undefined;
}

function unexpectedResult(given: TrinoType, expected: TrinoType, position?: SqlPosition): SqlError {
  const text = `Unexpected result ${typeText(given)} of a lambda. Expected: ${typeText(expected)}`;
  return new SqlError('FUNCTION_NOT_FOUND', text, position);
}

export function typeLambda(node: ast.Lambda, types: readonly TrinoType[], context: Context): TypedLambda {
  const depth = context.lambdaDepth + 1;
  const parameters = node.parameters.map(
    (_name, index): LambdaParameter => ({
      kind: 'lambda parameter',
      type: types[index] ?? build.UNKNOWN,
      name: `p${depth}_${index + 1}`,
    }),
  );
  const names = new Map(
    node.parameters.map((name, index) => [name.toLowerCase(), parameters[index] as LambdaParameter]),
  );
  const scope = childScope([], context.scope, names);
  const body = analyze(node.body, { ...context, scope, lambdaDepth: depth, scalarOnly: 'Lambda expression' });
  return { kind: 'lambda', parameters, body };
}

/** What a behaviour's code may know of the arguments. */
export function callTypes(args: readonly Argument[]): CallTypes {
  return {
    types: args.map((arg) => (arg.kind === 'lambda' ? arg.body.type : arg.type)),
    literals: args.map((arg) => {
      if (arg.kind === 'lambda') return undefined;
      const value = literalValue(arg);
      if (value === null) return undefined;
      const isSmall = typeof value === 'bigint' && value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER;
      return isSmall ? Number(value) : value;
    }),
  };
}

function requireLiterals(overload: Overload, { literals }: CallTypes, position?: SqlPosition): void {
  for (const index of overload.behaviour.literals ?? []) {
    if (index <= literals.length && literals[index - 1] === undefined) {
      throw new NotCoveredError(`${overload.name} with argument ${index} that is not a literal`, position);
    }
  }
}

/** Errors of the function tables don't know where the call stands. */
export function withPosition<T>(position: SqlPosition | undefined, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof SqlError) || error.position) throw error;
    if (error instanceof NotCoveredError) throw new NotCoveredError(error.what, position);
    throw new SqlError(error.errorName, error.message, position);
  }
}

/** Kinds for which our lists of overloads aren't known to be complete. */
const UNSURE: ReadonlySet<string> = new Set([
  'array',
  'map',
  'row',
  'json',
  'time',
  'time with time zone',
  'timestamp with time zone',
  'varbinary',
  'interval day to second',
  'interval year to month',
]);

/** FUNCTION_NOT_FOUND only where the list is complete; otherwise the call is refused by name. */
export function noSuchCall(
  name: string,
  kind: FunctionKind,
  args: readonly RawArgument[],
  { analysis: { functions } }: Context,
  position?: SqlPosition,
): SqlError {
  const types = args.map((arg) => (isLambda(arg) ? 'function' : typeText(arg.type))).join(', ');
  const overloads = functions.overloads(kind, name);
  const unsure = functions.isPartial(name) || args.some((arg) => isLambda(arg) || UNSURE.has(arg.type.kind));
  if (overloads.length === 0 && !isListed(name, functions)) {
    if (functions.isNotCovered(name)) return new NotCoveredError(`function ${name}(${types})`, position);
    return new SqlError('FUNCTION_NOT_FOUND', `Function '${name}' not registered`, position);
  }
  if (unsure) return new NotCoveredError(`function ${name}(${types})`, position);
  const expected = overloads.map((overload) => overload.signature.replace(/: .*/, '')).join(', ');
  return new SqlError(
    'FUNCTION_NOT_FOUND',
    `Unexpected parameters (${types}) for function ${name}.${expected ? ` Expected: ${expected}` : ''}`,
    position,
  );
}

const isListed = (name: string, functions: Context['analysis']['functions']): boolean =>
  (['scalar', 'aggregate', 'window'] as const).some((kind) => functions.overloads(kind, name).length > 0);

/** The common super type, for forms whose arguments must agree. */
export const agreed = (a: TrinoType, b: TrinoType): TrinoType | undefined => commonSuperType(a, b);
