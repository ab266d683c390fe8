import type { ObjectChange } from '../../workspace/object-store';
import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';

interface Destination {
  readonly service: string;
  readonly operation: string;
  readonly arn: string;
  input(records: string): Record<string, unknown>;
}

/** Sends a change to the Lambda functions, queues and topics that a bucket's notification configuration names. */
export function deliverNotification(
  lake: LakeContext,
  configuration: ApiShape,
  change: ObjectChange,
  sequencer: string,
): void {
  const event = eventName(change);
  for (const { rule, destination } of destinations(configuration)) {
    if (!wantsEvent(rule, event) || !wantsKey(rule, change.key)) continue;
    const { service, operation, arn } = destination;
    const input = destination.input(JSON.stringify({ Records: [record(lake, change, event, rule, sequencer)] }));
    // S3 sends notifications on its own time: a write doesn't fail because of them.
    const sent = lake.call(service, operation, input).catch((error) => {
      const text = `the notification of s3://${change.bucket}/${change.key} to ${arn} failed: ${error instanceof Error ? error.message : error}`;
      const data = { bucket: change.bucket, key: change.key, destination: arn };
      lake.host.notify({ code: 'LW_S3_NOTIFICATION_FAILED', level: 'warning', text, data });
      lake.background.report({ name: `s3://${change.bucket}`, type: 's3:notification', seconds: 0, error: text });
    });
    lake.background.track(sent);
  }
}

/** Templates say `LambdaConfigurations` with `Function` and `Event`, CDK's custom resource says it in the API's words. */
function destinations(configuration: ApiShape): { rule: ApiShape; destination: Destination }[] {
  const lists = [
    configuration.LambdaConfigurations,
    configuration.LambdaFunctionConfigurations,
    configuration.QueueConfigurations,
    configuration.TopicConfigurations,
  ];
  return lists.flatMap((rules: ApiShape[] | undefined) =>
    (rules ?? []).map((rule) => ({ rule, destination: toDestination(rule) })),
  );
}

function toDestination(rule: ApiShape): Destination {
  const queue = rule.Queue ?? rule.QueueArn;
  if (queue !== undefined) {
    const [, , , region, account, name] = String(queue).split(':');
    const url = `https://sqs.${region}.amazonaws.com/${account}/${name}`;
    return {
      service: 'sqs',
      operation: 'SendMessage',
      arn: queue,
      input: (MessageBody) => ({ QueueUrl: url, MessageBody }),
    };
  }
  const topic = rule.Topic ?? rule.TopicArn;
  if (topic !== undefined) {
    const Subject = 'Amazon S3 Notification';
    return {
      service: 'sns',
      operation: 'Publish',
      arn: topic,
      input: (Message) => ({ TopicArn: topic, Subject, Message }),
    };
  }
  const FunctionName = rule.Function ?? rule.LambdaFunctionArn;
  return {
    service: 'lambda',
    operation: 'Invoke',
    arn: FunctionName,
    input: (Payload) => ({ FunctionName, InvocationType: 'Event', Payload }),
  };
}

function eventName({ kind, reason }: ObjectChange): string {
  if (kind === 'deleted') return 'ObjectRemoved:Delete';
  if (reason === 'CompleteMultipartUpload') return 'ObjectCreated:CompleteMultipartUpload';
  return reason === 'CopyObject' ? 'ObjectCreated:Copy' : 'ObjectCreated:Put';
}

function wantsEvent(rule: ApiShape, event: string): boolean {
  const wanted: string[] = rule.Events ?? [rule.Event];
  return wanted.some((name) => {
    const bare = String(name).replace(/^s3:/, '');
    return bare === event || (bare.endsWith(':*') && event.startsWith(bare.slice(0, -1)));
  });
}

function wantsKey(rule: ApiShape, key: string): boolean {
  const rules: ApiShape[] = rule.Filter?.S3Key?.Rules ?? rule.Filter?.Key?.FilterRules ?? [];
  return rules.every(({ Name, Value }) => {
    return String(Name).toLowerCase() === 'prefix' ? key.startsWith(Value) : key.endsWith(Value);
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function record(lake: LakeContext, change: ObjectChange, event: string, rule: ApiShape, sequencer: string): unknown {
  const { bucket, key, size, etag } = change;
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: lake.region,
    eventTime: lake.clock.now().toISOString(),
    eventName: event,
    userIdentity: { principalId: lake.account },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': sequencer },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId: rule.Id,
      bucket: {
        name: bucket,
        ownerIdentity: { principalId: lake.account },
        arn: `arn:${lake.partition}:s3:::${bucket}`,
      },
      // Keys are form-encoded here, with + for spaces.
      object: {
        key: encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+'),
        size,
        eTag: etag?.replaceAll('"', ''),
        sequencer,
      },
    },
  };
}
