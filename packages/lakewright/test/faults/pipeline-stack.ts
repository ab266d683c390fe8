import path from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { ApiShape } from '../../src/services/api-shape';

/** By a path that TypeScript doesn't follow: these are other packages' sources. */
const source = async (name: string): Promise<ApiShape> =>
  await import(path.join(__dirname, `../../../${name}/src/index.ts`));

/** The queue that gets what is told of incidents. */
export const INBOX = 'incidents';

/**
 * A small lake, whole: files of two kinds arrive → two conversions → Spark and dbt → a data set, made, judged and published;
 * with history, alarms, redrive.
 *
 * @param outdir where the cloud assembly is written
 */
export async function synthesize(outdir: string): Promise<void> {
  const { LakeStorage } = await source('storage');
  const { LakeCatalog, LakeDatabase } = await source('catalog');
  const { AthenaWorkgroup } = await source('consumption');
  const { LakeEnvironment } = await source('core');
  const etl = await source('etl');
  const orchestration = await source('orchestration');
  const { TableColumn, PipelineStep } = { ...etl, ...orchestration };

  const app = new App({ outdir });
  const stack = new Stack(app, 'Lake');
  const environment = LakeEnvironment.sandbox();
  const storage = new LakeStorage(stack, 'Storage', { environment });
  const catalog = new LakeCatalog(stack, 'Catalog', { storage, environment });
  const jobs = (name: string) => etl.PythonCode.fromDirectory(path.join(__dirname, 'jobs', name));

  const orders = new etl.SparkConversion(stack, 'Orders', {
    source: storage.raw.location('arrivals/orders'),
    format: etl.RecordFormat.json(),
    target: catalog.converted.dataset('orders'),
    schema: [
      TableColumn.of('order_id', glue.Schema.BIG_INT, { required: true }),
      TableColumn.of('customer_id', glue.Schema.BIG_INT, { required: true }),
      TableColumn.of('amount', glue.Schema.decimal(10, 2), { required: true }),
      TableColumn.of('ordered_on', glue.Schema.DATE, { required: true }),
    ],
    transform: jobs('orders'),
    partitionBy: [etl.Partition.day('ordered_on')],
  });
  const customers = new etl.SparkConversion(stack, 'Customers', {
    source: storage.raw.location('arrivals/customers'),
    format: etl.RecordFormat.csv(),
    target: catalog.converted.dataset('customers'),
    schema: [
      TableColumn.of('customer_id', glue.Schema.BIG_INT, { required: true }),
      TableColumn.of('name', glue.Schema.STRING),
      TableColumn.of('region', glue.Schema.STRING, { required: true }),
    ],
  });
  const spend = new etl.SparkTransformation(stack, 'Spend', {
    code: jobs('customer_spend'),
    reads: [catalog.converted.dataset('orders'), catalog.converted.dataset('customers')],
    writes: [etl.SparkOutput.partitions(catalog.datasets.dataset('customer_spend'), [etl.Partition.value('region')])],
  });

  const workshop = new LakeDatabase(stack, 'Workshop', {
    databaseName: 'models',
    location: storage.converted.location('models'),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const workgroup = new AthenaWorkgroup(stack, 'Queries', { environment, enforced: false });
  const models = new etl.DbtProject(stack, 'Models', {
    code: etl.DbtCode.fromDirectory(path.join(__dirname, 'dbt')),
    database: workshop,
    sources: [catalog.converted],
    workgroup,
    artifacts: storage.converted.location('dbt'),
    network: new etl.LakeNetwork(stack, 'Network', { environment }),
    sourceFreshness: false,
    docs: false,
    environment,
  });

  const divisors = storage.raw.location('divisors');
  new glue.S3Table(stack, 'Divisors', {
    database: catalog.raw,
    tableName: 'divisors',
    columns: [
      { name: 'region', type: glue.Schema.STRING },
      { name: 'divisor', type: glue.Schema.BIG_INT },
    ],
    dataFormat: glue.DataFormat.JSON,
    storage: glue.S3TableStorage.fromBucket(divisors.bucket),
    s3Prefix: 'divisors/',
  });
  const revenue = new etl.AthenaTransform(stack, 'Revenue', {
    database: catalog.datasets,
    tableName: 'revenue',
    sql: etl.AthenaSql.fromText(
      `SELECT r.day, r.region, r.orders, CAST(r.revenue * 100 AS bigint) / d.divisor AS revenue
       FROM {{daily}} r JOIN {{divisors}} d ON d.region = r.region`,
      {
        parameters: {
          daily: etl.SqlParameter.table(workshop.dataset('daily_revenue')),
          divisors: etl.SqlParameter.table(catalog.raw.dataset('divisors')),
        },
      },
    ),
    workgroup,
  });
  const gate = new etl.QualityGate(stack, 'Gate', {
    transform: revenue,
    rules: ['RowCount > 0', 'IsComplete "region"', 'Uniqueness "day" "region" = 1.0'],
  });

  const step = (name: string, task: unknown) => PipelineStep.of(task, { name });
  const pipeline = new orchestration.LakePipeline(stack, 'Nightly', {
    stages: [
      [step('Convert orders', orders), step('Convert customers', customers)],
      [step('Sum up spend', spend), step('Build models', models)],
      [step('Make revenue', revenue.make)],
      [step('Judge revenue', gate)],
      [step('Publish revenue', revenue.publish)],
      [step('Retire revenue', revenue.retire)],
    ],
    triggers: [orchestration.PipelineTrigger.onArrival(storage.raw.location('arrivals'))],
    environment,
  });
  const history = new orchestration.RunHistory(stack, 'History', {
    pipelines: [pipeline],
    database: catalog.datasets,
    location: storage.datasets.location('pipeline_runs'),
    environment,
  });
  const notify = new sns.Topic(stack, 'Notices');
  notify.addSubscription(new SqsSubscription(new sqs.Queue(stack, 'Inbox', { queueName: INBOX })));
  new orchestration.PipelineAlarms(stack, 'Alarms', {
    pipeline,
    notify,
    history,
    noSuccessWithin: Duration.hours(26),
    quarantinePercent: 50,
  });
  new orchestration.RedriveExecution(stack, 'Again', { pipeline });
  new orchestration.DeadLetterReplay(stack, 'Replay', {
    source: pipeline.deadLetterQueue,
    target: pipeline.triggerQueue,
    environment,
  });
  app.synth();
}
