import type { IDataset } from '@lakewright/core';
import type { QuickSightColumn } from './quicksight-column';
import type { QuickSightRefresh } from './quicksight-refresh';

/** What QuickSight sees of a table. */
export interface QuickSightDataSetOptions {
  /** The columns. Those that the construct's role isn't granted must be left out. */
  readonly columns: QuickSightColumn[];

  /**
   * How definitions call it: the `Identifier` of their `DataSetIdentifierDeclarations`.
   * @default the table's name
   */
  readonly name?: string;
}

/** What QuickSight keeps of a table. */
export interface SpiceDataSetOptions extends QuickSightDataSetOptions {
  /**
   * When it is read again.
   * @default once, when it is made
   */
  readonly refresh?: QuickSightRefresh;
}

/** A table of the lake in QuickSight. */
export class QuickSightDataSet {
  /**
   * Rows are read into QuickSight's memory: dashboards are fast and cost no queries, and show what was when they were read.
   * Everybody sees the same rows, whatever Lake Formation says: it is asked when they are read.
   *
   * @param dataset the table
   * @param options its columns, and when it is read again
   */
  public static spice(dataset: IDataset, options: SpiceDataSetOptions): QuickSightDataSet {
    return new QuickSightDataSet(dataset, options.name ?? dataset.tableName, options.columns, true, options.refresh);
  }

  /**
   * Each visual asks Athena.
   *
   * @param dataset the table
   * @param options its columns
   */
  public static direct(dataset: IDataset, options: QuickSightDataSetOptions): QuickSightDataSet {
    return new QuickSightDataSet(dataset, options.name ?? dataset.tableName, options.columns, false);
  }

  private constructor(
    /** The table. */
    public readonly dataset: IDataset,
    /** How definitions call it. */
    public readonly name: string,
    /** What QuickSight sees of it. */
    public readonly columns: QuickSightColumn[],
    /** Whether its rows are kept in SPICE. */
    public readonly isSpice: boolean,
    /** When they are read again. */
    public readonly refresh?: QuickSightRefresh,
  ) {}
}
