import { refuse } from './private/refuse';

/** How a partition key is called. */
export interface PartitionOptions {
  /**
   * The key's name.
   * @default year, month, day or hour; the column's name
   */
  readonly name?: string;
}

/**
 * By what a table's files are put into folders: `month=2026-01/`. Queries that name the key read these folders only.
 *
 * Keys of times are texts that sort as times do: `2026`, `2026-01`, `2026-01-31`, `2026-01-31-13`. Rows without a value are in a folder of
 * their own.
 */
export class Partition {
  /**
   * By year.
   *
   * @param column a date or timestamp
   * @param options another name
   */
  public static year(column: string, options: PartitionOptions = {}): Partition {
    return new Partition('year', column, options.name ?? 'year');
  }

  /**
   * By month.
   *
   * @param column a date or timestamp
   * @param options another name
   */
  public static month(column: string, options: PartitionOptions = {}): Partition {
    return new Partition('month', column, options.name ?? 'month');
  }

  /**
   * By day.
   *
   * @param column a date or timestamp
   * @param options another name
   */
  public static day(column: string, options: PartitionOptions = {}): Partition {
    return new Partition('day', column, options.name ?? 'day');
  }

  /**
   * By hour.
   *
   * @param column a timestamp
   * @param options another name
   */
  public static hour(column: string, options: PartitionOptions = {}): Partition {
    return new Partition('hour', column, options.name ?? 'hour');
  }

  /**
   * By the values of a column, which becomes the key: a country, a kind. Few values, please.
   *
   * @param column of a type that isn't nested
   */
  public static value(column: string): Partition {
    return new Partition('value', column, column);
  }

  /** @internal */
  public readonly _settings: PartitionSettings;

  private constructor(
    kind: string,
    /** The column that decides. */
    public readonly column: string,
    /** The key. */
    public readonly name: string,
  ) {
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      refuse(
        'InvalidPartition',
        `key "${name}"`,
        'lower-case letters, digits and underscores, a letter first',
        'rename it',
      );
    }
    this._settings = { kind, column, name };
  }
}

/** A partition, as the script takes it. */
export interface PartitionSettings {
  readonly kind: string;
  readonly column: string;
  readonly name: string;
}
