import type { ColumnConfiguration } from '../../src/private/extraction-configuration';

/**
 * Columns that are learnt from records: `boolean`, `bigint`, `double` or `string`; objects and lists are `string` (JSON).
 *
 * A column is only ever widened, `bigint` to `double` and everything else to `string`, and never taken away, so what a table
 * was made of stays true. Fields that were `null` so far have no column yet.
 */
export class InferredColumns {
  private readonly types: Map<string, string>;
  /** Columns that had another type in earlier runs. */
  private readonly known: ReadonlyMap<string, string>;

  /** @param known of earlier runs */
  public constructor(known: readonly ColumnConfiguration[]) {
    this.types = new Map(known);
    this.known = new Map(known);
  }

  public add(record: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(record)) {
      const type = typeOf(value);
      if (type === undefined) continue;
      const before = this.types.get(name);
      if (before === type) continue;
      this.types.set(name, before === undefined ? type : wider(before, type));
    }
  }

  public get columns(): ColumnConfiguration[] {
    return [...this.types];
  }

  /** Names of columns whose type differs from that of earlier runs: their older files have the older type. */
  public get widened(): string[] {
    return [...this.known].filter(([name, type]) => this.types.get(name) !== type).map(([name]) => name);
  }
}

function typeOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'boolean') return 'boolean';
  // -0 and 1.0 are whole as JSON numbers, too
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'bigint' : 'double';
  return 'string';
}

function wider(one: string, other: string): string {
  const numbers = ['bigint', 'double'];
  return numbers.includes(one) && numbers.includes(other) ? 'double' : 'string';
}
