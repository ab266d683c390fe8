import type { FlowPlan } from '../tasks/plan';
import { RecordError } from '../tasks/transforms';
import { convert, type Kind, type RecordValue, type SourceRecord, textOf, timeOf } from '../tasks/values';

/** A column of the destination. */
export interface OutputColumn {
  readonly name: string;
  readonly kind: Kind;
}

interface Column {
  readonly name: string;
  readonly index: number;
  /** The flow says it; otherwise what all values so far have in common. */
  readonly declared?: Kind;
  seen?: Kind;
}

/**
 * The columns of a run's files, in the order in which the mappings or the records bring them. With `Map_all`, records say
 * what there is: a value is a boolean, an integer, a number, or a text.
 */
export class Columns {
  private readonly columns = new Map<string, Column>();

  /**
   * @param kinds whether columns have types, or are all texts
   * @param strict whether a value that isn't of its declared type is an error
   */
  public constructor(
    plan: FlowPlan,
    private readonly kinds: boolean,
    private readonly strict: boolean,
  ) {
    const left = new Set(plan.partitionKeys);
    if (plan.mapAll) return;
    for (const { destination, column } of plan.mappings) if (!left.has(destination)) this.add(destination, column);
  }

  /** The record's values by the index of their column. @throws RecordError */
  public values(record: SourceRecord, left: ReadonlySet<string>, declared: ReadonlyMap<string, Kind>): RecordValue[] {
    const values: RecordValue[] = [];
    for (const name in record) {
      if (left.has(name)) continue;
      const column = this.columns.get(name) ?? this.add(name, declared.get(name));
      const value = record[name];
      values[column.index] = this.checked(column, value);
      if (column.declared === undefined && value !== null && value !== undefined) {
        column.seen = common(column.seen, kindOfValue(value));
      }
    }
    for (let index = 0; index < this.columns.size; index++) values[index] ??= null;
    return values;
  }

  public list(): readonly OutputColumn[] {
    return [...this.columns.values()].map(({ name, declared, seen }) => ({
      name,
      kind: this.kinds ? (declared ?? seen ?? 'text') : 'text',
    }));
  }

  private add(name: string, declared: Kind | undefined): Column {
    const column = { name, index: this.columns.size, declared };
    this.columns.set(name, column);
    return column;
  }

  private checked({ name, declared }: Column, value: RecordValue): RecordValue {
    if (!this.strict || declared === undefined || declared === 'text') return value ?? null;
    const converted = convert(value, declared);
    if (converted !== undefined) return converted;
    throw new RecordError(`"${name}" is ${JSON.stringify(value)}, which is no ${declared}`);
  }
}

function kindOfValue(value: RecordValue): Kind {
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number';
  return 'text';
}

function common(a: Kind | undefined, b: Kind): Kind {
  if (a === undefined || a === b) return b;
  return a !== 'text' && b !== 'text' && a !== 'boolean' && b !== 'boolean' ? 'number' : 'text';
}

/** A value as a file with columns has it; null for none. */
export function cellText(value: RecordValue, kind: Kind): string | null {
  if (value === null || value === undefined) return null;
  if (kind === 'datetime') {
    const time = timeOf(value);
    return time === undefined ? textOf(value) : new Date(time).toISOString().replace('T', ' ').slice(0, -1);
  }
  return textOf(value);
}
