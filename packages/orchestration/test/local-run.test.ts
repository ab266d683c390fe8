import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ListExecutionsCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn';
import { LakeCatalog } from '@lakewright/catalog';
import { LakeEnvironment } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lake, MemoryHost } from '../../lakewright/src';
import { redrive } from '../lambda/pipeline/redrive';
import { LakePipeline, PipelineAlarms, PipelineSchedule, RunHistory } from '../src';

/** A task that is a function of one line. */
class Code extends Construct {
  private readonly lambdaFunction: lambda.Function;

  public constructor(scope: Construct, id: string, code: string) {
    super(scope, id);
    this.lambdaFunction = new lambda.Function(this, 'Function', {
      runtime: lambda.Runtime.NODEJS_22_X,
      handler: 'index.handler',
      code: lambda.Code.fromInline(`exports.handler = async () => { ${code} };`),
    });
  }

  public bind(scope: Construct, id: string) {
    const { lambdaFunction } = this;
    const state = new tasks.LambdaInvoke(scope, id, {
      lambdaFunction,
      retryOnServiceExceptions: false,
      resultPath: sfn.JsonPath.DISCARD,
    });
    return { start: state, ends: [state], reads: [], writes: [] };
  }
}

describe('on a laptop', () => {
  let folder = '';
  let lake: Lake;
  const host = new MemoryHost();

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'lakewright-pipeline-'));
    const app = new App({ outdir: path.join(folder, 'cdk.out') });
    const stack = new Stack(app, 'Lake');
    const environment = LakeEnvironment.sandbox();
    const storage = new LakeStorage(stack, 'Storage', { environment });
    const { datasets } = new LakeCatalog(stack, 'Catalog', { storage, environment });
    const pipeline = new LakePipeline(stack, 'Nightly', {
      stages: [
        [new Code(stack, 'A', ''), new Code(stack, 'B', '')],
        [new Code(stack, 'C', "throw new Error('no rows')")],
      ],
      schedule: PipelineSchedule.daily({ hour: 3 }),
      environment,
    });
    const location = storage.datasets.location('runs');
    new RunHistory(stack, 'History', { pipelines: [pipeline], database: datasets, location, environment });
    const notify = new sns.Topic(stack, 'Topic');
    notify.addSubscription(new SqsSubscription(new sqs.Queue(stack, 'Inbox', { queueName: 'inbox' })));
    new PipelineAlarms(stack, 'Alarms', { pipeline, notify });
    app.synth();
    lake = new Lake({ directory: folder, app: 'cdk.out', host });
  }, 60_000);

  afterAll(async () => {
    await lake.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('a run that fails is a row for each task, and one message that names the task', {
    timeout: 120_000,
  }, async () => {
    const report = await lake.run({});
    expect(report.state).toBe('FAILED');
    const { rows } = await lake.query(
      "SELECT task, state, failures, error FROM datasets.pipeline_runs WHERE run_date >= '2020-01-01' ORDER BY task",
    );
    expect(rows).toEqual([
      ['A', 'SUCCEEDED', '0', null],
      ['B', 'SUCCEEDED', '0', null],
      ['C', 'FAILED', '1', 'Error'],
      [null, 'FAILED', '1', 'Error'],
    ]);
    const inbox = readFileSync(path.join(folder, '.lakewright/state/sqs/q-inbox.json'), 'utf8');
    expect(inbox.match(/Pipeline Lake\/Nightly: run \S+ FAILED/g)).toHaveLength(1);
    expect(inbox).toMatch(/Task: C/);
    expect(inbox).toMatch(/Cause: no rows/);
  });

  test('a redrive lets it go on from the task that failed, and the rows follow', { timeout: 120_000 }, async () => {
    const server = await lake.serve();
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const states = new SFNClient({ endpoint: server.url, region: server.region, credentials });
    const { stateMachines = [] } = await states.send(new ListStateMachinesCommand({}));
    const machine = stateMachines[0]?.stateMachineArn ?? '';
    expect(await redrive(states, machine, {}, false)).toMatchObject({ redriven: true });
    const { executions = [] } = await states.send(new ListExecutionsCommand({ stateMachineArn: machine }));
    expect(executions).toHaveLength(1);
    const rows = "SELECT task, state, failures, redrives FROM datasets.pipeline_runs WHERE task <> 'B' ORDER BY task";
    await expect
      .poll(async () => (await lake.query(rows)).rows, { timeout: 60_000, interval: 500 })
      .toEqual([
        ['A', 'SUCCEEDED', '0', '1'],
        ['C', 'FAILED', '2', '1'],
      ]);
    await server.close();
  });
});

test('on a laptop a schedule starts a run with a number, through the queue of triggers', {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'lakewright-pipeline-'));
  const app = new App({ outdir: path.join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Lake');
  const schedule = PipelineSchedule.daily({ hour: 3 });
  new LakePipeline(stack, 'Nightly', { stages: [[new Code(stack, 'A', '')]], schedule });
  app.synth();
  const lake = new Lake({ directory: folder, app: 'cdk.out' });
  const report = await lake.run({ tick: '24h' });
  await lake.close();
  expect(report.state).toBe('SUCCEEDED');
  const [machine = ''] = readdirSync(path.join(folder, '.lakewright/executions'));
  const runs = readdirSync(path.join(folder, '.lakewright/executions', machine));
  expect(runs.filter((name) => /^run-\d+\.json$/.test(name))).toHaveLength(1);
  rmSync(folder, { recursive: true, force: true });
});
