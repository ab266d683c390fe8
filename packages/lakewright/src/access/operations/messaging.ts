import type { ApiShape } from '../../services/api-shape';
import type { LakeContext } from '../../services/service';
import { list, on, onEverything, passRole, regionalArn, type ServiceAccess, tagContext } from './operation-access';

/** `https://sqs.eu-west-1.amazonaws.com/000000000000/queue` */
const queue = ({ QueueUrl, QueueName }: ApiShape, lake: LakeContext): string[] => [
  regionalArn(lake, 'sqs', String(QueueName ?? String(QueueUrl).split('/').at(-1))),
];

/** Batches have the right of the single operation. */
const single =
  (action: string): ServiceAccess[string] =>
  (input, lake) => [{ action, resources: queue(input, lake) }];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html */
export const sqsAccess: ServiceAccess = {
  ...on(
    'sqs',
    [
      'CreateQueue',
      'DeleteQueue',
      'GetQueueUrl',
      'GetQueueAttributes',
      'SetQueueAttributes',
      'SendMessage',
      'ReceiveMessage',
      'DeleteMessage',
      'ChangeMessageVisibility',
      'PurgeQueue',
    ],
    queue,
  ),
  SendMessageBatch: single('sqs:SendMessage'),
  DeleteMessageBatch: single('sqs:DeleteMessage'),
  ChangeMessageVisibilityBatch: single('sqs:ChangeMessageVisibility'),
  ...onEverything('sqs', ['ListQueues']),
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html */
export const snsAccess: ServiceAccess = {
  ...on('sns', ['Publish'], ({ TopicArn, TargetArn }) => [String(TopicArn ?? TargetArn)]),
  ...on('sns', ['GetTopicAttributes'], ({ TopicArn }) => [String(TopicArn)]),
  ...onEverything('sns', ['ListTopics']),
};

const bus = (lake: LakeContext, name: unknown): string => {
  const text = String(name ?? 'default');
  return text.startsWith('arn:') ? text : regionalArn(lake, 'events', `event-bus/${text}`);
};
const rule =
  (member: string) =>
  (input: ApiShape, lake: LakeContext): string[] => {
    const of = input.EventBusName === undefined || input.EventBusName === 'default' ? '' : `${input.EventBusName}/`;
    return [regionalArn(lake, 'events', `rule/${of}${input[member]}`)];
  };

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html */
export const eventsAccess: ServiceAccess = {
  PutEvents: ({ Entries }, lake) =>
    list(Entries).map((entry) => ({
      action: 'events:PutEvents',
      resources: [bus(lake, entry.EventBusName)],
      context: { 'events:source': String(entry.Source ?? ''), 'events:detail-type': String(entry.DetailType ?? '') },
    })),
  ...on('events', ['PutRule', 'DescribeRule', 'DeleteRule', 'EnableRule', 'DisableRule'], rule('Name')),
  ...on('events', ['RemoveTargets', 'ListTargetsByRule'], rule('Rule')),
  PutTargets: (input, lake) => [
    { action: 'events:PutTargets', resources: rule('Rule')(input, lake) },
    ...list(input.Targets).flatMap(({ RoleArn }) => passRole(RoleArn, 'events')),
  ],
  ...onEverything('events', ['ListRules', 'TestEventPattern']),
};

const schedule = (input: ApiShape, lake: LakeContext): string[] => [
  regionalArn(lake, 'scheduler', `schedule/${input.GroupName ?? input.groupName ?? 'default'}/${input.Name}`),
];
const putSchedule =
  (action: string): ServiceAccess[string] =>
  (input, lake) => [{ action, resources: schedule(input, lake) }, ...passRole(input.Target?.RoleArn, 'scheduler')];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridgescheduler.html */
export const schedulerAccess: ServiceAccess = {
  CreateSchedule: putSchedule('scheduler:CreateSchedule'),
  UpdateSchedule: putSchedule('scheduler:UpdateSchedule'),
  ...on('scheduler', ['GetSchedule', 'DeleteSchedule'], schedule),
  ...onEverything('scheduler', ['ListSchedules']),
};

// Step Functions writes the members of its own operations in Pascal case where it calls them itself.
const machine = (input: ApiShape): string[] => [String(input.stateMachineArn ?? input.StateMachineArn)];
const execution = (input: ApiShape): string[] => [String(input.executionArn ?? input.ExecutionArn)];

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html */
export const statesAccess: ServiceAccess = {
  CreateStateMachine: (input, lake) => [
    {
      action: 'states:CreateStateMachine',
      resources: [regionalArn(lake, 'states', `stateMachine:${input.name}`)],
      context: tagContext(input.tags),
    },
    ...passRole(input.roleArn, 'states'),
  ],
  UpdateStateMachine: (input) => [
    { action: 'states:UpdateStateMachine', resources: machine(input) },
    ...passRole(input.roleArn, 'states'),
  ],
  ...on('states', ['DescribeStateMachine', 'DeleteStateMachine', 'StartExecution', 'StartSyncExecution'], machine),
  ListExecutions: (input) => [{ action: 'states:ListExecutions', resources: machine(input) }],
  ...on(
    'states',
    [
      'DescribeExecution',
      'DescribeStateMachineForExecution',
      'GetExecutionHistory',
      'StopExecution',
      'RedriveExecution',
      'ListMapRuns',
    ],
    execution,
  ),
  ...on('states', ['DescribeMapRun'], ({ mapRunArn }) => [String(mapRunArn)]),
  ...on('states', ['ListTagsForResource', 'TagResource', 'UntagResource'], ({ resourceArn }) => [String(resourceArn)]),
  ...onEverything('states', [
    'ListStateMachines',
    'ValidateStateMachineDefinition',
    'SendTaskSuccess',
    'SendTaskFailure',
    'SendTaskHeartbeat',
  ]),
};
