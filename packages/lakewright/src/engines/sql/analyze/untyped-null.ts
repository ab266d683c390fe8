import { SqlError } from '../errors';
import type { Overload } from '../functions/table';
import { sameType } from '../types/coercion';
import type { TrinoType } from '../types/type';
import { type Bound, parameterPatterns, substitute, tryBind } from './binder';

/** A candidate with the types that it takes and gives. */
interface Choice {
  readonly bound: Bound;
  readonly parameters: readonly TrinoType[];
  readonly result: TrinoType;
}

/**
 * Trino's choice among the overloads that take a call with an untyped NULL (`FunctionBinder`): the most specific ones,
 * that is whose types the others take, too; of those the ones that coerce nothing but the NULLs; and any of them where
 * all have one result type and give NULL for NULL.
 *
 * @throws SqlError AMBIGUOUS_FUNCTION_CALL where several are left
 */
export function chooseForNull(candidates: readonly Bound[], args: readonly TrinoType[]): Bound | undefined {
  const choices = candidates.map((bound) => choiceOf(bound, args.length));
  const specific = choices.filter(
    (choice, index) => !choices.some((other, at) => at !== index && isMoreSpecific(other, choice, at < index)),
  );
  const onlyNulls = specific.filter(({ parameters }) =>
    args.every((arg, index) => arg.kind === 'unknown' || sameType(arg, parameters[index] ?? arg)),
  );
  const left = onlyNulls.length > 0 ? onlyNulls : specific;
  const [first] = left;
  const isOne = left.every(
    ({ bound, result }) => first && sameType(result, first.result) && givesNull(bound.overload, args),
  );
  if (left.length > 1 && !isOne) {
    const text = 'Could not choose a best candidate operator. Explicit type casts must be added.';
    throw new SqlError('AMBIGUOUS_FUNCTION_CALL', text);
  }
  return first?.bound;
}

/** Whether the NULL alone makes the result NULL: it does in the arguments before one that's repeated and may be NULL. */
function givesNull({ behaviour, parameters, variadic }: Overload, args: readonly TrinoType[]): boolean {
  if (behaviour.nulls !== 'own') return true;
  return variadic && args.slice(0, parameters.length - 1).some(({ kind }) => kind === 'unknown');
}

function choiceOf(bound: Bound, count: number): Choice {
  const { overload, bindings } = bound;
  const parameters = (parameterPatterns(overload, count) ?? []).map((pattern) => substitute(pattern, bindings));
  const own = overload.behaviour.type?.({ types: parameters, literals: parameters.map(() => undefined) });
  return { bound, parameters, result: own ?? substitute(overload.result, bindings) };
}

/** The other one takes this one's types, but not the other way round; the first of two that take each other's. */
function isMoreSpecific(one: Choice, other: Choice, isFirst: boolean): boolean {
  return takes(other, one) && (isFirst || !takes(one, other));
}

const takes = (one: Choice, other: Choice): boolean => tryBind(one.bound.overload, other.parameters) !== undefined;
