import type { TypeParameter, TypePattern } from '../functions/signature';
import type { Overload } from '../functions/table';
import * as build from '../types/build';
import { coercionCost, commonSuperType, isComparable, isOrderable, sameType } from '../types/coercion';
import { asDecimal, superDecimal } from '../types/decimal';
import type { TrinoType } from '../types/type';
import { chooseForNull } from './untyped-null';

/** What the variables of a signature stand for in one call. */
export interface Bindings {
  readonly types: Map<string, TrinoType>;
  integer?: TrinoType;
  /** Lengths, precisions, scales; undefined = unbounded. */
  readonly numbers: Map<string, number | undefined>;
}

export interface Bound {
  readonly overload: Overload;
  readonly bindings: Bindings;
  readonly cost: number;
}

/** An argument's type; 'lambda' with its arity where the argument is a lambda. */
export type ArgumentShape = TrinoType | { readonly kind: 'lambda'; readonly arity: number };

/**
 * The overload that takes the arguments with the least coercion; the first of equals. With an untyped NULL among the
 * arguments Trino's own rule decides.
 *
 * @throws SqlError AMBIGUOUS_FUNCTION_CALL where the NULL may be of several types, and it makes a difference
 */
export function bindOverload(overloads: readonly Overload[], args: readonly ArgumentShape[]): Bound | undefined {
  const candidates = overloads.flatMap((overload) => tryBind(overload, args) ?? []);
  const best = leastCost(candidates);
  const isTyped = !args.some(({ kind }) => kind === 'unknown') || args.some(({ kind }) => kind === 'lambda');
  if (!best || best.cost === 0 || isTyped || candidates.length === 1) return best;
  return chooseForNull(candidates, args as readonly TrinoType[]);
}

function leastCost(candidates: readonly Bound[]): Bound | undefined {
  return candidates.reduce<Bound | undefined>(
    (best, next) => (best && best.cost <= next.cost ? best : next),
    undefined,
  );
}

/** The pattern of each argument, the last repeated where the signature is variadic. */
export function parameterPatterns(overload: Overload, count: number): readonly TypePattern[] | undefined {
  const { parameters, variadic } = overload;
  if (count === parameters.length) return parameters;
  const last = parameters.at(-1);
  if (!variadic || !last) return undefined;
  // `*...` may stand for no argument at all.
  if (count === parameters.length - 1 && last.pattern === 'any') return parameters.slice(0, -1);
  if (count < parameters.length) return undefined;
  return [...parameters, ...new Array<TypePattern>(count - parameters.length).fill(last)];
}

/** The overload with the bindings of its variables, if it takes the arguments. */
export function tryBind(overload: Overload, args: readonly ArgumentShape[]): Bound | undefined {
  const patterns = parameterPatterns(overload, args.length);
  if (!patterns) return undefined;
  const bindings: Bindings = { types: new Map(), numbers: new Map() };
  let cost = 0;
  for (const [index, arg] of args.entries()) {
    const pattern = patterns[index];
    if (!pattern) return undefined;
    if (arg.kind === 'lambda' || pattern.pattern === 'lambda') {
      if (arg.kind !== 'lambda' || pattern.pattern !== 'lambda' || pattern.parameters.length !== arg.arity) {
        return undefined;
      }
      continue;
    }
    const one = unify(pattern, arg, bindings);
    if (one === undefined) return undefined;
    cost += one;
  }
  return hasConstraints(overload, bindings) ? { overload, bindings, cost } : undefined;
}

function hasConstraints(overload: Overload, bindings: Bindings): boolean {
  const every = (names: readonly string[] | undefined, test: (type: TrinoType) => boolean) =>
    (names ?? []).every((name) => {
      const type = bindings.types.get(name);
      return type === undefined || test(type);
    });
  return every(overload.behaviour.orderable, isOrderable) && every(overload.behaviour.comparable, isComparable);
}

/** Cost of passing a value of the type for the pattern, or undefined; binds the pattern's variables. */
export function unify(pattern: TypePattern, type: TrinoType, bindings: Bindings): number | undefined {
  switch (pattern.pattern) {
    case 'exact':
      return coercionCost(type, pattern.type);
    case 'any':
      return 0;
    case 'variable':
      return unifyVariable(pattern.name, type, bindings);
    case 'integer':
      if (type.kind === 'unknown') {
        bindings.integer ??= build.TINYINT;
        return 3;
      }
      if (!build.isInteger(type)) return undefined;
      bindings.integer = bindings.integer ? commonSuperType(bindings.integer, type) : type;
      return 0;
    case 'decimal':
      return unifyDecimal(pattern, type, bindings);
    case 'varchar':
    case 'char':
      return unifyText(pattern, type, bindings);
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
    case 'time with time zone':
      return unifyDatetime(pattern.pattern, pattern.precision, type, bindings);
    case 'array':
      if (type.kind === 'unknown') return unify(pattern.element, type, bindings) === undefined ? undefined : 1;
      return type.kind === 'array' ? unify(pattern.element, type.element, bindings) : undefined;
    case 'map': {
      const [key, value] =
        type.kind === 'map' ? [type.key, type.value] : type.kind === 'unknown' ? [type, type] : [undefined, undefined];
      if (!key || !value) return undefined;
      return sum([unify(pattern.key, key, bindings), unify(pattern.value, value, bindings)]);
    }
    case 'row':
      if (type.kind === 'unknown') return sum(pattern.fields.map((field) => unify(field, type, bindings)));
      if (type.kind !== 'row' || type.fields.length !== pattern.fields.length) return undefined;
      return sum(
        pattern.fields.map((field, index) => unify(field, type.fields[index]?.type ?? build.UNKNOWN, bindings)),
      );
    case 'lambda':
      return undefined;
  }
}

function sum(costs: readonly (number | undefined)[]): number | undefined {
  return costs.reduce((total, cost) => (total === undefined || cost === undefined ? undefined : total + cost), 0);
}

function unifyVariable(name: string, type: TrinoType, bindings: Bindings): number | undefined {
  const bound = bindings.types.get(name);
  if (!bound || bound.kind === 'unknown') {
    bindings.types.set(name, type);
    return 0;
  }
  const common = commonSuperType(bound, type);
  if (!common) return undefined;
  bindings.types.set(name, common);
  return sameType(bound, common) && sameType(type, common) ? 0 : 5;
}

function unifyDecimal(
  pattern: Extract<TypePattern, { pattern: 'decimal' }>,
  type: TrinoType,
  bindings: Bindings,
): number | undefined {
  if (type.kind !== 'decimal' && type.kind !== 'unknown' && !build.isInteger(type)) return undefined;
  const value = type.kind === 'unknown' ? build.decimal(1, 0) : asDecimal(type);
  const { precision, scale } = pattern;
  if (typeof precision === 'number' && typeof scale === 'number') {
    return coercionCost(type, build.decimal(precision, scale));
  }
  const before = {
    precision: typeof precision === 'number' ? precision : bindings.numbers.get(precision),
    scale: typeof scale === 'number' ? scale : bindings.numbers.get(scale),
  };
  const merged =
    before.precision !== undefined && before.scale !== undefined
      ? superDecimal(build.decimal(before.precision, before.scale), value)
      : value;
  setNumber(precision, merged.precision, bindings);
  setNumber(scale, merged.scale, bindings);
  return type.kind === 'decimal' ? 0 : 10;
}

function setNumber(parameter: TypeParameter, value: number | undefined, bindings: Bindings): void {
  if (typeof parameter === 'string') bindings.numbers.set(parameter, value);
}

function unifyText(
  pattern: Extract<TypePattern, { pattern: 'varchar' | 'char' }>,
  type: TrinoType,
  bindings: Bindings,
): number | undefined {
  const { length } = pattern;
  if (typeof length === 'number') {
    return coercionCost(type, pattern.pattern === 'char' ? build.char(length) : build.varchar(length));
  }
  if (type.kind === 'unknown') {
    if (!bindings.numbers.has(length)) bindings.numbers.set(length, pattern.pattern === 'char' ? 1 : 0);
    return 1;
  }
  if (!build.isText(type) || (pattern.pattern === 'char' && type.length === undefined)) return undefined;
  const bound = bindings.numbers.get(length);
  const unbounded = type.length === undefined || (bindings.numbers.has(length) && bound === undefined);
  bindings.numbers.set(length, unbounded ? undefined : Math.max(bound ?? 0, type.length ?? 0));
  // A varchar with a length becomes a char rather than the other way round.
  if (type.kind === pattern.pattern) return 0;
  return pattern.pattern === 'char' ? 1 : 2;
}

/** What may be widened to the kind, and the cost. */
const DATETIME_COSTS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  timestamp: { timestamp: 0, date: 8, unknown: 2 },
  'timestamp with time zone': { 'timestamp with time zone': 0, timestamp: 12, date: 14, unknown: 3 },
  time: { time: 0, unknown: 4 },
  'time with time zone': { 'time with time zone': 0, time: 8, unknown: 5 },
};

function unifyDatetime(
  kind: string,
  precision: TypeParameter,
  type: TrinoType,
  bindings: Bindings,
): number | undefined {
  const cost = DATETIME_COSTS[kind]?.[type.kind];
  if (cost === undefined) return undefined;
  if (typeof precision === 'string') {
    const own = 'precision' in type ? type.precision : type.kind === 'unknown' ? 3 : 0;
    const bound = bindings.numbers.get(precision);
    const keeps = type.kind === 'unknown' && bound !== undefined;
    bindings.numbers.set(precision, keeps ? bound : Math.max(bound ?? 0, own));
  }
  return cost;
}

/** The type that a pattern stands for once its variables are bound. */
export function substitute(pattern: TypePattern, bindings: Bindings): TrinoType {
  const number = (parameter: TypeParameter): number | undefined =>
    typeof parameter === 'number' ? parameter : bindings.numbers.get(parameter);
  switch (pattern.pattern) {
    case 'exact':
      return pattern.type;
    case 'variable':
      return bindings.types.get(pattern.name) ?? build.UNKNOWN;
    case 'integer':
      return bindings.integer ?? build.BIGINT;
    case 'decimal':
      return build.decimal(number(pattern.precision) ?? 38, number(pattern.scale) ?? 0);
    case 'varchar':
      return build.varchar(number(pattern.length));
    case 'char':
      return build.char(number(pattern.length) ?? 1);
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
    case 'time with time zone':
      return { kind: pattern.pattern, precision: number(pattern.precision) ?? 3 };
    case 'array':
      return build.array(substitute(pattern.element, bindings));
    case 'map':
      return build.map(substitute(pattern.key, bindings), substitute(pattern.value, bindings));
    case 'row':
      return build.row(pattern.fields.map((field) => ({ type: substitute(field, bindings) })));
    case 'any':
    case 'lambda':
      return build.UNKNOWN;
  }
}

/** A row is somewhere in the pattern: coercing would lose the names of its fields. */
export function holdsRow(pattern: TypePattern): boolean {
  switch (pattern.pattern) {
    case 'row':
      return true;
    case 'array':
      return holdsRow(pattern.element);
    case 'map':
      return holdsRow(pattern.key) || holdsRow(pattern.value);
    default:
      return false;
  }
}
