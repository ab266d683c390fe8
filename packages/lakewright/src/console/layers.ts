/** The column of each node: the longest way that leads to it. An edge that closes a circle doesn't count. */
export function layersOf(
  ids: readonly string[],
  edges: readonly (readonly [string, string])[],
): ReadonlyMap<string, number> {
  const next = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const [from, to] of edges) if (next.has(to)) next.get(from)?.push(to);
  const order: string[] = [];
  const seen = new Set<string>();
  const visit = (id: string): void => {
    if (seen.has(id)) return;
    seen.add(id);
    for (const to of next.get(id) ?? []) visit(to);
    order.unshift(id);
  };
  // What nothing leads to comes first, or a circle would be opened in its middle.
  const targets = new Set(edges.map(([, to]) => to));
  for (const id of ids.filter((one) => !targets.has(one))) visit(id);
  for (const id of ids) visit(id);
  const place = new Map(order.map((id, index) => [id, index]));
  const layers = new Map<string, number>(ids.map((id) => [id, 0]));
  for (const id of order) {
    for (const to of next.get(id) ?? []) {
      if ((place.get(to) ?? 0) < (place.get(id) ?? 0)) continue;
      layers.set(to, Math.max(layers.get(to) ?? 0, (layers.get(id) ?? 0) + 1));
    }
  }
  return layers;
}

/** Edges without those that a longer way says as well. */
export function reduced(edges: readonly (readonly [string, string])[]): readonly (readonly [string, string])[] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges) next.set(from, (next.get(from) ?? new Set()).add(to));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    [...(next.get(from) ?? [])].some((one) => {
      if (seen.has(one)) return false;
      seen.add(one);
      return one === to || reaches(one, to, seen);
    });
  return edges.filter(
    ([from, to]) => ![...(next.get(from) ?? [])].some((one) => one !== to && one !== from && reaches(one, to)),
  );
}
