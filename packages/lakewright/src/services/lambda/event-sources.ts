import { randomUUID } from 'node:crypto';
import type { LakeResource } from '../../assembly/resource';
import { MissingTool } from '../../host/missing-tool';
import type { ApiShape } from '../api-shape';
import { matchesPattern } from '../events/pattern';
import { type Lineage, withLineage } from '../lineage';
import type { LakeContext } from '../service';
import type { ReceivedMessage, SqsService } from '../sqs';
import { type FunctionReference, findFunction } from './declared';
import { MAX_RECURSION } from './event-queue';
import type { Invoker } from './invoker';

/** How often a message is tried that has no dead-letter queue to go to; on AWS it is until its retention ends. */
const MAX_RECEIVES = 5;

/** Event source mappings of queues: whatever arrives is handed to the function, in batches. */
export class EventSources {
  /** Queue's ARN → the mapping that empties it. */
  private readonly mappings = new Map<string, LakeResource>();
  private readonly busy = new Set<string>();
  private unsubscribe?: () => void;
  private closed = false;

  public constructor(
    private readonly lake: LakeContext,
    private readonly invoker: Invoker,
  ) {}

  /** Called on each deployment. */
  public connect(resource: LakeResource): void {
    const arn = String(resource.properties.EventSourceArn);
    const [, , service] = arn.split(':');
    if (service !== 'sqs' || String(resource.properties.Enabled ?? true) === 'false') return;
    this.mappings.set(arn, resource);
    this.unsubscribe ??= this.queues().onMessage((queue) => this.wake(queue));
    this.wake(arn);
  }

  public stop(): void {
    this.closed = true;
    this.unsubscribe?.();
  }

  private queues(): SqsService {
    return this.lake.service('sqs') as SqsService;
  }

  private wake(arn: string): void {
    const mapping = this.mappings.get(arn);
    if (!mapping || this.busy.has(arn) || this.closed) return;
    this.busy.add(arn);
    const work = this.drain(arn, mapping).catch((error) => {
      if (error instanceof MissingTool) this.leaveOut(mapping, error);
      else this.say(mapping, error, 0);
    });
    this.lake.background.track(work.finally(() => this.busy.delete(arn)));
  }

  /** Its messages stay in the queue, for a run on a machine that can. */
  private leaveOut({ path }: LakeResource, { reason, need }: MissingTool): void {
    this.lake.background.report({ name: path, type: 'lambda:sqs', seconds: 0, leftOut: { reason, need } });
  }

  /** Until the queue is empty: messages that are hidden or delayed are waited for, by the lake's clock. */
  private async drain(arn: string, mapping: LakeResource): Promise<void> {
    const given = new Set<string>();
    while (!this.closed) {
      const messages = this.queues().receive(arn, Number(mapping.properties.BatchSize ?? 10));
      if (messages.length > 0) {
        await this.handle(arn, mapping, messages, given);
        continue;
      }
      const next = this.queues().nextVisible(arn, given);
      if (next === undefined) return;
      const wait = next.getTime() - this.lake.clock.now().getTime();
      await this.lake.clock.wait(Math.max(wait, 1));
    }
  }

  private async handle(
    arn: string,
    mapping: LakeResource,
    messages: readonly ReceivedMessage[],
    given: Set<string>,
  ): Promise<void> {
    const wanted = messages.filter((message) => isWanted(mapping, message));
    // What the filter leaves out is deleted, as on AWS.
    for (const message of messages) if (!wanted.includes(message)) this.queues().remove(arn, message.id);
    if (wanted.length === 0) return;
    const started = performance.now();
    const failure = await this.invoke(arn, mapping, wanted);
    for (const message of wanted) {
      if (!failure.ids.has(message.id)) this.queues().remove(arn, message.id);
      else if (!this.queues().hasDeadLetters(arn) && message.receiveCount >= MAX_RECEIVES) given.add(message.id);
    }
    if (failure.reason) this.say(mapping, failure.reason, (performance.now() - started) / 1000);
    else {
      const seconds = (performance.now() - started) / 1000;
      this.lake.background.report({ name: mapping.path, type: 'lambda:sqs', seconds });
    }
  }

  private async invoke(
    arn: string,
    mapping: LakeResource,
    messages: readonly ReceivedMessage[],
  ): Promise<{ readonly ids: ReadonlySet<string>; readonly reason?: string }> {
    const all = new Set(messages.map(({ id }) => id));
    const reference: FunctionReference = findFunction(this.lake, mapping.properties.FunctionName);
    const lineage = longest(messages.map((message) => message.lineage));
    if (lineage.filter((name) => name === reference.resource.physicalId).length >= MAX_RECURSION) {
      for (const { id } of messages) this.queues().giveUp(arn, id);
      return {
        ids: new Set(),
        reason: `the chain was ended: the function has filled its own queue ${MAX_RECURSION} times`,
      };
    }
    const event = JSON.stringify({ Records: messages.map((message) => record(this.lake, arn, message)) });
    try {
      const more = { requestId: randomUUID(), lineage };
      const outcome = await withLineage(lineage, () => this.invoker.run(reference, event, more));
      if (!outcome.failed) return partial(mapping, outcome.payload, all);
      const { errorType, errorMessage } = JSON.parse(outcome.payload);
      return { ids: all, reason: `${errorType}: ${errorMessage}` };
    } catch (error) {
      if (error instanceof MissingTool) {
        for (const { id } of messages) this.queues().putBack(arn, id);
        throw error;
      }
      return { ids: all, reason: error instanceof Error ? error.message : String(error) };
    }
  }

  private say(mapping: LakeResource, problem: unknown, seconds: number): void {
    const error = problem instanceof Error ? problem.message : String(problem);
    const text = `${mapping.path}: the function failed for messages of ${mapping.properties.EventSourceArn}: ${error}`;
    this.lake.host.notify({ code: 'LW_LAMBDA_FAILED', level: 'warning', text, data: { mapping: mapping.path } });
    this.lake.background.report({ name: mapping.path, type: 'lambda:sqs', seconds, error });
  }
}

/** Source: Lambda Developer Guide, "Implementing partial batch responses". */
function partial(mapping: LakeResource, payload: string, all: ReadonlySet<string>) {
  const types: unknown[] = mapping.properties.FunctionResponseTypes ?? [];
  if (!types.includes('ReportBatchItemFailures')) return { ids: new Set<string>() };
  const failures: ApiShape[] = JSON.parse(payload)?.batchItemFailures ?? [];
  const ids = failures.map((failure) => String(failure?.itemIdentifier ?? ''));
  // An identifier that isn't one fails the whole batch.
  if (ids.some((id) => !all.has(id)))
    return { ids: all, reason: 'its batchItemFailures name messages that are not in the batch' };
  return { ids: new Set(ids), reason: ids.length > 0 ? `${ids.length} of ${all.size} messages failed` : undefined };
}

function isWanted({ properties }: LakeResource, message: ReceivedMessage): boolean {
  const filters: ApiShape[] = properties.FilterCriteria?.Filters ?? [];
  if (filters.length === 0) return true;
  const body = parsed(message.body);
  return filters.some(({ Pattern }) => matchesPattern(JSON.parse(Pattern), { body, messageId: message.id }));
}

function parsed(text: string): ApiShape {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Source: Lambda Developer Guide, "Using Lambda with Amazon SQS", "Example standard queue message event". */
function record(lake: LakeContext, arn: string, message: ReceivedMessage): ApiShape {
  const attributes = Object.entries(message.attributes).map(([name, { DataType, StringValue, BinaryValue }]) => [
    name,
    {
      dataType: DataType,
      stringValue: StringValue,
      binaryValue: BinaryValue,
      stringListValues: [],
      binaryListValues: [],
    },
  ]);
  return {
    messageId: message.id,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: message.systemAttributes,
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: message.md5,
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: lake.region,
  };
}

function longest(lineages: readonly Lineage[]): Lineage {
  return lineages.reduce((one, other) => (other.length > one.length ? other : one), []);
}

/** Whether a mapping's source is played here. */
export function isLocalSource({ properties }: LakeResource): boolean {
  return String(properties.EventSourceArn ?? '').split(':')[2] === 'sqs';
}
