import { CdkApp } from './projenrc/cdk-app';
import { Ci } from './projenrc/ci';
import { ConstructPackage } from './projenrc/construct-package';
import { Monorepo } from './projenrc/monorepo';
import { MonorepoRelease } from './projenrc/release';
import { RuntimePackage } from './projenrc/runtime-package';
import { V } from './projenrc/versions';

const root = new Monorepo();

const core = new ConstructPackage({
  parent: root,
  name: 'core',
  description: 'Interfaces and value objects that let the Lakewright packages meet',
});

const storage = new ConstructPackage({
  parent: root,
  name: 'storage',
  description: 'Data lake zones on Amazon S3: encrypted, tiered, replicated, backed up',
  keywords: ['s3'],
  peerPackages: [core],
});

const catalog = new ConstructPackage({
  parent: root,
  name: 'catalog',
  description: 'Glue Data Catalog databases, crawlers, declared and Iceberg tables, sharing',
  keywords: ['glue', 'iceberg'],
  peerPackages: [core, storage],
  lambdas: ['iceberg-table'],
  lambdaDeps: [V.clientGlue, V.clientAthena],
});

const governance = new ConstructPackage({
  parent: root,
  name: 'governance',
  description: 'AWS Lake Formation down to the cell: settings, grants, filters, tags, personas, audit, checks',
  keywords: ['lakeformation', 'governance'],
  peerPackages: [core, catalog],
  testPackages: [storage],
  lambdas: ['lake-formation'],
  lambdaDeps: [V.clientLakeFormation, V.clientGlue, V.clientSsm],
});

const consumption = new ConstructPackage({
  parent: root,
  name: 'consumption',
  description: 'Athena workgroups and principals with exact grants, Redshift Spectrum, SageMaker and partner access',
  keywords: ['athena', 'redshift', 'spectrum'],
  peerPackages: [core],
  testPackages: [storage, catalog],
  lambdas: ['spectrum'],
  lambdaDeps: [V.clientRedshiftData],
});

const ingestion = new ConstructPackage({
  parent: root,
  name: 'ingestion',
  description: 'Data into the lake: DMS, AppFlow, REST and Lambda extraction, S3 copies, files and spreadsheets, JDBC',
  keywords: ['dms', 'appflow', 'ingestion'],
  peerPackages: [core],
  testPackages: [storage, catalog],
  lambdas: ['dms', 'extraction', 's3-copy', 'file-drop'],
  scripts: ['glue/jdbc_ingestion.py'],
  guides: ['extension-points.md'],
  lambdaDeps: [
    V.clientDms,
    V.clientIam,
    V.clientLambda,
    V.clientS3,
    V.clientSecretsManager,
    V.csvParse,
    V.duckdb, // tests run the queries that constructs render
    V.fflate,
    V.hyparquet,
    V.hyparquetWriter,
    V.saxes,
    V.yauzl,
    V.yauzlTypes,
  ],
});

const etl = new ConstructPackage({
  parent: root,
  name: 'etl',
  description: 'Raw data into data sets: Spark jobs on AWS Glue, dbt on Athena, Athena SQL, quality gates',
  keywords: ['glue', 'spark', 'dbt', 'athena', 'etl'],
  peerPackages: [core, catalog],
  testPackages: [storage, consumption],
  scripts: [
    ...['glue/spark_conversion.py', 'glue/spark_transformation.py', 'glue/modules'],
    ...['dbt/Dockerfile', 'dbt/requirements.txt', 'dbt/run.py', 'dbt/lakewright.container.json'],
  ],
  testDeps: [V.aslValidator, V.jsonata],
});

const orchestration = new ConstructPackage({
  parent: root,
  name: 'orchestration',
  description: 'Pipelines on Step Functions: stages, triggers, redrive, run history, alarms on failure and delay',
  keywords: ['stepfunctions', 'pipeline', 'orchestration'],
  peerPackages: [core],
  testPackages: [storage, catalog, consumption],
  lambdas: ['pipeline'],
  lambdaDeps: [V.clientEventBridge, V.clientS3, V.clientSfn, V.clientSqs],
  testDeps: [V.aslValidator],
});

const visualization = new ConstructPackage({
  parent: root,
  name: 'visualization',
  description:
    'Dashboards on the lake: Apache Superset on Fargate, dashboards as code, Amazon QuickSight, other BI tools',
  keywords: ['superset', 'quicksight', 'dashboards'],
  peerPackages: [core, consumption],
  testPackages: [storage, catalog],
  lambdas: ['quicksight-identity', 'superset-init', 'yaml'],
  lambdaDeps: [V.clientCloudFormation, V.clientEcs, V.clientQuickSight, V.yaml],
  scripts: ['superset'],
});

const runtime = new RuntimePackage({
  parent: root,
  name: 'lakewright',
  description: 'Runs a synthesized AWS CDK data lake on your laptop: no AWS account, no Docker',
});

new CdkApp({
  parent: root,
  name: 'batch-lake',
  description: 'A whole batch data lake on real aviation data',
  packages: [core, storage, catalog, governance, ingestion, etl, orchestration, consumption, visualization],
  runtime,
  devDeps: [V.vegaDatasets, V.duckdb, V.embeddedPostgres, V.faker, V.fflate, V.pg, V.pgCopyStreams],
});

new Ci(root);
new MonorepoRelease(root, [
  ...[core, storage, catalog, governance, ingestion],
  ...[etl, orchestration, consumption, visualization],
]);

root.synth();
