import { refuse } from './private/refuse';

/** How JSON is written. */
export interface JsonFormatOptions {
  /**
   * Whether a file is one document, a record or an array of records, over many lines. Such a file is read by one worker as a whole.
   * @default false: each line is a record
   */
  readonly multiLine?: boolean;
}

/** How CSV is written. */
export interface CsvFormatOptions {
  /**
   * Whether the first line has the names. Columns are then found by name, in any order; files may differ.
   * @default true; without it, columns come as they are declared
   */
  readonly header?: boolean;

  /**
   * The character between fields.
   * @default a comma
   */
  readonly delimiter?: string;

  /**
   * The character around fields that contain others.
   * @default "
   */
  readonly quote?: string;

  /**
   * The character before a quote that belongs to the field.
   * @default the quote itself: it is doubled
   */
  readonly escape?: string;

  /**
   * The encoding, by Java's name: `ISO-8859-1`.
   * @default UTF-8
   */
  readonly encoding?: string;

  /**
   * The text that means no value.
   * @default an empty field
   */
  readonly nullText?: string;

  /**
   * Whether fields may have line breaks. Such a file is read by one worker as a whole.
   * @default false
   */
  readonly multiLine?: boolean;
}

/**
 * How raw files are written. Texts may be packed, file by file, as their names say: `.gz`, `.zst`, `.bz2`.
 */
export class RecordFormat {
  /**
   * JSON, an object a line.
   *
   * @param options whole documents instead
   */
  public static json(options: JsonFormatOptions = {}): RecordFormat {
    return new RecordFormat('json', { ...options });
  }

  /**
   * Comma-separated values.
   *
   * @param options header, marks, encoding
   * @throws `InvalidRecordFormat`
   */
  public static csv(options: CsvFormatOptions = {}): RecordFormat {
    for (const name of ['delimiter', 'quote', 'escape'] as const) {
      const mark = options[name];
      if (mark !== undefined && mark.length !== 1) {
        refuse('InvalidRecordFormat', `${name} "${mark}"`, 'one character', 'give that character; a tab is "\\t"');
      }
    }
    return new RecordFormat('csv', { ...options });
  }

  /** Avro object container files, whatever they are packed with. Files of different schemas are read each by its own. */
  public static avro(): RecordFormat {
    return new RecordFormat('avro', {});
  }

  /** Parquet, whatever it is packed with: what DMS, AppFlow and JDBC ingestions write. */
  public static parquet(): RecordFormat {
    return new RecordFormat('parquet', {});
  }

  private constructor(
    /** `json`, `csv`, `avro` or `parquet`. */
    public readonly name: string,
    /** @internal */
    public readonly _options: Record<string, string | boolean>,
  ) {}
}
