import { LakeCatalog } from '@lakewright/catalog';
import { DataLocation } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as sns from 'aws-cdk-lib/aws-sns';
import { expect, test } from 'vitest';
import {
  DeadLetterReplay,
  Freshness,
  LakePipeline,
  PipelineAlarms,
  PipelineDashboard,
  PipelineSchedule,
  PipelineTrigger,
  RedriveExecution,
  RunHistory,
  SlackChannel,
  TaskMap,
} from '../src';
import { nagFindings } from './support';
import { Job, testStack } from './tasks.support';

test('a pipeline with schedule and triggers has no finding that is not acknowledged', () => {
  const { app, stack } = testStack();
  const { raw } = new LakeStorage(stack, 'Storage');
  new LakePipeline(stack, 'Nightly', {
    stages: [[new Job(stack, 'A'), new Job(stack, 'B')], [new Job(stack, 'C')]],
    schedule: PipelineSchedule.daily({ hour: 3 }),
    triggers: [PipelineTrigger.onArrival(DataLocation.of(raw.bucket, 'orders'))],
  });
  expect(nagFindings(app)).toEqual([]);
});

test('history, alarms, redrive, replay, dashboard and maps have no finding that is not acknowledged', () => {
  const { app, stack } = testStack();
  const storage = new LakeStorage(stack, 'Storage');
  const { datasets } = new LakeCatalog(stack, 'Catalog', { storage });
  const pipeline = new LakePipeline(stack, 'Nightly', {
    stages: [[new TaskMap(stack, 'Tables', { task: new Job(stack, 'A'), items: ['a', 'b'] })]],
  });
  const { triggerQueue: target, deadLetterQueue: source } = pipeline;
  const history = new RunHistory(stack, 'History', {
    pipelines: [pipeline],
    database: datasets,
    location: storage.datasets.location('runs'),
  });
  const key = new kms.Key(stack, 'TopicKey', { enableKeyRotation: true });
  new PipelineAlarms(stack, 'Alarms', {
    pipeline,
    history,
    notify: new sns.Topic(stack, 'Topic', { enforceSSL: true, masterKey: key }),
    slack: SlackChannel.of('T07EA123LEP', 'C07EZ1ABC23'),
    noSuccessWithin: Duration.hours(26),
    longerThanUsual: 3,
    quarantinePercent: 1,
    freshness: [Freshness.of('Orders', storage.raw.location('orders'), Duration.hours(24))],
  });
  new RedriveExecution(stack, 'Redrive', { pipeline });
  new DeadLetterReplay(stack, 'Replay', { source, target });
  new PipelineDashboard(stack, 'Board', { pipelines: [pipeline], history });
  expect(nagFindings(app)).toEqual([]);
});

test('control: a wildcard that somebody adds to the role is found', () => {
  const { app, stack } = testStack();
  new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]] });
  const role = new iam.Role(stack, 'Theirs', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
  expect(nagFindings(app).join('\n')).toMatch(/AwsSolutions-IAM5.* @ Stack\/Theirs/);
});
