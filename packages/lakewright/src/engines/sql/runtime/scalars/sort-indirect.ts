const SMALL = 16;
const LARGE = 128;

/**
 * Sorts `order` (positions in `keys`) by key, leaving equal keys in the order in which airlift's t-digest has them:
 * Bentley and McIlroy's quicksort ("Engineering a Sort Function", 1993), which isn't stable. Which of two clusters with
 * one mean comes first decides how they are merged.
 */
export function sortIndirect(order: number[], keys: readonly number[], from: number, to: number): void {
  const length = to - from;
  if (length < SMALL) {
    sortByInsertion(order, keys, from, to);
    return;
  }
  const at = (i: number): number => keys[order[i] as number] as number;
  const swap = (i: number, j: number): void => {
    [order[i], order[j]] = [order[j] as number, order[i] as number];
  };
  const swapRange = (i: number, j: number, count: number): void => {
    for (let k = 0; k < count; k++) swap(i + k, j + k);
  };
  const pivot = at(pivotOf(at, from, to));
  // Equal keys gather at both ends: [from, low) and (high, to).
  let low = from;
  let left = from;
  let right = to - 1;
  let high = right;
  for (;;) {
    for (; left <= right && at(left) <= pivot; left++) if (at(left) === pivot) swap(low++, left);
    for (; right >= left && at(right) >= pivot; right--) if (at(right) === pivot) swap(right, high--);
    if (left > right) break;
    swap(left++, right--);
  }
  const fromLow = Math.min(low - from, left - low);
  swapRange(from, left - fromLow, fromLow);
  const fromHigh = Math.min(high - right, to - high - 1);
  swapRange(left, to - fromHigh, fromHigh);
  if (left - low > 1) sortIndirect(order, keys, from, from + left - low);
  if (high - right > 1) sortIndirect(order, keys, to - (high - right), to);
}

function sortByInsertion(order: number[], keys: readonly number[], from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const moved = order[i] as number;
    const key = keys[moved] as number;
    let j = i;
    for (; j > from && (keys[order[j - 1] as number] as number) > key; j--) order[j] = order[j - 1] as number;
    order[j] = moved;
  }
}

/** The median of three, of many keys the median of three medians. */
function pivotOf(at: (i: number) => number, from: number, to: number): number {
  const length = to - from;
  const middle = from + Math.floor(length / 2);
  const last = to - 1;
  if (length <= LARGE) return median(at, from, middle, last);
  const step = Math.floor(length / 8);
  return median(
    at,
    median(at, from, from + step, from + 2 * step),
    median(at, middle - step, middle, middle + step),
    median(at, last - 2 * step, last - step, last),
  );
}

function median(at: (i: number) => number, a: number, b: number, c: number): number {
  const [x, y, z] = [at(a), at(b), at(c)];
  if (x < y) return y < z ? b : x < z ? c : a;
  return y > z ? b : x > z ? c : a;
}
