import type { ObjectChange } from '../../workspace/object-store';
import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';
import { findBucket } from './bucket-settings';
import { deliverNotification } from './notifications';

/**
 * Tells the lake what happens to objects, where the template asks for it: EventBridge events
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html) and bucket notifications.
 */
export function publishEvents(lake: LakeContext): void {
  let sequence = 0;
  lake.objects.onChange((change) => {
    const configurations = notificationConfigurations(lake, change.bucket);
    if (configurations.length === 0) return;
    const sequencer = (++sequence).toString(16).toUpperCase().padStart(18, '0');
    if (configurations.some(toEventBridge)) {
      lake.events.publish({
        source: 'aws.s3',
        'detail-type': change.kind === 'created' ? 'Object Created' : 'Object Deleted',
        resources: [`arn:${lake.partition}:s3:::${change.bucket}`],
        detail: detail(lake, change, sequencer),
      });
    }
    for (const configuration of configurations) deliverNotification(lake, configuration, change, sequencer);
  });
}

/** What the template declares on the bucket, and what CDK adds by its custom resource. */
function notificationConfigurations(lake: LakeContext, bucket: string): ApiShape[] {
  const custom = lake.resources
    .filter(({ type, properties }) => type === 'Custom::S3BucketNotifications' && properties.BucketName === bucket)
    .map(({ properties }) => properties.NotificationConfiguration);
  return [findBucket(lake, bucket)?.properties.NotificationConfiguration, ...custom].filter(Boolean);
}

function toEventBridge({ EventBridgeConfiguration: configuration }: ApiShape): boolean {
  return configuration !== undefined && String(configuration.EventBridgeEnabled ?? true) !== 'false';
}

function detail(lake: LakeContext, change: ObjectChange, sequencer: string): Record<string, unknown> {
  const common = {
    version: '0',
    bucket: { name: change.bucket },
    'request-id': sequencer,
    requester: lake.account,
    'source-ip-address': '127.0.0.1',
    reason: change.reason,
  };
  if (change.kind === 'deleted') {
    return { ...common, object: { key: change.key, sequencer }, 'deletion-type': 'Permanently Deleted' };
  }
  const etag = change.etag?.replaceAll('"', '');
  return { ...common, object: { key: change.key, size: change.size, etag, sequencer } };
}
