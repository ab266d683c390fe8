import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LakeResource } from '../../../src/assembly';
import type { ApiShape } from '../../../src/services/api-shape';
import { fireDue, nextRuns } from '../../../src/services/events';
import { targetInput } from '../../../src/services/events/input';
import { matchesPattern } from '../../../src/services/events/pattern';
import { TestLake } from '../states/harness';

const MACHINE = 'arn:aws:states:eu-west-1:111111111111:stateMachine:m';

describe('event patterns', () => {
  const event = {
    source: 'aws.s3',
    'detail-type': 'Object Created',
    resources: ['arn:a', 'arn:b'],
    detail: {
      bucket: { name: 'lake-raw' },
      object: { key: 'in/A.csv', size: 42 },
      tags: [{ k: 'a' }, { k: 'b' }],
      none: null,
      ip: '10.1.2.3',
    },
  };
  const key = (operator: unknown) => ({ detail: { object: { key: [operator] } } });
  const size = (...numeric: unknown[]) => ({ detail: { object: { size: [{ numeric }] } } });
  it.each([
    [{}, true],
    [{ source: ['aws.s3', 'x'], 'detail-type': ['Object Created'] }, true],
    [{ source: ['x'] }, false],
    [{ resources: ['arn:b'] }, true],
    [key('in/A.csv'), true],
    [key({ prefix: 'in/' }), true],
    [key({ prefix: { 'equals-ignore-case': 'IN/a' } }), true],
    [key({ suffix: '.csv' }), true],
    [key({ suffix: '.json' }), false],
    [key({ 'equals-ignore-case': 'IN/a.CSV' }), true],
    [key({ wildcard: 'in/*.c*' }), true],
    [key({ wildcard: 'in/\\*' }), false],
    [key({ 'anything-but': 'x' }), true],
    [key({ 'anything-but': ['x', 'in/A.csv'] }), false],
    [key({ 'anything-but': { prefix: 'in/' } }), false],
    [key({ 'anything-but': { suffix: ['.json', '.xml'] } }), true],
    [key({ 'anything-but': { wildcard: '*.csv' } }), false],
    [size('>', 40, '<=', 42), true],
    [size('<', 42), false],
    [{ detail: { object: { size: [42] } } }, true],
    [{ detail: { object: { size: ['42'] } } }, false],
    [{ detail: { object: { version: [{ exists: false }] } } }, true],
    [{ detail: { object: { key: [{ exists: true }] } } }, true],
    [{ detail: { object: [{ exists: true }] } }, false],
    [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { none: [null] } }, true],
    [{ detail: { tags: { k: ['b'] } } }, true],
    [{ detail: { ip: [{ cidr: '10.1.0.0/16' }] } }, true],
    [{ detail: { ip: [{ cidr: '10.2.0.0/16' }] } }, false],
    [
      {
        source: ['aws.s3'],
        $or: [{ detail: { object: { size: [1] } } }, { detail: { bucket: { name: ['lake-raw'] } } }],
      },
      true,
    ],
    [{ source: ['x'], $or: [{ source: ['aws.s3'] }] }, false],
  ])('%j → %j', (pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it('an operator that does not exist is refused by name', () => {
    expect(() => matchesPattern({ source: [{ like: 'x' }] }, event)).toThrow(/'like' is no comparison, use prefix/);
  });
});

describe('target inputs', () => {
  const event = { time: '2026-01-01T00:00:00Z', detail: { key: 'a"b', n: 3, list: [1] } };
  const rule = { arn: 'arn:rule', name: 'r' };
  const transform = (InputTemplate: string) =>
    targetInput(
      {
        InputTransformer: {
          InputPathsMap: { k: '$.detail.key', n: '$.detail.n', l: '$.detail.list', no: '$.nope' },
          InputTemplate,
        },
      },
      event,
      rule,
    );
  it.each([
    [{}, event],
    [{ Input: '{"a":1}' }, { a: 1 }],
    [{ InputPath: '$.detail.list' }, [1]],
  ])('%j', (shape, expected) => {
    expect(JSON.parse(targetInput(shape, event, rule))).toEqual(expected);
  });

  it('a transformer fills values in and outside of texts', () => {
    expect(
      JSON.parse(
        transform(
          '{"key": <k>, "text": "k=<k> n=<n>", "n": <n>, "l": <l>, "no": <no>, "rule": <aws.events.rule-name>}',
        ),
      ),
    ).toEqual({
      ...{ key: 'a"b', text: 'k=a"b n=3', n: 3, l: [1], no: '', rule: 'r' },
    });
  });
});

describe('schedules', () => {
  const next = (expression: string, from = '2026-02-27T12:00:00Z', count = 2, options = {}) =>
    nextRuns(expression, new Date(from), count, options).map((time) => time.toISOString().replace('.000Z', 'Z'));
  it.each([
    ['rate(5 minutes)', ['2026-02-27T12:05:00Z', '2026-02-27T12:10:00Z']],
    ['rate(1 day)', ['2026-02-28T12:00:00Z', '2026-03-01T12:00:00Z']],
    ['cron(0 3 * * ? *)', ['2026-02-28T03:00:00Z', '2026-03-01T03:00:00Z']],
    ['cron(15 10 ? * MON-FRI *)', ['2026-03-02T10:15:00Z', '2026-03-03T10:15:00Z']],
    ['cron(0 18 ? * 2 *)', ['2026-03-02T18:00:00Z', '2026-03-09T18:00:00Z']],
    ['cron(0 8 1 * ? *)', ['2026-03-01T08:00:00Z', '2026-04-01T08:00:00Z']],
    ['cron(0/30 13 * * ? *)', ['2026-02-27T13:00:00Z', '2026-02-27T13:30:00Z']],
    ['cron(5/20 13 * * ? *)', ['2026-02-27T13:05:00Z', '2026-02-27T13:25:00Z']],
    ['cron(0 0 L * ? *)', ['2026-02-28T00:00:00Z', '2026-03-31T00:00:00Z']],
    ['cron(0 9 15W * ? *)', ['2026-03-16T09:00:00Z', '2026-04-15T09:00:00Z']],
    ['cron(0 9 ? * 6#3 *)', ['2026-03-20T09:00:00Z', '2026-04-17T09:00:00Z']],
    ['cron(0 9 ? * 6L *)', ['2026-03-27T09:00:00Z', '2026-04-24T09:00:00Z']],
    ['cron(0 9 1 1 ? 2027)', ['2027-01-01T09:00:00Z']],
    ['at(2026-05-01T06:00:00)', ['2026-05-01T06:00:00Z']],
    ['at(2020-05-01T06:00:00)', []],
  ])('%s', (expression, expected) => {
    expect(next(expression)).toEqual(expected);
  });

  it('a time zone follows daylight saving', () => {
    expect(next('cron(0 3 * * ? *)', '2026-03-28T12:00:00Z', 1, { timezone: 'Europe/Berlin' })).toEqual([
      '2026-03-29T01:00:00Z',
    ]);
    expect(next('at(2026-07-01T06:00:00)', '2026-03-28T12:00:00Z', 1, { timezone: 'Europe/Berlin' })).toEqual([
      '2026-07-01T04:00:00Z',
    ]);
  });

  it('a rate counts from its anchor', () => {
    expect(next('rate(1 hour)', '2026-02-27T12:20:00Z', 1, { anchor: new Date('2026-02-27T09:10:00Z') })).toEqual([
      '2026-02-27T13:10:00Z',
    ]);
  });

  it.each([
    ['cron(0 3 * * *)', /six fields .* not 5/],
    ['cron(0 3 * * * *)', /exactly one of day-of-month and day-of-week must be '\?'/],
    ['cron(99 3 * * ? *)', /cron\(99/],
    ['rate(1 hours)', /1 takes the singular/],
    ['rate(5 minute)', /more the plural/],
    ['rate(0 minutes)', /use rate\(1 hour\)/],
    ['daily', /use rate\(5 minutes\), cron/],
    ['at(tomorrow)', /use at\(/],
  ])('%s is refused', (expression, message) => {
    expect(() => next(expression)).toThrow(message);
  });
});

describe('the room', () => {
  let lake: TestLake;
  beforeEach(async () => {
    lake = await TestLake.open();
    await lake.states('CreateStateMachine', {
      name: 'm',
      roleArn: 'r',
      definition: JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Wait', Seconds: 60, End: true } } }),
    });
  });
  afterEach(async () => await lake.close());

  const apply = async (
    service: string,
    type: string,
    properties: ApiShape,
    physicalId = 'nightly',
  ): Promise<LakeResource> => {
    const resource: LakeResource = {
      ...{
        type,
        logicalId: 'R',
        path: 'Lake/R',
        stack: 'Lake',
        account: '1',
        region: 'r',
        partition: 'aws',
        physicalId,
      },
      ...{
        arn: 'arn:aws:events:eu-west-1:111111111111:rule/nightly',
        properties,
        metadata: {},
        dependsOn: [],
        invented: [],
      },
    };
    await lake.service(service).resources[type]?.apply?.(resource);
    return resource;
  };
  const inputs = async (): Promise<ApiShape[]> => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const { executions } = await lake.states('ListExecutions', { stateMachineArn: MACHINE });
    const found = await Promise.all(executions.map(({ executionArn }: ApiShape) => lake.finished(executionArn)));
    return found.map((one) => JSON.parse(one.input));
  };

  it("a rule of the template starts a machine for the lake's events that fit", async () => {
    await apply('events', 'AWS::Events::Rule', {
      EventPattern: { source: ['aws.s3'], detail: { object: { key: [{ suffix: '.csv' }] } } },
      Targets: [{ Id: 't', Arn: MACHINE, InputPath: '$.detail.object.key' }],
    });
    for (const key of ['a.csv', 'b.json']) {
      lake.events.publish({ source: 'aws.s3', 'detail-type': 'Object Created', detail: { object: { key } } });
    }
    expect(await inputs()).toEqual(['a.csv']);
  });

  it('PutEvents reaches rules of its bus, and reports what is malformed', async () => {
    await lake.call('events', 'PutRule', { Name: 'r', EventBusName: 'own', EventPattern: '{"source":["app"]}' });
    await lake.call('events', 'PutTargets', {
      Rule: 'r',
      EventBusName: 'own',
      Targets: [{ Id: '1', Arn: MACHINE, InputPath: '$.detail' }],
    });
    const entry = { Source: 'app', DetailType: 'x', Detail: '{"n":1}' };
    const answer = await lake.call('events', 'PutEvents', {
      Entries: [entry, { ...entry, EventBusName: 'own' }, { ...entry, Detail: '{' }, {}],
    });
    expect(answer.FailedEntryCount).toBe(2);
    expect(answer.Entries.map((one: ApiShape) => one.ErrorCode)).toEqual([
      undefined,
      undefined,
      'MalformedDetail',
      'InvalidArgument',
    ]);
    expect(await inputs()).toEqual([{ n: 1 }]);
  });

  it('rules are described, listed, disabled and deleted', async () => {
    const put = await lake.call('events', 'PutRule', { Name: 'r', EventPattern: '{"source":["app"]}' });
    expect(put.RuleArn).toBe('arn:aws:events:eu-west-1:111111111111:rule/r');
    await lake.call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: '1', Arn: MACHINE }] });
    await lake.call('events', 'DisableRule', { Name: 'r' });
    expect(await lake.call('events', 'DescribeRule', { Name: 'r' })).toMatchObject({ State: 'DISABLED' });
    lake.events.publish({ source: 'app', 'detail-type': 'x', detail: {} });
    expect(await inputs()).toEqual([]);
    await expect(lake.call('events', 'DeleteRule', { Name: 'r' })).rejects.toThrow(/has targets/);
    await lake.call('events', 'RemoveTargets', { Rule: 'r', Ids: ['1'] });
    await lake.call('events', 'DeleteRule', { Name: 'r' });
    expect((await lake.call('events', 'ListRules', {})).Rules).toEqual([]);
    await expect(lake.call('events', 'PutRule', { Name: 'r', EventPattern: '{' })).rejects.toMatchObject({
      code: 'InvalidEventPatternException',
    });
  });

  it('what has no local form is recorded with a message, never an error', async () => {
    const resource = await apply('events', 'AWS::Events::Rule', {
      EventPattern: { source: ['x'] },
      Targets: [
        { Id: 'l', Arn: 'arn:aws:logs:eu-west-1:1:log-group:x' },
        { Id: 'q', Arn: 'arn:aws:sqs:eu-west-1:1:q' },
      ],
    });
    lake.events.publish({ source: 'x', 'detail-type': 'x', detail: {} });
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(lake.host.messages.map((message) => [message.code, message.text])).toEqual([
      ['LW_EVENTS_RECORDED', expect.stringMatching(/nightly → arn:aws:logs.*has no local form/)],
      ['LW_EVENTS_RECORDED', expect.stringMatching(/nightly → arn:aws:sqs.*"sqs" isn't run/)],
    ]);
    const classify = lake.service('events').resources['AWS::Events::Rule']?.classify;
    expect(classify?.(resource)).toMatchObject({
      classification: 'executed',
      note: expect.stringMatching(/without arn:aws:logs/),
    });
    expect(classify?.({ ...resource, properties: { Targets: [resource.properties.Targets[0]] } })).toMatchObject({
      classification: 'recorded',
    });
  });

  it('schedules fire when the clock is moved past them, in order, and not before', async () => {
    await apply('events', 'AWS::Events::Rule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      Targets: [{ Id: 't', Arn: MACHINE, InputPath: '$.time' }],
    });
    await apply('scheduler', 'AWS::Scheduler::Schedule', {
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      EndDate: '2026-03-02T12:00:00Z',
      FlexibleTimeWindow: { Mode: 'OFF' },
      Target: { Arn: MACHINE, Input: '"<aws.scheduler.scheduled-time>"' },
    });
    await apply(
      'scheduler',
      'AWS::Scheduler::Schedule',
      {
        ScheduleExpression: 'cron(0 3 * * ? *)',
        State: 'DISABLED',
        Target: { Arn: MACHINE },
      },
      'off',
    );
    expect(await inputs()).toEqual([]);
    const [from, to] = [lake.clock.now(), new Date('2026-03-04T00:00:00Z')];
    const runs = await fireDue(lake, from, to);
    expect(runs.map((run) => run.time.toISOString().slice(0, 16))).toEqual([
      '2026-03-01T02:00',
      '2026-03-01T03:00',
      '2026-03-02T02:00',
      '2026-03-02T03:00',
      '2026-03-03T03:00',
    ]);
    expect((await inputs()).sort()).toEqual(runs.map((run) => run.time.toISOString().replace('.000Z', 'Z')));
    expect(lake.clock.now().getTime()).toBeGreaterThanOrEqual(to.getTime());
  });

  it('a schedule that would fire endlessly is refused', async () => {
    await apply('events', 'AWS::Events::Rule', { ScheduleExpression: 'rate(1 minute)', Targets: [] });
    const later = new Date(lake.clock.now().getTime() + 86_400_000);
    await expect(fireDue(lake, lake.clock.now(), later)).rejects.toMatchObject({
      code: 'LW_SCHEDULE_TOO_MANY_RUNS',
      exitCode: 2,
    });
  });

  it("Scheduler's API creates, reads and deletes", async () => {
    const Target = { Arn: 'arn:aws:scheduler:::aws-sdk:events:putEvents', Input: '{"Entries":[]}', RoleArn: 'r' };
    const { ScheduleArn } = await lake.call('scheduler', 'CreateSchedule', {
      Name: 's',
      ScheduleExpression: 'rate(1 hour)',
      Target,
    });
    expect(ScheduleArn).toBe('arn:aws:scheduler:eu-west-1:111111111111:schedule/default/s');
    await expect(
      lake.call('scheduler', 'CreateSchedule', { Name: 's', ScheduleExpression: 'rate(1 hour)', Target }),
    ).rejects.toMatchObject({ code: 'ConflictException' });
    await expect(
      lake.call('scheduler', 'CreateSchedule', { Name: 't', ScheduleExpression: 'hourly', Target }),
    ).rejects.toMatchObject({ code: 'ValidationException' });
    expect(await lake.call('scheduler', 'GetSchedule', { Name: 's' })).toMatchObject({ State: 'ENABLED', Target });
    await lake.call('scheduler', 'DeleteSchedule', { Name: 's' });
    await expect(lake.call('scheduler', 'GetSchedule', { Name: 's' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
