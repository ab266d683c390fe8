import type { DataLocation, IDataset } from '@lakewright/core';
import { LakeError } from '@lakewright/core';
import { Token } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { grantJdbc } from './private/jdbc-access';
import { suggestion } from './private/names';

/** How to crawl a location of files. */
export interface S3TargetOptions {
  /**
   * Glob patterns of objects to leave out, relative to the location, for example `**.tmp`.
   * @default nothing is left out
   * @see https://docs.aws.amazon.com/glue/latest/dg/define-crawler-choose-data-sources.html
   */
  readonly exclusions?: string[];

  /**
   * Files to read of each leaf folder, 1 to 249.
   * @default all files
   */
  readonly sampleSize?: number;
}

/** How to crawl a database. */
export interface JdbcTargetOptions {
  /**
   * Glob patterns of tables to leave out, for example `audit%`.
   * @default nothing is left out
   */
  readonly exclusions?: string[];
}

/** How to crawl Delta tables. */
export interface DeltaTargetOptions {
  /**
   * Native tables, which engines read through Delta's transaction log; otherwise symlink tables, which need a manifest.
   * @default true
   */
  readonly nativeTable?: boolean;
}

/** How to crawl Iceberg tables. */
export interface IcebergTargetOptions {
  /**
   * Folders to go down at most to find `metadata`.
   * @default 10
   */
  readonly maximumTraversalDepth?: number;
}

/** What a crawler looks at, with exactly the rights that this needs. */
export class CrawlerTarget {
  /**
   * Files below a location.
   *
   * @param location where the files lie; the table is named after the last folder
   * @param options what to leave out
   */
  public static s3(location: DataLocation, options: S3TargetOptions = {}): CrawlerTarget {
    const { sampleSize } = options;
    if (sampleSize !== undefined && !Token.isUnresolved(sampleSize) && (sampleSize < 1 || sampleSize > 249)) {
      throw new Error(
        LakeError.message(
          'InvalidSampleSize',
          `sampleSize "${sampleSize}"`,
          '1 to 249 files of each folder',
          'leave it out to read all files',
        ),
      );
    }
    return new CrawlerTarget(
      { s3Targets: [{ path: location.uri, exclusions: options.exclusions, sampleSize }] },
      (role, byIam) => byIam && location.grants.read(role),
      tableAfter(location),
      [],
      [location],
    );
  }

  /**
   * Tables of a relational database.
   *
   * @param connection a Glue connection; its secret, if it has one, is read by the role: grant that yourself
   * @param path `database/schema/table`, `%` as wildcard
   * @param options what to leave out
   */
  public static jdbc(connection: glue.IConnection, path: string, options: JdbcTargetOptions = {}): CrawlerTarget {
    return new CrawlerTarget(
      { jdbcTargets: [{ connectionName: connection.connectionName, path, exclusions: options.exclusions }] },
      (role) => grantJdbc(role, connection),
      [],
      [],
    );
  }

  /**
   * Delta tables.
   *
   * @param locations the tables' folders
   * @param options kind of table
   */
  public static delta(locations: DataLocation[], options: DeltaTargetOptions = {}): CrawlerTarget {
    const deltaTables = locations.map(({ uri }) => uri);
    return new CrawlerTarget(
      { deltaTargets: [{ deltaTables, createNativeDeltaTable: options.nativeTable ?? true, writeManifest: false }] },
      (role, byIam) => byIam && readAll(locations, role),
      locations.flatMap(tableAfter),
      [],
      locations,
    );
  }

  /**
   * Iceberg tables that another catalog wrote.
   *
   * @param locations folders with one or several tables
   * @param options how far to look
   */
  public static iceberg(locations: DataLocation[], options: IcebergTargetOptions = {}): CrawlerTarget {
    const { maximumTraversalDepth = 10 } = options;
    return new CrawlerTarget(
      { icebergTargets: [{ paths: locations.map(({ uri }) => uri), maximumTraversalDepth }] },
      (role, byIam) => byIam && readAll(locations, role),
      locations.flatMap(tableAfter),
      [],
      locations,
    );
  }

  /**
   * Tables that are in the catalog already: their partitions and schemas are kept up to date.
   *
   * Can't stand beside targets of another kind.
   *
   * @param datasets tables of one database, which is the crawler's
   */
  public static catalogTables(datasets: IDataset[]): CrawlerTarget {
    const byDatabase = new Map<string, string[]>();
    for (const { databaseName, tableName } of datasets) {
      byDatabase.set(databaseName, [...(byDatabase.get(databaseName) ?? []), tableName]);
    }
    return new CrawlerTarget(
      { catalogTargets: [...byDatabase].map(([databaseName, tables]) => ({ databaseName, tables })) },
      (role) => datasets.map(({ grants }) => grants.read(role)),
      datasets.map(({ tableName }) => tableName),
      datasets,
      datasets.flatMap(({ location }) => location ?? []),
    );
  }

  private constructor(
    /** @internal */
    public readonly _targets: glue.CfnCrawler.TargetsProperty,
    /** @internal `byIam`: IAM decides about the objects, and not Lake Formation alone. */
    public readonly _grantRead: (role: iam.IRole, byIam: boolean) => unknown,
    /** @internal Names of the tables, as far as they are known. */
    public readonly _tables: string[],
    /** @internal */
    public readonly _reads: IDataset[],
    /** @internal Where its files lie. */
    public readonly _locations: DataLocation[] = [],
  ) {}
}

function readAll(locations: DataLocation[], role: iam.IRole): void {
  for (const { grants } of locations) grants.read(role);
}

/** Glue names a table after the last folder, in lower case, `_` for what a name can't have. */
function tableAfter({ prefix }: DataLocation): string[] {
  const folder = prefix.split('/').pop() ?? '';
  return folder === '' || Token.isUnresolved(folder) ? [] : [suggestion(folder)];
}
