import type { TaskItem, TaskMeasures } from '../service';

const LINE = /^LAKEWRIGHT_MEASURES (\{.*\})\s*$/;

/** What a program says of its work in a line of its output; undefined for every other line. */
export function measuresOf(line: string): TaskMeasures | undefined {
  const text = LINE.exec(line)?.[1];
  if (text === undefined) return undefined;
  try {
    const { rowsIn, rowsOut, filesIn, tables, items } = JSON.parse(text);
    return {
      ...{ rowsIn: count(rowsIn), rowsOut: count(rowsOut), filesIn: count(filesIn) },
      tables: Array.isArray(tables) ? tables.map(String) : [],
      ...(Array.isArray(items) && { items: items.map(item) }),
    };
  } catch {
    return undefined;
  }
}

const count = (value: unknown): number | null => (typeof value === 'number' ? value : null);

const STATES = ['SUCCEEDED', 'FAILED', 'SKIPPED', 'CANCELLED'] as const;

function item({ name, type, state, seconds, rowsOut, error }: Record<string, unknown>): TaskItem {
  return {
    name: String(name),
    type: String(type ?? 'part'),
    state: STATES.find((one) => one === state) ?? 'FAILED',
    seconds: count(seconds),
    rowsOut: count(rowsOut),
    ...(typeof error === 'string' && { error }),
  };
}
