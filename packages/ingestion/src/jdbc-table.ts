import type { JdbcWatermark } from './jdbc-watermark';
import { refuse } from './private/refuse';

/** How a table is read. */
export interface JdbcTableOptions {
  /**
   * Reads only what is new since the last run.
   * @default the whole table each time, into a folder of the run
   */
  readonly watermark?: JdbcWatermark;

  /**
   * The column by whose values the table is read in parts at the same time: a number, a date or a time, best with an index.
   * @default the watermark's column
   */
  readonly partitionColumn?: string;

  /**
   * How many parts are read at the same time, each through a connection of its own: what the database can bear.
   * @default 1
   */
  readonly partitions?: number;

  /**
   * The columns.
   * @default all
   */
  readonly columns?: string[];

  /**
   * A condition in the database's SQL; it becomes part of the query as it is, so it must not come from outside.
   * @default all rows
   */
  readonly where?: string;
}

/** A table or view of the database. */
export class JdbcTable {
  /**
   * A table, as the database's SQL names it.
   *
   * @param tableName `public.flights`, `HR.EMPLOYEES`, `dbo."Order Details"`; its folder is `public/flights`
   * @param options watermark, parts, columns
   * @throws `InvalidJdbcTable`, `PartitionsNeedColumn`
   */
  public static of(tableName: string, options: JdbcTableOptions = {}): JdbcTable {
    return new JdbcTable(tableName, options);
  }

  /** The folder of the table below the target: lower case, `schema/table`. */
  public readonly folder: string;

  private constructor(
    /** As the database's SQL names it. */
    public readonly tableName: string,
    private readonly options: JdbcTableOptions,
  ) {
    const { partitions = 1, partitionColumn, columns, watermark } = options;
    check('table', tableName, 3);
    for (const column of columns ?? []) check('column', column, 1);
    if (partitionColumn !== undefined) check('partitionColumn', partitionColumn, 1);
    if (!Number.isInteger(partitions) || partitions < 1 || partitions > 200) {
      refuse(
        'InvalidJdbcTable',
        `partitions "${partitions}" of "${tableName}"`,
        'a whole number from 1 to 200',
        'choose as many as the database can bear connections',
      );
    }
    if (columns?.length === 0) {
      refuse('InvalidJdbcTable', `no columns of "${tableName}"`, 'at least one', 'leave "columns" out to take all');
    }
    if (partitions > 1 && partitionColumn === undefined && watermark === undefined) {
      refuse(
        'PartitionsNeedColumn',
        `${partitions} partitions of "${tableName}" without a column`,
        'parts are made by the values of a column',
        'name one with "partitionColumn"',
      );
    }
    this.folder = (tableName.match(NAME) ?? []).map(plain).join('/');
  }

  /** @internal As the job reads it. */
  public get _settings(): Record<string, unknown> {
    const { partitions, partitionColumn, columns, where, watermark } = this.options;
    return { name: this.tableName, partitions, partitionColumn, columns, where, watermark: watermark?._settings };
  }
}

const NAME = /"[^"]+"|`[^`]+`|\[[^\]]+\]|[^.]+/g;

function plain(part: string): string {
  return part
    .replace(/^["`[]|["`\]]$/g, '')
    .replace(/[^\w-]+/g, '_')
    .toLowerCase();
}

/** Names become part of a query: plain ones, or quoted ones without quotes in them. */
function check(what: string, name: string, parts: number): void {
  const one = '(?:[A-Za-z_][\\w$#]*|"[^"\';]+"|`[^`\';]+`|\\[[^\\]\';]+\\])';
  if (new RegExp(`^${one}(?:\\.${one}){0,${parts - 1}}$`).test(name)) return;
  refuse(
    'InvalidJdbcTable',
    `${what} "${name}"`,
    `${parts > 1 ? 'up to three names with dots between them' : 'one name'}: letters, digits, _ $ #, or in quotes`,
    'write it as in the SQL of the database',
  );
}
