import type { IDataset } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type { AthenaTransform } from './athena-transform';
import { concat, fromPath, literal } from './private/jsonata';
import { refuse } from './private/refuse';

/**
 * What stands for `{{name}}` in a statement: typed, so that it is quoted as its type has to be.
 */
export class SqlParameter {
  /**
   * A text: `'it''s'`.
   *
   * @param value any text
   */
  public static text(value: string): SqlParameter {
    return SqlParameter.plain(quote(value));
  }

  /**
   * A number.
   *
   * @param value finite
   * @throws `InvalidSqlParameter`
   */
  public static number(value: number): SqlParameter {
    if (!Token.isUnresolved(value) && !Number.isFinite(value)) {
      refuse('InvalidSqlParameter', `number "${value}"`, 'finite numbers', 'give another one');
    }
    return SqlParameter.plain(String(value));
  }

  /**
   * `true` or `false`.
   *
   * @param value either
   */
  public static boolean(value: boolean): SqlParameter {
    return SqlParameter.plain(String(value));
  }

  /**
   * A day: `DATE '2026-01-31'`.
   *
   * @param value `YYYY-MM-DD`
   * @throws `InvalidSqlParameter`
   */
  public static date(value: string): SqlParameter {
    return SqlParameter.plain(`DATE ${quote(checked(value, /^\d{4}-\d{2}-\d{2}$/, '2026-01-31'))}`);
  }

  /**
   * A point in time without a zone: `TIMESTAMP '2026-01-31 23:59:59'`.
   *
   * @param value `YYYY-MM-DD hh:mm:ss`, with up to nine digits of a second
   * @throws `InvalidSqlParameter`
   */
  public static timestamp(value: string): SqlParameter {
    const form = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,9})?$/;
    return SqlParameter.plain(`TIMESTAMP ${quote(checked(value, form, '2026-01-31 23:59:59'))}`);
  }

  /**
   * The name of a column, table or database: `"name"`.
   *
   * @param name as it is
   */
  public static identifier(name: string): SqlParameter {
    return SqlParameter.plain(identifier(name));
  }

  /**
   * A table: `"database"."table"`. The transformation may read it.
   *
   * @param dataset any data set
   */
  public static table(dataset: IDataset): SqlParameter {
    return new SqlParameter(literal(tableName(dataset.databaseName, dataset.tableName)), dataset);
  }

  /**
   * The version of a table that another transformation has made in the same run, before it is published.
   *
   * With Lake Formation nobody can be given rights on a table whose name isn't known yet: the transformation may then read all
   * tables of that database.
   *
   * @param transform makes versions
   * @throws `NoVersions` for one that makes none
   */
  public static version(transform: AthenaTransform): SqlParameter {
    return new SqlParameter(transform._versionExpression(), undefined, transform);
  }

  /** The run, as a text: the same in its retries, and of letters and digits only. */
  public static run(): SqlParameter {
    return new SqlParameter(concat([literal("'"), '$run', literal("'")]));
  }

  /**
   * The day on which the run began, in UTC: `DATE '2026-01-31'`.
   *
   * @param daysBefore so many days earlier: 0, the day itself, if left out
   */
  public static runDate(daysBefore = 0): SqlParameter {
    const start = '$toMillis($states.context.Execution.StartTime)';
    const moved = daysBefore === 0 ? start : `${start} - ${daysBefore * 86_400_000}`;
    return new SqlParameter(concat([literal("DATE '"), `$fromMillis(${moved}, "[Y0001]-[M01]-[D01]")`, literal("'")]));
  }

  /** The time at which the run began, in UTC: `TIMESTAMP '2026-01-31 03:00:00.000'`. */
  public static runTime(): SqlParameter {
    const start = '$toMillis($states.context.Execution.StartTime)';
    const text = `$fromMillis(${start}, "[Y0001]-[M01]-[D01] [H01]:[m01]:[s01].[f001]")`;
    return new SqlParameter(concat([literal("TIMESTAMP '"), text, literal("'")]));
  }

  /**
   * What the pipeline was started with, as a text.
   *
   * @param path a JSONPath into the execution's input: `$.region`
   * @throws `InvalidSqlParameter`
   */
  public static input(path: string): SqlParameter {
    const value = fromPath(checked(path, /^\$(\.\w+)+$/, '$.region').replace(/^\$/, '$$$$.Execution.Input'));
    return new SqlParameter(concat([literal("'"), `$replace($string(${value}), "'", "''")`, literal("'")]));
  }

  private static plain(text: string): SqlParameter {
    return new SqlParameter(literal(text));
  }

  private constructor(
    /** @internal The text's JSONata. */
    public readonly _expression: string,
    /** @internal What is read by it. */
    public readonly _reads?: IDataset,
    /** @internal Whose version is read by it. */
    public readonly _version?: AthenaTransform,
  ) {}
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function tableName(database: string, table: string): string {
  return `${identifier(database)}.${identifier(table)}`;
}

function checked(value: string, form: RegExp, example: string): string {
  if (Token.isUnresolved(value) || form.test(value)) return value;
  return refuse('InvalidSqlParameter', `"${value}"`, `the form "${example}"`, 'write it so');
}
