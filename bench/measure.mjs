// Shared by the benchmarks: run two things in turn, compare their medians.

/** Times each function `rounds` times, alternating, after `warmUp` rounds that don't count. Seconds. */
export async function alternate(functions, { rounds, warmUp = 1 }) {
  const times = functions.map(() => []);
  for (let round = -warmUp; round < rounds; round++) {
    for (const [index, run] of functions.entries()) {
      const started = performance.now();
      await run();
      if (round >= 0) times[index].push((performance.now() - started) / 1000);
    }
  }
  return times;
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
