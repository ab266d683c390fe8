import type { Overload } from '../../src/engines/sql/functions';
import type { TypePattern } from '../../src/engines/sql/functions/signature';
import type { Random } from '../fuzz-sql/random';
import { isOrderable, type Kind, type ScalarName, sameKind, scalar } from './values';

export type Bindings = Map<string, Kind>;

/** A parameter of a call: a value of a type, or a lambda. */
export type Parameter = Kind | { readonly lambda: readonly Kind[]; readonly result: Kind };

const INTEGERS: readonly ScalarName[] = ['tinyint', 'smallint', 'integer', 'bigint'];

/** The types that statements have no values of. */
const UNUSED = new Set([
  'Geometry',
  'BingTile',
  'SphericalGeography',
  'unknown',
  'SetDigest',
  'HyperLogLog',
  'tdigest',
]);

/** Binds the variables of a result so that the call gives `kind`; undefined if it can't. */
export function bindResult({ result, parameters, behaviour }: Overload, kind: Kind): Bindings | undefined {
  const bindings: Bindings = new Map();
  if (behaviour.type === undefined && !matches(result, kind, bindings)) return undefined;
  // What the code says of the type isn't known here, but for the kind of the first argument.
  if (behaviour.type !== undefined && !(result.pattern !== 'any' && matches(result, kind, bindings))) return undefined;
  const unordered = (behaviour.orderable ?? []).some((name) => !isOrderable(bindings.get(name) ?? scalar('integer')));
  return parameters.every(isUsable) && !unordered ? bindings : undefined;
}

function matches(pattern: TypePattern, kind: Kind, bindings: Bindings): boolean {
  switch (pattern.pattern) {
    case 'exact':
      return pattern.type.kind === kind.name;
    case 'variable':
      return bind(pattern.name, kind, bindings);
    case 'integer':
      return INTEGERS.includes(kind.name as ScalarName) && bind('I', kind, bindings);
    case 'array':
      return kind.name === 'array' && matches(pattern.element, kind.element, bindings);
    case 'map':
      return (
        kind.name === 'map' && matches(pattern.key, kind.key, bindings) && matches(pattern.value, kind.value, bindings)
      );
    case 'row':
      return (
        kind.name === 'row' &&
        kind.fields.length === pattern.fields.length &&
        pattern.fields.every((field, index) => matches(field, kind.fields[index] as Kind, bindings))
      );
    case 'any':
    case 'lambda':
      return false;
    default:
      return pattern.pattern === kind.name;
  }
}

function bind(name: string, kind: Kind, bindings: Bindings): boolean {
  const bound = bindings.get(name);
  if (bound === undefined) bindings.set(name, kind);
  return bound === undefined || sameKind(bound, kind);
}

/** Whether statements have values of the type. */
export function isUsable(pattern: TypePattern): boolean {
  switch (pattern.pattern) {
    case 'exact':
      return !UNUSED.has(pattern.type.kind) && !pattern.type.kind.startsWith('qdigest');
    case 'array':
      return isUsable(pattern.element);
    case 'map':
      return isUsable(pattern.key) && isUsable(pattern.value);
    case 'row':
      return pattern.fields.every(isUsable);
    case 'lambda':
      return pattern.parameters.every(isUsable) && isUsable(pattern.result);
    default:
      return pattern.pattern !== 'time with time zone';
  }
}

/** The parameters of a call; its free variables are bound to types that `choose` gives. */
export function parametersOf(overload: Overload, bindings: Bindings, random: Random, choose: () => Kind): Parameter[] {
  const kind = (pattern: TypePattern): Kind => {
    switch (pattern.pattern) {
      case 'exact':
        return scalar(pattern.type.kind as ScalarName);
      case 'integer':
        return bound('I', () => scalar(random.pick(INTEGERS)));
      case 'variable':
        return bound(pattern.name, () => chosen(overload.behaviour.orderable?.includes(pattern.name) ?? false));
      case 'array':
        return { name: 'array', element: kind(pattern.element) };
      case 'map':
        return { name: 'map', key: kind(pattern.key), value: kind(pattern.value) };
      case 'row':
        return { name: 'row', fields: pattern.fields.map(kind) };
      case 'any':
        return choose();
      case 'lambda':
        throw new Error(`a lambda inside a type: ${overload.signature}`);
      default:
        return scalar(pattern.pattern as ScalarName);
    }
  };
  const chosen = (orderable: boolean): Kind => {
    const kind = choose();
    return orderable && !isOrderable(kind) ? scalar('integer') : kind;
  };
  const bound = (name: string, make: () => Kind): Kind => {
    const known = bindings.get(name) ?? make();
    bindings.set(name, known);
    return known;
  };
  const patterns = [...overload.parameters];
  const last = patterns.at(-1);
  if (overload.variadic && last) for (let more = random.below(3); more > 0; more--) patterns.push(last);
  return patterns.map((pattern) =>
    pattern.pattern === 'lambda'
      ? { lambda: pattern.parameters.map(kind), result: kind(pattern.result) }
      : kind(pattern),
  );
}
