import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { FileDropConfig } from '../../src/private/file-drop-config';
import { type Cell, CellError, isBlank, SerialDate, type SourceRow } from './cell';
import { FileError } from './file-error';
import { type ColumnPositions, declaredOrder, matchHeader } from './header';
import { ParquetFile } from './parquet-file';
import type { SourceTable } from './tables';
import { BadValue, converter, type Value } from './values';

/** More bad rows than this say that the file isn't what the schema means. */
const MOST_BAD_ROWS = 10_000;

export interface NormalisedTable {
  readonly rows: number;
  readonly bad: number;
  /** The first of them. */
  readonly problems: { readonly row: number; readonly reason: string }[];
}

/** Where a table goes, before it is known to be good. */
export interface TableFiles {
  readonly parquet: string;
  /** One JSON object for each bad row. */
  readonly badRows: string;
  /** What goes into each of them: the source. */
  readonly source: Record<string, string>;
}

/** Writes the rows of a table that fit the schema, and sets the others aside. */
export async function normalise(
  table: SourceTable,
  config: FileDropConfig,
  files: TableFiles,
): Promise<NormalisedTable> {
  const convert = config.columns.map((column) => converter(column, config, table.numbers));
  const parquet = new ParquetFile(files.parquet, config.columns);
  const bad = new BadRows(files);
  let columns: ColumnPositions | undefined =
    table.kind === 'json' || config.headerRow === 0 ? declaredOrder(config) : undefined;
  const headerRow = columns ? 0 : config.headerRow;
  try {
    for await (const row of table.rows()) {
      if (row.row < headerRow) continue;
      if (!columns) {
        const isHeader = table.kind === 'csv' || row.row === headerRow;
        columns = matchHeader(isHeader ? row.cells : [], config, headerRow);
        continue;
      }
      if (row.problem === undefined && row.cells.every(isBlank)) continue;
      const values = read(row, columns, convert, table);
      if (typeof values === 'string') await bad.add(row, values, config.stop);
      else await parquet.add(values);
    }
    if (!columns) matchHeader([], config, headerRow);
    refuseMerged(table, headerRow);
    await parquet.finish();
  } finally {
    await bad.end();
  }
  return { rows: parquet.rows, bad: bad.count, problems: bad.problems };
}

/** The values of a row in the columns' order, or why it has none. */
function read(
  { cells, problem }: SourceRow,
  { positions, headed, width }: ColumnPositions,
  convert: ((cell: Cell) => Value)[],
  { kind }: SourceTable,
): Value[] | string {
  if (problem !== undefined) return problem;
  if (kind !== 'json') {
    const stray = cells.findIndex((cell, index) => !headed.has(index) && !isBlank(cell));
    if (stray >= 0) return `column ${stray + 1} has a value and no header`;
    if (kind === 'csv' && cells.length < width) return `it has ${cells.length} fields, the header has ${width}`;
  }
  const values: Value[] = [];
  const problems: string[] = [];
  for (const [index, position] of positions.entries()) {
    try {
      values.push((convert[index] as (cell: Cell) => Value)(position === undefined ? undefined : cells[position]));
    } catch (error) {
      if (!(error instanceof BadValue)) throw error;
      problems.push(error.message);
    }
  }
  return problems.length > 0 ? problems.join('; ') : values;
}

/** Of merged cells only the first has the value: the others would silently have none. */
function refuseMerged(table: SourceTable, headerRow: number): void {
  const inHeader = table.merged().find(({ firstRow, lastRow }) => firstRow <= headerRow && lastRow >= headerRow);
  if (inHeader) {
    throw new FileError(
      'MergedHeader',
      `the header in row ${headerRow} has the merged cells ${inHeader.range}`,
      'each column has a header of its own in one row',
      'unmerge them and give each column its name, or let the schema look for the header in the row below',
    );
  }
  const inRows = table.merged().find(({ lastRow }) => lastRow > headerRow);
  if (!inRows) return;
  throw new FileError(
    'MergedCells',
    `the cells ${inRows.range} are merged`,
    'each row has its own values below the header',
    'unmerge them and fill in the value in each row',
  );
}

class BadRows {
  public count = 0;
  public readonly problems: { row: number; reason: string }[] = [];
  private readonly stream;

  public constructor(private readonly files: TableFiles) {
    this.stream = createWriteStream(files.badRows);
  }

  public async add({ row, cells }: SourceRow, reason: string, stop: boolean): Promise<void> {
    if (stop) {
      throw new FileError('BadRow', `row ${row}: ${reason}`, 'all rows fit the schema', 'mend the row in the file');
    }
    this.count++;
    if (this.problems.length < 10) this.problems.push({ row, reason });
    if (this.count > MOST_BAD_ROWS) {
      throw new FileError(
        'TooManyBadRows',
        `more than ${MOST_BAD_ROWS} rows don't fit the schema, the first is ${this.problems[0]?.row}: ${this.problems[0]?.reason}`,
        `up to ${MOST_BAD_ROWS} bad rows of a file are set aside`,
        'correct the file, or the schema',
      );
    }
    const line = JSON.stringify({ ...this.files.source, row, reason, values: cells.map(plain) });
    if (!this.stream.write(`${line}\n`)) await once(this.stream, 'drain');
  }

  public async end(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.stream.once('error', reject);
      this.stream.end(resolve);
    });
  }
}

function plain(cell: Cell): unknown {
  if (cell instanceof SerialDate) return cell.serial;
  return cell instanceof CellError ? cell.text : (cell ?? null);
}
