import type * as glue from 'aws-cdk-lib/aws-glue';
import { refuse } from './private/refuse';

/** What a column is besides its name and type. */
export interface TableColumnOptions {
  /**
   * Whether each row must have a value.
   * @default false
   */
  readonly required?: boolean;

  /**
   * What the files call it; compared without case in CSV, Avro and Parquet, exactly in JSON.
   * @default the column's name
   */
  readonly source?: string;

  /**
   * How texts of dates and times are written, in Spark's letters: `dd.MM.yyyy HH:mm`. `epoch_seconds` and `epoch_millis` are numbers
   * that count from 1970.
   * @default ISO 8601; a time without an offset is UTC
   * @see https://spark.apache.org/docs/3.5.4/sql-ref-datetime-pattern.html
   */
  readonly format?: string;
}

/**
 * A column of a table: what each record's value must be.
 *
 * Texts are taken for numbers, dates, truth values if all of the text is one. Nothing is cut off or rounded: a value that doesn't fit
 * makes a bad row.
 */
export class TableColumn {
  /**
   * A column.
   *
   * @param name lower case, as the Data Catalog keeps it
   * @param type of the upstream `glue.Schema`: `glue.Schema.BIG_INT`, `glue.Schema.decimal(12, 2)`
   * @param options whether it is required, what the files call it, how times are written
   * @throws `InvalidTableColumn`
   */
  public static of(name: string, type: glue.Type, options: TableColumnOptions = {}): TableColumn {
    return new TableColumn(name, type, options);
  }

  /** @internal */
  public readonly _settings: ColumnSettings;

  private constructor(
    /** The name in the table. */
    public readonly name: string,
    /** The type in the table. */
    public readonly type: glue.Type,
    options: TableColumnOptions,
  ) {
    const { inputString } = type;
    if (!/^[a-z][a-z0-9_]{0,254}$/.test(name)) {
      refuse(
        'InvalidTableColumn',
        `column "${name}"`,
        'lower-case letters, digits and underscores, a letter first',
        'give what the files say as source: TableColumn.of("tail_no", glue.Schema.STRING, { source: "Tail No" })',
      );
    }
    if (!supported(inputString)) {
      refuse(
        'InvalidTableColumn',
        `type "${inputString}" of column "${name}"`,
        'boolean, tinyint, smallint, int, bigint, float, double, decimal, date, timestamp, string, binary; array, map and struct of them',
        'use glue.Schema.STRING for char and varchar',
      );
    }
    const timed = ['date', 'timestamp'].includes(inputString);
    if (options.format !== undefined && !timed) {
      refuse(
        'InvalidTableColumn',
        `format "${options.format}" of column "${name}", ${inputString}`,
        'formats of dates and timestamps',
        'take it out, or make the column one',
      );
    }
    this._settings = {
      name,
      type: inputString,
      ...(options.required ? { required: true } : {}),
      ...(options.source === undefined ? {} : { source: options.source }),
      ...(options.format === undefined ? {} : { format: options.format }),
    };
  }
}

/** A column, as the script takes it. */
export interface ColumnSettings {
  readonly name: string;
  readonly type: string;
  readonly required?: boolean;
  readonly source?: string;
  readonly format?: string;
}

const PRIMITIVE =
  /^(boolean|tinyint|smallint|int|bigint|float|double|decimal(\(\d+(,\d+)?\))?|date|timestamp|string|binary)$/;

function supported(type: string): boolean {
  const text = type.replace(/\s/g, '').toLowerCase();
  if (PRIMITIVE.test(text)) return true;
  const [, kind, inner] = /^(array|map|struct)<(.*)>$/.exec(text) ?? [];
  if (inner === undefined) return false;
  const parts = split(inner);
  if (kind === 'array') return parts.length === 1 && supported(inner);
  if (kind === 'map') return parts.length === 2 && parts.every(supported);
  return parts.every((part) => /^[\w-]+:/.test(part) && supported(part.slice(part.indexOf(':') + 1)));
}

/** At the commas that aren't inside of brackets. */
function split(text: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const sign of text) {
    if ('<('.includes(sign)) depth += 1;
    if ('>)'.includes(sign)) depth -= 1;
    if (sign === ',' && depth === 0) parts.push('');
    else parts[parts.length - 1] += sign;
  }
  return parts;
}
