import { AsyncLocalStorage } from 'node:async_hooks';

/** The functions that an event has come through, oldest first: what finds a function that calls itself without end. */
export type Lineage = readonly string[];

const storage = new AsyncLocalStorage<Lineage>();
/** Session token of a function's process → the lineage of the invocation that is under way in it. */
const processes = new Map<string, Lineage>();

/** Of what is being done now. */
export function currentLineage(): Lineage {
  return storage.getStore() ?? [];
}

export function withLineage<T>(lineage: Lineage, work: () => T): T {
  return storage.run(lineage, work);
}

/** Requests that carry the token are the invocation's doing; undefined forgets it. */
export function setProcessLineage(sessionToken: string, lineage: Lineage | undefined): void {
  if (lineage === undefined) processes.delete(sessionToken);
  else processes.set(sessionToken, lineage);
}

/** Runs a request's work as the doing of the function that sent it, if one did. */
export function withLineageOf<T>(sessionToken: string | undefined, work: () => T): T {
  const lineage = sessionToken === undefined ? undefined : processes.get(sessionToken);
  return lineage === undefined ? work() : storage.run(lineage, work);
}
