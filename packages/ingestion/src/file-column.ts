import { LakeError } from '@lakewright/core';
import type { ColumnConfig, ColumnType } from './private/file-drop-config';

/** What all columns have. */
export interface FileColumnOptions {
  /**
   * What the file's header calls it; compared without case, with single spaces.
   * @default the column's name
   */
  readonly header?: string;

  /**
   * Whether each row must have a value: a row without one is a bad row, a file without the column is refused.
   * @default false: it may be empty or missing
   */
  readonly required?: boolean;
}

/** What columns of dates and times have. */
export interface FileDateOptions extends FileColumnOptions {
  /**
   * How texts are written, of `yyyy`, `MM`, `M`, `dd`, `d`, `HH`, `H`, `mm`, `ss`, `SSS` and other characters: `dd.MM.yyyy`.
   *
   * Cells of workbooks that are dates need none.
   *
   * @default ISO 8601; a time without an offset is UTC
   */
  readonly format?: string;
}

/** What columns of truth values have. */
export interface FileBooleanOptions extends FileColumnOptions {
  /**
   * What means true, in any case.
   * @default true, yes, y, t, 1
   */
  readonly trueText?: string[];

  /**
   * What means false, in any case.
   * @default false, no, n, f, 0
   */
  readonly falseText?: string[];
}

/** A column of a file, and of the Parquet that is made of it. */
export class FileColumn {
  /**
   * Text, as it is; an empty cell is no value.
   *
   * @param name lower case, as the catalog has it
   * @param options header and more
   */
  public static string(name: string, options: FileColumnOptions = {}): FileColumn {
    return new FileColumn(name, 'string', options);
  }

  /**
   * Whole numbers of 64 bits: `bigint` in Athena.
   *
   * @param name lower case, as the catalog has it
   * @param options header and more
   */
  public static integer(name: string, options: FileColumnOptions = {}): FileColumn {
    return new FileColumn(name, 'integer', options);
  }

  /**
   * Exact numbers: `decimal(precision, scale)`. More digits behind the separator are refused, not rounded.
   *
   * @param name lower case, as the catalog has it
   * @param precision digits in all, up to 38
   * @param scale digits behind the separator
   * @param options header and more
   * @throws `InvalidDecimal`
   */
  public static decimal(name: string, precision: number, scale: number, options: FileColumnOptions = {}): FileColumn {
    const whole = Number.isInteger(precision) && Number.isInteger(scale);
    if (!whole || precision < 1 || precision > 38 || scale < 0 || scale > precision) {
      throw new Error(
        LakeError.message(
          'InvalidDecimal',
          `decimal "${precision}, ${scale}" of column "${name}"`,
          'a precision from 1 to 38, and a scale from 0 to the precision',
          'count all digits for the precision, those behind the separator for the scale',
        ),
      );
    }
    return new FileColumn(name, 'decimal', options, { precision, scale });
  }

  /**
   * Binary numbers of 64 bits.
   *
   * @param name lower case, as the catalog has it
   * @param options header and more
   */
  public static double(name: string, options: FileColumnOptions = {}): FileColumn {
    return new FileColumn(name, 'double', options);
  }

  /**
   * True or false.
   *
   * @param name lower case, as the catalog has it
   * @param options the words for them, header and more
   */
  public static boolean(name: string, options: FileBooleanOptions = {}): FileColumn {
    return new FileColumn(name, 'boolean', options, { trueText: options.trueText, falseText: options.falseText });
  }

  /**
   * Days; a time of day with one is refused.
   *
   * @param name lower case, as the catalog has it
   * @param options how it is written, header and more
   * @throws `InvalidDateFormat`
   */
  public static date(name: string, options: FileDateOptions = {}): FileColumn {
    return new FileColumn(name, 'date', options, { format: checkFormat(name, options.format, false) });
  }

  /**
   * Points in time, with milliseconds.
   *
   * @param name lower case, as the catalog has it
   * @param options how it is written, header and more
   * @throws `InvalidDateFormat`
   */
  public static timestamp(name: string, options: FileDateOptions = {}): FileColumn {
    return new FileColumn(name, 'timestamp', options, { format: checkFormat(name, options.format, true) });
  }

  /** @internal */
  public readonly _config: ColumnConfig;

  private constructor(
    /** The name in the Parquet files. */
    public readonly name: string,
    type: ColumnType,
    { header, required = false }: FileColumnOptions,
    more: Partial<ColumnConfig> = {},
  ) {
    if (!/^[a-z0-9_]{1,255}$/.test(name)) {
      throw new Error(
        LakeError.message(
          'InvalidColumnName',
          `column "${name}"`,
          'lower-case letters, digits and underscores, as the Data Catalog keeps names',
          'give what the file says as header: FileColumn.string("tail_no", { header: "Tail No" })',
        ),
      );
    }
    this._config = { name, type, required, header, ...more };
  }
}

function checkFormat(column: string, format: string | undefined, time: boolean): string | undefined {
  if (format === undefined) return undefined;
  const fields = format.match(/yyyy|SSS|MM|dd|HH|mm|ss|M|d|H/g) ?? [];
  const rest = format.replace(/yyyy|SSS|MM|dd|HH|mm|ss|M|d|H/g, '');
  const kinds = fields.map((field) => field.slice(0, 1));
  const needed = ['y', 'M', 'd'].every((kind) => kinds.includes(kind));
  const dayOnly = kinds.every((kind) => 'yMd'.includes(kind));
  // a T between date and time is the one letter that stands for itself
  const letters = /[A-Za-z]/.test(rest.replace('T', ''));
  if (needed && !letters && new Set(kinds).size === kinds.length && (time || dayOnly)) return format;
  throw new Error(
    LakeError.message(
      'InvalidDateFormat',
      `format "${format}" of column "${column}"`,
      `each of yyyy, MM or M, dd or d once${time ? '; HH or H, mm, ss, SSS if there is a time' : ''}; no other letters`,
      `write it like "${time ? 'dd.MM.yyyy HH:mm' : 'dd.MM.yyyy'}"`,
    ),
  );
}
