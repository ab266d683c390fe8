/**
 * Works on items in their order, some at the same time, until all are done or it is time to stop; the first is always done,
 * so that each call gets further.
 *
 * @returns how many were done: these are the first ones
 */
export async function inOrder<T>(
  items: readonly T[],
  concurrency: number,
  stop: () => boolean,
  work: (item: T) => Promise<void>,
): Promise<number> {
  let next = 0;
  let failed = false;
  const worker = async (): Promise<void> => {
    while (next < items.length && !failed && (next === 0 || !stop())) {
      const item = items[next++] as T;
      try {
        await work(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(concurrency, items.length) }, worker));
  for (const each of ended) if (each.status === 'rejected') throw each.reason;
  return next;
}
