/** Things that wait for others, in an order in which each comes after what it waits for. */
export interface Ordered<T> {
  readonly order: readonly T[];
  /** Each circle once, as a path whose first and last member are the same. */
  readonly cycles: readonly (readonly T[])[];
}

/**
 * Topological order that keeps the given order where it may. Members of a circle come where they were declared.
 * Iterative: a chain of 100,000 is no problem.
 */
export function inOrder<T>(nodes: readonly T[], dependenciesOf: (node: T) => Iterable<T>): Ordered<T> {
  const known = new Set(nodes);
  const edges = new Map(nodes.map((node) => [node, [...new Set(dependenciesOf(node))].filter((to) => known.has(to))]));
  const done = new Set<T>();
  const order: T[] = [];
  const cycles: T[][] = [];
  for (const root of nodes) {
    const trail: { node: T; next: number }[] = [];
    const onTrail = new Set<T>();
    const push = (node: T): void => {
      trail.push({ node, next: 0 });
      onTrail.add(node);
    };
    if (!done.has(root)) push(root);
    while (trail.length > 0) {
      const top = trail[trail.length - 1] as { node: T; next: number };
      const to = edges.get(top.node)?.[top.next];
      top.next += 1;
      if (to === undefined) {
        trail.pop();
        onTrail.delete(top.node);
        done.add(top.node);
        order.push(top.node);
      } else if (onTrail.has(to)) {
        const start = trail.findIndex((step) => step.node === to);
        cycles.push([...trail.slice(start).map((step) => step.node), to]);
      } else if (!done.has(to)) {
        push(to);
      }
    }
  }
  return { order, cycles };
}
