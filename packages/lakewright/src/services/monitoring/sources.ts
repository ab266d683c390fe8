import type { ApiShape } from '../api-shape';
import type { LakeEvent } from '../event-bus';
import { matchesPattern } from '../events/pattern';
import { type LakeContext, ServiceError } from '../service';
import type { MetricKey, Metrics } from './metrics';

/** The metrics of AWS services that this lake measures; programs put their own. */
const MEASURED: Readonly<Record<string, readonly string[]>> = {
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
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
 */
export function measureEvent(lake: LakeContext, metrics: Metrics, event: LakeEvent): boolean {
  const time = lake.clock.now().getTime();
  let measured = false;
  const one = (namespace: string, name: string, dimensions: Record<string, string>, value = 1): void => {
    metrics.put({ namespace, name, dimensions }, { time, value, count: 1 });
    measured = true;
  };
  if (event['detail-type'] === 'Step Functions Execution Status Change') {
    const { stateMachineArn, status, startDate, stopDate } = event.detail;
    const dimensions = { StateMachineArn: String(stateMachineArn) };
    const name = ENDED[String(status)];
    if (name !== undefined) one('AWS/States', name, dimensions);
    if (stopDate !== null && stopDate !== undefined) {
      one('AWS/States', 'ExecutionTime', dimensions, Number(stopDate) - Number(startDate));
    }
  }
  for (const { type, properties, physicalId } of lake.resources) {
    if (type !== 'AWS::Events::Rule' || properties.State === 'DISABLED' || properties.EventPattern === undefined)
      continue;
    const full = { ...event, account: lake.account, region: lake.region, resources: event.resources ?? [] };
    if (!matchesPattern(properties.EventPattern, full)) continue;
    const RuleName = physicalId.split('/').at(-1) ?? physicalId;
    for (const name of ['TriggeredRules', 'MatchedEvents', 'Invocations']) one('AWS/Events', name, { RuleName });
  }
  return measured;
}

/** The depth of the queues that are asked for, as it is now. */
export async function measureQueues(lake: LakeContext, metrics: Metrics, names: ReadonlySet<string>): Promise<void> {
  const time = lake.clock.now().getTime();
  for (const QueueName of names) {
    const Attributes = await attributesOf(lake, QueueName);
    if (Attributes === undefined) continue;
    const sample = (name: string, value: unknown): void =>
      metrics.put({ namespace: 'AWS/SQS', name, dimensions: { QueueName } }, { time, value: Number(value), count: 1 });
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
