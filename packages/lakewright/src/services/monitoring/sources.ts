import type { ApiShape } from '../api-shape';
import type { LakeEvent } from '../event-bus';
import { type LakeContext, ServiceError } from '../service';
import { LEFT_OUT } from '../states/asl/errors';
import type { Datapoint, MetricKey, Metrics } from './metrics';

/** The metrics of AWS services that this lake measures; programs put their own. */
const MEASURED: Readonly<Record<string, readonly string[]>> = {
  'AWS/Athena': [
    ...['ProcessedBytes', 'TotalExecutionTime', 'EngineExecutionTime', 'QueryPlanningTime', 'QueryQueueTime'],
    ...['ServicePreProcessingTime', 'ServiceProcessingTime'],
  ],
  'AWS/Events': ['TriggeredRules', 'MatchedEvents', 'Invocations'],
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateNumberOfMessagesNotVisible'],
  'AWS/States': [
    ...['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'],
    'ExecutionTime',
  ],
};

/** Whether anything here puts points to a metric. */
export function isMeasured({ namespace, name }: MetricKey): boolean {
  return !namespace.startsWith('AWS/') || (MEASURED[namespace]?.includes(name) ?? false);
}

const ENDED: Readonly<Record<string, string>> = {
  RUNNING: 'ExecutionsStarted',
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
};

/**
 * What an event says of its service; false if that is nothing.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
export function measureEvent(lake: LakeContext, metrics: Metrics, event: LakeEvent): boolean {
  if (event['detail-type'] !== 'Step Functions Execution Status Change') return false;
  const { stateMachineArn, status, startDate, stopDate } = event.detail;
  const put = (name: string, value: number): void => {
    const dimensions = { StateMachineArn: String(stateMachineArn) };
    metrics.put({ namespace: 'AWS/States', name, dimensions }, pointNow(lake, value));
  };
  // What this machine can't do is no alarm.
  const name = event.detail.error === LEFT_OUT ? undefined : ENDED[String(status)];
  if (name !== undefined) put(name, 1);
  if (stopDate !== null && stopDate !== undefined) put('ExecutionTime', Number(stopDate) - Number(startDate));
  return true;
}

/**
 * A query of Athena that has ended, in a workgroup that publishes its metrics; false for any other event.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/query-metrics-viewing.html
 */
export async function measureQuery(lake: LakeContext, metrics: Metrics, event: LakeEvent): Promise<boolean> {
  const { currentState: QueryState, queryExecutionId: QueryExecutionId, workgroupName: WorkGroup } = event.detail;
  if (event['detail-type'] !== 'Athena Query State Change') return false;
  if (!['SUCCEEDED', 'FAILED', 'CANCELLED'].includes(String(QueryState))) return false;
  const found = await lake.call('athena', 'GetWorkGroup', { WorkGroup });
  if (found.WorkGroup.Configuration.PublishCloudWatchMetricsEnabled !== true) return false;
  const { QueryExecution } = await lake.call('athena', 'GetQueryExecution', { QueryExecutionId });
  const { StatementType, Statistics } = QueryExecution;
  const dimensions = { QueryState: String(QueryState), QueryType: String(StatementType), WorkGroup: String(WorkGroup) };
  const put = (name: string, value: number): void =>
    metrics.put({ namespace: 'AWS/Athena', name, dimensions }, pointNow(lake, value));
  put('ProcessedBytes', Statistics.DataScannedInBytes);
  for (const name of MEASURED['AWS/Athena']?.slice(1) ?? []) put(name, Statistics[`${name}InMillis`]);
  return true;
}

/** @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html */
export function measureMatch(lake: LakeContext, metrics: Metrics, RuleName: string): void {
  for (const name of ['TriggeredRules', 'MatchedEvents', 'Invocations']) {
    metrics.put({ namespace: 'AWS/Events', name, dimensions: { RuleName } }, pointNow(lake, 1));
  }
}

const pointNow = (lake: LakeContext, value: number): Datapoint => ({
  time: lake.clock.now().getTime(),
  value,
  count: 1,
});

/** The depth of the queues that are asked for, as it is now. */
export async function measureQueues(lake: LakeContext, metrics: Metrics, names: ReadonlySet<string>): Promise<void> {
  for (const QueueName of names) {
    const Attributes = await attributesOf(lake, QueueName);
    if (Attributes === undefined) continue;
    const sample = (name: string, value: unknown): void =>
      metrics.put({ namespace: 'AWS/SQS', name, dimensions: { QueueName } }, pointNow(lake, Number(value)));
    sample('ApproximateNumberOfMessagesVisible', Attributes.ApproximateNumberOfMessages);
    sample('ApproximateNumberOfMessagesNotVisible', Attributes.ApproximateNumberOfMessagesNotVisible);
  }
}

/** Undefined for a queue that isn't the lake's. */
async function attributesOf(lake: LakeContext, name: string): Promise<ApiShape> {
  const QueueUrl = `https://sqs/${lake.account}/${name}`;
  try {
    return (await lake.call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).Attributes;
  } catch (error) {
    if (error instanceof ServiceError) return undefined;
    throw error;
  }
}
