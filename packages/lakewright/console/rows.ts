import { PAGE_ROWS, type QueryRows } from '../src/console/contract';
import { get } from './api';
import type { Cells } from './cells';

/** Where a grid's rows come from. */
export interface RowSource {
  readonly count: number;
  /** Undefined = not here yet. */
  row(index: number): Cells | undefined;
  /** Brings rows here; they are told of when they have come. */
  want(from: number, to: number): void;
  /** All of them, from where they are. */
  fetch(from: number, to: number): Promise<readonly Cells[]>;
  subscribe(listener: () => void): () => void;
}

/** Pages that are kept: 20,000 rows. */
const MOST_PAGES = 40;

/** A query's result, a page at a time. */
export class QueryPages implements RowSource {
  private readonly pages = new Map<number, readonly Cells[]>();
  private readonly asked = new Map<number, Promise<readonly Cells[]>>();
  private readonly listeners = new Set<() => void>();
  /** What is in sight: a page that has been scrolled past isn't asked for. */
  private sight: readonly [number, number] = [0, 0];

  public constructor(
    private readonly id: string,
    public readonly count: number,
  ) {}

  public row(index: number): Cells | undefined {
    return this.pages.get(Math.floor(index / PAGE_ROWS))?.[index % PAGE_ROWS];
  }

  public want(from: number, to: number): void {
    this.sight = [Math.floor(from / PAGE_ROWS), Math.floor(Math.max(from, to - 1) / PAGE_ROWS)];
    this.next();
  }

  public async fetch(from: number, to: number): Promise<readonly Cells[]> {
    const rows: Cells[] = [];
    while (rows.length < to - from) {
      const at = from + rows.length;
      const page = await this.page(Math.floor(at / PAGE_ROWS));
      const some = page.slice(at % PAGE_ROWS, (at % PAGE_ROWS) + to - at);
      if (some.length === 0) break;
      rows.push(...some);
    }
    return rows;
  }

  public subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** One after the other: who drags the scroll bar wants the place where it stops. */
  private next(): void {
    const [first, last] = this.sight;
    for (let index = first; index <= last; index++) {
      if (this.pages.has(index)) continue;
      if (this.asked.size > 0) return;
      void this.page(index)
        .then(() => {
          for (const listener of [...this.listeners]) listener();
        })
        .catch(() => {}) // asked again when it is scrolled to
        .finally(() => this.next());
      return;
    }
  }

  private async page(index: number): Promise<readonly Cells[]> {
    const kept = this.pages.get(index);
    if (kept) return kept;
    const asked = this.asked.get(index) ?? this.load(index);
    this.asked.set(index, asked);
    try {
      return await asked;
    } finally {
      this.asked.delete(index);
    }
  }

  private async load(index: number): Promise<readonly Cells[]> {
    const { rows } = await get<QueryRows>(`queries/${this.id}/rows?from=${index * PAGE_ROWS}`);
    this.pages.set(index, rows);
    const [first, last] = this.sight;
    for (const old of this.pages.keys()) {
      if (this.pages.size <= MOST_PAGES) break;
      if (old < first || old > last) this.pages.delete(old);
    }
    return rows;
  }
}

/** Rows that are all here. */
export function fixedRows(rows: readonly Cells[]): RowSource {
  return {
    count: rows.length,
    row: (index) => rows[index],
    want: () => {},
    fetch: async (from, to) => rows.slice(from, to),
    subscribe: () => () => {},
  };
}
