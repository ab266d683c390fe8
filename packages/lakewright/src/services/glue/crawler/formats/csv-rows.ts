import { parse } from 'csv-parse/sync';

export interface Cell {
  readonly text: string;
  /** Whether it stood in quotes. */
  readonly quoted: boolean;
}

export interface CsvRows {
  readonly rows: readonly (readonly Cell[])[];
  /** Bytes that the rows take. */
  readonly length: number;
}

export interface CsvDialect {
  readonly delimiter: string;
  /** Undefined: quotes are ordinary characters. */
  readonly quote?: string;
}

/** Glue reads the first 1,000 records of a CSV. */
const MAX_ROWS = 1000;

/**
 * The first rows of a text, or undefined where quotes don't close. The row that a sample cuts is left out.
 *
 * @param whole whether the text is the whole file
 */
export function parseRows(text: string, dialect: CsvDialect, whole: boolean): CsvRows | undefined {
  const end = whole ? text.length : text.lastIndexOf('\n') + 1;
  if (dialect.quote === undefined || !text.includes(dialect.quote))
    return splitRows(text.slice(0, end), dialect.delimiter);
  const rows: Cell[][] = [];
  let length = 0;
  try {
    parse(text.slice(0, end), {
      delimiter: dialect.delimiter,
      quote: dialect.quote ?? null,
      escape: dialect.quote ?? null,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      to: MAX_ROWS,
      cast: (value, context) => ({ text: value, quoted: context.quoting }) as never,
      on_record: (record, context) => {
        rows.push(record as unknown as Cell[]);
        length = context.bytes;
        return null;
      },
    });
  } catch {
    return undefined;
  }
  return { rows, length };
}

/** Without quotes, rows are lines: as csv-parse reads them, many times faster. */
function splitRows(text: string, delimiter: string): CsvRows {
  const rows: Cell[][] = [];
  const line = /([^\r\n]*)(\r\n|\n|\r|$)/y;
  while (line.lastIndex < text.length && rows.length < MAX_ROWS) {
    const content = line.exec(text)?.[1];
    if (content) rows.push(content.split(delimiter).map((cell) => ({ text: cell, quoted: false })));
  }
  return { rows, length: Buffer.byteLength(text.slice(0, line.lastIndex)) };
}

/** The number of columns that most rows have, and the share of rows that have it. */
export function commonWidth(rows: CsvRows['rows']): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const row of rows) counts.set(row.length, (counts.get(row.length) ?? 0) + 1);
  const [width, count] = [...counts].sort(([a, x], [b, y]) => y - x || b - a)[0] ?? [0, 0];
  return { width, share: rows.length === 0 ? 0 : count / rows.length };
}
