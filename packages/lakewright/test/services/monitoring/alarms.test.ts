import { describe, expect, it } from 'vitest';
import type { LakeResource } from '../../../src/assembly';
import type { ApiShape } from '../../../src/services/api-shape';
import { type MonitoringService, monitoring } from '../../../src/services/monitoring';
import { ruleHolds } from '../../../src/services/monitoring/alarm-rule';
import { evaluateMath, parseMath } from '../../../src/services/monitoring/math';
import type { ServiceFactory } from '../../../src/services/service';
import { sqs } from '../../../src/services/sqs';
import { ACCOUNT, resource, temporaryLake } from '../../server/temporary-lake';

type TemporaryLake = Awaited<ReturnType<typeof temporaryLake>>;

const MACHINE = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:nightly`;
const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:alerts`;
const HOUR = 3_600_000;
const alarmArn = (name: string) => `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:${name}`;
const alarm = (name: string, properties: Record<string, unknown>, type = 'Alarm'): LakeResource =>
  resource(`AWS::CloudWatch::${type}`, name, { arn: alarmArn(name), properties: { AlarmName: name, ...properties } });
const states = (MetricName: string) => ({
  Namespace: 'AWS/States',
  MetricName,
  Dimensions: [{ Name: 'StateMachineArn', Value: MACHINE }],
});
const level = (rest: Record<string, unknown>) => ({
  ...{ Namespace: 'Own', MetricName: 'rows', Statistic: 'Sum', Period: 60, EvaluationPeriods: 1, Threshold: 5 },
  ComparisonOperator: 'GreaterThanThreshold',
  ...rest,
});

let lake: TemporaryLake;
let sent: ApiShape[];
let seen: string[];

const topics: ServiceFactory = () => ({
  name: 'sns',
  resources: {},
  tasks: {},
  operations: {
    async Publish(input) {
      sent.push({ ...input, Message: JSON.parse(input.Message) });
      return {};
    },
  },
});

async function open(...resources: LakeResource[]): Promise<void> {
  lake = await temporaryLake({ services: [monitoring, topics, sqs], resources });
  sent = [];
  seen = [];
  lake.events.subscribe(({ 'detail-type': type, detail }) => {
    if (type === 'CloudWatch Alarm State Change') seen.push(`${detail.alarmName} ${detail.state.value}`);
  });
}

const state = async (name: string): Promise<string> => {
  await lake.background.settled();
  const { MetricAlarms, CompositeAlarms } = await lake.call('monitoring', 'DescribeAlarms', { AlarmNames: [name] });
  return [...MetricAlarms, ...CompositeAlarms][0].StateValue;
};
const put = async (Value: number, MetricName = 'rows'): Promise<void> => {
  await lake.call('monitoring', 'PutMetricData', { Namespace: 'Own', MetricData: [{ MetricName, Value }] });
  await lake.background.settled();
};
const ended = (status: string): void => {
  const now = lake.clock.now().getTime();
  lake.events.publish({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    detail: { stateMachineArn: MACHINE, status, startDate: now - 90_000, stopDate: now },
  });
};
const evaluate = () => (lake.service('monitoring') as MonitoringService).evaluate();

describe('alarms', () => {
  it('go to ALARM and back, tell the topic and the event bus', async () => {
    await open(alarm('high', level({ AlarmActions: [TOPIC], OKActions: [TOPIC], TreatMissingData: 'notBreaching' })));
    expect(await state('high')).toBe('INSUFFICIENT_DATA');
    await put(9);
    expect(await state('high')).toBe('ALARM');
    await lake.clock.wait(2 * 60_000);
    await evaluate();
    expect(await state('high')).toBe('OK');
    expect(seen).toEqual(['high ALARM', 'high OK']);
    expect(sent.map(({ TopicArn, Message }) => [TopicArn, Message.NewStateValue, Message.OldStateValue])).toEqual([
      [TOPIC, 'ALARM', 'INSUFFICIENT_DATA'],
      [TOPIC, 'OK', 'ALARM'],
    ]);
  });

  it('count the executions of a state machine, and their time', async () => {
    await open(
      alarm('failed', level({ ...states('ExecutionsFailed'), Threshold: 0, Period: 300 })),
      alarm('long', level({ ...states('ExecutionTime'), Statistic: 'Maximum', Threshold: 60_000 })),
    );
    ended('SUCCEEDED');
    expect([await state('failed'), await state('long')]).toEqual(['INSUFFICIENT_DATA', 'ALARM']);
    ended('FAILED');
    expect(await state('failed')).toBe('ALARM');
  });

  it('see that nothing has succeeded for hours, by the clock alone', async () => {
    await open(
      alarm('silence', {
        Metrics: [
          {
            Id: 'm1',
            MetricStat: { Metric: states('ExecutionsSucceeded'), Period: 3600, Stat: 'Sum' },
            ReturnData: false,
          },
          { Id: 'e1', Expression: 'FILL(m1, 0)', ReturnData: true, Period: 3600 },
        ],
        ...{ Threshold: 1, ComparisonOperator: 'LessThanThreshold', EvaluationPeriods: 3, DatapointsToAlarm: 3 },
        TreatMissingData: 'breaching',
      }),
    );
    await evaluate();
    expect(await state('silence')).toBe('ALARM');
    ended('SUCCEEDED');
    expect(await state('silence')).toBe('OK');
    await lake.clock.wait(2 * HOUR);
    await evaluate();
    expect(await state('silence')).toBe('OK');
    await lake.clock.wait(3 * HOUR);
    await evaluate();
    expect(await state('silence')).toBe('ALARM');
  });

  it('look at the depth of a queue', async () => {
    const Dimensions = [{ Name: 'QueueName', Value: 'dead' }];
    const MetricName = 'ApproximateNumberOfMessagesVisible';
    await open(
      alarm('dead', level({ Namespace: 'AWS/SQS', MetricName, Dimensions, Statistic: 'Maximum', Threshold: 0 })),
    );
    const queue = resource('AWS::SQS::Queue', 'https://sqs/dead', {
      arn: `arn:aws:sqs:eu-west-1:${ACCOUNT}:dead`,
      properties: { QueueName: 'dead' },
    });
    await lake.service('sqs').resources['AWS::SQS::Queue']?.apply?.(queue);
    const QueueUrl = `https://sqs/${ACCOUNT}/dead`;
    await evaluate();
    expect(await state('dead')).toBe('OK');
    await lake.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'lost' });
    await evaluate();
    expect(await state('dead')).toBe('ALARM');
  });

  it('a composite alarm follows its parts, and is quiet while its suppressor is in alarm', async () => {
    const AlarmRule = `ALARM("${alarmArn('a')}") OR ALARM("b")`;
    await open(
      alarm('a', level({ Threshold: 5 })),
      alarm('b', level({ Threshold: 50 })),
      alarm('incident', { AlarmRule, AlarmActions: [TOPIC], ActionsSuppressor: 'hush' }, 'CompositeAlarm'),
      alarm('hush', level({ MetricName: 'hush', Threshold: 0 })),
    );
    await put(9);
    expect([await state('a'), await state('b'), await state('incident')]).toEqual(['ALARM', 'OK', 'ALARM']);
    expect(sent).toHaveLength(1);
    await put(1, 'hush');
    await lake.call('monitoring', 'SetAlarmState', { AlarmName: 'incident', StateValue: 'OK', StateReason: 'a test' });
    await put(1);
    expect(await state('incident')).toBe('ALARM');
    expect(sent).toHaveLength(1);
  });

  it.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['ignore', 'ALARM'],
    ['breaching', 'ALARM'],
    ['notBreaching', 'OK'],
  ])('treat missing data as %s', async (TreatMissingData, wanted) => {
    await open(alarm('x', level({ TreatMissingData })));
    await put(9);
    await lake.clock.wait(10 * 60_000);
    await evaluate();
    expect(await state('x')).toBe(wanted);
  });

  it('M out of N', async () => {
    await open(alarm('x', level({ EvaluationPeriods: 3, DatapointsToAlarm: 2 })));
    await put(9);
    expect(await state('x')).toBe('OK');
    await lake.clock.wait(60_000);
    await put(9);
    expect(await state('x')).toBe('ALARM');
  });

  it('what is not evaluated is recorded, by its reason', async () => {
    await open();
    const { resources } = lake.service('monitoring');
    const note = (properties: Record<string, unknown>) =>
      resources['AWS::CloudWatch::Alarm']?.classify?.(alarm('x', properties))?.note;
    expect(note(level({ Namespace: 'AWS/Glue', MetricName: 'glue.driver.x' }))).toBe(
      'nothing here measures AWS/Glue glue.driver.x',
    );
    expect(note(level({ ComparisonOperator: 'GreaterThanUpperThreshold' }))).toMatch(/not evaluated/);
    expect(note({ ...level({}), Metrics: [{ Id: 'e', Expression: 'RATE(m1)' }] })).toMatch(/'RATE' in the metric math/);
    expect(note(level({}))).toBeUndefined();
  });
});

describe('metrics', () => {
  it('GetMetricStatistics and GetMetricData', async () => {
    await open();
    for (const value of [1, 2, 3, 10]) await put(value);
    const now = lake.clock.now().getTime() / 1000;
    const range = { StartTime: now - 600, EndTime: now + 600 };
    const { Datapoints } = await lake.call('monitoring', 'GetMetricStatistics', {
      ...{
        Namespace: 'Own',
        MetricName: 'rows',
        Period: 3600,
        Statistics: ['Sum', 'Average', 'SampleCount', 'Maximum'],
      },
      ExtendedStatistics: ['p50'],
      ...range,
    });
    expect(Datapoints[0]).toMatchObject({
      Sum: 16,
      Average: 4,
      SampleCount: 4,
      Maximum: 10,
      ExtendedStatistics: { p50: 2 },
    });
    const stat = { Metric: { Namespace: 'Own', MetricName: 'rows' }, Period: 3600, Stat: 'Sum' };
    const { MetricDataResults } = await lake.call('monitoring', 'GetMetricData', {
      MetricDataQueries: [
        { Id: 'm1', MetricStat: stat, ReturnData: false },
        { Id: 'e1', Expression: '(m1 + 4) / 2' },
      ],
      ...range,
    });
    expect(MetricDataResults).toMatchObject([{ Id: 'e1', Values: [10] }]);
    await expect(
      lake.call('monitoring', 'GetMetricData', { MetricDataQueries: [{ Id: 'e', Expression: 'SEARCH(x)' }], ...range }),
    ).rejects.toMatchObject({ code: 'ValidationError', message: expect.stringContaining("'SEARCH'") });
  });

  it('metrics of AWS are not put by programs', async () => {
    await open();
    await expect(
      lake.call('monitoring', 'PutMetricData', { Namespace: 'AWS/States', MetricData: [] }),
    ).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });

  it.each([
    ['m1 + 2 * 3', 7],
    ['(m1 + 2) * 3', 9],
    ['-m1 - 1', -2],
    ['m1 / 0', undefined],
    ['gone + 1', undefined],
    ['FILL(gone, 4) + 1', 5],
    ['FILL(never, 4)', undefined],
    ['SUM([never, gone])', undefined],
    ['SUM([never, 3, 4]) * 2', 14],
  ])('%s = %s', (text, wanted) => {
    const value = (id: string) => ({ m1: 1 })[id];
    expect(evaluateMath(parseMath(text), value, (id) => id !== 'never')).toBe(wanted);
  });

  it.each([
    ['ALARM(a) AND NOT OK(b)', true],
    ['ALARM("b") OR (OK(a) AND TRUE)', false],
    ['INSUFFICIENT_DATA(c)', true],
    ['NOT (ALARM(a) OR FALSE)', false],
  ])('%s is %s', (rule, wanted) => {
    expect(ruleHolds(rule, (name) => ({ a: 'ALARM', c: 'INSUFFICIENT_DATA' })[name] ?? 'UNSET')).toBe(wanted);
  });
});
