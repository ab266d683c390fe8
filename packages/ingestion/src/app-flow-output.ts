import { LakeError } from '@lakewright/core';
import type { Size } from 'aws-cdk-lib';
import type { CfnFlow } from 'aws-cdk-lib/aws-appflow';

/** Folders by the time of the run. */
export enum AppFlowFolders {
  /** `2026/` */
  YEAR = 'YEAR',
  /** `2026/08/` */
  MONTH = 'MONTH',
  /** `2026/08/31/` */
  DAY = 'DAY',
  /** `2026/08/31/13/` */
  HOUR = 'HOUR',
  /** `2026/08/31/13/05/` */
  MINUTE = 'MINUTE',
}

/** How many files a run writes. */
export class AppFlowAggregation {
  /** As many as AppFlow finds fit. The default. */
  public static none(): AppFlowAggregation {
    return new AppFlowAggregation({ aggregationType: 'None' });
  }

  /** One file a run. */
  public static singleFile(): AppFlowAggregation {
    return new AppFlowAggregation({ aggregationType: 'SingleFile' });
  }

  /**
   * Files of about this size.
   *
   * @param size whole mebibytes
   */
  public static targetSize(size: Size): AppFlowAggregation {
    return new AppFlowAggregation({ aggregationType: 'None', targetFileSize: size.toMebibytes() });
  }

  private constructor(
    /** @internal */
    public readonly _config: CfnFlow.AggregationConfigProperty,
  ) {}
}

/** Folders and files of a flow. */
export interface AppFlowOutputOptions {
  /**
   * Folders by the time of the run.
   * @default AppFlowFolders.DAY
   */
  readonly folders?: AppFlowFolders;

  /**
   * Whether each run has a folder of its own below that, named after its execution id: what a run wrote can be told and
   * removed, and a failed run doesn't mix with the next.
   * @default true
   */
  readonly executionFolder?: boolean;

  /**
   * Whether there is a folder for each version of the schema, which counts up when mapping or types change.
   * @default false
   */
  readonly schemaVersionFolder?: boolean;

  /**
   * How many files a run writes.
   * @default AppFlowAggregation.none()
   */
  readonly aggregation?: AppFlowAggregation;
}

/** Parquet files of a flow. */
export interface AppFlowParquetOptions extends AppFlowOutputOptions {
  /**
   * Whether numbers, dates and truth values keep their types; else every column is text.
   * @default true
   */
  readonly preserveTypes?: boolean;
}

/**
 * The files that a flow writes.
 *
 * Below the target AppFlow makes a folder named after the flow, and in it those of the options.
 */
export class AppFlowOutput {
  /**
   * Parquet. The default.
   *
   * @param options folders, files, types
   */
  public static parquet(options: AppFlowParquetOptions = {}): AppFlowOutput {
    return new AppFlowOutput({
      ...config('PARQUET', options),
      preserveSourceDataTyping: options.preserveTypes ?? true,
    });
  }

  /**
   * A JSON object a line.
   *
   * @param options folders and files
   */
  public static json(options: AppFlowOutputOptions = {}): AppFlowOutput {
    return new AppFlowOutput(config('JSON', options));
  }

  /**
   * Comma-separated values with a header row.
   *
   * @param options folders and files
   */
  public static csv(options: AppFlowOutputOptions = {}): AppFlowOutput {
    return new AppFlowOutput(config('CSV', options));
  }

  private constructor(
    /** @internal */
    public readonly _config: CfnFlow.S3OutputFormatConfigProperty,
  ) {}
}

/** @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_PrefixConfig.html */
function config(fileType: string, options: AppFlowOutputOptions): CfnFlow.S3OutputFormatConfigProperty {
  const size = options.aggregation?._config.targetFileSize;
  if (size !== undefined && size < 1) {
    throw new Error(
      LakeError.message('InvalidFileSize', `a target size of "${size}" MiB`, 'at least 1 MiB', 'use Size.mebibytes(…)'),
    );
  }
  const hierarchy = [
    ...(options.schemaVersionFolder ? ['SCHEMA_VERSION'] : []),
    ...(options.executionFolder === false ? [] : ['EXECUTION_ID']),
  ];
  return {
    fileType,
    prefixConfig: {
      prefixType: 'PATH',
      prefixFormat: options.folders ?? AppFlowFolders.DAY,
      ...(hierarchy.length > 0 ? { pathPrefixHierarchy: hierarchy } : {}),
    },
    aggregationConfig: (options.aggregation ?? AppFlowAggregation.none())._config,
  };
}
