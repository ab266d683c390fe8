import type { LakeResource } from '../../assembly/resource';
import type { ResourceHandler, Service, ServiceFactory } from '../service';
import { operations } from './operations';
import { Queues, type ReceivedMessage } from './queues';

export type { ReceivedMessage } from './queues';

/** The room of SQS, with what Lambda's event source mappings need beyond `Service`. Queues are named by ARN. */
export interface SqsService extends Service {
  /** Told the queue's ARN when something can be received; returns the function that ends the subscription. */
  onMessage(listener: (arn: string) => void): () => void;
  receive(arn: string, count: number): readonly ReceivedMessage[];
  remove(arn: string, id: string): void;
  /** To the dead-letter queue, or away. */
  giveUp(arn: string, id: string): void;
  /** As if it had never been received. */
  putBack(arn: string, id: string): void;
  hasDeadLetters(arn: string): boolean;
  nextVisible(arn: string, except: ReadonlySet<string>): Date | undefined;
}

/** Attributes of a queue that its template gives under the API's names. */
const ATTRIBUTES = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'VisibilityTimeout',
];

/** SQS: standard queues, kept in the workspace; their times are the lake's clock's. */
export const sqs: ServiceFactory = (lake): SqsService => {
  const queues = new Queues(lake);
  return {
    name: 'sqs',
    protocol: { kind: 'json', version: '1.0', target: 'AmazonSQS' },
    resources: { 'AWS::SQS::Queue': queueResource(queues), 'AWS::SQS::QueuePolicy': RECORDED },
    operations: operations(lake, queues),
    tasks: {},
    onMessage: (listener) => {
      queues.listeners.add(listener);
      return () => queues.listeners.delete(listener);
    },
    receive: (arn, count) => queues.receive(queues.get(arn), count),
    remove: (arn, id) => queues.remove(queues.get(arn), id),
    giveUp: (arn, id) => queues.giveUp(queues.get(arn), id),
    putBack: (arn, id) => queues.putBack(queues.get(arn), id),
    hasDeadLetters: (arn) => queues.redrive(queues.get(arn)) !== undefined,
    nextVisible: (arn, except) => queues.nextVisible(queues.get(arn), except),
  };
};

const RECORDED: ResourceHandler = {
  classification: 'recorded',
  note: 'evaluated where a role or user of the template asks',
};

function queueResource(queues: Queues): ResourceHandler {
  return {
    classification: 'executed',
    classify: ({ properties }) =>
      String(properties.FifoQueue ?? false) === 'true'
        ? { classification: 'unsupported', note: 'FIFO queues are not played here: standard ones are' }
        : { classification: 'executed' },
    apply: async (resource) => {
      queues.put(resource.arn.split(':').at(-1) as string, attributesOf(resource));
    },
  };
}

function attributesOf({ properties }: LakeResource): Record<string, string> {
  const given = ATTRIBUTES.filter((name) => properties[name] !== undefined).map((name) => [
    name,
    String(properties[name]),
  ]);
  const redrive = properties.RedrivePolicy;
  const text = typeof redrive === 'string' ? redrive : JSON.stringify(redrive);
  return { ...Object.fromEntries(given), ...(redrive !== undefined && { RedrivePolicy: text }) };
}
