import { AthenaView, Crawler, CrawlerTarget, LakeCatalog } from '@lakewright/catalog';
import { AthenaWorkgroup } from '@lakewright/consumption';
import { type DataLocation, type IPipelineTask, LakeEnvironment, PermissionModel } from '@lakewright/core';
import { type AthenaTransform, LakeNetwork } from '@lakewright/etl';
import { CurrentRows } from '@lakewright/ingestion';
import { LakePipeline, PipelineAlarms, PipelineSchedule, PipelineStep, RunHistory } from '@lakewright/orchestration';
import { LakeStorage, ZoneLifecycle } from '@lakewright/storage';
import { CfnOutput, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { Dashboards, type DashboardsProps } from './dashboards';
import { Governance } from './governance';
import { Ingestion, type Sources } from './ingestion';
import { CUSTOMERS, DATASETS, filesOf, latestCustomers, REPLICATED } from './schemas';
import { Transformation } from './transformation';

export interface BatchLakeStackProps extends StackProps {
  /** Where the data comes from. */
  readonly sources: Sources;
  /** What people look at. */
  readonly dashboards: DashboardsProps['kind'];
}

/** Five sources → raw → converted → data sets → queries. */
export class BatchLakeStack extends Stack {
  public constructor(scope: Construct, id: string, props: BatchLakeStackProps) {
    super(scope, id, props);
    const environment = LakeEnvironment.sandbox(); // production(): data outlives the stack

    // where data lives
    const storage = new LakeStorage(this, 'Storage', { environment, lifecycle: ZoneLifecycle.tiered() });

    // what it is called
    const catalog = new LakeCatalog(this, 'Catalog', {
      storage,
      environment,
      permissions: PermissionModel.lakeFormation(),
    });

    // who works on it
    const definitions = new AthenaWorkgroup(this, 'Definitions', { environment }); // what makes views at deployment

    // how it gets in
    const network = new LakeNetwork(this, 'Network', { environment });
    const ingestion = new Ingestion(this, 'Ingestion', { environment, storage, network, sources: props.sources });
    const declare = (zone: 'Raw' | 'Datasets', tableName: string, columns: glue.Column[], location: DataLocation) =>
      new glue.S3Table(this, `${zone}-${tableName}`, {
        database: catalog.database(zone.toLowerCase()),
        tableName,
        columns,
        dataFormat: glue.DataFormat.PARQUET,
        storage: glue.S3TableStorage.fromBucket(location.bucket),
        s3Prefix: `${location.prefix}/`,
      });
    const show = (name: string, table: glue.S3Table, query: string) => {
      const view = new AthenaView(this, `Current-${name}`, {
        database: catalog.converted,
        viewName: `current_${name}`,
        query,
        reads: [catalog.raw.dataset(name)],
        workgroup: definitions,
        environment,
      });
      view.node.addDependency(table);
    };
    for (const [name, { columns, primaryKey }] of Object.entries(REPLICATED)) {
      const table = declare('Raw', name, filesOf(columns), ingestion.operations.location(`public.${name}`));
      const rows = CurrentRows.of(catalog.raw.dataset(name), { columns: columns.map((one) => one.name), primaryKey });
      show(name, table, rows.select);
    }
    const customers = declare('Raw', 'customers', CUSTOMERS, storage.raw.location('customers'));
    show('customers', customers, latestCustomers(catalog.raw.databaseName));
    const crawlers = ['birdstrikes', 'delay_targets', 'weather'].map(
      (name) =>
        new Crawler(this, `Crawl-${name}`, {
          database: catalog.raw,
          targets: [CrawlerTarget.s3(storage.raw.location(name))],
        }),
    );

    // what it becomes
    for (const [name, columns] of Object.entries(DATASETS)) {
      declare('Datasets', name, columns, storage.datasets.location(name));
    }
    const { flights, models, datasets, gates, features } = new Transformation(this, 'Transformation', {
      environment,
      storage,
      catalog,
      network,
      ingestion,
    });

    // when
    const step = (verb: string, task: (dataset: AthenaTransform) => IPipelineTask) =>
      datasets.map((dataset) => PipelineStep.of(task(dataset), { name: `${verb} ${dataset.node.id}` }));
    const nightly = new LakePipeline(this, 'Nightly', {
      stages: [
        ingestion.steps,
        [...crawlers, PipelineStep.of(flights, { name: 'Convert flights' })],
        [PipelineStep.of(models, { name: 'Build models' })],
        [...step('Make', ({ make }) => make), PipelineStep.of(features, { name: 'Compute features' })],
        gates.map((gate) => PipelineStep.of(gate, { name: `Judge ${gate.node.scope?.node.id}` })),
        step('Publish', ({ publish }) => publish),
        step('Retire', ({ retire }) => retire),
      ],
      schedule: PipelineSchedule.daily({ hour: 3 }),
      environment,
    });

    const history = new RunHistory(this, 'RunHistory', {
      pipelines: [nightly],
      database: catalog.datasets,
      location: storage.datasets.location('pipeline_runs'),
      environment,
    });
    const notices = new sns.Topic(this, 'Notices', { enforceSSL: true }); // subscribe to it who has to know
    new PipelineAlarms(this, 'Alarms', {
      pipeline: nightly,
      notify: notices,
      noSuccessWithin: Duration.hours(26),
      longerThanUsual: 3,
      quarantinePercent: 1,
      history,
    });

    // who sees what
    const { analysts } = new Dashboards(this, 'Dashboards', { environment, catalog, kind: props.dashboards });
    new Governance(this, 'Governance', { environment, storage, catalog, notices, analysts });

    new CfnOutput(this, 'NightlyStateMachine', { value: nightly.stateMachine.stateMachineArn });
  }
}
