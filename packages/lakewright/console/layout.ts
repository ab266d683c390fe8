import type { EdgeModel, NodeModel, ZoneModel } from '../src/console/contract';

export interface Placed {
  readonly node: NodeModel;
  /** From 0. */
  readonly column: number;
  readonly row: number;
  /** Rows that it stands beside: a source with two tables has two. */
  readonly span: number;
}

/**
 * Where each node of the map stands: a column a zone, and the same row for what is made of one another, so that most lines
 * are straight. Nothing depends on rows or states: the map doesn't move while a run goes on.
 */
export function layout(
  zones: readonly ZoneModel[],
  nodes: readonly NodeModel[],
  edges: readonly EdgeModel[],
): readonly Placed[] {
  const columnOf = new Map(zones.map(({ id }, index) => [id, index]));
  const columns: NodeModel[][] = zones.map(({ id }) => nodes.filter(({ zone }) => zone === id));
  const zoneOf = new Map(nodes.map(({ id, zone }) => [id, columnOf.get(zone) ?? 0]));
  const before = group(
    edges,
    ({ to }) => to,
    ({ from }) => from,
  );
  const after = group(
    edges,
    ({ from }) => from,
    ({ to }) => to,
  );
  const rows = new Map<string, number>();
  const base = columns.findIndex((column) => column.some(({ kind }) => kind === 'table' || kind === 'view'));
  for (let column = Math.max(0, base); column < columns.length; column++) {
    const taken = new Set<number>();
    const wanted = (node: NodeModel): number => wantedRow(node, before.get(node.id) ?? [], rows, zoneOf);
    const inOrder = [...(columns[column] ?? [])].sort(
      column === base
        ? bySource(before, columns[0] ?? [])
        : (a, b) => wanted(a) - wanted(b) || a.label.localeCompare(b.label),
    );
    for (const node of inOrder) {
      let row = column === base ? 0 : Math.round(wanted(node));
      while (taken.has(row)) row += 1;
      taken.add(row);
      rows.set(node.id, row);
    }
  }
  const placed: Placed[] = [];
  for (const [column, own] of columns.entries()) {
    const isEdge = column < base || own.every(({ kind }) => kind === 'dashboard');
    const taken = new Set<number>();
    for (const node of isEdge
      ? sortedBy(own, (one) => beside(one, before, after, rows)[0] ?? Number.MAX_SAFE_INTEGER)
      : own) {
      if (!isEdge) {
        placed.push({ node, column, row: rows.get(node.id) ?? 0, span: 1 });
        continue;
      }
      const others = beside(node, before, after, rows);
      let row = others[0] ?? 0;
      while (taken.has(row)) row += 1;
      let span = 1;
      while (others.includes(row + span) && !taken.has(row + span) && span < others.length) span += 1;
      for (let one = row; one < row + span; one++) taken.add(one);
      placed.push({ node, column, row, span });
    }
  }
  return withoutGaps(placed).sort((a, b) => a.column - b.column || a.row - b.row);
}

/** Rows that nothing stands in take no room. */
function withoutGaps(placed: readonly Placed[]): Placed[] {
  const used = new Set(placed.flatMap(({ row, span }) => Array.from({ length: span }, (_, one) => row + one)));
  const place = new Map([...used].sort((a, b) => a - b).map((row, index) => [row, index]));
  return placed.map((one) => ({ ...one, row: place.get(one.row) ?? one.row }));
}

/** Beside what it is made of: the one of its name, else the uppermost. */
function wantedRow(
  node: NodeModel,
  inputs: readonly string[],
  rows: ReadonlyMap<string, number>,
  zoneOf: ReadonlyMap<string, number>,
): number {
  const own = zoneOf.get(node.id) ?? 0;
  const known = inputs.filter((id) => rows.has(id) && (zoneOf.get(id) ?? 0) <= own);
  const name = node.label.replace(/^(stg|current|raw|base)_/, '');
  const same = known.find(
    (id) =>
      id
        .split('.')
        .at(-1)
        ?.replace(/^(stg|current|raw|base)_/, '') === name,
  );
  if (same !== undefined) return rows.get(same) ?? 0;
  const found = known.map((id) => rows.get(id) ?? 0);
  return found.length === 0 ? rows.size : Math.min(...found);
}

const bySource =
  (before: ReadonlyMap<string, readonly string[]>, sources: readonly NodeModel[]) =>
  (a: NodeModel, b: NodeModel): number => {
    const rank = ({ id }: NodeModel): number => {
      const [first] = before.get(id) ?? [];
      const found = sources.findIndex((one) => one.id === first);
      return found < 0 ? sources.length : found;
    };
    return rank(a) - rank(b) || a.label.localeCompare(b.label);
  };

function beside(
  { id }: NodeModel,
  before: ReadonlyMap<string, readonly string[]>,
  after: ReadonlyMap<string, readonly string[]>,
  rows: ReadonlyMap<string, number>,
): readonly number[] {
  const others = [...(after.get(id) ?? []), ...(before.get(id) ?? [])];
  return [...new Set(others.flatMap((one) => rows.get(one) ?? []))].sort((a, b) => a - b);
}

function sortedBy<T>(all: readonly T[], key: (one: T) => number): readonly T[] {
  return [...all].sort((a, b) => key(a) - key(b));
}

function group<T>(
  all: readonly T[],
  key: (one: T) => string,
  value: (one: T) => string,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), value(one)]);
  return groups;
}
