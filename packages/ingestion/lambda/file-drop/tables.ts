import type { FileDropConfig } from '../../src/private/file-drop-config';
import type { Budget } from './budget';
import type { Cell, SourceRow } from './cell';
import { csvRows, detectDelimiter } from './csv';
import { FileError } from './file-error';
import { jsonRow, jsonTexts, lines } from './json';
import { decodeHead, type Format, headOf, textEncoding } from './recognise';
import { textOf } from './text';
import type { WorkbookNumbers } from './values';
import { type MergedCells, sheetRows } from './xlsx/sheet-rows';
import { openWorkbook, type Sheet } from './xlsx/workbook';
import { Zip } from './zip';

/** One table of a file: all of a text, or a sheet of a workbook. */
export interface SourceTable {
  /** Unique in the file, for the names of what is written; empty if there is one only. */
  readonly suffix: string;
  readonly sheet?: string;
  readonly kind: 'csv' | 'json' | 'workbook';
  /** Of workbooks. */
  readonly numbers?: WorkbookNumbers;
  rows(): AsyncIterable<SourceRow>;
  /** Asked when all rows were read. */
  merged(): MergedCells[];
}

/** The tables that a file has and the schema wants, one after the other; what they share is closed at the end. */
export async function* tablesOf(
  path: string,
  format: Format,
  config: FileDropConfig,
  budget: Budget,
): AsyncGenerator<SourceTable> {
  if (format === 'zip') yield* sheetsOf(path, config, budget);
  else yield { suffix: '', ...textTable(path, format, config), merged: () => [] };
}

function textTable(path: string, format: Format, config: FileDropConfig): Pick<SourceTable, 'kind' | 'rows'> {
  const head = headOf(path);
  const text = () => textOf(path, head, config.encoding);
  const toRow = jsonRow(config.columns, config.ignoreUnknown);
  if (format === 'ndjson') {
    return {
      kind: 'json',
      rows: async function* () {
        for await (const line of lines(text())) yield toRow(line.row, line.text);
      },
    };
  }
  if (format === 'json') {
    return {
      kind: 'json',
      rows: async function* () {
        let row = 0;
        for await (const item of jsonTexts(text())) yield toRow(++row, item);
      },
    };
  }
  const delimiter =
    config.delimiter ?? detectDelimiter(decodeHead(head, textEncoding(head)), Math.max(1, config.headerRow));
  return { kind: 'csv', rows: () => csvRows(text(), delimiter) };
}

async function* sheetsOf(path: string, config: FileDropConfig, budget: Budget): AsyncGenerator<SourceTable> {
  const zip = await Zip.open(path, budget);
  try {
    const book = await openWorkbook(zip);
    const wanted = chosen(book.sheets, config);
    for (const sheet of wanted) {
      const merged: MergedCells[] = [];
      const rows = () => sheetRows(book, sheet, merged);
      if (config.sheets.kind === 'all' && !(await hasCells(rows()))) continue;
      merged.length = 0;
      const suffix = wanted.length > 1 ? `-${book.sheets.indexOf(sheet) + 1}` : '';
      yield { suffix, sheet: sheet.name, kind: 'workbook', numbers: book, rows, merged: () => merged };
    }
  } finally {
    zip.close();
  }
}

function chosen(sheets: Sheet[], { sheets: wanted }: FileDropConfig): Sheet[] {
  if (wanted.kind === 'all') return sheets;
  const sheet =
    wanted.kind === 'name' ? sheets.find(({ name }) => name === wanted.name) : sheets[(wanted.index ?? 1) - 1];
  if (sheet) return [sheet];
  throw new FileError(
    'MissingSheet',
    `its sheets are ${sheets.map(({ name }) => `"${name}"`).join(', ') || 'none'}`,
    wanted.kind === 'name' ? `one is called "${wanted.name}"` : `there are at least ${wanted.index ?? 1}`,
    'rename the sheet, or correct the schema',
  );
}

async function hasCells(rows: AsyncIterable<SourceRow>): Promise<boolean> {
  for await (const { cells } of rows) if (cells.some((cell: Cell) => cell !== undefined)) return true;
  return false;
}
