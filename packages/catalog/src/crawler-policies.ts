import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';

/** What a crawler does when files no longer look like the table that it made of them. */
export class SchemaChangePolicy {
  /** Tables follow the files; a table whose files are gone is marked as deprecated. The default. */
  public static update(): SchemaChangePolicy {
    return new SchemaChangePolicy('UPDATE_IN_DATABASE', 'DEPRECATE_IN_DATABASE', false);
  }

  /** Tables follow the files; tables and partitions whose files are gone are deleted from the catalog. */
  public static updateAndDelete(): SchemaChangePolicy {
    return new SchemaChangePolicy('UPDATE_IN_DATABASE', 'DELETE_FROM_DATABASE', false);
  }

  /** Columns are added, and those that are there stay as they are: hand-made corrections survive. */
  public static addColumns(): SchemaChangePolicy {
    return new SchemaChangePolicy('UPDATE_IN_DATABASE', 'DEPRECATE_IN_DATABASE', true);
  }

  /** Tables stay as they are; changes go to the log. New tables and partitions are still added. */
  public static logOnly(): SchemaChangePolicy {
    return new SchemaChangePolicy('LOG', 'LOG', false);
  }

  private constructor(
    /** @internal */
    public readonly _update: string,
    /** @internal */
    public readonly _delete: string,
    /** @internal */
    public readonly _mergesColumns: boolean,
  ) {}
}

/** What a crawler reads when it runs again. */
export class RecrawlPolicy {
  /** Everything. The default. */
  public static everything(): RecrawlPolicy {
    return new RecrawlPolicy('CRAWL_EVERYTHING');
  }

  /**
   * Only folders that were added since the last run: cheap for data that only grows.
   *
   * Goes with `SchemaChangePolicy.logOnly()` alone, which is its default then.
   */
  public static newFoldersOnly(): RecrawlPolicy {
    return new RecrawlPolicy('CRAWL_NEW_FOLDERS_ONLY');
  }

  private constructor(
    /** @internal */
    public readonly _behavior: string,
  ) {}

  /** @internal */
  public get _logsOnly(): boolean {
    return this._behavior === 'CRAWL_NEW_FOLDERS_ONLY';
  }
}

/**
 * How many tables a crawler makes of many folders.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/crawler-grouping-policy.html
 */
export class TableGrouping {
  /** Folders whose schemas resemble each other are one table, as Glue judges. The default. */
  public static bySimilarity(): TableGrouping {
    return new TableGrouping({});
  }

  /** One table, even if the schemas of its folders differ as long as they are compatible. */
  public static combineCompatibleSchemas(): TableGrouping {
    return new TableGrouping({ TableGroupingPolicy: 'CombineCompatibleSchemas' });
  }

  /**
   * A table for each folder of this level.
   *
   * @param level 1 is the bucket, 2 its folders, and so on
   * @throws `InvalidTableLevel`
   */
  public static atLevel(level: number): TableGrouping {
    if (!Token.isUnresolved(level) && !(Number.isInteger(level) && level >= 1)) {
      throw new Error(
        LakeError.message(
          'InvalidTableLevel',
          `table level "${level}"`,
          'a whole number from 1, the bucket',
          'use 2 for the folders of the bucket, 3 for theirs',
        ),
      );
    }
    return new TableGrouping({ TableLevelConfiguration: level });
  }

  private constructor(
    /** @internal */
    public readonly _grouping: Record<string, string | number>,
  ) {}
}
