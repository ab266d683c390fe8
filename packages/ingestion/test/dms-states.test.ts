import { LakeEnvironment } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakeService, TestLake } from '../../lakewright/test/services/states/harness';
import { DmsReplication, DmsTask, LoadMode } from '../src';

const ARN = 'arn:aws:dms:eu-west-1:111111111111:replication-config:ops';

/** What the next looks see, the last one again and again. */
let seen: object[];
let calls: string[];
let lake: TestLake;

const at = (Status: string, FullLoadProgressPercent?: number, more: object = {}) => ({
  ReplicationConfigArn: ARN,
  Status,
  ...(FullLoadProgressPercent === undefined
    ? {}
    : { ReplicationStats: { FullLoadProgressPercent, TablesErrored: 0, StartDate: 1, ...more } }),
});

beforeEach(async () => {
  calls = [];
  const look = () => (seen.length > 1 ? seen.shift() : seen[0]);
  lake = await TestLake.open([
    fakeService('dms', {
      operations: {
        DescribeReplications: async ({ Filters }) => {
          expect(Filters).toEqual([{ Name: 'replication-config-arn', Values: [ARN] }]);
          const one = look();
          return { Replications: one && 'Status' in one ? [one] : [] };
        },
        StartReplication: async ({ ReplicationConfigArn, StartReplicationType }) => {
          expect(ReplicationConfigArn).toBe(ARN);
          calls.push(StartReplicationType);
          return {};
        },
        DescribeReplicationTasks: async () => ({ ReplicationTasks: [look()] }),
        StartReplicationTask: async ({ StartReplicationTaskType }) => {
          calls.push(StartReplicationTaskType);
          return {};
        },
      },
    }),
  ]);
});
afterEach(() => lake.close());

/** The states as they are deployed, run by the project's own Step Functions. */
async function run(mode: LoadMode, ...looks: object[]): Promise<{ status: string; output: unknown; cause?: string }> {
  seen = looks;
  const stack = new Stack();
  const replication = DmsReplication.fromDmsReplicationAttributes(stack, 'Ops', { replicationArn: ARN, mode });
  const { start } = replication.bind(stack, 'Load', { environment: LakeEnvironment.sandbox() });
  const definition = stack.resolve(new sfn.StateGraph(start, 'test').toGraphJson());
  const ended = await lake.run(JSON.parse(resolved(JSON.stringify(definition))), { kept: true });
  return { status: ended.status, output: ended.output, cause: ended.cause };
}

/** `{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":states:…"]]}` → text */
function resolved(text: string): string {
  const join = /\{"Fn::Join":\["",\["([^"]*)",\{"Ref":"AWS::Partition"\},"([^"]*)"\]\]\}/g;
  return text.replace(join, (_, before: string, after: string) => `"${before}aws${after}"`);
}

describe('full load and changes', () => {
  const mode = LoadMode.fullLoadAndCdc();

  test('one that never ran is started afresh, and done when it is loaded and runs', async () => {
    const loading = [at('initializing'), at('running', 40), at('running', 100)];
    expect(await run(mode, {}, ...loading)).toMatchObject({ status: 'SUCCEEDED', output: { kept: true } });
    expect(calls).toEqual(['start-replication']);
    await run(mode, at('created'), at('running', 100));
    expect(calls).toEqual(['start-replication', 'start-replication']);
  });

  test('one that runs is left alone, one that was stopped or failed goes on', async () => {
    expect((await run(mode, at('running', 100))).status).toBe('SUCCEEDED');
    expect(calls).toEqual([]);
    await run(mode, at('stopped', 100), at('running', 100));
    await run(mode, at('deprovisioned'), at('running', 100));
    await run(mode, at('failed', 100), at('running', 100));
    await run(mode, at('stopping', 100), at('stopped', 100), at('running', 100));
    expect(calls).toEqual(Array(4).fill('resume-processing'));
  });

  test('it fails with what DMS says: when it fails, when somebody stops it, when a table does not load', async () => {
    const failures = [
      at('failed', 10, { FailureMessages: ['no slot'] }),
      at('stopped', 10),
      at('running', 100, { TablesErrored: 1 }),
    ];
    for (const failure of failures) {
      const { status, cause } = await run(mode, {}, at('running', 5), failure);
      expect([status, JSON.stringify(cause)]).toEqual(['FAILED', expect.stringContaining('the replication did not')]);
    }
    expect((await run(mode, {}, failures[0] ?? {})).cause).toContain('no slot');
  });
});

describe('full load', () => {
  const mode = LoadMode.fullLoad();

  test('it is done when it has stopped with all of it, and loads again the next time', async () => {
    expect((await run(mode, {}, at('running', 50), at('stopped', 100))).status).toBe('SUCCEEDED');
    expect((await run(mode, at('stopped', 100), at('running', 50), at('stopped', 100))).status).toBe('SUCCEEDED');
    expect(calls).toEqual(['start-replication', 'reload-target']);
  });

  test('a load that somebody else started is waited for, and then loads again', async () => {
    const looks = [at('running', 50), at('stopped', 100), at('running', 0), at('stopped', 100)];
    expect((await run(mode, ...looks)).status).toBe('SUCCEEDED');
    expect(calls).toEqual(['reload-target']);
  });

  test('it fails when it has stopped before its end', async () => {
    expect((await run(mode, {}, at('stopped', 60))).status).toBe('FAILED');
  });
});

test('changes alone: done as soon as it runs', async () => {
  expect((await run(LoadMode.cdc(), {}, at('provisioning_capacity'), at('running'))).status).toBe('SUCCEEDED');
});

test('a task is started and watched by its own API', async () => {
  const stack = new Stack();
  const task = DmsTask.fromDmsTaskAttributes(stack, 'Task', {
    taskArn: 'arn:aws:dms:eu-west-1:111111111111:task:ops',
    instanceIdentifier: 'i',
    mode: LoadMode.fullLoadAndCdc(),
  });
  const stats = { ReplicationTaskStats: { FullLoadProgressPercent: 100, TablesErrored: 0, StartDate: 1 } };
  seen = [{ Status: 'ready' }, { Status: 'starting' }, { Status: 'running', ...stats }];
  const { start } = task.bind(stack, 'Load', { environment: LakeEnvironment.sandbox() });
  const text = resolved(JSON.stringify(stack.resolve(new sfn.StateGraph(start, 'test').toGraphJson())));
  expect((await lake.run(JSON.parse(text))).status).toBe('SUCCEEDED');
  expect(calls).toEqual(['start-replication']);
});
