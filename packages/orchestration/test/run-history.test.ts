import { LakeCatalog } from '@lakewright/catalog';
import type { IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { DataLocation } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { Match } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { describe, expect, test } from 'vitest';
import { DeadLetterReplay, LakePipeline, PipelineDashboard, RedriveExecution, RunHistory } from '../src';
import { dataIds, PolicyEvaluator, ResolvedApp } from './support';
import { Job, template, testStack } from './tasks.support';

/** A task that leaves its counts somewhere. */
class Counting extends Job {
  public override bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const bucket = s3.Bucket.fromBucketName(this, `State${id}`, 'state');
    return { ...super.bind(scope, id, context), reports: DataLocation.of(bucket, 'a/reports') };
  }
}

function lake(tasks?: (scope: Construct) => IPipelineTask[]) {
  const { app, stack } = testStack();
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const pipeline = new LakePipeline(stack, 'Nightly', {
    stages: [tasks?.(stack) ?? [new Counting(stack, 'A'), new Job(stack, 'B')]],
  });
  const history = new RunHistory(stack, 'History', {
    pipelines: [pipeline],
    database: catalog.datasets,
    location: storage.datasets.location('runs'),
  });
  return { app, stack, storage, catalog, pipeline, history };
}

describe('a run history', () => {
  test('is a table of JSON lines whose days are projected', () => {
    const { stack } = lake();
    const [table] = ResolvedApp.of(stack).resources('AWS::Glue::Table');
    const { TableInput } = (table?.properties ?? {}) as { TableInput: Record<string, never> };
    expect(TableInput).toMatchObject({
      Name: 'pipeline_runs',
      PartitionKeys: [{ Name: 'run_date', Type: 'string' }],
      Parameters: {
        'projection.enabled': 'true',
        'projection.run_date.type': 'date',
        'projection.run_date.range': 'NOW-3YEARS,NOW+1DAYS',
        'projection.run_date.format': 'yyyy-MM-dd',
      },
      StorageDescriptor: {
        Location: expect.stringMatching(/^s3:\/\/StorageDatasets.*\/runs\/$/),
        SerdeInfo: { SerializationLibrary: 'org.openx.data.jsonserde.JsonSerDe' },
      },
    });
    const columns = (TableInput.StorageDescriptor as { Columns: { Name: string }[] }).Columns.map(({ Name }) => Name);
    expect(columns).toEqual(
      'run_id,pipeline,task,state,started,ended,seconds,failures,rows_in,rows_out,rows_quarantined,cost_usd,error,cause,redrives,execution_arn'.split(
        ',',
      ),
    );
  });

  test('follows the ends of its pipelines, and is told of tasks and reports by the rule', () => {
    const { stack, pipeline } = lake();
    const rule = ResolvedApp.of(stack)
      .resources('AWS::Events::Rule')
      .find(({ id }) => id.startsWith('History'));
    const arn = ResolvedApp.of(stack).text(pipeline.stateMachine.stateMachineArn);
    expect(rule?.properties.EventPattern).toMatchObject({
      detail: { stateMachineArn: [arn], status: ['SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    const [target] = (rule?.properties.Targets ?? []) as { InputTransformer: { InputTemplate: string } }[];
    expect(target?.InputTransformer.InputTemplate).toContain(
      '"pipeline":{"name":"Stack/Nightly","tasks":["A","B"],"reports":{"A":"s3://state/a/reports/"}}',
    );
  });

  test('its function may read the runs and reports and write the rows, and nothing beside', () => {
    const { stack, storage, pipeline, history } = lake();
    const evaluator = PolicyEvaluator.of(stack);
    const run = evaluator.text(pipeline.stateMachine.stateMachineArn).replace('stateMachine', 'execution');
    const decide = (action: string, resource: string) => evaluator.decide(history.role, action, resource);
    expect(decide('states:GetExecutionHistory', `${run}:run-1`)).toBe('allowed');
    expect(decide('states:GetExecutionHistory', `${run}Other:run-1`)).toBe('denied');
    expect(decide('states:StopExecution', `${run}:run-1`)).toBe('denied');
    const object = (path: string) => storage.datasets.bucket.arnForObjects(path);
    expect(decide('s3:PutObject', object('runs/run_date=2026-11-22/x.json'))).toBe('allowed');
    expect(decide('s3:PutObject', object('flights/x.json'))).toBe('denied');
    expect(decide('s3:DeleteObject', object('runs/x.json'))).toBe('denied');
    expect(decide('s3:GetObject', 'arn:aws:s3:::state/a/reports/run-1.json')).toBe('allowed');
    expect(decide('s3:GetObject', 'arn:aws:s3:::state/a/data.json')).toBe('denied');
    expect(decide('s3:PutObject', 'arn:aws:s3:::state/a/reports/run-1.json')).toBe('denied');
  });

  test('the ids of what holds data stay', () => {
    const ids = Object.keys(dataIds(lake().stack, 'AWS::SQS::Queue')).filter((id) => id.startsWith('History'));
    expect(ids.sort()).toEqual([
      'HistoryTable53C1B4DD',
      'HistoryWriteDeadLetters7DFBDB13',
      'HistoryWriteWorkLogC895A216',
    ]);
  });
});

describe('a redrive', () => {
  test('may redrive runs of its pipeline; who runs it may invoke it', () => {
    const { stack, pipeline } = lake();
    const operation = new RedriveExecution(stack, 'Redrive', { pipeline });
    const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
    operation.grants.run(operator);
    const evaluator = PolicyEvaluator.of(stack);
    const run = evaluator.text(pipeline.stateMachine.stateMachineArn).replace('stateMachine', 'execution');
    expect(evaluator.decide(operation.role, 'states:RedriveExecution', `${run}:run-1`)).toBe('allowed');
    expect(evaluator.decide(operation.role, 'states:RedriveExecution', `${run}Other:run-1`)).toBe('denied');
    expect(evaluator.decide(operation.role, 'states:StartExecution', pipeline.stateMachine.stateMachineArn)).toBe(
      'denied',
    );
    expect(evaluator.decide(operator, 'lambda:InvokeFunction', operation.lambdaFunction.functionArn)).toBe('allowed');
    expect(evaluator.decide(operator, 'states:RedriveExecution', `${run}:run-1`)).toBe('denied');
  });
});

describe('a replay', () => {
  test('may receive and delete dead letters, and send to their queue', () => {
    const { stack, pipeline } = lake();
    const { triggerQueue: target, deadLetterQueue: source } = pipeline;
    const operation = new DeadLetterReplay(stack, 'Replay', { source, target });
    const evaluator = PolicyEvaluator.of(stack);
    const decide = (action: string, queue: sqs.IQueue) => evaluator.decide(operation.role, action, queue.queueArn);
    expect(decide('sqs:ReceiveMessage', source)).toBe('allowed');
    expect(decide('sqs:DeleteMessage', source)).toBe('allowed');
    expect(decide('sqs:SendMessage', target)).toBe('allowed');
    expect(decide('sqs:DeleteMessage', target)).toBe('denied');
    expect(decide('sqs:PurgeQueue', source)).toBe('denied');
  });

  test.each([0, 1.5, 10_001])('of %d messages is refused', (most) => {
    const { stack, pipeline } = lake();
    const { triggerQueue: target, deadLetterQueue: source } = pipeline;
    expect(() => new DeadLetterReplay(stack, 'Replay', { source, target, most })).toThrow(/^InvalidReplay/);
  });

  test('onto itself is refused', () => {
    const { stack } = testStack();
    const queue = new sqs.Queue(stack, 'Queue');
    expect(() => new DeadLetterReplay(stack, 'Replay', { source: queue, target: queue })).toThrow(/^InvalidReplay/);
  });
});

test('a dashboard shows the runs of each pipeline, and rows and costs with a history', () => {
  const { stack, pipeline, history } = lake();
  new PipelineDashboard(stack, 'Board', { pipelines: [pipeline], history });
  template(stack).hasResourceProperties('AWS::CloudWatch::Dashboard', { DashboardBody: Match.anyValue() });
  const [board] = ResolvedApp.of(stack).resources('AWS::CloudWatch::Dashboard');
  const { widgets } = JSON.parse(String(board?.properties.DashboardBody)) as {
    widgets: { properties: { title: string; metrics: unknown[][] } }[];
  };
  expect(widgets.map(({ properties }) => properties.title)).toEqual(
    [
      'runs',
      'milliseconds of a run',
      'waiting triggers, dead letters',
      'seconds of tasks',
      'rows out',
      'quarantine (%), cost ($)',
    ].map((title) => `Stack/Nightly: ${title}`),
  );
  expect(JSON.stringify(widgets[4]?.properties.metrics)).toContain('"Task","B"');
});
