import { functions, type Overload } from '../../src/engines/sql/functions';
import type { Random } from '../fuzz-sql/random';
import { hinted, UNDETERMINED } from './hints';
import { castable, conditional, operator, subscript } from './operators';
import { type Bindings, bindResult, type Parameter, parametersOf } from './patterns';
import { isOrderable, type Kind, literal, randomKind, randomScalar, sameKind, scalar, typeName } from './values';

export interface Column {
  readonly sql: string;
  readonly kind: Kind;
}

/** What an expression may read. */
export interface Scope {
  readonly columns: readonly Column[];
  /** A column that is 1, 2, 3 … in the rows. */
  readonly row: string;
  readonly random: Random;
}

/** The functions of the table whose answers are determined. */
export const usable = (kind: Overload['kind']): readonly Overload[] =>
  functions
    .all()
    .filter(
      (overload) => overload.kind === kind && overload.behaviour.deterministic && !UNDETERMINED.has(overload.name),
    );
const SCALARS = usable('scalar');

/** An expression of the type, `depth` calls deep at most. */
export function expression(kind: Kind, depth: number, scope: Scope): string {
  const { random } = scope;
  if (depth <= 0 || random.below(6) === 0) return leaf(kind, scope);
  const deeper = (other: Kind): string => expression(other, depth - 1, scope);
  switch (random.below(12)) {
    case 0:
      return conditional(kind, deeper, random);
    case 1: {
      const from = castable(kind, random);
      // Most texts are no number and no date.
      const cast = from.name === 'varchar' && random.below(6) ? 'TRY_CAST' : random.pick(['CAST', 'TRY_CAST']);
      return `${cast}(${deeper(from)} AS ${typeName(kind, random)})`;
    }
    case 2:
      return subscript(kind, deeper, random);
    case 3:
    case 4:
    case 5:
      return operator(kind, deeper, random) ?? call(kind, depth, scope) ?? deeper(kind);
    default:
      return call(kind, depth, scope) ?? operator(kind, deeper, random) ?? deeper(kind);
  }
}

/**
 * A column, a value that changes with the rows, or (seldom) a constant, which would be folded away. NULL comes from the
 * rows: what stands beside a constant one is worked out by one engine and not by the other, and may fail.
 */
function leaf(kind: Kind, scope: Scope): string {
  const { random } = scope;
  const columns = scope.columns.filter((column) => sameKind(column.kind, kind));
  if (columns.length > 0 && random.below(8) > 0) return random.pick(columns).sql;
  if (random.below(3) === 0) return literal(kind, random);
  return `if(${scope.row} ${random.pick(['= 1', '< 3', '> 1'])}, ${literal(kind, random)}, ${literal(kind, random)})`;
}

/** The type of a column as often as any other, so that columns are read. */
export function chooseKind({ columns, random }: Scope): Kind {
  return random.below(2) ? random.pick(columns).kind : randomKind(random);
}

/** As `chooseKind`, of values without parts. */
export function chooseScalar(scope: Scope): Kind {
  const kind = chooseKind(scope);
  return 'element' in kind || 'key' in kind || 'fields' in kind ? randomScalar(scope.random) : kind;
}

/** As `chooseKind`, of values that have an order. */
export function chooseOrderable(scope: Scope): Kind {
  const kind = chooseScalar(scope);
  return isOrderable(kind) ? kind : scalar('integer');
}

/** A call of one of the functions that gives the type; undefined if there is none. */
function call(kind: Kind, depth: number, scope: Scope): string | undefined {
  const names = namesGiving(kind);
  if (names.length === 0) return undefined;
  const overload = scope.random.pick(scope.random.pick(names));
  return callOf(overload, bindResult(overload, kind) as Bindings, depth, scope);
}

/** A call of an overload, the free variables of its types chosen from the scope. */
export function callOf(overload: Overload, bindings: Bindings, depth: number, scope: Scope): string {
  const parameters = parametersOf(overload, bindings, scope.random, () => chooseScalar(scope));
  return `${overload.name}(${argumentsOf(overload, parameters, depth, scope).join(', ')})`;
}

const giving = new Map<string, Overload[][]>();

/** The functions that can give the type: by name, so that one of many overloads isn't drawn more often. */
function namesGiving(kind: Kind): Overload[][] {
  const key = JSON.stringify(kind);
  const known = giving.get(key);
  if (known) return known;
  const names = byName(SCALARS.filter((overload) => bindResult(overload, kind)));
  giving.set(key, names);
  return names;
}

/** Overloads of one name together. */
export function byName(overloads: readonly Overload[]): Overload[][] {
  const names = new Map<string, Overload[]>();
  for (const overload of overloads) names.set(overload.name, [...(names.get(overload.name) ?? []), overload]);
  return [...names.values()];
}

function argumentsOf(
  { name, behaviour }: Overload,
  parameters: readonly Parameter[],
  depth: number,
  scope: Scope,
): string[] {
  return parameters.map((parameter, index) => {
    const text = hinted(name, index, parameters, scope.random);
    if (text !== undefined) return text;
    if ('lambda' in parameter) return lambda(parameter.lambda, parameter.result, depth, scope);
    if (behaviour.literals?.includes(index + 1)) return literal(parameter, scope.random);
    return expression(parameter, depth - 1, scope);
  });
}

function lambda(parameters: readonly Kind[], result: Kind, depth: number, scope: Scope): string {
  const own = parameters.map((kind, index): Column => ({ sql: `x${depth}${'abc'[index]}`, kind }));
  const names = own.map((column) => column.sql).join(', ');
  // The parameters first: a body that reads none of them tells little.
  const body = expression(result, depth - 1, { ...scope, columns: [...own, ...own, ...scope.columns] });
  return `${own.length === 1 ? names : `(${names})`} -> ${body}`;
}
