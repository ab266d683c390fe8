import type { DuckDbEngine } from '../../../engines/sql/runtime';
import { VARCHAR } from '../../../engines/sql/types/build';

/** What reading and writing tables needs of the SQL engine: plain DuckDB SQL. */
export interface TableEngine {
  /** Rows of a query with that many columns, as DuckDB's text. */
  texts(sql: string, width: number): Promise<readonly (readonly (string | null)[])[]>;
  execute(sql: string, signal?: AbortSignal): Promise<{ readonly rows: number }>;
}

const MOST_ROWS = 10_000_000;

export function tableEngine(engine: DuckDbEngine): TableEngine {
  return {
    texts: async (sql, width) => {
      const columns = Array.from({ length: width }, (_, index) => ({ name: `c${index}`, type: VARCHAR }));
      const query = `SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (${sql})`;
      return (await engine.text(query, columns, { maxRows: MOST_ROWS })).rows;
    },
    execute: (sql, signal) => engine.execute(sql, { signal }),
  };
}

/** A DuckDB string literal. */
export const literal = (text: string): string => `'${text.replace(/'/g, "''")}'`;

/** A DuckDB list of string literals. */
export const literals = (texts: readonly string[]): string => `[${texts.map(literal).join(', ')}]`;
