import { join } from 'node:path';
import { type LakeCatalog, LakeDatabase } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import type { LakeEnvironment } from '@lakewright/core';
import {
  AthenaOutput,
  AthenaSql,
  AthenaTransform,
  DbtCode,
  DbtProject,
  type ILakeNetwork,
  Partition,
  PythonCode,
  QualityGate,
  RecordFormat,
  SparkConversion,
  SparkOutput,
  SparkTransformation,
  SqlParameter,
} from '@lakewright/etl';
import type { LakeStorage } from '@lakewright/storage';
import { Annotations } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { Ingestion } from './ingestion';
import { DATASETS, FLIGHT_CHANGES } from './schemas';

/** What must hold of data sets before anybody sees them: in DQDL. */
const RULES: Record<string, string[]> = {
  delays_by_airport_month: [
    'RowCount > 1000',
    'IsComplete "airport"',
    'ColumnValues "delayed_percent" between -0.001 and 100.001',
    'Uniqueness "airport" "month" = 1.0',
  ],
  customers: ['IsUnique "customer_id"', 'ColumnValues "region" in ["NA", "EU"]', 'Completeness "email" > 0.9'],
};

const APP = join(__dirname, '..');

export interface TransformationProps {
  readonly environment: LakeEnvironment;
  readonly storage: LakeStorage;
  readonly catalog: LakeCatalog;
  readonly network: ILakeNetwork;
  readonly ingestion: Ingestion;
}

/** Raw → converted (Spark) → models (dbt) → data sets (Athena) and features (Spark). */
export class Transformation extends Construct {
  /** The replicated flights, checked one by one, by month of departure. */
  public readonly flights: SparkConversion;
  /** Staging, marts, an incremental one, a snapshot, and what must hold of them. */
  public readonly models: DbtProject;
  /** What analysts see: made, judged, and only then shown. */
  public readonly datasets: AthenaTransform[];
  /** Who judges them before they are shown. */
  public readonly gates: QualityGate[];
  /** What SageMaker learns from. */
  public readonly features: SparkTransformation;

  public constructor(scope: Construct, id: string, props: TransformationProps) {
    super(scope, id);
    const { environment, storage, catalog, network, ingestion } = props;
    this.flights = new SparkConversion(this, 'Flights', {
      source: ingestion.operations.location('public.flights'),
      format: RecordFormat.parquet(),
      target: catalog.converted.dataset('flights'),
      schema: FLIGHT_CHANGES,
      partitionBy: [Partition.month('departed_at')],
    });

    // dbt's own: what it makes and drops there is nobody else's
    const workshop = new LakeDatabase(this, 'Workshop', {
      databaseName: 'models',
      location: storage.converted.location('models'),
      removalPolicy: environment.removalPolicy,
    });
    // a workgroup that enforces its settings lets nobody say where a table goes
    const workgroup = new AthenaWorkgroup(this, 'Queries', { environment, enforced: false });
    Annotations.of(this).acknowledgeWarning(
      '@lakewright/consumption:clientsGiveResultLocation',
      'dbt and the transforms each give theirs',
    );
    this.models = new DbtProject(this, 'Models', {
      code: DbtCode.fromDirectory(join(APP, 'dbt')),
      database: workshop,
      sources: [catalog.raw, catalog.converted],
      variables: { RAW: catalog.raw.databaseName, CONVERTED: catalog.converted.databaseName },
      workgroup,
      artifacts: storage.converted.location('dbt'),
      network,
      environment,
    });

    this.datasets = Object.entries(DATASETS).map(([name, columns]) => {
      const names = columns.map((column) => `"${column.name}"`).join(', ');
      return new AthenaTransform(this, name, {
        database: catalog.datasets,
        tableName: name,
        sql: AthenaSql.fromText(`SELECT ${names} FROM {{model}}`, {
          parameters: { model: SqlParameter.table(workshop.dataset(name)) },
        }),
        workgroup,
        output: AthenaOutput.declaredTable(),
      });
    });

    this.gates = this.datasets
      .filter(({ node }) => node.id in RULES)
      .map((transform) => new QualityGate(transform, 'Gate', { transform, rules: RULES[transform.node.id] ?? [] }));

    this.features = new SparkTransformation(this, 'AirportFeatures', {
      code: PythonCode.fromDirectory(join(APP, 'jobs', 'airport_features')),
      reads: [workshop.dataset('delays_by_day')],
      writes: [SparkOutput.partitions(catalog.datasets.dataset('airport_features'), [Partition.value('month')])],
    });
  }
}
