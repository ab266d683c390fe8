import type { DmsDataType } from './dms-data-type';
import type { LobHandling } from './lob-handling';
import { checkMappings } from './private/mapping-checks';
import { type MappingRule, parseTable, renderMappings, targetFolder } from './private/mapping-rules';
import type { RowCondition } from './row-condition';

/** What a column is filled with that the source doesn't have. */
export interface AddedColumn {
  /** The new column's name. */
  readonly name: string;
  /** Its type. */
  readonly type: DmsDataType;
  /** An SQLite expression over the source's columns, written `$COLUMN`, and header columns as `$AR_H_TIMESTAMP`. */
  readonly expression: string;
}

/**
 * Which tables a replication takes, and under which names and types its columns arrive.
 *
 * Tables are written `schema.table`, with `%` for any text and `_` for any character in either; MySQL's databases are
 * schemas here. Names are as the database keeps them: Oracle and Db2 in upper case. The object never changes: each method
 * returns another one.
 *
 * What can match nothing, and what contradicts itself, is refused when a replication is made of it, or by `toJson`.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TableMapping.html
 */
export class TableMappings {
  /**
   * Takes these tables, and no others.
   *
   * @param tables `public.flights`, `public.%`
   * @throws `InvalidTableName`, `EverySchemaIncluded`
   */
  public static include(...tables: string[]): TableMappings {
    return new TableMappings([]).alsoInclude(...tables);
  }

  private constructor(private readonly rules: readonly MappingRule[]) {}

  /**
   * Takes these tables, too.
   *
   * @param tables `public.flights`, `public.%`
   * @throws `InvalidTableName`, `EverySchemaIncluded`
   */
  public alsoInclude(...tables: string[]): TableMappings {
    return this.with(...tables.map((table) => ({ kind: 'include' as const, at: parseTable(table) })));
  }

  /**
   * Leaves out tables that an included pattern stands for.
   *
   * @param tables `public.audit_%`
   */
  public exclude(...tables: string[]): TableMappings {
    return this.with(...tables.map((table) => ({ kind: 'exclude' as const, at: parseTable(table) })));
  }

  /**
   * Takes only some rows of a table.
   *
   * @param table as it was included
   * @param column the column that decides
   * @param anyOf conditions of which one has to hold; call again with another column for conditions that have to hold, too
   */
  public filter(table: string, column: string, ...anyOf: RowCondition[]): TableMappings {
    const conditions = anyOf.map(({ _rendered }) => _rendered);
    return this.with({ kind: 'filter', at: parseTable(table), column, conditions });
  }

  /**
   * The tables of a schema arrive in a folder of another name.
   *
   * @param schema as the database calls it
   * @param to as the folder is called
   */
  public renameSchema(schema: string, to: string): TableMappings {
    return this.with({ kind: 'rename', target: 'schema', at: { schema, table: '%' }, to });
  }

  /**
   * A table arrives in a folder of another name.
   *
   * @param table one table
   * @param to as the folder is called
   */
  public renameTable(table: string, to: string): TableMappings {
    return this.with({ kind: 'rename', target: 'table', at: parseTable(table), to });
  }

  /**
   * A column arrives under another name.
   *
   * @param table a table or pattern
   * @param column one column
   * @param to its new name
   */
  public renameColumn(table: string, column: string, to: string): TableMappings {
    return this.with({ kind: 'rename', target: 'column', at: parseTable(table), column, to });
  }

  /**
   * Columns don't leave the database: for what isn't needed or must not be in the lake.
   *
   * @param table a table or pattern
   * @param columns names or patterns
   */
  public dropColumns(table: string, ...columns: string[]): TableMappings {
    const at = parseTable(table);
    return this.with(...columns.map((column) => ({ kind: 'drop' as const, at, column })));
  }

  /**
   * A column more.
   *
   * @param table a table or pattern
   * @param column what is added
   */
  public addColumn(table: string, column: AddedColumn): TableMappings {
    const { name, expression, type } = column;
    return this.with({ kind: 'add', at: parseTable(table), column: name, expression, type: type._rendered });
  }

  /**
   * A column arrives with another type.
   *
   * @param table a table or pattern
   * @param column a name or pattern
   * @param type the type
   */
  public convertColumn(table: string, column: string, type: DmsDataType): TableMappings {
    return this.with({ kind: 'convert', at: parseTable(table), column, type: type._rendered });
  }

  /**
   * Large objects of a table are handled otherwise than those of the others.
   *
   * @param table one table
   * @param handling how
   */
  public lobs(table: string, handling: LobHandling): TableMappings {
    return this.with({ kind: 'lobs', at: parseTable(table), settings: handling._rule });
  }

  /**
   * The mapping as DMS takes it. A rule keeps its id when others come or go.
   *
   * @throws `RuleMatchesNothing`, `RulesContradict`, `TwoTablesOneTarget`, `ReservedColumn`, `RenameNeedsOneName`,
   * `NoTables`, `InvalidColumnName`, `FilterMatchesNothing`
   */
  public toJson(): string {
    return JSON.stringify(this._render());
  }

  /**
   * The folder of a table, after renames, `schema/table`.
   * @internal
   */
  public _folder(table: string): string {
    return targetFolder(table, this.rules);
  }

  /** @internal */
  public _render(): object {
    checkMappings(this.rules);
    return renderMappings(this.rules);
  }

  private with(...more: MappingRule[]): TableMappings {
    return new TableMappings([...this.rules, ...more]);
  }
}
