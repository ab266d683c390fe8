import type { RunGraph, TaskModel } from '../contract';
import { layersOf, reduced } from '../layers';
import type { Flow, FlowTask } from './flow';
import { kindOf } from './task-kind';

/** Not what only looks something up, and what only a failure leads to, unless it concerns somebody. */
export function isShown(task: FlowTask, { state }: TaskModel): boolean {
  if (state === 'fail') return true;
  return !task.isLook && (!task.isHandler || state === 'run' || state === 'ok');
}

/** Puts tasks into columns by the longest way that leads to them, and into the row of what leads to them. */
export function arrange(flow: Flow, all: readonly TaskModel[], run: Pick<RunGraph, 'run' | 'span'>): RunGraph {
  const shown = all.filter((task, index) => isShown(flow.tasks[index] as FlowTask, task));
  const ids = shown.map(({ id }) => id);
  const edges = reduced(bridged(flow, new Set(ids)));
  const layers = layersOf(ids, edges);
  const flowTasks = new Map(flow.tasks.map((task) => [task.id, task]));
  const count = Math.max(0, ...layers.values()) + 1;
  const columns = Array.from({ length: ids.length === 0 ? 0 : count }, (_, stage) =>
    shown.filter(({ id }) => layers.get(id) === stage),
  );
  const rows = new Map<string, number>();
  for (const column of columns) {
    const wanted = (id: string): number => {
      const before = edges.flatMap(([from, to]) => (to === id ? (rows.get(from) ?? []) : []));
      return before.length === 0 ? 0 : before.reduce((sum, one) => sum + one, 0) / before.length;
    };
    const sorted = [...column].sort((a, b) => wanted(a.id) - wanted(b.id));
    for (const [row, { id }] of sorted.entries()) rows.set(id, row);
  }
  const tasks = shown
    .map((task) => ({ ...task, stage: layers.get(task.id) ?? 0, row: rows.get(task.id) ?? 0 }))
    .sort((a, b) => a.stage - b.stage || a.row - b.row);
  const stages = columns.map((column) => {
    const stageNames = new Set(column.map(({ id }) => flowTasks.get(id)?.stage));
    const [only] = stageNames;
    const starts = column.flatMap(({ at }) => at ?? []);
    const kinds = [...new Set(column.map(({ id }) => kindOf(flowTasks.get(id)?.definition)))];
    return {
      title:
        stageNames.size === 1 && only !== undefined ? only : kinds.length === 1 ? capital(kinds[0] as string) : 'Tasks',
      hint: starts.length === 0 ? '' : `from ${Math.min(...starts).toFixed(1)} s`,
    };
  });
  return { ...run, stages, tasks, edges };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Edges between tasks that are shown, also where others lie between. */
function bridged(flow: Flow, shown: ReadonlySet<string>): (readonly [string, string])[] {
  const found: (readonly [string, string])[] = [];
  for (const id of shown) {
    const seen = new Set<string>();
    const visit = (at: string): void => {
      for (const [from, to] of flow.edges) {
        if (from !== at || seen.has(to)) continue;
        seen.add(to);
        if (shown.has(to)) found.push([id, to]);
        else visit(to);
      }
    };
    visit(id);
  }
  return found;
}
