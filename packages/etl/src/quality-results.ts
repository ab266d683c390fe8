import { Dataset, type ILakeDatabase } from '@lakewright/catalog';
import type { IDataset } from '@lakewright/core';
import * as glue from 'aws-cdk-lib/aws-glue';
import { Construct } from 'constructs';
import { refuse } from './private/refuse';

/** What a `QualityResults` is made of. */
export interface QualityResultsProps {
  /** Where the table is catalogued; it has a location. */
  readonly database: ILakeDatabase;

  /**
   * The table's name, lower case.
   * @default "quality_results"
   */
  readonly tableName?: string;

  /**
   * The first day that queries find: `YYYY-MM-DD`.
   * @default "2025-01-01"
   */
  readonly since?: string;
}

/**
 * A table with one row for each rule and run of the gates that keep their results in it: JSON lines below the database's
 * location, by day, found without a crawler.
 */
export class QualityResults extends Construct {
  /** The table. */
  public readonly dataset: IDataset;

  /** The declared table. */
  public readonly table: glue.S3Table;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `ResultsWithoutLocation`
   */
  public constructor(scope: Construct, id: string, props: QualityResultsProps) {
    super(scope, id);
    const { database, tableName = 'quality_results', since = '2025-01-01' } = props;
    const location =
      database.location?.location(tableName) ??
      refuse(
        'ResultsWithoutLocation',
        `table "${tableName}" in a database without location`,
        'files need a place',
        'give the database a "location"',
      );
    const { Schema } = glue;
    this.table = new glue.S3Table(this, 'Table', {
      database,
      tableName,
      description: 'What quality gates found: one row for each rule and run',
      dataFormat: glue.DataFormat.JSON,
      storage: glue.S3TableStorage.fromBucket(location.bucket),
      s3Prefix: `${location.prefix}/`,
      columns: [
        { name: 'gate', type: Schema.STRING },
        { name: 'run_id', type: Schema.STRING },
        { name: 'database_name', type: Schema.STRING },
        { name: 'table_name', type: Schema.STRING },
        { name: 'rule', type: Schema.STRING },
        { name: 'outcome', type: Schema.STRING, comment: 'PASS, FAIL or ERROR' },
        { name: 'message', type: Schema.STRING },
        { name: 'metrics', type: Schema.map(Schema.STRING, Schema.DOUBLE) },
        { name: 'score', type: Schema.DOUBLE, comment: 'the share of the rules that passed' },
        { name: 'result_id', type: Schema.STRING },
        { name: 'evaluated_at', type: Schema.STRING, comment: 'ISO 8601, UTC' },
      ],
      partitionKeys: [{ name: 'day', type: Schema.STRING }],
      partitionProjection: {
        day: glue.PartitionProjectionConfiguration.date({ min: since, max: 'NOW', format: 'yyyy-MM-dd' }),
      },
      parameters: { 'storage.location.template': `${location.uri}day=\${day}/` },
    });
    this.dataset = Dataset.ofTable(this.table, database.permissions);
  }
}
