import type { IDataset } from '@lakewright/core';
import { ParquetCompression } from './parquet-compression';
import type { Partition } from './partition';
import { refuse } from './private/refuse';

/** How the files of a table are written. */
export interface SparkOutputOptions {
  /**
   * By what the files are put into folders.
   * @default the table isn't partitioned
   */
  readonly partitionBy?: Partition[];

  /**
   * How the Parquet files are packed.
   * @default ParquetCompression.SNAPPY
   */
  readonly compression?: ParquetCompression;
}

/** A table that a transformation writes. */
export class SparkOutput {
  /**
   * Each run's result is all of the table: what was in it before goes.
   *
   * @param dataset the table, with a location; the job makes it in the catalog, or adds columns that it lacks
   * @param options partitions, compression
   */
  public static table(dataset: IDataset, options: SparkOutputOptions = {}): SparkOutput {
    return new SparkOutput(dataset, 'table', options);
  }

  /**
   * A run's result replaces the partitions that it has rows for; all others stay.
   *
   * @param dataset the table, with a location; the job makes it in the catalog, or adds columns that it lacks
   * @param keys by what the files are put into folders, at least one
   * @param options compression
   * @throws `InvalidPartition`
   */
  public static partitions(dataset: IDataset, keys: Partition[], options: SparkOutputOptions = {}): SparkOutput {
    if (keys.length === 0) {
      refuse(
        'InvalidPartition',
        'partitions without keys',
        'at least one',
        'use SparkOutput.table for the whole table',
      );
    }
    return new SparkOutput(dataset, 'partitions', { ...options, partitionBy: keys });
  }

  /** @internal */
  public readonly _settings: OutputSettings;

  private constructor(
    /** The table. */
    public readonly dataset: IDataset,
    replaces: string,
    { partitionBy = [], compression = ParquetCompression.SNAPPY }: SparkOutputOptions,
  ) {
    this._settings = {
      database: dataset.databaseName,
      table: dataset.tableName,
      replaces,
      partitions: partitionBy.map(({ _settings }) => _settings),
      compression,
      fileSize: 128 * 1024 * 1024,
    };
  }
}

/** An output, as the script takes it. */
export interface OutputSettings {
  readonly database: string;
  readonly table: string;
  readonly replaces: string;
  readonly partitions: object[];
  readonly compression: string;
  readonly fileSize: number;
}
