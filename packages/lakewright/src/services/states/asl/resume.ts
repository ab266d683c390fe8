import type { ApiShape } from '../../api-shape';

/** Where a sequence of states that didn't end well goes on when it is redriven. */
export interface Resumption {
  readonly state: string;
  readonly input: ApiShape;
  readonly variables: Readonly<Record<string, ApiShape>>;
  /** The state was entered: its history has the event, and a redrive writes no second one. */
  readonly entered: boolean;
  /** Of a Parallel or Map state: how its branches or items stand. */
  readonly inside?: Inside;
}

/** The branches of a Parallel state, or the items of a Map. */
export interface Inside {
  readonly parts: readonly Part[];
  /** The input of each item, as ItemReader, ItemSelector and ItemBatcher made it. */
  readonly inputs?: readonly ApiShape[];
  /** `$$.Map` of each item of an inline Map. */
  readonly contexts?: readonly ApiShape[];
  /** Of a Distributed Map. */
  readonly mapRunArn?: string;
}

/** A branch or item: done, stopped somewhere, or not begun. */
export type Part = { readonly output: ApiShape } | { readonly at: Resumption } | null;

export function partOf(output: { value: ApiShape } | undefined, at: Resumption | undefined): Part {
  if (output !== undefined) return { output: output.value };
  return at === undefined ? null : { at };
}
