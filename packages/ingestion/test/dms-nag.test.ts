import { Duration, aws_scheduler as scheduler } from 'aws-cdk-lib';
import { expect, test } from 'vitest';
import { DmsInstance, DmsReplication, DmsStart, DmsTask } from '../src';
import { databaseStack } from './dms-support';
import { nagFindings } from './support';

// That the four packs are active is what packages/core/test/support/nag.test.ts proves.
test('cdk-nag finds nothing in replications that is not acknowledged with its reason', { timeout: 240_000 }, () => {
  const { stack, vpc, options } = databaseStack();
  new DmsReplication(stack, 'Operations', {
    ...options,
    start: DmsStart.schedule(scheduler.ScheduleExpression.rate(Duration.days(1))),
  });
  new DmsTask(stack, 'Task', { ...options, instance: new DmsInstance(stack, 'Instance', { vpc }) });
  // what the constructs were given is not theirs: database group, secret and bucket
  const given = ['Database', 'Secret', 'Key', 'Raw'].map((id) => `Lake/${id}`);
  const found = nagFindings(stack.node.root as never).filter(
    (finding) => !given.some((path) => finding.includes(`@ ${path}`)),
  );
  expect(found).toEqual([]);
});
