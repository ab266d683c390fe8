import type { ApiShape } from '../api-shape';
import { type LakeContext, ServiceError } from '../service';
import type { StatesService } from '../states';

/** A target of a rule or schedule: its ARN, and what it is given. */
export interface Delivery {
  /** The rule or schedule, for messages. */
  readonly from: string;
  readonly arn: string;
  readonly input: string;
  /** Waits until a started state machine has ended. */
  readonly wait?: boolean;
}

interface Kind {
  readonly arn: RegExp;
  deliver(lake: LakeContext, arn: string, input: string, wait: boolean): Promise<unknown>;
}

const KINDS: readonly Kind[] = [
  {
    arn: /^arn:[^:]+:states:[^:]*:[^:]*:stateMachine:/,
    async deliver(lake, stateMachineArn, input, wait) {
      const { executionArn } = await lake.call('states', 'StartExecution', { stateMachineArn, input });
      if (wait) await (lake.service('states') as StatesService).finished(executionArn);
    },
  },
  {
    arn: /^arn:[^:]+:lambda:[^:]*:[^:]*:function:/,
    deliver: (lake, FunctionName, Payload) =>
      lake.call('lambda', 'Invoke', { FunctionName, InvocationType: 'Event', Payload }),
  },
  {
    arn: /^arn:[^:]+:sns:/,
    deliver: (lake, TopicArn, Message) => lake.call('sns', 'Publish', { TopicArn, Message }),
  },
  {
    arn: /^arn:[^:]+:sqs:/,
    deliver(lake, arn, MessageBody) {
      const [, partition, , region, account, name] = arn.split(':');
      const suffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      return lake.call('sqs', 'SendMessage', {
        QueueUrl: `https://sqs.${region}.${suffix}/${account}/${name}`,
        MessageBody,
      });
    },
  },
  {
    arn: /^arn:[^:]+:events:[^:]*:[^:]*:event-bus\//,
    deliver(lake, EventBusName, input) {
      const event = JSON.parse(input);
      const entry = {
        EventBusName,
        Source: event.source,
        DetailType: event['detail-type'],
        Detail: JSON.stringify(event.detail),
      };
      return lake.call('events', 'PutEvents', { Entries: [entry] });
    },
  },
  {
    // Universal targets of EventBridge Scheduler: arn:aws:scheduler:::aws-sdk:glue:startCrawler
    arn: /^arn:[^:]+:scheduler:::aws-sdk:/,
    deliver(lake, arn, input) {
      const [service = '', action = ''] = arn.split(':').slice(6);
      const room = { sfn: 'states', eventbridge: 'events' }[service] ?? service;
      return lake.call(room, `${action.charAt(0).toUpperCase()}${action.slice(1)}`, parsed(input));
    },
  },
];

/** Whether the lake does something with a target of this ARN. */
export function isDelivered(arn: unknown): boolean {
  return typeof arn === 'string' && KINDS.some((kind) => kind.arn.test(arn));
}

/** Hands an input to a target. What can't be done is a message, never a failure of the event's source. */
export async function deliver(lake: LakeContext, { from, arn, input, wait }: Delivery): Promise<void> {
  const kind = KINDS.find((one) => one.arn.test(arn));
  const notify = (code: string, level: 'info' | 'warning', text: string): void =>
    lake.host.notify({ code, level, text, data: { from, arn } });
  if (kind === undefined)
    return notify('LW_EVENTS_RECORDED', 'info', `${from} → ${arn}: recorded, this target has no local form`);
  try {
    await kind.deliver(lake, arn, input, wait ?? false);
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    if (error.status === 501) notify('LW_EVENTS_RECORDED', 'info', `${from} → ${arn}: recorded, ${error.message}`);
    else notify('LW_EVENTS_FAILED', 'warning', `${from} → ${arn}: ${error.code}: ${error.message}`);
  }
}

function parsed(input: string): ApiShape {
  try {
    return JSON.parse(input);
  } catch {
    return {};
  }
}
