import { engineCaller } from '../../access/guard';
import type { ApiShape } from '../api-shape';
import { type Caller, type LakeContext, ServiceError } from '../service';
import type { StatesService } from '../states';
import { LEFT_OUT, type LeftOutState } from '../states/asl/errors';

/** A target of a rule or schedule: its ARN, and what it is given. */
export interface Delivery {
  /** The rule or schedule, for messages. */
  readonly from: string;
  readonly arn: string;
  readonly input: string;
  /** The role that hands it over; without one the target's own policy decides, which isn't looked at here. */
  readonly roleArn?: string;
  /** Waits until a started state machine has ended. */
  readonly wait?: boolean;
  /** The queue that gets the input if the target doesn't take it. */
  readonly deadLetter?: string;
}

interface Kind {
  readonly arn: RegExp;
  deliver(lake: LakeContext, arn: string, input: string, as: { wait: boolean; caller: Caller }): Promise<unknown>;
}

const KINDS: readonly Kind[] = [
  {
    arn: /^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:/,
    async deliver(lake, stateMachineArn, input, { wait, caller }) {
      const { executionArn } = await lake.call('states', 'StartExecution', { stateMachineArn, input }, caller);
      const ended = reportExecution(lake, stateMachineArn, executionArn);
      if (wait) await ended;
      else lake.background.track(ended);
    },
  },
  {
    arn: /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/,
    deliver: (lake, FunctionName, Payload, { caller }) =>
      lake.call('lambda', 'Invoke', { FunctionName, InvocationType: 'Event', Payload }, caller),
  },
  {
    arn: /^arn:[^:]+:sns:/,
    deliver: (lake, TopicArn, Message, { caller }) => lake.call('sns', 'Publish', { TopicArn, Message }, caller),
  },
  {
    arn: /^arn:[^:]+:sqs:/,
    deliver(lake, arn, MessageBody, { caller }) {
      const [, partition, , region, account, name] = arn.split(':');
      const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      const QueueUrl = `https://sqs.${region}.${suffix}/${account}/${name}`;
      return lake.call('sqs', 'SendMessage', { QueueUrl, MessageBody }, caller);
    },
  },
  {
    arn: /^arn:[^:]+:glue:[^:]*:[^:]*:workflow\//,
    deliver: (lake, arn, _, { caller }) =>
      lake.call('glue', 'NotifyEvent', { Name: arn.split('workflow/')[1] }, caller),
  },
  {
    arn: /^arn:[^:]+:events:[^:]*:[^:]*:event-bus\//,
    deliver(lake, EventBusName, input, { caller }) {
      const event = JSON.parse(input);
      const entry = {
        EventBusName,
        Source: event.source,
        DetailType: event['detail-type'],
        Detail: JSON.stringify(event.detail),
      };
      return lake.call('events', 'PutEvents', { Entries: [entry] }, caller);
    },
  },
  {
    // Universal targets of EventBridge Scheduler: arn:aws:scheduler:::aws-sdk:glue:startCrawler
    arn: /^arn:[^:]+:scheduler:::aws-sdk:/,
    deliver(lake, arn, input, { caller }) {
      const [service = '', action = ''] = arn.split(':').slice(6);
      const room = { sfn: 'states', eventbridge: 'events' }[service] ?? service;
      return lake.call(room, `${action.charAt(0).toUpperCase()}${action.slice(1)}`, parsed(input), caller);
    },
  },
];

/** Nobody waits for an execution that an event or a schedule has started: its end is told to the run. */
async function reportExecution(lake: LakeContext, machine: string, executionArn: string): Promise<void> {
  const started = performance.now();
  const states = lake.service('states') as StatesService;
  await states.finished(executionArn);
  const { status, error, cause } = await lake.call('states', 'DescribeExecution', { executionArn });
  const missing: readonly LeftOutState[] = error === LEFT_OUT ? states.leftOut(executionArn) : [];
  const name = lake.resources.find(({ physicalId }) => physicalId === machine)?.path ?? machine;
  const reason = [status, error, cause].filter(Boolean).join(': ');
  const seconds = (performance.now() - started) / 1000;
  const failed = !['SUCCEEDED', 'ABORTED'].includes(status);
  if (missing.length === 0)
    return lake.background.report({ name, type: 'states:execution', seconds, ...(failed && { error: reason }) });
  for (const { name: task, reason, need } of missing) {
    const about = { name: `${name}: ${task}`, type: 'states:execution', seconds };
    lake.background.report({ ...about, leftOut: { reason, need } });
  }
}

/** Whether the lake does something with a target of this ARN. */
export function isDelivered(arn: unknown): boolean {
  return typeof arn === 'string' && KINDS.some((kind) => kind.arn.test(arn));
}

/** Hands an input to a target. What can't be done is a message, never a failure of the event's source. */
export async function deliver(lake: LakeContext, delivery: Delivery): Promise<void> {
  const { from, arn, input, roleArn, wait, deadLetter } = delivery;
  const kind = KINDS.find((one) => one.arn.test(arn));
  const notify = (code: string, level: 'info' | 'warning', text: string): void =>
    lake.host.notify({ code, level, text, data: { from, arn } });
  if (kind === undefined)
    return notify('LW_EVENTS_RECORDED', 'info', `${from} → ${arn}: recorded, this target has no local form`);
  try {
    await kind.deliver(lake, arn, input, { wait: wait ?? false, caller: engineCaller(lake, roleArn, from) });
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 501) notify('LW_EVENTS_RECORDED', 'info', `${from} → ${arn}: recorded, ${error.message}`);
    else {
      const text = `${from} → ${arn}: ${error.code}: ${error.message}`;
      notify('LW_EVENTS_FAILED', 'warning', text);
      lake.background.report({ name: from, type: 'events:target', seconds: 0, error: text });
      if (deadLetter) await deliver(lake, { from, arn: deadLetter, input });
    }
  }
}

function parsed(input: string): ApiShape {
  try {
    return JSON.parse(input);
  } catch {
    return {};
  }
}
