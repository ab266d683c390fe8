import { createHash } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { type Caller, type LakeContext, type Operation, ServiceError } from '../service';
import { DEFAULT_ATTRIBUTES, type MessageAttribute, type Queue, type Queues, type ReceivedMessage } from './queues';

const MAX_WAIT_SECONDS = 20;

/** Source: Amazon SQS API Reference. */
export function operations(lake: LakeContext, queues: Queues): Readonly<Record<string, Operation>> {
  const url = async ({ name }: Queue) => `${await lake.endpoint()}/${lake.account}/${name}`;
  const send = (queue: Queue, entry: ApiShape, caller: Caller) => {
    const { id, md5: MD5OfMessageBody } = queues.send(queue, entry.MessageBody, {
      attributes: entry.MessageAttributes,
      delaySeconds: entry.DelaySeconds,
      sender: caller.principal,
    });
    const attributes = entry.MessageAttributes;
    return {
      MessageId: id,
      MD5OfMessageBody,
      ...(attributes && Object.keys(attributes).length > 0 && { MD5OfMessageAttributes: md5OfAttributes(attributes) }),
    };
  };
  const remove = (queue: Queue, entry: ApiShape) => {
    const id = queues.byHandle(queue, entry.ReceiptHandle);
    if (id) queues.remove(queue, id);
    return {};
  };
  const hide = (queue: Queue, entry: ApiShape) => {
    const id = queues.byHandle(queue, entry.ReceiptHandle);
    if (!id) throw new ServiceError('MessageNotInflight', 'The message is not in flight.');
    queues.hide(queue, id, Number(entry.VisibilityTimeout ?? 0));
    return {};
  };
  return {
    async CreateQueue({ QueueName, Attributes = {} }) {
      if (!/^[A-Za-z0-9_-]{1,80}$/.test(String(QueueName))) {
        throw new ServiceError(
          'InvalidParameterValue',
          `"${QueueName}" → letters, digits, - and _, at most 80; no FIFO queues here`,
        );
      }
      return { QueueUrl: await url(queues.put(QueueName, Attributes)) };
    },
    async DeleteQueue({ QueueUrl }) {
      queues.delete(queues.get(QueueUrl));
      return {};
    },
    async ListQueues({ QueueNamePrefix = '' }) {
      const found = queues.all().filter(({ name }) => name.startsWith(QueueNamePrefix));
      return { QueueUrls: await Promise.all(found.map(url)) };
    },
    GetQueueUrl: async ({ QueueName }) => ({ QueueUrl: await url(queues.get(QueueName)) }),
    async GetQueueAttributes({ QueueUrl, AttributeNames = [] }) {
      const all = attributesOf(queues, queues.get(QueueUrl));
      const wanted: string[] = AttributeNames.includes('All') ? Object.keys(all) : AttributeNames;
      return { Attributes: Object.fromEntries(wanted.flatMap((name) => (all[name] ? [[name, all[name]]] : []))) };
    },
    async SetQueueAttributes({ QueueUrl, Attributes }) {
      const queue = queues.get(QueueUrl);
      queues.put(queue.name, { ...queue.attributes, ...Attributes });
      return {};
    },
    async SendMessage(input, caller) {
      return send(queues.get(input.QueueUrl), input, caller);
    },
    async SendMessageBatch({ QueueUrl, Entries }, caller) {
      return batch(Entries, (entry) => send(queues.get(QueueUrl), entry, caller));
    },
    async ReceiveMessage(input) {
      const queue = queues.get(input.QueueUrl);
      const count = Number(input.MaxNumberOfMessages ?? 1);
      if (count < 1 || count > 10) {
        throw new ServiceError(
          'InvalidParameterValue',
          `MaxNumberOfMessages is ${count} → it must be between 1 and 10`,
        );
      }
      const take = () => queues.receive(queue, count, input.VisibilityTimeout);
      let messages = take();
      const wait = Number(input.WaitTimeSeconds ?? queues.attribute(queue, 'ReceiveMessageWaitTimeSeconds'));
      if (messages.length === 0 && wait > 0) {
        await arrival(queues, queue, Math.min(wait, MAX_WAIT_SECONDS));
        messages = take();
      }
      return messages.length === 0 ? {} : { Messages: messages.map((message) => shape(message, input)) };
    },
    async DeleteMessage(input) {
      remove(queues.get(input.QueueUrl), input);
      return {};
    },
    async DeleteMessageBatch({ QueueUrl, Entries }) {
      return batch(Entries, (entry) => remove(queues.get(QueueUrl), entry));
    },
    async ChangeMessageVisibility(input) {
      hide(queues.get(input.QueueUrl), input);
      return {};
    },
    async ChangeMessageVisibilityBatch({ QueueUrl, Entries }) {
      return batch(Entries, (entry) => hide(queues.get(QueueUrl), entry));
    },
    async PurgeQueue({ QueueUrl }) {
      queues.purge(queues.get(QueueUrl));
      return {};
    },
  };
}

function batch(entries: readonly ApiShape[] | undefined, work: (entry: ApiShape) => object) {
  if (!entries || entries.length === 0) {
    throw new ServiceError('EmptyBatchRequest', 'There should be at least one entry in the request.');
  }
  if (entries.length > 10) {
    throw new ServiceError(
      'TooManyEntriesInBatchRequest',
      `Maximum number of entries per request are 10. You have sent ${entries.length}.`,
    );
  }
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...work(entry) });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, ...(Failed.length > 0 && { Failed }) };
}

/** Until something is sent to the queue, in real time. */
function arrival(queues: Queues, queue: Queue, seconds: number): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      queues.listeners.delete(listener);
      resolve();
    };
    const listener = (arn: string) => {
      if (arn === queues.arn(queue)) end();
    };
    const timer = setTimeout(end, seconds * 1000);
    timer.unref();
    queues.listeners.add(listener);
  });
}

function attributesOf(queues: Queues, queue: Queue): Record<string, string> {
  const { visible, inFlight, delayed } = queues.counts(queue);
  const seconds = String(Math.floor(queue.created / 1000));
  return {
    ...DEFAULT_ATTRIBUTES,
    ...queue.attributes,
    QueueArn: queues.arn(queue),
    ApproximateNumberOfMessages: String(visible),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
    CreatedTimestamp: seconds,
    LastModifiedTimestamp: seconds,
  };
}

function shape(message: ReceivedMessage, input: ApiShape): Record<string, unknown> {
  const system: string[] = [...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])];
  const names: string[] = input.MessageAttributeNames ?? [];
  const Attributes = pick(message.systemAttributes, (name) => system.includes('All') || system.includes(name));
  const MessageAttributes = pick(message.attributes, (name) =>
    names.some(
      (wanted) =>
        wanted === 'All' || wanted === name || (wanted.endsWith('.*') && name.startsWith(wanted.slice(0, -1))),
    ),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: message.receiptHandle,
    MD5OfBody: message.md5,
    Body: message.body,
    ...(Attributes && { Attributes }),
    ...(MessageAttributes && { MessageAttributes, MD5OfMessageAttributes: md5OfAttributes(MessageAttributes) }),
  };
}

function pick<T>(
  members: Readonly<Record<string, T>>,
  wanted: (name: string) => boolean,
): Record<string, T> | undefined {
  const kept = Object.entries(members).filter(([name]) => wanted(name));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Source: Amazon SQS Developer Guide, "Calculating the MD5 message digest for message attributes". */
function md5OfAttributes(attributes: Readonly<Record<string, MessageAttribute>>): string {
  const hash = createHash('md5');
  const add = (bytes: Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of Object.keys(attributes).sort()) {
    const { DataType, StringValue, BinaryValue } = attributes[name];
    add(Buffer.from(name));
    add(Buffer.from(DataType));
    hash.update(Buffer.from([BinaryValue === undefined ? 1 : 2]));
    add(BinaryValue === undefined ? Buffer.from(StringValue ?? '') : Buffer.from(BinaryValue, 'base64'));
  }
  return hash.digest('hex');
}
