import { LakeStorage } from '@lakewright/storage';
import { App, Duration, Stack } from 'aws-cdk-lib';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { expect, test } from 'vitest';
import { FileColumn, FileDrop, FileSchema } from '../src';
import { nagFindings } from './support';

test('a drop on a schedule and on arrival has no finding', () => {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const { raw } = new LakeStorage(stack, 'Storage');
  new FileDrop(stack, 'Drop', {
    inbox: raw.location('inbox/fleet'),
    target: raw.location('fleet'),
    schema: new FileSchema({ columns: [FileColumn.string('tail_no')] }),
    schedule: scheduler.ScheduleExpression.rate(Duration.hours(1)),
    takeOnArrival: true,
  });
  expect(nagFindings(app)).toEqual([]);
});
