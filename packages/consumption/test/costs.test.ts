import { Duration, Size, aws_sns as sns, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { AthenaCapacityReservation, type AthenaCapacityReservationProps, AthenaWorkgroup } from '../src';
import { alone, dataIds } from './support';

const RESERVATION = 'AWS::Athena::CapacityReservation';

describe('an alarm on scanned bytes', () => {
  test('counts, day by day, what is billed: queries that succeed or are cancelled', () => {
    const { stack, workgroup } = alone();
    workgroup.alarmOnScannedBytes('Expensive', { limit: Size.tebibytes(1) });
    const [alarm] = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
    expect(alarm?.Properties).toMatchObject({
      Threshold: 1024 ** 4,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
    const [sum, ...metrics] = alarm?.Properties.Metrics ?? [];
    expect(sum.Expression).toBe('SUM([succeeded, cancelled, canceled])');
    for (const { MetricStat } of metrics) {
      expect(MetricStat).toMatchObject({ Stat: 'Sum', Period: 86_400, Metric: { MetricName: 'ProcessedBytes' } });
      expect(MetricStat.Metric.Dimensions).toContainEqual({ Name: 'WorkGroup', Value: { Ref: 'WorkgroupD5BC63A0' } });
    }
    expect(metrics).toHaveLength(3);
  });

  test('tells a topic when it begins and when it ends', () => {
    const { stack, workgroup } = alone();
    const notify = new sns.Topic(stack, 'Topic');
    workgroup.alarmOnScannedBytes('Expensive', { limit: Size.gibibytes(1), period: Duration.hours(1), notify });
    const topic = [{ Ref: Match.stringLikeRegexp('^Topic') }];
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: topic,
      OKActions: topic,
      Metrics: Match.arrayWith([Match.objectLike({ MetricStat: Match.objectLike({ Period: 3600 }) })]),
    });
  });

  test.each([Duration.days(2), Duration.seconds(90), Duration.seconds(30)])(
    'is refused for a period of %s',
    (period) => {
      const { workgroup } = alone();
      const options = { limit: Size.gibibytes(1), period };
      expect(() => workgroup.alarmOnScannedBytes('Expensive', options)).toThrow(/^InvalidAlarmPeriod: period "/);
    },
  );
});

test('metrics tell where the time of queries goes, and how many were cancelled', () => {
  const { workgroup } = alone();
  const stat = (metric: ReturnType<typeof workgroup.metric>) => metric.toMetricConfig().metricStat;
  expect(stat(workgroup.metricEngineExecutionTime())?.metricName).toBe('EngineExecutionTime');
  expect(stat(workgroup.metricQueryPlanningTime())?.metricName).toBe('QueryPlanningTime');
  expect(stat(workgroup.metricServiceProcessingTime())?.metricName).toBe('ServiceProcessingTime');
  expect(stat(workgroup.metricCancelledQueries())).toMatchObject({ statistic: 'SampleCount' });
  expect(stat(workgroup.metricCancelledQueries())?.dimensions).toContainEqual({
    name: 'QueryState',
    value: 'CANCELLED',
  });
});

describe('a capacity reservation', () => {
  const reserved = (props: Partial<AthenaCapacityReservationProps> = {}) => {
    const { stack, workgroup } = alone();
    const reservation = new AthenaCapacityReservation(stack, 'Capacity', { targetDpus: 24, ...props });
    return { stack, workgroup, reservation };
  };

  test('is held for nobody until workgroups are assigned', () => {
    Template.fromStack(reserved().stack).hasResourceProperties(RESERVATION, {
      Name: Match.stringLikeRegexp('Capacity'),
      TargetDpus: 24,
      CapacityAssignmentConfiguration: Match.absent(),
    });
  });

  test('runs the queries of the workgroups that are given and assigned', () => {
    const { stack, workgroup, reservation } = reserved({ reservationName: 'night' });
    reservation.assign(workgroup);
    reservation.assign(new AthenaWorkgroup(stack, 'Other'));
    Template.fromStack(stack).hasResourceProperties(RESERVATION, {
      Name: 'night',
      CapacityAssignmentConfiguration: {
        CapacityAssignments: [
          { WorkgroupNames: [{ Ref: 'WorkgroupD5BC63A0' }, { Ref: Match.stringLikeRegexp('^Other') }] },
        ],
      },
    });
  });

  test('its logical id stays the same', () => {
    expect(dataIds(reserved().stack, RESERVATION)).toMatchObject({ Capacity6DB4CC54: RESERVATION });
  });

  test('says what is held and what of it is used', () => {
    const { stack, reservation } = reserved();
    const shown = reservation.metricDpuConsumed().toMetricConfig().metricStat;
    expect(reservation.metricDpuAllocated().metricName).toBe('DPUAllocated');
    expect(shown).toMatchObject({ namespace: 'AWS/Athena', metricName: 'DPUConsumed' });
    expect(stack.resolve(shown?.dimensions)).toEqual([
      { name: 'CapacityReservation', value: { Ref: 'Capacity6DB4CC54' } },
    ]);
  });

  test('a workgroup has one at most', () => {
    const { stack, workgroup, reservation } = reserved();
    reservation.assign(workgroup);
    expect(() => new AthenaCapacityReservation(stack, 'More', { targetDpus: 4, workgroups: [workgroup] })).toThrow(
      'WorkgroupReservedTwice: workgroup "Alone/Workgroup" for "Alone/More"',
    );
  });

  test.each([0, 3, 10, 6.5])('is refused with %s DPUs', (targetDpus) => {
    expect(() => reserved({ targetDpus })).toThrow(`InvalidTargetDpus: targetDpus "${targetDpus}"`);
  });

  test('is refused with a name that Athena refuses, and takes tokens as they are', () => {
    expect(() => reserved({ reservationName: 'a b' })).toThrow(/^InvalidReservationName: /);
    const { stack } = reserved({ targetDpus: Token.asNumber({ Ref: 'Dpus' }) });
    Template.fromStack(stack).hasResourceProperties(RESERVATION, { TargetDpus: { Ref: 'Dpus' } });
  });
});
