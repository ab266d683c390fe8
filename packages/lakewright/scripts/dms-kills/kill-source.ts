/** A database of its own that sessions write to, as the source of the replication. */
export interface KillSource {
  /** `EngineName` of its endpoint. */
  readonly engine: string;
  readonly url: string;
  readonly schema: string;
  readonly tables: readonly KillTable[];
  /** Sessions write at random from here on. */
  resume(): void;
  /** @returns transactions that were committed since `resume` */
  pause(): Promise<number>;
  /** A table's rows now, by column, as texts that DuckDB prints the same way. */
  rows(table: string): Promise<Row[]>;
  stop(): Promise<void>;
}

export interface KillTable {
  readonly name: string;
  readonly key: readonly string[];
}

export type Row = Readonly<Record<string, string | null>>;
