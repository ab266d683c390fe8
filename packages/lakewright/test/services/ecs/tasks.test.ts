import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { containerLake, IMAGE, NETWORK } from './container-lake';

const SHOW = 'import os, sys, json\nprint(json.dumps([sys.argv[1:], dict(os.environ)]))';
const shown = (lines: string[]) => JSON.parse(lines[0] as string) as [string[], Record<string, string>];

describe('a task', () => {
  test('runs its program with the command, the variables and the role that it has on AWS', async () => {
    process.env.USERS_OWN = 'secret';
    const { run, output, lake } = await containerLake({
      script: SHOW,
      description: {
        entryPoint: ['python', 'run.py'],
        command: ['image'],
        variables: { LOCAL: '1', SHADOWED: 'image' },
      },
      container: {
        Environment: [
          { Name: 'SHADOWED', Value: 'definition' },
          { Name: 'STAGE', Value: 'test' },
        ],
      },
    });
    const task = await run();
    delete process.env.USERS_OWN;
    expect(task).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      containers: [{ name: 'main', exitCode: 0, lastStatus: 'STOPPED' }],
    });
    const [args, env] = shown(output());
    expect(args).toEqual(['image']);
    expect(env).toMatchObject({
      ...{ LOCAL: '1', SHADOWED: 'definition', STAGE: 'test', AWS_ACCESS_KEY_ID: 'task', AWS_REGION: 'us-east-1' },
      AWS_ENDPOINT_URL: await lake.endpoint(),
    });
    expect(env).not.toHaveProperty('USERS_OWN');
    const id = task.taskArn.split('/').at(-1);
    const log = fs.readFileSync(path.join(lake.workspace.root, 'logs/ecs/script', `${id}.log`), 'utf8');
    expect(log.trim()).toBe(output()[0]);
  });

  test('takes overrides of command and variables, each container by its name', async () => {
    const { run, output, ecs } = await containerLake({
      script: SHOW,
      container: { Command: ['definition'], Environment: [{ Name: 'STAGE', Value: 'test' }] },
    });
    await run({ command: ['one', 'two words'], environment: [{ name: 'STAGE', value: 'other' }] });
    const [args, env] = shown(output());
    expect([args, env.STAGE]).toEqual([['one', 'two words'], 'other']);
    const overrides = { containerOverrides: [{ name: 'other' }] };
    await expect(
      ecs('RunTask', { cluster: 'work', taskDefinition: 'script', networkConfiguration: NETWORK, overrides }),
    ).rejects.toThrow('Override for container named other is not a container in the TaskDefinition.');
  });

  test('gets secrets, whole or by key, and does not start without one', async () => {
    const secret = (value: string) => ({
      Type: 'AWS::SecretsManager::Secret',
      Properties: { Name: 'shop', SecretString: value },
    });
    const container = (key: string) => ({
      Secrets: [{ Name: 'PASSWORD', ValueFrom: { 'Fn::Join': ['', [{ Ref: 'Secret' }, `:${key}::`]] } }],
    });
    const resources = { Secret: secret('{"password":"s3"}') };
    const good = await containerLake({ script: SHOW, container: container('password'), resources });
    await good.run();
    expect(shown(good.output())[1].PASSWORD).toBe('s3');
    const bad = await containerLake({ script: SHOW, container: container('user'), resources });
    expect(await bad.run()).toMatchObject({
      stopCode: 'TaskFailedToStart',
      stoppedReason: expect.stringMatching(/^ResourceInitializationError: .* did not contain json key user$/),
    });
    expect(bad.output()).toEqual([]);
  });

  test('runs in a Python that has imported its modules ahead, where one waits', async () => {
    const { run, output, lake } = await containerLake({
      script: 'import sys\nprint("colorsys" in sys.modules, sys.argv[1:])',
      description: {
        entryPoint: ['python', 'run.py'],
        command: ['given'],
        preload: ['colorsys'],
        edited: ['--edited'],
      },
    });
    const last = async () => {
      expect(await run()).toMatchObject({ containers: [{ exitCode: 0 }] });
      return output().at(-1);
    };
    expect(await last()).toBe("False ['given']");
    lake.edited.add('script');
    expect(await last()).toBe("False ['given', '--edited']");
    lake.service('ecs').warmUp?.('pipelines');
    await vi.waitFor(async () => expect(await last()).toBe("True ['given']"), 20_000);
    expect(await last()).toBe("False ['given']");
  });

  test('that fails has its exit code; its state changes are events', async () => {
    const { run, events } = await containerLake({ script: 'raise SystemExit(3)' });
    expect((await run()).containers[0].exitCode).toBe(3);
    const changes = events.filter((event) => event['detail-type'] === 'ECS Task State Change');
    expect(changes.map(({ detail }) => detail.lastStatus)).toEqual(['RUNNING', 'STOPPED']);
    expect(changes[1]?.detail).toMatchObject({
      group: 'family:script',
      containers: [{ exitCode: 3 }],
      stoppedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
  });

  test.each([
    ['ends when it is asked to', '', 143],
    ['is killed when it goes on', 'signal.signal(signal.SIGTERM, signal.SIG_IGN)', 137],
  ])('that is stopped %s', async (_, onTerm, exitCode) => {
    const script = `import signal, time\n${onTerm}\nprint("ready")\ntime.sleep(60)`;
    const { ecs, lake, host } = await containerLake({ script, container: { StopTimeout: 1 } });
    const ready = new Promise<void>((resolve) => {
      const notify = host.notify.bind(host);
      host.notify = (message) => {
        notify(message);
        if (message.code === 'LW_ECS_OUTPUT') resolve();
      };
    });
    const { tasks } = await ecs('RunTask', {
      cluster: 'work',
      taskDefinition: 'script',
      networkConfiguration: NETWORK,
    });
    const [{ taskArn: task }] = tasks;
    await ready;
    expect((await ecs('ListTasks', { cluster: 'work' })).taskArns).toEqual([task]);
    await ecs('StopTask', { cluster: 'work', task, reason: 'enough' });
    await lake.background.settled();
    const { tasks: after } = await ecs('DescribeTasks', { cluster: 'work', tasks: [task] });
    expect(after[0]).toMatchObject({ stopCode: 'UserInitiated', stoppedReason: 'enough', containers: [{ exitCode }] });
  });

  test.each([
    [
      'an image of others',
      { Image: 'public.ecr.aws/x/y:1' },
      {},
      /its image public.ecr.aws\/x\/y:1 is no asset of the app/,
    ],
    ['an image that does not say how', { Image: IMAGE }, null, /has no lakewright.container.json: no Docker/],
    ['an environment of others', { Image: IMAGE }, { environment: 'r' }, /the environment "r", which is none of/],
  ])('of %s is recorded, and refused by name', async (_, container, description, reason) => {
    const { lake, run } = await containerLake({ script: '', container, description });
    const definition = lake.resources.find(({ logicalId }) => logicalId === 'Task');
    const { classify } = lake.service('ecs').resources['AWS::ECS::TaskDefinition'] ?? {};
    expect(definition && classify?.(definition)).toEqual({
      classification: 'recorded',
      note: expect.stringMatching(reason),
    });
    await expect(run()).rejects.toThrow(reason);
  });

  test.each([
    ['RunTask', { cluster: 'none' }, 'Cluster not found.'],
    ['RunTask', { cluster: 'work', taskDefinition: 'none' }, 'TaskDefinition not found.'],
    ['RunTask', { cluster: 'work', taskDefinition: 'script' }, /Network Configuration must be provided/],
    ['RunTask', { cluster: 'work', taskDefinition: 'script', count: 11 }, /between 1 and 10/],
    ['StopTask', { cluster: 'work', task: 'none' }, 'The referenced task was not found.'],
  ])('%s %j is refused in the words of AWS', async (operation, input, message) => {
    const { ecs } = await containerLake({ script: '' });
    await expect(ecs(operation, input)).rejects.toThrow(message);
  });
});

describe('a state', () => {
  const state = (more: object, resource = 'ecs:runTask.sync') => ({
    StartAt: 'Run',
    States: {
      Run: {
        Type: 'Task',
        Resource: `arn:aws:states:::${resource}`,
        Parameters: {
          Cluster: 'work',
          TaskDefinition: 'script',
          LaunchType: 'FARGATE',
          NetworkConfiguration: { AwsvpcConfiguration: { Subnets: ['subnet-1'] } },
          ...more,
        },
        End: true,
      },
    },
  });

  test('waits for its task, whose measures are its own', async () => {
    const line = '{"rowsOut": 5, "tables": ["shop.a"], "items": [{"name": "a", "state": "SUCCEEDED", "rowsOut": 5}]}';
    const { machine, lake } = await containerLake({ script: `print('LAKEWRIGHT_MEASURES ${line}')` });
    const measured: unknown[] = [];
    const { onTrace } = await import('../../../src/services/states/trace');
    onTrace(lake.service('states'), ({ measures }) => measures && measured.push(measures));
    const { status, output } = await machine(state({}));
    expect(status).toBe('SUCCEEDED');
    expect(JSON.parse(output)).toMatchObject({ LastStatus: 'STOPPED', Containers: [{ Name: 'main', ExitCode: 0 }] });
    expect(measured).toMatchObject([{ rowsOut: 5, tables: ['shop.a'], items: [{ name: 'a', rowsOut: 5 }] }]);
  });

  test('fails with its task, as its cause says', async () => {
    const { machine } = await containerLake({ script: 'raise SystemExit(2)' });
    const { status, error, cause } = await machine(state({}));
    expect([status, error]).toEqual(['FAILED', 'States.TaskFailed']);
    expect(JSON.parse(cause)).toMatchObject({ StopCode: 'EssentialContainerExited', Containers: [{ ExitCode: 2 }] });
  });

  test('that has no Python here is left out, and no event tells of it', async () => {
    const { LAKEWRIGHT_PYTHON } = process.env;
    process.env.LAKEWRIGHT_PYTHON = '/nonexistent';
    try {
      const { machine, events, ecs } = await containerLake({ script: '' });
      expect(await machine(state({}))).toMatchObject({
        status: 'ABORTED',
        error: 'Lakewright.LeftOut',
        cause: expect.stringMatching(/^Run: LAKEWRIGHT_PYTHON="\/nonexistent" is no Python 3 .* is needed$/),
      });
      expect(events.filter(({ source }) => source === 'aws.ecs')).toEqual([]);
      const { taskArns } = await ecs('ListTasks', { cluster: 'work', desiredStatus: 'STOPPED' });
      const { tasks } = await ecs('DescribeTasks', { cluster: 'work', tasks: taskArns });
      expect(tasks).toMatchObject([{ lastStatus: 'STOPPED', stopCode: 'TaskFailedToStart' }]);
    } finally {
      if (LAKEWRIGHT_PYTHON === undefined) delete process.env.LAKEWRIGHT_PYTHON;
      else process.env.LAKEWRIGHT_PYTHON = LAKEWRIGHT_PYTHON;
    }
  });

  test('that names no task fails by the name that the integration has for it', async () => {
    const { machine } = await containerLake({ script: '' });
    expect(await machine(state({ TaskDefinition: 'none' }))).toMatchObject({
      status: 'FAILED',
      error: 'ECS.ClientException',
      cause: 'TaskDefinition not found.',
    });
  });

  test('that runs out of time stops its task', async () => {
    const { machine, ecs } = await containerLake({ script: 'import time\ntime.sleep(60)' });
    const definition = state({});
    Object.assign(definition.States.Run, { TimeoutSeconds: 1 });
    expect(await machine(definition)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    const { taskArns } = await ecs('ListTasks', { cluster: 'work', desiredStatus: 'STOPPED' });
    const { tasks } = await ecs('DescribeTasks', { cluster: 'work', tasks: taskArns });
    expect(tasks).toMatchObject([{ stopCode: 'UserInitiated', lastStatus: 'STOPPED' }]);
  });

  test('may be answered by its task', async () => {
    const script = `import json, os, urllib.request
body = json.dumps({"taskToken": os.environ["TOKEN"], "output": '{"rows": 3}'}).encode()
headers = {"X-Amz-Target": "AWSStepFunctions.SendTaskSuccess", "Content-Type": "application/x-amz-json-1.0",
  "Authorization": "AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=0"}
urllib.request.urlopen(urllib.request.Request(os.environ["AWS_ENDPOINT_URL"], body, headers)).read()`;
    const { machine } = await containerLake({ script });
    const overrides = {
      Overrides: {
        ContainerOverrides: [{ Name: 'main', Environment: [{ Name: 'TOKEN', 'Value.$': '$$.Task.Token' }] }],
      },
    };
    const { status, output } = await machine(state(overrides, 'ecs:runTask.waitForTaskToken'));
    expect([status, output]).toEqual(['SUCCEEDED', '{"rows":3}']);
  });
});
