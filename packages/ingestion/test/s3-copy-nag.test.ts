import { DataLocation } from '@lakewright/core';
import { LakeStorage } from '@lakewright/storage';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { S3Copy } from '../src';
import { nagFindings } from './support';

test('a copy on a schedule and on arrival has no finding', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const { raw } = new LakeStorage(stack, 'Storage');
  new S3Copy(stack, 'Copy', {
    source: DataLocation.of(raw.bucket, 'partner'),
    target: raw.location('weather'),
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    copyOnArrival: true,
  });
  expect(nagFindings(app)).toEqual([]);
});
