import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import { type FilterExpression, parseFilter } from './private/row-filter-parser';
import { comparisons, renderFilter } from './private/row-filter-render';
import { FilterFaultError } from './private/row-filter-tokens';
import { misfit } from './private/row-filter-types';

/**
 * Which rows of a table a principal sees.
 *
 * Lake Formation documents a small language for this: `column operator constant`, combined with `AND`, `OR`, `NOT` and
 * parentheses. Everything else (functions, casts, subqueries, columns compared with columns, dates and timestamps) would
 * fail on deployment or later, in a query; here it fails at synthesis, with its position.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/partiql-support.html
 */
export class RowFilter {
  /** All rows: for filters that leave out columns only. */
  public static allRows(): RowFilter {
    return new RowFilter(undefined);
  }

  /**
   * The rows for which a predicate holds.
   *
   * Operators: `=`, `<>`, `!=`, `<`, `<=`, `>`, `>=`, `[NOT] IN`, `[NOT] LIKE`, `[NOT] BETWEEN`, `IS [NOT] NULL`, `AND`,
   * `OR`, `NOT`. Constants: `'texts'` (a quote is doubled), numbers, `TRUE`, `FALSE`. Texts are compared case-sensitively.
   * Fields of a struct are `customer.id`; a column that is called like a reserved word stands in double quotes.
   *
   * @param predicate `region <> 'EU' AND year >= 2020`, less than 2048 characters
   * @throws `InvalidRowFilter` with the position of what isn't of the language
   * @throws `RowFilterTooLong`
   * @throws `UnresolvedRowFilter` for tokens: their value could change the predicate's meaning when it is deployed
   */
  public static where(predicate: string): RowFilter {
    if (Token.isUnresolved(predicate)) {
      throw new Error(
        LakeError.message(
          'UnresolvedRowFilter',
          'a row filter with a token',
          'a predicate that is known at synthesis: a later value could change its meaning',
          'write the value out',
        ),
      );
    }
    checkLength(predicate.trim());
    return new RowFilter(parsed(predicate));
  }

  /** The predicate in one normalized form; undefined for all rows. */
  public readonly expression?: string;
  /** The columns that the predicate reads, lower case, each once; of a struct the column itself. */
  public readonly columns: string[];

  private constructor(private readonly tree: FilterExpression | undefined) {
    const all = tree ? comparisons(tree) : [];
    this.columns = [...new Set(all.map(({ column }) => (column.path[0] ?? '').toLowerCase()))];
    if (tree) this.expression = checkLength(renderFilter(tree));
  }

  /**
   * Compares the predicate with a table.
   *
   * @param columns name → Hive type of all columns, partition keys included: `{ region: 'string', tags: 'array<string>' }`
   * @param partitionKeys the names of those that are partition keys; none if left out
   * @throws `UnknownFilterColumn` for a column or field that the table doesn't have
   * @throws `UnsupportedFilterColumn` for a type that isn't in AWS's list (arrays, maps, dates, timestamps, binary), an
   *   operator that doesn't suit it, `IS NULL` on a partition key
   * @throws `FilterTypeMismatch` for a constant of another type than the column
   */
  public checkColumns(columns: { [name: string]: string }, partitionKeys: string[] = []): void {
    const types = new Map(Object.entries(columns).map(([name, type]) => [name.toLowerCase(), type]));
    const keys = new Set(partitionKeys.map((key) => key.toLowerCase()));
    for (const comparison of this.tree ? comparisons(this.tree) : []) {
      const found = misfit(comparison, types, keys);
      if (found) throw new Error(LakeError.message(found.code, found.wrote, found.allowed, found.change));
    }
  }
}

function parsed(predicate: string): FilterExpression {
  try {
    return parseFilter(predicate);
  } catch (error) {
    if (!(error instanceof FilterFaultError)) throw error;
    const { what, at, allowed, change } = error.fault;
    throw new Error(
      LakeError.message('InvalidRowFilter', `${what} at position ${at} of "${predicate}"`, allowed, change),
    );
  }
}

function checkLength(expression: string): string {
  if (expression.length < 2048) return expression;
  throw new Error(
    LakeError.message(
      'RowFilterTooLong',
      `a row filter of ${expression.length} characters`,
      'less than 2048',
      'filter by a column that says the same in fewer words; make one with the ETL if need be',
    ),
  );
}
