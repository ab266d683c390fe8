import { AsyncLocalStorage } from 'node:async_hooks';

/** The functions that an event has come through, oldest first: what finds a function that calls itself without end. */
export type Lineage = readonly string[];

/** The invocation that is under way in a function's process. */
export interface ProcessInvocation {
  readonly lineage: Lineage;
  /** Milliseconds by which the clock that it sees is ahead of the machine's. */
  readonly clockOffset: number;
}

const storage = new AsyncLocalStorage<Lineage>();
/** Session token of a function's process → what goes on in it. */
const processes = new Map<string, ProcessInvocation>();

/** Of what is being done now. */
export function currentLineage(): Lineage {
  return storage.getStore() ?? [];
}

export function withLineage<T>(lineage: Lineage, work: () => T): T {
  return storage.run(lineage, work);
}

/** Requests that carry the token are the invocation's doing; undefined forgets it. */
export function setProcessInvocation(sessionToken: string, invocation: ProcessInvocation | undefined): void {
  if (invocation === undefined) processes.delete(sessionToken);
  else processes.set(sessionToken, invocation);
}

/** The invocation that has sent a request, if one did. */
export function invocationOf(sessionToken: string | undefined): ProcessInvocation | undefined {
  return sessionToken === undefined ? undefined : processes.get(sessionToken);
}
