import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

export interface ReplayOptions {
  readonly from: string;
  readonly to: string;
  /** The most messages that one call moves. */
  readonly most: number;
  /** Whether there is time for a further batch. */
  readonly goesOn: () => boolean;
}

export interface Replayed {
  readonly moved: number;
  /** Messages that the target refused, or that stayed in the dead letters for another reason. */
  readonly left: number;
  /** Moved, and not deleted: they will be moved once more. */
  readonly twice: number;
}

/** Calls that found nothing before the queue counts as empty: SQS may answer from a part of its servers. */
const EMPTY = 2;

/**
 * Moves dead letters back to where they were read from: sends ten, then deletes those that were taken.
 *
 * A message is in at least one of the queues at all times. Where the end of a call is lost it may be in both: who reads
 * the queue has to take a message twice in any case.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/standard-queues-at-least-once-delivery.html
 */
export async function replay(client: SQSClient, { from, to, most, goesOn }: ReplayOptions): Promise<Replayed> {
  let [moved, left, twice, empty] = [0, 0, 0, 0];
  while (moved + left < most && empty < EMPTY && goesOn()) {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: Math.min(10, most - moved - left),
        MessageAttributeNames: ['All'],
        VisibilityTimeout: 120,
        WaitTimeSeconds: 1,
      }),
    );
    empty = Messages.length === 0 ? empty + 1 : 0;
    if (Messages.length === 0) continue;
    const taken = await send(client, to, Messages);
    const kept = await remove(client, from, taken);
    moved += taken.length;
    left += Messages.length - taken.length;
    twice += kept;
  }
  return { moved, left, twice };
}

async function send(client: SQSClient, QueueUrl: string, messages: Message[]): Promise<Message[]> {
  const Entries = messages.map(({ Body, MessageAttributes }, index) => ({
    Id: `${index}`,
    MessageBody: Body,
    MessageAttributes,
  }));
  const { Successful = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
  return Successful.flatMap(({ Id }) => messages[Number(Id)] ?? []);
}

/** The number of those that could not be deleted. */
async function remove(client: SQSClient, QueueUrl: string, messages: Message[]): Promise<number> {
  if (messages.length === 0) return 0;
  let left = messages;
  for (let attempt = 0; attempt < 3 && left.length > 0; attempt++) {
    const Entries = left.map(({ ReceiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle }));
    const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    left = Failed.flatMap(({ Id }) => left[Number(Id)] ?? []);
  }
  return left.length;
}
