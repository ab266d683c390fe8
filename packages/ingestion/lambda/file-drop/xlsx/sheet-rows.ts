import { type Cell, CellError, SerialDate, type SourceRow } from '../cell';
import { FileError } from '../file-error';
import { TextCollector } from './shared-strings';
import { entry, type Sheet, type Workbook } from './workbook';
import { parseXml, unescapeText } from './xml';

/** Rows and columns of merged cells, counted from 1. */
export interface MergedCells {
  readonly range: string;
  readonly firstRow: number;
  readonly lastRow: number;
}

/**
 * The rows of a sheet, as they are read; rows without cells are left out.
 *
 * @param merged is filled when all rows are read: a sheet names its merged cells at its end
 */
export async function* sheetRows(book: Workbook, sheet: Sheet, merged: MergedCells[]): AsyncGenerator<SourceRow> {
  const reader = new SheetReader(book, merged);
  const bytes = book.zip.read(entry(book.zip, sheet.part));
  for await (const _ of parseXml(bytes, sheet.part, reader)) yield* reader.take();
}

class SheetReader {
  private rows: SourceRow[] = [];
  private row = 0;
  private cells: Cell[] = [];
  private column = 0;
  private type = 'n';
  private style = 0;
  private value = '';
  private inValue = false;
  private inCell = false;
  private readonly inline = new TextCollector();

  public constructor(
    private readonly book: Workbook,
    private readonly merged: MergedCells[],
  ) {}

  public take(): SourceRow[] {
    const rows = this.rows;
    this.rows = [];
    return rows;
  }

  public open(name: string, attributes: Record<string, string>): void {
    if (name === 'c') this.openCell(attributes);
    else if (name === 'v') this.inValue = this.inCell;
    else if (name === 'row') {
      this.row = attributes.r === undefined ? this.row + 1 : Number(attributes.r);
      this.cells = [];
      this.column = 0;
    } else if (name === 'mergeCell') this.merge(attributes.ref ?? '');
    else if (this.inCell) this.inline.open(name);
  }

  public text(text: string): void {
    if (this.inValue) this.value += text;
    else if (this.inCell) this.inline.text(text);
  }

  public close(name: string): void {
    if (name === 'c') {
      this.inCell = false;
      const cell = this.cell();
      if (cell !== undefined) this.cells[this.column - 1] = cell;
    } else if (name === 'v') this.inValue = false;
    else if (name === 'row') {
      // a sparse array would have holes, which iteration gives as undefined as well
      if (this.cells.length > 0) this.rows.push({ row: this.row, cells: Array.from(this.cells) });
    } else if (this.inCell) this.inline.close(name);
  }

  private openCell({ r, t, s }: Record<string, string | undefined>): void {
    this.column = r === undefined ? this.column + 1 : columnNumber(r);
    this.type = t ?? 'n';
    this.style = Number(s ?? 0);
    this.value = '';
    this.inCell = true;
    this.inline.take();
  }

  private cell(): Cell {
    const { value } = this;
    switch (this.type) {
      case 's': {
        const text = this.book.strings[Number(value)];
        if (text !== undefined) return text;
        throw corrupt(`row ${this.row} names the text ${value} of ${this.book.strings.length}`);
      }
      case 'inlineStr':
        return this.inline.take();
      case 'str':
        return unescapeText(value);
      case 'b':
        return value === '' ? undefined : value === '1' || value === 'true';
      case 'e':
        return new CellError(value);
      case 'd':
        return value === '' ? undefined : value;
      default: {
        if (value === '') return undefined;
        const number = Number(value);
        if (Number.isNaN(number)) throw corrupt(`row ${this.row} has the number "${value}"`);
        return this.book.dateStyles[this.style] ? new SerialDate(number, this.book.since1904) : number;
      }
    }
  }

  private merge(range: string): void {
    const rows = range.split(':').map((cell) => Number(/\d+$/.exec(cell)?.[0] ?? 0));
    this.merged.push({ range, firstRow: rows[0] ?? 0, lastRow: rows.at(-1) ?? 0 });
  }
}

/** `AB12` → 28 */
export function columnNumber(reference: string): number {
  let column = 0;
  for (const character of reference) {
    const code = character.charCodeAt(0) - 64;
    if (code < 1 || code > 26) break;
    column = column * 26 + code;
  }
  if (column < 1 || column > 16_384) throw corrupt(`a cell is called "${reference}"`);
  return column;
}

function corrupt(what: string): FileError {
  return new FileError('CorruptFile', what, 'a whole workbook', 'save and send it again');
}
