import type { LakeModel, NodeModel } from '../../src/console/contract';

export interface TableGroup {
  readonly database: string;
  readonly tables: readonly NodeModel[];
}

export const databaseOf = (id: string): string => id.slice(0, id.indexOf('.'));

/** By database; the refined ones, for which most come, first. */
export function groupsOf({ nodes, zones }: LakeModel): readonly TableGroup[] {
  const depth = new Map(zones.map(({ id }, index) => [id, index]));
  const tables = nodes.filter(({ kind }) => kind === 'table' || kind === 'view');
  const groups = new Map<string, NodeModel[]>();
  for (const node of tables) {
    const own = groups.get(databaseOf(node.id));
    if (own) own.push(node);
    else groups.set(databaseOf(node.id), [node]);
  }
  const depthOf = (all: readonly NodeModel[]): number => Math.max(...all.map(({ zone }) => depth.get(zone) ?? 0));
  return [...groups]
    .sort((a, b) => depthOf(b[1]) - depthOf(a[1]) || a[0].localeCompare(b[0]))
    .map(([database, all]) => ({ database, tables: all.sort((a, b) => a.label.localeCompare(b.label)) }));
}
