import { expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { athena } from '../../../src/services/athena';
import { glue } from '../../../src/services/glue';
import { monitoring } from '../../../src/services/monitoring';
import { ACCOUNT, resource, temporaryLake } from '../../server/temporary-lake';

const metric = (id: string, QueryState: string) => ({
  Id: id,
  ReturnData: false,
  MetricStat: {
    Stat: 'Sum',
    Period: 86_400,
    Metric: {
      Namespace: 'AWS/Athena',
      MetricName: 'ProcessedBytes',
      Dimensions: [
        { Name: 'QueryState', Value: QueryState },
        { Name: 'QueryType', Value: 'DML' },
        { Name: 'WorkGroup', Value: 'team' },
      ],
    },
  },
});
/** As `workgroup.alarmOnScannedBytes` declares it. */
const costs = resource('AWS::CloudWatch::Alarm', 'costs', {
  arn: `arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:costs`,
  properties: {
    ...{ AlarmName: 'costs', ComparisonOperator: 'GreaterThanThreshold', EvaluationPeriods: 1, Threshold: 1000 },
    TreatMissingData: 'notBreaching',
    Metrics: [
      { Id: 'bytes', Expression: 'SUM([succeeded, cancelled])', Period: 86_400 },
      metric('succeeded', 'SUCCEEDED'),
      metric('cancelled', 'CANCELLED'),
    ],
  },
});

let lake: Awaited<ReturnType<typeof temporaryLake>>;

async function query(QueryString: string, WorkGroup = 'team'): Promise<ApiShape> {
  const ResultConfiguration = { OutputLocation: 's3://results/q/' };
  const { QueryExecutionId } = await lake.call('athena', 'StartQueryExecution', {
    ...{ QueryString, WorkGroup, ResultConfiguration },
  });
  for (;;) {
    const { QueryExecution } = await lake.call('athena', 'GetQueryExecution', { QueryExecutionId });
    if (QueryExecution.Status.State === 'RUNNING') continue;
    await new Promise((resolve) => setImmediate(resolve));
    await lake.background.settled();
    return QueryExecution;
  }
}
const state = async (): Promise<string> =>
  (await lake.call('monitoring', 'DescribeAlarms', { AlarmNames: ['costs'] })).MetricAlarms[0].StateValue;

async function open(): Promise<void> {
  lake = await temporaryLake({ services: [monitoring, glue, athena], resources: [costs] });
  for (const bucket of ['results', 'lake']) lake.objects.createBucket(bucket);
  lake.catalog.putDatabase({ Name: 'db' });
  for (const [Name, PublishCloudWatchMetricsEnabled] of [
    ['team', true],
    ['quiet', false],
  ]) {
    await lake.call('athena', 'CreateWorkGroup', {
      Name,
      Configuration: { EnforceWorkGroupConfiguration: false, PublishCloudWatchMetricsEnabled },
    });
  }
  await query(
    "CREATE TABLE db.wide WITH (format = 'PARQUET', external_location = 's3://lake/wide/') AS SELECT x FROM UNNEST(SEQUENCE(1, 5000)) AS u (x)",
    'quiet',
  );
}

it('an alarm on scanned bytes goes off by what queries scan, in its workgroup alone', async () => {
  await open();
  await query('SELECT sum(x) FROM db.wide', 'quiet');
  await query('SELECT 1');
  expect(await state()).toBe('OK');
  const { Statistics } = await query('SELECT sum(x) FROM db.wide');
  expect(Statistics.DataScannedInBytes).toBeGreaterThan(1000);
  expect(await state()).toBe('ALARM');

  // each end of a query has metrics of its own
  await query('SELECT 1 / (x - x) FROM db.wide');
  const now = lake.clock.now().getTime() / 1000;
  const { Datapoints } = await lake.call('monitoring', 'GetMetricStatistics', {
    ...{ Namespace: 'AWS/Athena', MetricName: 'TotalExecutionTime', Statistics: ['SampleCount'], Period: 86_400 },
    StartTime: now - 86_400 - (now % 86_400),
    EndTime: now + 60,
    Dimensions: [
      { Name: 'QueryState', Value: 'FAILED' },
      { Name: 'QueryType', Value: 'DML' },
      { Name: 'WorkGroup', Value: 'team' },
    ],
  });
  expect(Datapoints).toMatchObject([{ SampleCount: 1 }]);
  await lake.service('athena').stop?.();
});
