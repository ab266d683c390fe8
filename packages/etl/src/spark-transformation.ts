import type { DataLocation, IDataset } from '@lakewright/core';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { letRead, letWrite, locationOf, refuseOverlap, stateLocation } from './private/locations';
import { refuse } from './private/refuse';
import { makeJob, makeRole } from './private/spark-job';
import type { PythonCode } from './python-code';
import type { SparkOutput } from './spark-output';
import { SparkTaskBase, type SparkTaskProps } from './spark-task-base';

/** What a `SparkTransformation` is made of. */
export interface SparkTransformationProps extends SparkTaskProps {
  /**
   * Makes the tables: `transform(tables, spark)` gets a data frame for each table of `reads`, by its name, and as a temporary view; it
   * gives a data frame, or a dictionary of one for each table of `writes`.
   */
  readonly code: PythonCode;

  /** What it reads: tables of Parquet files. */
  readonly reads: IDataset[];

  /** What it writes. */
  readonly writes: SparkOutput[];
}

/**
 * Tables into tables, by a Spark job of AWS Glue: features, scores, whatever SQL says badly.
 *
 * All results are written beside their tables, and published when the last one is there, by steps that can be repeated: a run that ends
 * at any moment is finished, or has done nothing.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/add-job.html
 */
export class SparkTransformation extends SparkTaskBase {
  public readonly job: glue.Job;
  public readonly role: iam.IRole;
  public readonly state: DataLocation;

  protected readonly inputs: IDataset[];
  protected readonly outputs: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoOutput`, `DuplicateTable`, `NoDatasetLocation`, `LocationsOverlap`, `TooFewRetries`, `JobScheduleNotCron`,
   *   `UnsupportedGlueVersion`, `FlexWorkers`
   */
  public constructor(scope: Construct, id: string, props: SparkTransformationProps) {
    super(scope, id);
    if (props.writes.length === 0) {
      refuse('NoOutput', 'writes without tables', 'at least one', 'name what the code makes');
    }
    this.inputs = props.reads;
    this.outputs = props.writes.map(({ dataset }) => dataset);
    for (const tables of [this.inputs, this.outputs]) checkNames(tables);
    const places = this.outputs.map((dataset) => [dataset.tableName, locationOf(dataset)] as const);
    this.state = stateLocation((places[0] as (typeof places)[0])[1], props.state);
    refuseOverlap({ state: this.state, ...Object.fromEntries(places) });

    const role = makeRole(this, `Makes ${this.outputs.map(({ tableName }) => tableName).join(', ')} by Spark`);
    this.role = role;
    for (const dataset of this.inputs) letRead(role, dataset);
    for (const dataset of this.outputs) letWrite(role, dataset);
    this.state.grants.readWrite(role);
    this.state.location('staging').grants.delete(role);

    const { code } = props;
    this.job = makeJob(this, role, props, {
      script: 'spark_transformation.py',
      description: `Makes ${this.outputs.map(({ tableName }) => tableName).join(', ')}`,
      locations: { state: this.state, ...Object.fromEntries(places.map(([name, place]) => [`target_${name}`, place])) },
      code: code._bind(this),
      settings: {
        transform: { module: code.entryModule, function: code.functionName },
        reads: this.inputs.map(({ databaseName, tableName }) => ({ database: databaseName, table: tableName })),
        outputs: props.writes.map(({ _settings }) => _settings),
      },
    });
  }
}

/** Data frames are called by the tables' names. */
function checkNames(datasets: IDataset[]): void {
  const names = datasets.map(({ tableName }) => tableName);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  refuse(
    'DuplicateTable',
    `two tables "${twice}"`,
    'each name once: data frames are called by it',
    'take one in another transformation',
  );
}
