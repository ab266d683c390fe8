import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';

/** Attributes of a message, as SQS and SNS have them. */
export type Attributes = Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;

/**
 * Sends a text to a queue, topic, function or event bus: dead letters, and records of asynchronous invocations.
 *
 * @throws ServiceError what the receiver answers
 */
export async function sendTo(lake: LakeContext, arn: string, body: string, attributes: Attributes = {}): Promise<void> {
  const [, , service, region, account, ...rest] = arn.split(':');
  const MessageAttributes = Object.keys(attributes).length > 0 ? attributes : undefined;
  switch (service) {
    case 'sqs': {
      const QueueUrl = `https://sqs.${region}.amazonaws.com/${account}/${rest[0]}`;
      await lake.call('sqs', 'SendMessage', { QueueUrl, MessageBody: body, MessageAttributes });
      return;
    }
    case 'sns':
      await lake.call('sns', 'Publish', { TopicArn: arn, Message: body, MessageAttributes });
      return;
    case 'lambda':
      await lake.call('lambda', 'Invoke', { FunctionName: arn, InvocationType: 'Event', Payload: body });
      return;
    case 'events': {
      const record: ApiShape = JSON.parse(body);
      const failed = record.requestContext?.condition !== 'Success';
      const entry = {
        Source: 'lambda',
        DetailType: `Lambda Function Invocation Result - ${failed ? 'Failure' : 'Success'}`,
        Detail: body,
        Resources: [arn, record.requestContext?.functionArn],
        EventBusName: arn,
      };
      await lake.call('events', 'PutEvents', { Entries: [entry] });
      return;
    }
    case 's3': {
      const { requestContext, timestamp } = JSON.parse(body);
      const [, name] = /function:([^:]+)/.exec(requestContext.functionArn) ?? [];
      const day = timestamp.slice(0, 10).replaceAll('-', '/');
      const key = `aws/lambda/async/${name}/${day}/${timestamp.replaceAll(':', '.')}-${requestContext.requestId}`;
      await lake.objects.write(arn.split(':::')[1], key, body);
      return;
    }
    default:
      throw new Error(`${arn} is no destination`);
  }
}
