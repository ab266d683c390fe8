import type { GrantOptions, IDataset } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { DataCellsFilter } from './data-cells-filter';
import { refuse } from './private/refuse';
import type { RowFilter } from './row-filter';

/** Narrows what a reader sees. */
export interface ReadOptions extends GrantOptions {
  /**
   * Only these columns.
   * @default all columns
   */
  readonly columns?: string[];

  /**
   * All columns but these. Can't be passed on (`grantable`): Lake Formation takes included columns only then.
   * @default none is left out
   */
  readonly excluding?: string[];

  /**
   * Only these rows. Makes a data cells filter.
   * @default all rows
   */
  readonly where?: RowFilter;

  /**
   * What these filters of the same table show, up to 10, instead of `columns`, `excluding` and `where`.
   * @default no named filter
   */
  readonly filters?: DataCellsFilter[];
}

/** Gives access to one data set; see `Grants`. */
export class DatasetPermissions {
  /** @internal */
  public constructor(private readonly dataset: IDataset) {}

  /**
   * See the table's definition.
   *
   * @param grantee who may describe
   * @param options whether the right may be passed on
   */
  public describe(grantee: iam.IGrantable, options?: GrantOptions): DatasetPermissions {
    this.dataset.grants.describe(grantee, options);
    return this;
  }

  /**
   * Read rows. Several reads of one principal are united by cell: a cell is seen if one of them shows both its row and its
   * column. With columns or rows left out, the principal knows of no others.
   *
   * Glue jobs before version 5.0 need all columns and rows. Metadata of Avro tables and of custom SerDes may name columns in
   * table properties, which Lake Formation doesn't filter.
   *
   * @param grantee who may read
   * @param options fewer columns or rows
   * @throws `ColumnsAndExcluding`, `FilterNeedsLakeFormation`, `FiltersAlone`, `FilterOfAnotherTable`, `TooManyFilters`,
   *   `GrantOptionNeedsColumns`, `NestedColumn`, `FilterOnLink`
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
   */
  public read(grantee: iam.IGrantable, options: ReadOptions = {}): DatasetPermissions {
    const { columns, excluding, where, filters, grantable } = options;
    if (filters) this.checkFilters(filters, options);
    this.dataset.grants.read(grantee, {
      columns,
      excluding,
      rowFilter: where?.expression,
      dataFilters: filters?.map(({ filterName }) => filterName),
      grantable,
    });
    return this;
  }

  /**
   * Read, insert, overwrite and delete rows; make, change and drop the table.
   *
   * Athena's CTAS and Iceberg's DDL write with the caller's own rights on S3: `location.grants` gives them.
   *
   * @param grantee who may write
   * @param options whether the rights may be passed on
   * @see https://docs.aws.amazon.com/athena/latest/ug/lf-athena-limitations.html
   */
  public write(grantee: iam.IGrantable, options?: GrantOptions): DatasetPermissions {
    this.dataset.grants.write(grantee, options);
    return this;
  }

  private checkFilters(filters: DataCellsFilter[], { columns, excluding, where, grantable }: ReadOptions): void {
    const { databaseName, tableName } = this.dataset;
    const table = `${databaseName}.${tableName}`;
    if (columns || excluding || where) {
      refuse(
        'FiltersAlone',
        `"filters" beside columns or rows on ${table}`,
        'a data cells filter says itself which columns and rows it shows',
        'give one or the other, or call read twice',
      );
    }
    if (filters.length === 0 || filters.length > 10) {
      refuse(
        'TooManyFilters',
        `${filters.length} filters in one grant on ${table}`,
        'Lake Formation takes 1 to 10 in a grant',
        'call read several times',
      );
    }
    for (const { dataset, filterName, excludesColumns } of filters) {
      if (dataset.tableName !== tableName || dataset.databaseName !== databaseName) {
        refuse(
          'FilterOfAnotherTable',
          `filter "${filterName}" of ${dataset.databaseName}.${dataset.tableName} on ${table}`,
          'a filter is of one table',
          'make a filter for this table',
        );
      }
      if (grantable && excludesColumns) {
        refuse(
          'GrantOptionNeedsColumns',
          `filter "${filterName}", which leaves columns out, to be passed on`,
          'Lake Formation takes the grant option with included columns only',
          'list the columns of the filter with "columns"',
        );
      }
    }
  }
}
