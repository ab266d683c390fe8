import type { DataLocation, IDataset } from '@lakewright/core';
import { Size, Token } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { OnFailure } from './on-failure';
import { ParquetCompression } from './parquet-compression';
import type { Partition } from './partition';
import { letRead, letWrite, locationOf, refuseOverlap, stateLocation } from './private/locations';
import { refuse } from './private/refuse';
import { makeJob, makeRole } from './private/spark-job';
import type { PythonCode } from './python-code';
import type { RecordFormat } from './record-format';
import { SparkTaskBase, type SparkTaskProps } from './spark-task-base';
import type { TableColumn } from './table-column';

/** What a `SparkConversion` is made of. */
export interface SparkConversionProps extends SparkTaskProps {
  /** Where the raw files are; names that begin with `_` or `.` are no data. */
  readonly source: DataLocation;

  /** How they are written. */
  readonly format: RecordFormat;

  /** The table, with a location. The job makes it in the catalog, or adds columns that it lacks; it may also be declared. */
  readonly target: IDataset;

  /** The table's columns. Records are checked against them, one by one; fields that no column takes are left out. */
  readonly schema: TableColumn[];

  /**
   * What records must look like before `transform`.
   * @default `schema`
   */
  readonly inputSchema?: TableColumn[];

  /**
   * Makes rows of the table from records: `transform(df, spark)`. What it gives is checked against `schema` as well.
   * @default rows are the records
   */
  readonly transform?: PythonCode;

  /**
   * Tables that `transform` reads besides: temporary views of their names.
   * @default none
   */
  readonly reads?: IDataset[];

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

  /**
   * How large a file is about, where there is enough for one.
   * @default Size.mebibytes(128)
   */
  readonly fileSize?: Size;

  /**
   * What becomes of records that don't fit: `OnFailure.quarantine()` sets them aside, with reasons, file and record, and goes on;
   * `OnFailure.stop()` fails the run before anything of it is published.
   * @default OnFailure.quarantine()
   */
  readonly onInvalid?: OnFailure;

  /**
   * Where records that don't fit are put: `<batch>/part-….json.gz`.
   * @default `quarantine` in the state location
   */
  readonly quarantine?: DataLocation;
}

/**
 * Raw files into a table of Parquet, by a Spark job of AWS Glue: each file once, each record checked.
 *
 * A run takes the files that are new, in batches. A batch is noted before it is read, written beside the table, and then published by
 * steps that can be repeated; so a run that ends at any moment is finished or begun again by the next one, and no row is lost or comes
 * twice. A file that changed replaces its batch. Late files come to the rows of their partitions.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/add-job.html
 */
export class SparkConversion extends SparkTaskBase {
  public readonly job: glue.Job;
  public readonly role: iam.IRole;
  public readonly state: DataLocation;

  /** Where records that don't fit are put. */
  public readonly quarantine: DataLocation;

  protected readonly inputs: IDataset[];
  protected readonly outputs: IDataset[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoSchema`, `DuplicateColumn`, `InvalidPartition`, `NoDatasetLocation`, `LocationsOverlap`, `WarnNotPossible`,
   *   `InputSchemaWithoutTransform`, `ReadsWithoutTransform`, `TooFewRetries`, `JobScheduleNotCron`, `UnsupportedGlueVersion`, `FlexWorkers`
   */
  public constructor(scope: Construct, id: string, props: SparkConversionProps) {
    super(scope, id);
    check(props);
    const { source, target } = props;
    const location = locationOf(target);
    this.state = stateLocation(location, props.state);
    this.quarantine = props.quarantine ?? this.state.location('quarantine');
    refuseOverlap({ source, target: location, state: this.state });
    if (props.quarantine) refuseOverlap({ source, target: location, quarantine: props.quarantine });
    this.inputs = props.reads ?? [];
    this.outputs = [target];

    const name = `${target.databaseName}.${target.tableName}`;
    const role = makeRole(this, `Converts raw files into ${Token.isUnresolved(name) ? target.tableName : name}`);
    this.role = role;
    source.grants.read(role);
    letWrite(role, target);
    for (const dataset of this.inputs) letRead(role, dataset);
    this.state.grants.readWrite(role);
    this.state.location('staging').grants.delete(role);
    this.quarantine.grants.readWrite(role);
    // a batch that is replaced takes its records along
    this.quarantine.grants.delete(role);

    this.job = makeJob(this, role, props, {
      script: 'spark_conversion.py',
      description: `Converts raw files into ${target.tableName}`,
      locations: { source, target: location, state: this.state, quarantine: this.quarantine },
      code: props.transform?._bind(this),
      settings: settings(props),
    });
  }
}

function settings(props: SparkConversionProps): object {
  const { target, format, schema, inputSchema, transform } = props;
  return {
    database: target.databaseName,
    table: target.tableName,
    format: format.name,
    options: format._options,
    columns: schema.map(({ _settings }) => _settings),
    inputColumns: inputSchema?.map(({ _settings }) => _settings),
    partitions: (props.partitionBy ?? []).map(({ _settings }) => _settings),
    compression: props.compression ?? ParquetCompression.SNAPPY,
    fileSize: (props.fileSize ?? Size.mebibytes(128)).toBytes(),
    onInvalid: props.onInvalid?.name ?? 'quarantine',
    transform: transform && { module: transform.entryModule, function: transform.functionName },
    reads: (props.reads ?? []).map(({ databaseName, tableName }) => ({ database: databaseName, table: tableName })),
  };
}

function check(props: SparkConversionProps): void {
  const { schema, inputSchema, transform, onInvalid, partitionBy = [], reads = [] } = props;
  for (const columns of [schema, inputSchema ?? schema]) checkColumns(columns);
  if (onInvalid?.name === 'warn') {
    refuse(
      'WarnNotPossible',
      'onInvalid "warn"',
      "quarantine or stop: a value that is none of its column's type has no place in the table",
      'use OnFailure.quarantine(), or make the column a text',
    );
  }
  if (inputSchema && !transform) {
    refuse('InputSchemaWithoutTransform', 'an inputSchema', 'where there is a transform', 'give schema alone');
  }
  if (reads.length > 0 && !transform) {
    refuse('ReadsWithoutTransform', `${reads.length} tables in reads`, 'where there is a transform', 'take them out');
  }
  for (const partition of partitionBy) checkPartition(partition, props);
}

function checkColumns(columns: TableColumn[]): void {
  if (columns.length === 0) refuse('NoSchema', 'a schema without columns', 'at least one', 'declare the columns');
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse('DuplicateColumn', `column "${twice}" twice`, 'each name once', 'rename one');
}

function checkPartition({ column, name, _settings: { kind } }: Partition, props: SparkConversionProps): void {
  const { schema, partitionBy = [] } = props;
  const type = schema.find((each) => each.name === column)?.type.inputString;
  const problem = (given: string, allowed: string) =>
    refuse('InvalidPartition', given, allowed, 'choose another column or name');
  if (type === undefined)
    problem(`partition by "${column}"`, `a column of the schema: ${schema.map((c) => c.name).join(', ')}`);
  if (kind === 'hour' && type !== 'timestamp') problem(`hours of "${column}", ${type}`, 'a timestamp');
  if (kind !== 'value' && !['date', 'timestamp'].includes(type ?? '')) {
    problem(`${kind}s of "${column}", ${type}`, 'a date or a timestamp');
  }
  if (kind === 'value' && /[<]|^binary/.test(type ?? ''))
    problem(`values of "${column}", ${type}`, 'a type that is a single value');
  if (partitionBy.filter((each) => each.name === name).length > 1) problem(`key "${name}" twice`, 'each key once');
  if (kind !== 'value' && schema.some((each) => each.name === name)) {
    problem(`key "${name}", which is a column, too`, "a name that isn't a column's");
  }
  if (schema.length === partitionBy.filter((each) => each._settings.kind === 'value').length) {
    problem('all columns as keys', 'at least one column that is none');
  }
}
