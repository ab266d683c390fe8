import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import type { ApiShape } from '../../src/services/api-shape';

/** By a path that TypeScript doesn't follow: these are other packages' sources. */
const source = async (name: string): Promise<ApiShape> =>
  await import(path.join(__dirname, `../../../${name}/src/index.ts`));

/** The queue that gets what is told of incidents. */
export const INBOX = 'incidents';

/**
 * A small lake, whole: files of two kinds arrive → a function says so → two conversions → Spark and dbt → a data set, made,
 * judged and published; with history, alarms, redrive. Orders of partners come through a queue.
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

  const announce = new Announcement(stack, 'Announcement', orchestration.RetryPreset.lambdaFunction());
  const partners = new Partners(stack, 'Partners', storage.raw.location('incoming').bucket);

  const step = (name: string, task: unknown) => PipelineStep.of(task, { name });
  const pipeline = new orchestration.LakePipeline(stack, 'Nightly', {
    stages: [
      [step('Announce', announce)],
      [step('Convert orders', orders), step('Convert customers', customers)],
      [step('Sum up spend', spend)],
      [step('Build models', models)],
      [step('Make revenue', revenue.make)],
      [step('Judge revenue', gate)],
      [step('Publish revenue', revenue.publish)],
      [step('Retire revenue', revenue.retire)],
    ],
    triggers: [orchestration.PipelineTrigger.onArrival(storage.raw.location('arrivals/customers'))],
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
    deadLetterQueues: [partners.deadLetterQueue],
  });
  new orchestration.RedriveExecution(stack, 'Again', { pipeline });
  new orchestration.DeadLetterReplay(stack, 'Replay', {
    source: partners.deadLetterQueue,
    target: partners.queue,
    environment,
  });
  app.synth();
}

/** A function that one may call at a time; who calls it with `hold` keeps it while that file is there. */
class Announcement extends Construct {
  private readonly lambdaFunction: lambda.Function;

  public constructor(
    scope: Construct,
    id: string,
    private readonly retries: ApiShape,
  ) {
    super(scope, id);
    this.lambdaFunction = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(
        `const { existsSync } = require('node:fs');
         exports.handler = async ({ hold }) => {
           while (hold && existsSync(hold)) await new Promise((resolve) => setTimeout(resolve, 100));
         };`,
      ),
      reservedConcurrentExecutions: 1,
      timeout: Duration.minutes(10),
    });
  }

  public bind(scope: Construct, id: string) {
    const { lambdaFunction } = this;
    const state = new tasks.LambdaInvoke(scope, id, {
      lambdaFunction,
      retryOnServiceExceptions: false,
      resultPath: sfn.JsonPath.DISCARD,
    });
    this.retries.applyTo(state);
    return { start: state, ends: [state], reads: [], writes: [] };
  }
}

/** What partners send → a queue → a function that puts it where orders arrive; three attempts a message. */
class Partners extends Construct {
  public readonly queue: sqs.Queue;
  public readonly deadLetterQueue: sqs.Queue;

  public constructor(scope: Construct, id: string, bucket: ApiShape) {
    super(scope, id);
    this.deadLetterQueue = new sqs.Queue(this, 'DeadLetters');
    this.queue = new sqs.Queue(this, 'Queue', {
      visibilityTimeout: Duration.minutes(6),
      deadLetterQueue: { queue: this.deadLetterQueue, maxReceiveCount: 3 },
    });
    new events.Rule(this, 'Arrivals', {
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Created'],
        detail: { bucket: { name: [bucket.bucketName] }, object: { key: [{ prefix: 'incoming/' }] } },
      },
      targets: [new SqsQueue(this.queue)],
    });
    const [built] = buildSync({
      entryPoints: [path.join(__dirname, 'functions/take.ts')],
      ...{ bundle: true, platform: 'node', target: 'node20', write: false },
    }).outputFiles;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lakewright-take-'));
    fs.writeFileSync(path.join(folder, 'index.js'), built?.contents ?? '');
    const take = new lambda.Function(this, 'Take', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromAsset(folder),
      environment: { BUCKET: bucket.bucketName },
      timeout: Duration.minutes(1),
    });
    bucket.grantReadWrite(take);
    take.addEventSource(new SqsEventSource(this.queue, { reportBatchItemFailures: true }));
  }
}
