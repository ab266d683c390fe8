import type { IDataset } from '@lakewright/core';
import { LoadMode } from './load-mode';
import { CHANGE_SEQUENCE } from './private/mapping-rules';
import { refuse } from './private/refuse';

/** What the current rows of a replicated table are found by. */
export interface CurrentRowsOptions {
  /** The columns to select, in order, as they are called in the lake. */
  readonly columns: string[];

  /** Those of them that name a row. Not asked with `LoadMode.fullLoad()`: give an empty list then. */
  readonly primaryKey: string[];

  /**
   * How the table is replicated.
   * @default LoadMode.fullLoadAndCdc()
   */
  readonly mode?: LoadMode;

  /**
   * The column with the time of each change's commit, or of the load.
   * @default "dms_timestamp"
   */
  readonly timestampColumn?: string;
}

/**
 * The query that makes of a table's files what the table is now: of each primary key the row that changed last, without
 * those that were deleted. A change that DMS delivered twice counts once. With `LoadMode.fullLoad()`: the rows of the last load.
 *
 * What was loaded has no `change_sequence`, so that any change counts more. The table in the catalog reads all folders of
 * changes, and has the columns `op` and `change_sequence` besides its own.
 *
 * The text is Athena's SQL, and Trino's; dbt takes it as the body of a model.
 */
export class CurrentRows {
  /**
   * The current rows of a table of the catalog.
   *
   * @param dataset over the files of one table: `replication.location('public.flights')`
   * @param options its columns and primary key
   * @throws `NoColumns`, `DuplicateColumn`, `NoPrimaryKey`, `KeyNotAmongColumns`
   */
  public static of(dataset: IDataset, options: CurrentRowsOptions): CurrentRows {
    return new CurrentRows(dataset, options);
  }

  private readonly mode: LoadMode;

  private constructor(
    private readonly dataset: IDataset,
    private readonly options: CurrentRowsOptions,
  ) {
    this.mode = options.mode ?? LoadMode.fullLoadAndCdc();
    check(dataset, options, this.mode);
  }

  /** `SELECT … FROM "database"."table" …` */
  public get select(): string {
    return this.selectFrom(`${quoted(this.dataset.databaseName)}.${quoted(this.dataset.tableName)}`);
  }

  /**
   * The same over another relation, for example dbt's `{{ source('raw', 'flights') }}`.
   *
   * @param relation SQL text, taken as it is
   */
  public selectFrom(relation: string): string {
    const columns = this.options.columns.map(quoted).join(', ');
    const time = quoted(this.options.timestampColumn ?? 'dms_timestamp');
    if (!this.mode.follows) {
      return `SELECT ${columns}\nFROM ${relation}\nWHERE ${time} = (SELECT max(${time}) FROM ${relation})`;
    }
    const key = this.options.primaryKey.map(quoted);
    const sequence = quoted(CHANGE_SEQUENCE);
    // What was loaded and never changed, most of a large table, is neither sorted nor moved between workers.
    return [
      `SELECT ${columns}`,
      'FROM (',
      `  SELECT ${this.options.columns.map((name) => `loaded.${quoted(name)}`).join(', ')}`,
      `  FROM ${relation} loaded`,
      `  LEFT JOIN (SELECT DISTINCT ${key.join(', ')} FROM ${relation} WHERE ${sequence} <> '') changed`,
      `    ON ${key.map((name) => `changed.${name} = loaded.${name}`).join(' AND ')}`,
      `  WHERE coalesce(loaded.${sequence}, '') = '' AND changed.${key[0]} IS NULL`,
      '  UNION ALL',
      `  SELECT ${columns}`,
      '  FROM (',
      `    SELECT ${columns}, "op" AS "current_op",`,
      `      row_number() OVER (PARTITION BY ${key.join(', ')} ORDER BY ${sequence} DESC) AS "current_rank"`,
      `    FROM ${relation}`,
      `    WHERE ${sequence} <> ''`,
      '  )',
      `  WHERE "current_rank" = 1 AND coalesce("current_op", 'U') <> 'D'`,
      ')',
    ].join('\n');
  }

  /**
   * `CREATE OR REPLACE VIEW …`, for Athena.
   *
   * @param view what the view is called
   */
  public createView(view: IDataset): string {
    return `CREATE OR REPLACE VIEW ${quoted(view.databaseName)}.${quoted(view.tableName)} AS\n${this.select}`;
  }
}

function check({ tableName }: IDataset, { columns, primaryKey }: CurrentRowsOptions, mode: LoadMode): void {
  const table = `current rows of "${tableName}"`;
  if (columns.length === 0) refuse('NoColumns', `${table} without columns`, 'at least one', 'name the columns');
  const twice = columns.find((name, index) => columns.some((other, at) => at < index && same(name, other)));
  if (twice !== undefined) refuse('DuplicateColumn', `${table} with "${twice}" twice`, 'each once', 'drop one');
  if (mode.follows && primaryKey.length === 0) {
    refuse('NoPrimaryKey', `${table} without primary key`, 'the columns that name a row', 'name them');
  }
  const strange = primaryKey.find((name) => !columns.some((column) => same(column, name)));
  if (strange !== undefined) {
    refuse(
      'KeyNotAmongColumns',
      `${table} by "${strange}"`,
      'a key of the selected columns',
      `add "${strange}" to columns`,
    );
  }
}

function same(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
