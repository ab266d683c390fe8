import { expect, test } from 'vitest';
import type { CustomResourceEvent } from '../../core/lambda/custom-resource/respond';
import { supersetInitWork } from '../lambda/superset-init/handler';
import { restartServices } from '../lambda/superset-init/restart';

const PROPERTIES = {
  Cluster: 'c',
  TaskDefinition: 'arn:aws:ecs:eu-central-1:123456789012:task-definition/init:2',
  Subnets: ['subnet-1'],
  SecurityGroups: ['sg-1'],
  LogGroup: 'logs',
};

function event(RequestType: CustomResourceEvent['RequestType'], more: Partial<CustomResourceEvent> = {}) {
  return {
    RequestType,
    RequestId: 'request-1',
    ResponseURL: '',
    StackId: 'stack',
    LogicalResourceId: 'Init',
    ResourceProperties: PROPERTIES,
    ...more,
  } as CustomResourceEvent;
}

/** ECS as the work sees it: each look at the task shows the next of `looks`. */
function account(looks: unknown[], { status = 'UPDATE_IN_PROGRESS', start = {} as object } = {}) {
  const asked: { name: string; input: Record<string, unknown> }[] = [];
  let clock = 0;
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const { name } = command.constructor;
    asked.push({ name, input: command.input });
    if (name === 'DescribeStacksCommand') return { Stacks: [{ StackStatus: status }] };
    if (name === 'RunTaskCommand') return { tasks: [{ taskArn: 'arn:task/c/abc' }], ...start };
    return { tasks: [looks.length > 1 ? looks.shift() : looks[0]] };
  };
  const sleep = async (milliseconds: number) => {
    clock += milliseconds;
  };
  const clients = { ecs: { send }, cloudFormation: { send }, now: () => clock, sleep };
  // biome-ignore lint/suspicious/noExplicitAny: a part of the SDK's clients
  return { work: supersetInitWork(clients as any), asked, send };
}

const STOPPED = { lastStatus: 'STOPPED', containers: [{ exitCode: 0 }] };

test('it waits for the end of the task, which is asked for once', async () => {
  const { work, asked } = account([{ lastStatus: 'PENDING' }, { lastStatus: 'RUNNING' }, STOPPED]);
  expect(await work(event('Create'), 60_000)).toEqual({ physicalResourceId: 'superset-init-Init' });
  const runs = asked.filter(({ name }) => name === 'RunTaskCommand');
  expect(runs).toHaveLength(1);
  expect(runs[0]?.input).toMatchObject({ clientToken: 'request-1', taskDefinition: PROPERTIES.TaskDefinition });
});

test('a task that fails fails the deployment, and says where its log is', async () => {
  const failed = {
    lastStatus: 'STOPPED',
    stoppedReason: 'Essential container in task exited',
    containers: [{ exitCode: 1 }],
  };
  await expect(account([failed]).work(event('Create'), 60_000)).rejects.toThrow(
    /^InitFailed: the task ended with 1 \(Essential container in task exited\).*logs, stream init\/superset\/abc$/,
  );
});

test('a task whose image could not be fetched has no exit code: it fails, too', async () => {
  const failed = { lastStatus: 'STOPPED', stoppedReason: 'CannotPullContainerError', containers: [{}] };
  await expect(account([failed]).work(event('Create'), 60_000)).rejects.toThrow(
    /no exit code \(CannotPullContainerError/,
  );
});

test('a task that is not started says why', async () => {
  const start = { tasks: [], failures: [{ reason: 'RESOURCE:CPU', detail: 'none left' }] };
  await expect(account([], { start }).work(event('Create'), 60_000)).rejects.toThrow(
    /^InitNotStarted: RESOURCE:CPU none left/,
  );
});

test('a task that takes longer than the function is left to end', async () => {
  await expect(account([{ lastStatus: 'RUNNING' }]).work(event('Create'), 60_000)).rejects.toThrow(/^InitTooLong: /);
});

test('an update migrates; one that is rolled back runs no older image on the newer database', async () => {
  const physical = { PhysicalResourceId: 'superset-init-Init' };
  const forward = account([STOPPED]);
  await forward.work(event('Update', physical), 60_000);
  expect(forward.asked.map(({ name }) => name)).toContain('RunTaskCommand');
  const back = account([STOPPED], { status: 'UPDATE_ROLLBACK_IN_PROGRESS' });
  await back.work(event('Update', physical), 60_000);
  expect(back.asked.map(({ name }) => name)).toEqual(['DescribeStacksCommand']);
});

test('removal runs nothing', async () => {
  const { work, asked } = account([STOPPED]);
  const physicalResourceId = 'superset-init-Init';
  const removed = work(event('Delete', { PhysicalResourceId: physicalResourceId }), 60_000);
  expect(await removed).toEqual({ physicalResourceId });
  expect(asked).toEqual([]);
});

test('a changed password replaces the tasks of all services', async () => {
  const { asked, send } = account([]);
  // biome-ignore lint/suspicious/noExplicitAny: a part of the SDK's client
  await restartServices({ send } as any, 'c', ['web', 'worker'])();
  expect(asked.map(({ input }) => input)).toEqual([
    { cluster: 'c', service: 'web', forceNewDeployment: true },
    { cluster: 'c', service: 'worker', forceNewDeployment: true },
  ]);
});
