import { LakeError } from '@lakewright/core';
import type { FileColumn } from './file-column';
import { SheetSelection } from './sheet-selection';

/** How text files without a byte-order mark are encoded. */
export enum FileEncoding {
  /** UTF-8; other bytes refuse the file. */
  UTF_8 = 'utf-8',
  /** What Windows programs of western Europe and America write. */
  WINDOWS_1252 = 'windows-1252',
}

/** What becomes of columns that the schema doesn't have. */
export enum UnknownColumns {
  /** They refuse the file: nothing that is new goes unnoticed. */
  REFUSE = 'REFUSE',
  /** They are left out. */
  IGNORE = 'IGNORE',
}

/** What a `FileSchema` is made of. */
export interface FileSchemaProps {
  /** The columns, in the order of the Parquet files; files may have them in any order if they have a header. */
  readonly columns: FileColumn[];

  /**
   * The row with the header of CSV files and sheets, counted from 1; what stands above is left out. 0: there is no header,
   * the columns come as they are declared.
   * @default 1
   */
  readonly headerRow?: number;

  /**
   * What becomes of columns that aren't declared.
   * @default UnknownColumns.REFUSE
   */
  readonly unknownColumns?: UnknownColumns;

  /**
   * Whether numbers in texts have a decimal comma: `1,5`. Separators of thousands are refused either way, since `1.234` and
   * `1,234` could be both.
   * @default false: a decimal point
   */
  readonly decimalComma?: boolean;

  /**
   * Texts that mean no value, beside the empty one: `n/a`, `NULL`.
   * @default only empty cells have no value
   */
  readonly nullTexts?: string[];

  /**
   * The encoding of text files without a byte-order mark; UTF-8 and UTF-16 with one are always understood.
   * @default FileEncoding.UTF_8
   */
  readonly encoding?: FileEncoding;

  /**
   * The character between the fields of CSV files.
   * @default the one of comma, semicolon, tab and bar that the header has most
   */
  readonly delimiter?: string;

  /**
   * The sheets of workbooks to take.
   * @default SheetSelection.index(1)
   */
  readonly sheets?: SheetSelection;
}

/** What files must look like: the columns and how they are written. */
export class FileSchema {
  /** The columns, in the order of the Parquet files. */
  public readonly columns: FileColumn[];

  /** @internal */
  public readonly _props: FileSchemaProps;

  /**
   * @param props what it is made of
   * @throws `NoColumns`, `DuplicateColumn`, `InvalidHeaderRow`, `InvalidDelimiter`
   */
  public constructor(props: FileSchemaProps) {
    const { columns, headerRow = 1, delimiter = ',' } = props;
    if (columns.length === 0) {
      throw new Error(
        LakeError.message('NoColumns', 'a schema without columns', 'at least one', 'add FileColumn.string("…")'),
      );
    }
    for (const key of [(each: FileColumn) => each.name, headerOf]) {
      const keys = columns.map(key);
      const twice = keys.find((each, index) => keys.indexOf(each) !== index);
      if (twice === undefined) continue;
      throw new Error(
        LakeError.message(
          'DuplicateColumn',
          `"${twice}" twice`,
          'names and headers are there once',
          'rename one of them',
        ),
      );
    }
    if (!Number.isInteger(headerRow) || headerRow < 0 || headerRow > 1000) {
      throw new Error(
        LakeError.message(
          'InvalidHeaderRow',
          `headerRow "${headerRow}"`,
          'a row from 1 to 1000, or 0 for none',
          'count the rows of the file from 1',
        ),
      );
    }
    if (delimiter.length !== 1 || /["\r\n]/.test(delimiter)) {
      throw new Error(
        LakeError.message(
          'InvalidDelimiter',
          `delimiter "${delimiter}"`,
          'one character, no quote',
          'write it like ";"',
        ),
      );
    }
    this.columns = columns;
    this._props = { ...props, sheets: props.sheets ?? SheetSelection.index(1) };
  }
}

function headerOf({ name, _config: { header } }: FileColumn): string {
  return (header ?? name).trim().replace(/\s+/g, ' ').toLowerCase();
}
