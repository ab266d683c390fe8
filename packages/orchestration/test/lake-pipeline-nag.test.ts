import { DataLocation } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import * as iam from 'aws-cdk-lib/aws-iam';
import { expect, test } from 'vitest';
import { LakePipeline, PipelineSchedule, PipelineTrigger } from '../src';
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

test('control: a wildcard that somebody adds to the role is found', () => {
  const { app, stack } = testStack();
  new LakePipeline(stack, 'Nightly', { stages: [[new Job(stack, 'A')]] });
  const role = new iam.Role(stack, 'Theirs', { assumedBy: new iam.ServicePrincipal('states.amazonaws.com') });
  role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:*'], resources: ['*'] }));
  expect(nagFindings(app).join('\n')).toMatch(/AwsSolutions-IAM5.* @ Stack\/Theirs/);
});
