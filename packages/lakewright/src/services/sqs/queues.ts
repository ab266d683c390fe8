import { createHash, randomUUID } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { currentLineage, type Lineage } from '../lineage';
import { type LakeContext, ServiceError } from '../service';

export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

interface Message {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Epoch milliseconds of the lake's clock, like all times here. */
  readonly sent: number;
  readonly sender: string;
  readonly lineage: Lineage;
  visible: number;
  firstReceived?: number;
  receiveCount: number;
  receiptHandle?: string;
}

export interface ReceivedMessage {
  readonly id: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5: string;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  readonly systemAttributes: Readonly<Record<string, string>>;
  readonly receiveCount: number;
  readonly lineage: Lineage;
}

export interface Queue {
  readonly name: string;
  /** As SetQueueAttributes takes them: texts. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly created: number;
}

/** Source: Amazon SQS API Reference, "SetQueueAttributes". */
export const DEFAULT_ATTRIBUTES: Readonly<Record<string, string>> = {
  DelaySeconds: '0',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  ReceiveMessageWaitTimeSeconds: '0',
  VisibilityTimeout: '30',
};

const INDEX = 'sqs/queues';

/** The queues, each one a state file; times are the lake's clock's. */
export class Queues {
  public readonly listeners = new Set<(arn: string) => void>();
  private readonly messages = new Map<string, Message[]>();

  public constructor(private readonly lake: LakeContext) {}

  public all(): Queue[] {
    return Object.values(this.lake.workspace.readState<Record<string, Queue>>(INDEX) ?? {});
  }

  public put(name: string, attributes: Readonly<Record<string, string>>): Queue {
    const found = this.all().find((queue) => queue.name === name);
    const queue = { name, attributes, created: found?.created ?? this.now() };
    this.saveIndex([...this.all().filter((one) => one.name !== name), queue]);
    return queue;
  }

  public delete({ name }: Queue): void {
    this.saveIndex(this.all().filter((one) => one.name !== name));
    this.messages.set(name, []);
    this.save(name);
  }

  /** By name, ARN, or any URL that ends with the name. @throws ServiceError QueueDoesNotExist */
  public get(reference: unknown): Queue {
    const name = String(reference ?? '')
      .split(/[/:]/)
      .at(-1);
    const queue = this.all().find((one) => one.name === name);
    if (queue) return queue;
    throw new ServiceError('QueueDoesNotExist', `The specified queue does not exist: "${name}".`);
  }

  public arn({ name }: Queue): string {
    return `arn:${this.lake.partition}:sqs:${this.lake.region}:${this.lake.account}:${name}`;
  }

  public attribute(queue: Queue, name: string): number {
    return Number(queue.attributes[name] ?? DEFAULT_ATTRIBUTES[name]);
  }

  public send(
    queue: Queue,
    body: unknown,
    options: { readonly attributes?: ApiShape; readonly delaySeconds?: number; readonly sender: string },
  ): { readonly id: string; readonly md5: string } {
    if (typeof body !== 'string' || body === '') {
      throw new ServiceError('InvalidParameterValue', 'The request must contain the parameter MessageBody.');
    }
    const limit = this.attribute(queue, 'MaximumMessageSize');
    if (Buffer.byteLength(body) > limit) {
      const reason = `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`;
      throw new ServiceError('InvalidParameterValue', reason);
    }
    const now = this.now();
    const delay = options.delaySeconds ?? this.attribute(queue, 'DelaySeconds');
    this.add(queue, {
      id: randomUUID(),
      body,
      attributes: options.attributes ?? {},
      sent: now,
      sender: options.sender,
      lineage: currentLineage(),
      visible: now + delay * 1000,
      receiveCount: 0,
    });
    return { id: this.list(queue.name).at(-1)?.id ?? '', md5: md5(body) };
  }

  public receive(queue: Queue, count: number, visibilitySeconds?: number): ReceivedMessage[] {
    const now = this.now();
    this.expire(queue, now);
    const timeout = visibilitySeconds ?? this.attribute(queue, 'VisibilityTimeout');
    const redrive = this.redrive(queue);
    const received: ReceivedMessage[] = [];
    for (const message of [...this.list(queue.name)]) {
      if (received.length === count) break;
      if (message.visible > now) continue;
      if (redrive && message.receiveCount >= redrive.maxReceiveCount) {
        this.giveUp(queue, message.id);
        continue;
      }
      message.receiveCount += 1;
      message.firstReceived ??= now;
      message.visible = now + timeout * 1000;
      message.receiptHandle = Buffer.from(`${message.id}:${message.receiveCount}`).toString('base64url');
      received.push(this.received(message));
    }
    if (received.length > 0) this.save(queue.name);
    return received;
  }

  /** @throws ServiceError ReceiptHandleIsInvalid */
  public byHandle(queue: Queue, handle: unknown): string | undefined {
    const [id] = Buffer.from(String(handle ?? ''), 'base64url')
      .toString('utf8')
      .split(':');
    if (!/^[0-9a-f-]{36}$/.test(id ?? '')) {
      throw new ServiceError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${handle}" is not a valid receipt handle.`,
      );
    }
    return this.list(queue.name).find((message) => message.id === id)?.id;
  }

  public remove(queue: Queue, id: string): void {
    this.replace(
      queue,
      this.list(queue.name).filter((message) => message.id !== id),
    );
  }

  public hide(queue: Queue, id: string, seconds: number): void {
    const message = this.list(queue.name).find((one) => one.id === id);
    if (!message) return;
    message.visible = this.now() + seconds * 1000;
    this.save(queue.name);
    if (seconds === 0) this.tell(queue);
  }

  /** As if it had never been received; nobody is told. */
  public putBack(queue: Queue, id: string): void {
    const message = this.list(queue.name).find((one) => one.id === id);
    if (!message) return;
    message.receiveCount -= 1;
    message.visible = this.now();
    this.save(queue.name);
  }

  public purge(queue: Queue): void {
    this.replace(queue, []);
  }

  /** Moves a message to the dead-letter queue; without one it is gone. */
  public giveUp(queue: Queue, id: string): void {
    const message = this.list(queue.name).find((one) => one.id === id);
    const target = this.redrive(queue)?.queue;
    this.remove(queue, id);
    if (!message || !target) return;
    this.add(target, { ...message, visible: this.now(), receiveCount: 0, firstReceived: undefined });
  }

  public redrive(queue: Queue): { readonly queue: Queue; readonly maxReceiveCount: number } | undefined {
    const text = queue.attributes.RedrivePolicy;
    if (!text) return undefined;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text);
    return { queue: this.get(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
  }

  /** When the next message, except those left out, can be received. */
  public nextVisible(queue: Queue, except: ReadonlySet<string>): Date | undefined {
    const times = this.list(queue.name).flatMap(({ id, visible }) => (except.has(id) ? [] : [visible]));
    return times.length === 0 ? undefined : new Date(Math.min(...times));
  }

  /** How many can be received, are being worked on, and are still delayed. */
  public counts(queue: Queue): { readonly visible: number; readonly inFlight: number; readonly delayed: number } {
    const now = this.now();
    this.expire(queue, now);
    const hidden = this.list(queue.name).filter((message) => message.visible > now);
    const delayed = hidden.filter((message) => message.receiveCount === 0).length;
    return {
      visible: this.list(queue.name).length - hidden.length,
      inFlight: hidden.length - delayed,
      delayed,
    };
  }

  private received(message: Message): ReceivedMessage {
    const { id, body, attributes, lineage, receiveCount } = message;
    return {
      ...{ id, body, attributes, lineage, receiveCount },
      receiptHandle: message.receiptHandle ?? '',
      md5: md5(body),
      systemAttributes: {
        ApproximateReceiveCount: String(receiveCount),
        SentTimestamp: String(message.sent),
        SenderId: message.sender,
        ApproximateFirstReceiveTimestamp: String(message.firstReceived ?? message.sent),
      },
    };
  }

  private add(queue: Queue, message: Message): void {
    this.list(queue.name).push(message);
    this.save(queue.name);
    this.tell(queue);
  }

  private tell(queue: Queue): void {
    for (const listener of [...this.listeners]) listener(this.arn(queue));
  }

  private expire(queue: Queue, now: number): void {
    const oldest = now - this.attribute(queue, 'MessageRetentionPeriod') * 1000;
    const kept = this.list(queue.name).filter(({ sent }) => sent >= oldest);
    if (kept.length < this.list(queue.name).length) this.replace(queue, kept);
  }

  private replace({ name }: Queue, messages: Message[]): void {
    this.messages.set(name, messages);
    this.save(name);
  }

  private list(name: string): Message[] {
    let list = this.messages.get(name);
    if (!list) {
      list = this.lake.workspace.readState<Message[]>(file(name)) ?? [];
      this.messages.set(name, list);
    }
    return list;
  }

  private save(name: string): void {
    this.lake.workspace.writeState(file(name), this.list(name), { secret: true });
  }

  private saveIndex(queues: readonly Queue[]): void {
    this.lake.workspace.writeState(INDEX, Object.fromEntries(queues.map((queue) => [queue.name, queue])));
  }

  private now(): number {
    return this.lake.clock.now().getTime();
  }
}

/** Names have letters, digits, `-` and `_`; a state file's begins with a letter or digit. */
const file = (name: string): string => `sqs/q-${name}`;

export function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
