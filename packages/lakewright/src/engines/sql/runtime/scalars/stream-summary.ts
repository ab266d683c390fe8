interface Counter<T> {
  item: T;
  count: number;
}

/**
 * The Stream-Summary behind `approx_most_frequent` (Metwally, Agrawal and Abbadi, "Efficient Computation of Frequent and
 * Top-k Elements in Data Streams", 2005), as the library that Trino uses has it
 * (https://github.com/addthis/stream-lib): counters in buckets of one count, each bucket in the order in which its
 * counters came to it. Up to `capacity` different values the counts are exact; then a new value takes the place, and the
 * count, of the last one in the lowest bucket.
 */
export class StreamSummary<T> {
  private readonly counters = new Map<T, Counter<T>>();
  /** Ascending by count. */
  private readonly buckets: { readonly count: number; readonly members: Counter<T>[] }[] = [];

  constructor(private readonly capacity: number) {}

  public offer(item: T): void {
    const known = this.counters.get(item);
    if (known) {
      this.increment(known);
      return;
    }
    if (this.counters.size < this.capacity) {
      const counter = { item, count: 0 };
      this.buckets.unshift({ count: 0, members: [counter] });
      this.counters.set(item, counter);
      this.increment(counter);
      return;
    }
    const replaced = this.buckets[0]?.members.at(0);
    if (!replaced) return;
    this.counters.delete(replaced.item);
    replaced.item = item;
    this.counters.set(item, replaced);
    this.increment(replaced);
  }

  /** The `limit` most frequent, the most frequent first. */
  public top(limit: number): Counter<T>[] {
    return [...this.buckets]
      .reverse()
      .flatMap(({ members }) => [...members])
      .slice(0, limit);
  }

  private increment(counter: Counter<T>): void {
    const at = this.bucketOf(counter.count);
    const bucket = this.buckets[at];
    if (!bucket) return;
    bucket.members.splice(bucket.members.indexOf(counter), 1);
    counter.count++;
    const next = this.buckets[at + 1];
    if (next?.count === counter.count) next.members.push(counter);
    else this.buckets.splice(at + 1, 0, { count: counter.count, members: [counter] });
    if (bucket.members.length === 0) this.buckets.splice(at, 1);
  }

  private bucketOf(count: number): number {
    let low = 0;
    let high = this.buckets.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.buckets[middle]?.count ?? 0) < count) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
