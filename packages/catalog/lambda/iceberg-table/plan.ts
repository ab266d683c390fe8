import { formatType, parseType, sameType, widens } from './hive-type';

/** A column as the catalog has it, or as it is wanted. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly comment?: string;
}

/** A column as the template declares it. */
export interface DeclaredColumn extends Column {
  readonly renamedFrom?: string;
}

/** One step from the table that is there to the table that is wanted. */
export type Change =
  | { readonly kind: 'add'; readonly columns: readonly Column[] }
  | { readonly kind: 'change'; readonly from: string; readonly to: Column }
  | { readonly kind: 'drop'; readonly column: string; readonly onlyIfEmpty: boolean };

/** The steps, or the reasons why there are none. */
export interface Plan {
  readonly changes: readonly Change[];
  readonly refusals: readonly string[];
}

/** What a plan is made from. */
export interface PlanInput {
  /** The table's columns now. */
  readonly actual: readonly Column[];
  /** The columns as they shall be. */
  readonly wanted: readonly DeclaredColumn[];
  /** The columns that the template declared before. */
  readonly previous: readonly DeclaredColumn[];
  /** Columns that may be dropped with their values. */
  readonly dropColumns: readonly string[];
}

/**
 * How to get from the columns that are there to the columns that are wanted without losing a value.
 *
 * A column that is there under its new name, its old name (`renamedFrom`) or, when a deployment is rolled back, under the
 * name that it was just given, is that column. What is there and was never declared belongs to somebody else and stays.
 */
export function plan({ actual, wanted, previous, dropColumns }: PlanInput): Plan {
  const there = new Map(actual.map((column) => [column.name, column]));
  const names = new Set(wanted.map(({ name }) => name));
  const kept = new Set<string>();
  const added: Column[] = [];
  const changes: Change[] = [];
  const refusals: string[] = [];

  const sourceOf = (column: DeclaredColumn): Column | undefined => {
    const own = there.get(column.name);
    if (own) return own;
    const former = column.renamedFrom === undefined ? undefined : there.get(column.renamedFrom);
    if (former) return former;
    const undone = previous.find(({ name, renamedFrom }) => renamedFrom === column.name && !names.has(name));
    return undone && there.get(undone.name);
  };

  for (const column of wanted) {
    const source = sourceOf(column);
    if (!source) {
      added.push(bare(column));
      continue;
    }
    if (kept.has(source.name)) {
      refusals.push(`column "${source.name}" can become one column only, not "${column.name}" as well`);
      continue;
    }
    kept.add(source.name);
    const [from, to] = [parseType(source.type), parseType(column.type)];
    if (!widens(from, to)) {
      refusals.push(
        `column "${column.name}" is ${formatType(from)} and can't become ${formatType(to)}: types can only be widened ` +
          '(int to bigint, float to double, more digits of a decimal, more fields of a struct)',
      );
      continue;
    }
    const comments = column.comment !== undefined && column.comment !== (source.comment ?? '');
    if (source.name !== column.name || !sameType(from, to) || comments) {
      const { comment = source.comment } = column;
      changes.push({ kind: 'change', from: source.name, to: bare({ ...column, comment }) });
    }
  }

  for (const { name } of actual) {
    if (kept.has(name)) continue;
    if (dropColumns.includes(name)) changes.push({ kind: 'drop', column: name, onlyIfEmpty: false });
    else if (previous.some((column) => column.name === name)) {
      changes.push({ kind: 'drop', column: name, onlyIfEmpty: true });
    }
  }
  const adds: Change[] = added.length > 0 ? [{ kind: 'add', columns: added }] : [];
  return refusals.length > 0 ? { changes: [], refusals } : { changes: [...adds, ...changes], refusals: [] };
}

function bare({ name, type, comment }: Column): Column {
  return { name, type: formatType(parseType(type)), ...(comment ? { comment } : {}) };
}
