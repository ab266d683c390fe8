/** A cell as the file has it; text formats have text only. */
export type Cell = string | number | boolean | undefined | SerialDate | CellError;

/** A number that its workbook shows as a date. */
export class SerialDate {
  public constructor(
    public readonly serial: number,
    public readonly since1904: boolean,
  ) {}
}

/** `#N/A`, `#DIV/0!`: a formula that failed. */
export class CellError {
  public constructor(public readonly text: string) {}
}

/** A row, or what is wrong with it as a whole. */
export interface SourceRow {
  /** Counted from 1: of a sheet's rows, of a text's lines, of a JSON array's items. */
  readonly row: number;
  readonly cells: Cell[];
  readonly problem?: string;
}

export function isBlank(cell: Cell): boolean {
  return cell === undefined || (typeof cell === 'string' && cell.trim() === '');
}
