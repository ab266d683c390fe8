import { invalidArgument, notCovered, type ScalarFunction, scalar } from '../support';

/** Java's sort inserts below this length; above it merges. */
const INSERTION_LIMIT = 32;

/** `matrix[i * n + j]`: the comparator's answer for the elements i and j, -1, 0 or 1; anything else fails once it's asked for. */
class Comparisons {
  public readonly size: number;

  constructor(private readonly matrix: readonly number[]) {
    this.size = Math.round(Math.sqrt(matrix.length));
  }

  public compare(a: number, b: number): number {
    const result = this.matrix[a * this.size + b];
    if (result === -1 || result === 0 || result === 1) return result;
    return invalidArgument('Lambda comparator must return either -1, 0, or 1');
  }
}

/** The run at the start, turned round if it descends: its length. */
function firstRun(order: number[], comparisons: Comparisons): number {
  const at = (index: number): number => order[index] as number;
  if (order.length < 2) return order.length;
  let end = 2;
  if (comparisons.compare(at(1), at(0)) < 0) {
    while (end < order.length && comparisons.compare(at(end), at(end - 1)) < 0) end++;
    order.splice(0, end, ...order.slice(0, end).reverse());
  } else {
    while (end < order.length && comparisons.compare(at(end), at(end - 1)) >= 0) end++;
  }
  return end;
}

/** The order that `java.util.List.sort` makes, from the comparisons that it asks for. */
function javaOrder(comparisons: Comparisons): number[] {
  const order = Array.from({ length: comparisons.size }, (_, index) => index);
  if (comparisons.size >= INSERTION_LIMIT) return order.sort((a, b) => comparisons.compare(a, b));
  for (let start = firstRun(order, comparisons); start < order.length; start++) {
    const pivot = order[start] as number;
    let [low, high] = [0, start];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (comparisons.compare(pivot, order[middle] as number) < 0) high = middle;
      else low = middle + 1;
    }
    order.splice(start, 1);
    order.splice(low, 0, pivot);
  }
  return order;
}

/** A long array is only sorted as Java does if the comparator is an order. */
function requireOrder(order: readonly number[], comparisons: Comparisons): void {
  for (let i = 0; i < order.length; i++) {
    for (let j = i + 1; j < order.length; j++) {
      const [a, b] = [order[i] as number, order[j] as number];
      const forth = comparisons.compare(a, b);
      if (forth > 0 || comparisons.compare(b, a) !== -forth) notCovered('array_sort by a comparator that is no order');
    }
  }
}

function sortOrder(matrix: readonly number[]): string {
  const comparisons = new Comparisons(matrix);
  const order = javaOrder(comparisons);
  if (order.length >= INSERTION_LIMIT) requireOrder(order, comparisons);
  return order.map((index) => index + 1).join(',');
}

/** `array_sort(array, comparator)`: positions from 1. */
export const sortScalars: readonly ScalarFunction[] = [scalar('lw_sort_order', ['DOUBLE[]'], 'VARCHAR', sortOrder)];
