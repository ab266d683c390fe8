import { LakeCatalog } from '@lakewright/catalog';
import { LakeStorage } from '@lakewright/storage';
import { Duration, type Stack } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import * as sns from 'aws-cdk-lib/aws-sns';
import { describe, expect, test } from 'vitest';
import { Freshness, LakePipeline, PipelineAlarms, type PipelineAlarmsProps, RunHistory, SlackChannel } from '../src';
import { PolicyEvaluator, ResolvedApp } from './support';
import { Job, template, testStack } from './tasks.support';

function lake() {
  const { app, stack } = testStack();
  const storage = new LakeStorage(stack, 'Storage');
  const catalog = new LakeCatalog(stack, 'Catalog', { storage });
  const a = new Job(stack, 'A');
  const pipeline = new LakePipeline(stack, 'Nightly', { stages: [[a, new Job(stack, 'B')]] });
  const notify = new sns.Topic(stack, 'Topic', { enforceSSL: true });
  const history = new RunHistory(stack, 'History', {
    pipelines: [pipeline],
    database: catalog.datasets,
    location: storage.datasets.location('runs'),
  });
  const alarms = (props: Partial<PipelineAlarmsProps> = {}) =>
    new PipelineAlarms(stack, 'Alarms', { pipeline, notify, ...props });
  return { app, stack, storage, pipeline, notify, history, alarms };
}

function alarm(stack: Stack, id: string): Record<string, never> {
  const found = ResolvedApp.of(stack)
    .resources('AWS::CloudWatch::Alarm')
    .filter(({ id: each }) => each.startsWith(`Alarms${id}`));
  expect(found).toHaveLength(1);
  return found[0]?.properties as Record<string, never>;
}

describe('delay', () => {
  test('no success in N hours, also if nothing ever started: missing data is zero, and breaches', () => {
    const { stack, alarms } = lake();
    alarms({ noSuccessWithin: Duration.hours(26) });
    expect(alarm(stack, 'NoSuccess')).toMatchObject({
      TreatMissingData: 'breaching',
      EvaluationPeriods: 26,
      DatapointsToAlarm: 26,
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      Metrics: [
        { Expression: 'FILL(m1, 0)' },
        { MetricStat: { Period: 3600, Stat: 'Sum', Metric: { MetricName: 'ExecutionsSucceeded' } } },
      ],
    });
  });

  test('a run that takes longer than usual: measured every five minutes, by who may only list runs', () => {
    const { stack, alarms, pipeline } = lake();
    alarms({ longerThanUsual: 3 });
    expect(alarm(stack, 'TakesLong')).toMatchObject({
      Threshold: 3,
      MetricName: 'RunningTimeRatio',
      Dimensions: [{ Name: 'Pipeline', Value: 'Stack/Nightly' }],
      TreatMissingData: 'notBreaching',
    });
    template(stack).hasResourceProperties('AWS::Events::Rule', { ScheduleExpression: 'rate(5 minutes)' });
    const evaluator = PolicyEvaluator.of(stack);
    const role = evaluator.app.resources('AWS::IAM::Role').find(({ id }) => id.startsWith('AlarmsWatch'))?.id;
    const watcher = `arn:aws:iam::111111111111:role/${role}`;
    const machine = pipeline.stateMachine.stateMachineArn;
    expect(evaluator.decide(watcher, 'states:ListExecutions', machine)).toBe('allowed');
    expect(evaluator.decide(watcher, 'states:StartExecution', machine)).toBe('denied');
    expect(evaluator.decide(watcher, 'states:ListExecutions', `${evaluator.text(machine)}2`)).toBe('denied');
  });

  test('data that is not new: a rule counts new objects, and its silence breaches', () => {
    const { stack, storage, alarms } = lake();
    alarms({ freshness: [Freshness.of('Orders', storage.raw.location('orders'), Duration.hours(2))] });
    expect(alarm(stack, 'StaleOrders')).toMatchObject({ EvaluationPeriods: 2, TreatMissingData: 'breaching' });
    template(stack).hasResourceProperties('AWS::Events::Rule', {
      EventPattern: Match.objectLike({ detail: Match.objectLike({ object: { key: [{ prefix: 'orders/' }] } }) }),
    });
  });
});

describe('failure', () => {
  test('of a run: one rule finds the task, another tells people', () => {
    const { stack, alarms, pipeline, notify } = lake();
    alarms();
    const rules = ResolvedApp.of(stack).resources('AWS::Events::Rule');
    const find = rules.find(({ id }) => id.startsWith('AlarmsNoticesFind'));
    const arn = ResolvedApp.of(stack).text(pipeline.stateMachine.stateMachineArn);
    expect(find?.properties.EventPattern).toMatchObject({
      detail: { stateMachineArn: [arn], status: ['FAILED', 'TIMED_OUT', 'ABORTED'] },
    });
    const tell = rules.find(({ id }) => id.startsWith('AlarmsNoticesTell'));
    expect(tell?.properties.EventPattern).toEqual({
      source: ['lakewright.pipeline'],
      'detail-type': ['Pipeline Run Failed'],
      detail: { pipeline: ['Stack/Nightly'] },
    });
    const [target] = (tell?.properties.Targets ?? []) as { Arn: string; InputTransformer: { InputTemplate: string } }[];
    expect(target?.Arn).toBe(ResolvedApp.of(stack).text(notify.topicArn));
    expect(target?.InputTransformer.InputTemplate).toMatch(/Task: <detail-tasks>/);
  });

  test('of a task outside of runs: by the state changes that it names, each pattern once', () => {
    const { stack, alarms, pipeline } = lake();
    const made = alarms();
    const rules = ResolvedApp.of(stack)
      .resources('AWS::Events::Rule')
      .filter(({ id }) => id.startsWith('AlarmsTaskFails'));
    expect(rules.map(({ properties }) => (properties.EventPattern as { source: string[] }).source)).toEqual([
      ['aws.glue'],
      ['aws.glue'],
    ]);
    expect(alarm(stack, 'TaskFailed')).toMatchObject({
      TreatMissingData: 'notBreaching',
      Metrics: [{ Expression: 'FILL(m1, 0)' }, { MetricStat: { Metric: { MetricName: 'FailuresOutsideOfRuns' } } }],
    });
    const evaluator = PolicyEvaluator.of(stack);
    const role = evaluator.app.resources('AWS::IAM::Role').find(({ id }) => id.startsWith('AlarmsOutside'))?.id;
    const counter = `arn:aws:iam::111111111111:role/${role}`;
    const machine = pipeline.stateMachine.stateMachineArn;
    expect(evaluator.decide(counter, 'states:ListExecutions', machine)).toBe('allowed');
    expect(evaluator.decide(counter, 'states:StartExecution', machine)).toBe('denied');
    expect(made.alarms.length).toBeGreaterThan(2);
  });

  test('its function may put only our events, and only read runs', () => {
    const { stack, alarms } = lake();
    alarms();
    const evaluator = PolicyEvaluator.of(stack);
    const role = evaluator.app.resources('AWS::IAM::Role').find(({ id }) => id.startsWith('AlarmsNoticesFind'))?.id;
    const finder = `arn:aws:iam::111111111111:role/${role}`;
    const bus = 'arn:aws:events:eu-west-1:111111111111:event-bus/default';
    const put = (source: string) => evaluator.decide(finder, 'events:PutEvents', bus, { 'events:source': source });
    expect(put('lakewright.pipeline')).toBe('allowed');
    expect(put('aws.glue')).toBe('denied');
  });
});

describe('one incident is one message', () => {
  test('parts have no actions; the composite alarm has, and is quiet after a failure that was told of', () => {
    const { stack, alarms, notify, history, storage } = lake();
    const made = alarms({
      noSuccessWithin: Duration.hours(26),
      longerThanUsual: 3,
      quarantinePercent: 1,
      history,
      freshness: [Freshness.of('Orders', storage.raw.location('orders'), Duration.hours(24))],
    });
    const parts = ResolvedApp.of(stack).resources('AWS::CloudWatch::Alarm');
    expect(parts.flatMap(({ properties }) => properties.AlarmActions ?? [])).toEqual([]);
    const [composite, ...more] = ResolvedApp.of(stack).resources('AWS::CloudWatch::CompositeAlarm');
    expect(more).toEqual([]);
    expect(composite?.properties.AlarmActions).toEqual([ResolvedApp.of(stack).text(notify.topicArn)]);
    const rule = String(composite?.properties.AlarmRule);
    expect(rule.match(/ALARM\(/g)).toHaveLength(made.alarms.length);
    expect(rule).not.toContain(ResolvedApp.of(stack).text(made.failed.alarmArn));
    expect(composite?.properties.ActionsSuppressor).toBe(ResolvedApp.of(stack).text(made.failed.alarmArn));
    expect(alarm(stack, 'Failed')).toMatchObject({ EvaluationPeriods: 26, DatapointsToAlarm: 1 });
    expect(alarm(stack, 'Quarantine')).toMatchObject({ MetricName: 'QuarantinePercent', Threshold: 1 });
  });

  test('dead letters of the pipeline and of its notices are parts', () => {
    const { stack, alarms, pipeline } = lake();
    alarms();
    const names = ResolvedApp.of(stack)
      .resources('AWS::CloudWatch::Alarm')
      .filter(({ id }) => id.startsWith('AlarmsDeadLetters'))
      .map(({ properties }) => JSON.stringify(properties.Dimensions));
    expect(names).toHaveLength(2);
    expect(names[0]).toContain(ResolvedApp.of(stack).text(pipeline.deadLetterQueue.queueName).split('.')[0]);
  });

  test('Slack gets the same in the form that Amazon Q Developer shows', () => {
    const { stack, alarms } = lake();
    alarms({ slack: SlackChannel.of('T07EA123LEP', 'C07EZ1ABC23') });
    template(stack).hasResourceProperties('AWS::Chatbot::SlackChannelConfiguration', {
      SlackWorkspaceId: 'T07EA123LEP',
      SlackChannelId: 'C07EZ1ABC23',
    });
    const tell = ResolvedApp.of(stack)
      .resources('AWS::Events::Rule')
      .find(({ id }) => id.startsWith('AlarmsNoticesTell'));
    const [, slack] = (tell?.properties.Targets ?? []) as { InputTransformer: { InputTemplate: string } }[];
    expect(slack?.InputTransformer.InputTemplate).toMatch(/"version":"1.0","source":"custom"/);
    const [composite] = ResolvedApp.of(stack).resources('AWS::CloudWatch::CompositeAlarm');
    expect(composite?.properties.AlarmActions).toHaveLength(2);
  });
});

describe('refused input', () => {
  test.each<[string, Partial<PipelineAlarmsProps>]>([
    ['InvalidInterval', { noSuccessWithin: Duration.minutes(90) }],
    ['InvalidInterval', { noSuccessWithin: Duration.days(8) }],
    ['InvalidThreshold', { longerThanUsual: 1 }],
    ['InvalidThreshold', { quarantinePercent: 100 }],
    ['QuarantineWithoutHistory', { quarantinePercent: 1 }],
  ])('%s', (code, props) => {
    expect(() => lake().alarms(props)).toThrow(new RegExp(`^${code}: .* → .* → `));
  });
});
