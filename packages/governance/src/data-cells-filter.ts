import type { IDataset } from '@lakewright/core';
import { Names, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { refuse } from './private/refuse';
import { checkColumns } from './private/request-grants';
import { StagePermissions } from './private/stage-permissions';
import type { RowFilter } from './row-filter';

/** What a `DataCellsFilter` is made of. */
export interface DataCellsFilterProps {
  /** The table. */
  readonly dataset: IDataset;

  /**
   * The name, 1 to 255 characters.
   * @default made of the construct's path, so that it stays the same
   */
  readonly filterName?: string;

  /**
   * Which rows it shows.
   * @default all rows
   */
  readonly where?: RowFilter;

  /**
   * Only these columns.
   * @default all columns
   */
  readonly columns?: string[];

  /**
   * All columns but these.
   * @default none is left out
   */
  readonly excluding?: string[];
}

/**
 * A part of a table: rows, and of these columns. What several filters show to one principal is united by cell.
 *
 * For filters that several principals share, or that carry a name people know;
 * `Grants.on(dataset).read(principal, { where })` makes one by itself. Filters belong to named grants: what LF-Tags grant
 * can't be filtered.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filters-about.html
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html
 */
export class DataCellsFilter extends Construct {
  /** The table. */
  public readonly dataset: IDataset;
  /** The filter's name. */
  public readonly filterName: string;
  /** The rows that it shows; all of them if undefined. */
  public readonly where?: RowFilter;
  /** Whether it leaves columns out, which can't be granted with the grant option. */
  public readonly excludesColumns: boolean;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `ColumnsAndExcluding`, `NestedColumn`, `InvalidFilterName`, `FilterNeedsLakeFormation`, `FilterOnLink`
   */
  public constructor(scope: Construct, id: string, props: DataCellsFilterProps) {
    super(scope, id);
    const { dataset, where, columns, excluding } = props;
    this.dataset = dataset;
    this.where = where;
    this.excludesColumns = excluding !== undefined;
    this.filterName = props.filterName ?? Names.uniqueResourceName(this, { maxLength: 100, separator: '_' });
    this.check(props);
    const { databaseName, tableName } = dataset;
    const stage = StagePermissions.of(this);
    stage.whenReady(
      () =>
        stage.at(this).define({
          databaseName,
          tableName,
          name: this.filterName,
          rowFilter: where?.expression,
          columns,
          excluding,
        }),
      `data cells filter "${this.node.path}"`,
    );
  }

  private check({ dataset, filterName, columns, excluding }: DataCellsFilterProps): void {
    const table = `${dataset.databaseName}.${dataset.tableName}`;
    checkColumns(dataset, [...(columns ?? []), ...(excluding ?? [])]);
    if (columns && excluding) {
      refuse(
        'ColumnsAndExcluding',
        `both "columns" and "excluding" in "${this.node.path}"`,
        'one of the two',
        'list the columns to show, or those to hide',
      );
    }
    if (!dataset.permissions.usesLakeFormation) {
      refuse(
        'FilterNeedsLakeFormation',
        `filter "${this.node.path}" on ${table} with PermissionModel "iam"`,
        'IAM gives whole tables only',
        'use PermissionModel.lakeFormation() or hybrid()',
      );
    }
    if (dataset.linkTarget) {
      refuse(
        'FilterOnLink',
        `filter "${this.node.path}" on ${table}, which is a resource link`,
        'Lake Formation has no data filters on resource links',
        'let the owner of the table make the filter',
      );
    }
    if (filterName !== undefined && !Token.isUnresolved(filterName) && !/^[^\r\n]{1,255}$/.test(filterName)) {
      refuse('InvalidFilterName', `filter name "${filterName}"`, '1 to 255 characters', 'choose another name');
    }
  }
}
