import { randomUUID } from 'node:crypto';
import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { matchesPattern } from '../events/pattern';
import { type LakeContext, type Operation, type ResourceHandler, ServiceError, type ServiceFactory } from '../service';

/** What subscribes: queues and functions of the lake. Mails, texts and web hooks leave the machine: they are named, not sent. */
const DELIVERED = ['sqs', 'lambda'];

/** SNS: topics of the template hand their messages to queues and functions. */
export const sns: ServiceFactory = (lake) => ({
  name: 'sns',
  protocol: { kind: 'query', xmlns: 'http://sns.amazonaws.com/doc/2010-03-31/' },
  resources: {
    'AWS::SNS::Topic': { classification: 'executed', note: 'reaches queues and functions of the lake' },
    'AWS::SNS::TopicPolicy': {
      classification: 'recorded',
      note: 'evaluated where a role or user of the template asks',
    },
    'AWS::SNS::Subscription': subscriptionResource(),
  },
  operations: operations(lake),
  tasks: {},
});

function subscriptionResource(): ResourceHandler {
  return {
    classification: 'executed',
    classify: ({ properties: { Protocol } }) =>
      DELIVERED.includes(String(Protocol))
        ? { classification: 'executed' }
        : { classification: 'recorded', note: `nothing is sent by ${Protocol} from a laptop` },
  };
}

interface Subscription {
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly RawMessageDelivery?: ApiShape;
  readonly FilterPolicy?: ApiShape;
  readonly FilterPolicyScope?: string;
}

/** Source: Amazon SNS API Reference. */
function operations(lake: LakeContext): Readonly<Record<string, Operation>> {
  const topics = () => lake.resources.filter(({ type }) => type === 'AWS::SNS::Topic');
  const find = (arn: unknown): LakeResource => {
    const topic = topics().find((one) => one.physicalId === arn);
    if (topic) return topic;
    throw new ServiceError('NotFound', `Topic does not exist: ${arn}`, 404);
  };
  return {
    async Publish(input) {
      const topic = find(input.TopicArn ?? input.TargetArn);
      if (typeof input.Message !== 'string' || input.Message === '') {
        throw new ServiceError('InvalidParameter', 'Invalid parameter: Empty message');
      }
      const MessageId = randomUUID();
      for (const subscription of subscriptions(lake, topic)) await deliver(lake, topic, subscription, input, MessageId);
      return { MessageId };
    },
    ListTopics: async () => ({ Topics: topics().map(({ physicalId }) => ({ TopicArn: physicalId })) }),
    GetTopicAttributes: async ({ TopicArn }) => ({ Attributes: { TopicArn: find(TopicArn).physicalId } }),
  };
}

/** Declared with the topic, or on their own. */
function subscriptions(lake: LakeContext, topic: LakeResource): Subscription[] {
  const own = lake.resources.filter(
    ({ type, properties }) => type === 'AWS::SNS::Subscription' && properties.TopicArn === topic.physicalId,
  );
  return [
    ...(topic.properties.Subscription ?? []),
    ...own.map(({ properties }) => properties as unknown as Subscription),
  ];
}

async function deliver(
  lake: LakeContext,
  topic: LakeResource,
  subscription: Subscription,
  input: ApiShape,
  MessageId: string,
): Promise<void> {
  const attributes: Record<string, ApiShape> = input.MessageAttributes ?? {};
  if (!isWanted(subscription, input.Message, attributes)) return;
  const { Protocol, Endpoint } = subscription;
  const notification = {
    Type: 'Notification',
    MessageId,
    TopicArn: topic.physicalId,
    ...(input.Subject && { Subject: input.Subject }),
    Message: input.Message,
    Timestamp: lake.clock.now().toISOString(),
    SignatureVersion: '1',
    MessageAttributes: Object.fromEntries(
      Object.entries(attributes).map(([name, one]) => [name, { Type: one.DataType, Value: one.StringValue }]),
    ),
  };
  try {
    if (Protocol === 'sqs') {
      const raw = String(subscription.RawMessageDelivery ?? false) === 'true';
      const MessageBody = raw ? input.Message : JSON.stringify(notification);
      const MessageAttributes = raw && Object.keys(attributes).length > 0 ? attributes : undefined;
      const QueueUrl = `https://sqs/${lake.account}/${Endpoint.split(':').at(-1)}`;
      await lake.call('sqs', 'SendMessage', { QueueUrl, MessageBody, MessageAttributes });
    } else if (Protocol === 'lambda') {
      const record = {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: topic.physicalId,
        Sns: notification,
      };
      const Payload = JSON.stringify({ Records: [record] });
      await lake.call('lambda', 'Invoke', { FunctionName: Endpoint, InvocationType: 'Event', Payload });
    } else {
      const text = `${topic.path}: not sent by ${Protocol} from this machine`;
      lake.host.notify({ code: 'LW_SNS_RECORDED', level: 'info', text, data: { topic: topic.physicalId, Protocol } });
    }
  } catch (error) {
    const text = `${topic.path} → ${Endpoint}: ${error instanceof Error ? error.message : error}`;
    lake.host.notify({ code: 'LW_SNS_FAILED', level: 'warning', text, data: { topic: topic.physicalId, Endpoint } });
    lake.background.report({ name: topic.path, type: 'sns:publish', seconds: 0, error: text });
  }
}

/** Source: Amazon SNS Developer Guide, "Amazon SNS subscription filter policies". */
function isWanted(
  { FilterPolicy, FilterPolicyScope }: Subscription,
  message: string,
  attributes: Readonly<Record<string, ApiShape>>,
): boolean {
  if (FilterPolicy === undefined) return true;
  const policy = typeof FilterPolicy === 'string' ? JSON.parse(FilterPolicy) : FilterPolicy;
  if (FilterPolicyScope === 'MessageBody') {
    try {
      return matchesPattern(policy, JSON.parse(message));
    } catch {
      return false;
    }
  }
  const values = Object.entries(attributes).map(([name, { DataType, StringValue }]) => [
    name,
    DataType === 'Number' ? Number(StringValue) : DataType === 'String.Array' ? JSON.parse(StringValue) : StringValue,
  ]);
  return matchesPattern(policy, Object.fromEntries(values));
}
