/**
 * What escapes TRY: DuckDB's TRY makes NULL of every failure, Trino's only of four (`TryFunction`). A failure that
 * Trino's would let through, and a refusal of ours, is noted where it's raised; a statement that holds a TRY fails by
 * it at its end.
 */
const CAUGHT: ReadonlySet<string> = new Set([
  'DIVISION_BY_ZERO',
  'INVALID_CAST_ARGUMENT',
  'INVALID_FUNCTION_ARGUMENT',
  'NUMERIC_VALUE_OUT_OF_RANGE',
]);

export const isCaughtByTry = (name: string): boolean => CAUGHT.has(name);

interface Escape {
  readonly at: number;
  readonly message: string;
  /** By `lw_fail`, which DuckDB also calls while it plans, for branches that no row takes. */
  readonly written: boolean;
}

/** As many as may be of use: the newest of them. */
const LIMIT = 100;

let clock = 0;
const escapes: Escape[] = [];

/** Notes a failure of a function if TRY must let it through. */
export function noteEscape(functionName: string, message: string): void {
  const [, name] = /^LW:([A-Z_]+):/.exec(message) ?? [];
  if (name === undefined || isCaughtByTry(name)) return;
  escapes.push({ at: ++clock, message, written: functionName === 'lw_fail' });
  if (escapes.length > LIMIT) escapes.shift();
}

/** The statement failed by its own: the failure is no other statement's. */
export function claimEscapes(message: string): void {
  for (let index = escapes.length - 1; index >= 0; index--) {
    if (message.includes(escapes[index]?.message ?? message)) escapes.splice(index, 1);
  }
}

export const escapeClock = (): number => clock;

/** The message of what a TRY of a statement swallowed that was prepared at one time and begun at another. */
export function escapeSince(prepared: number, begun: number): string | undefined {
  return escapes.find(({ at, written }) => at > (written ? begun : prepared))?.message;
}
