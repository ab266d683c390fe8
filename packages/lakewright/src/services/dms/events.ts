import type { LakeContext } from '../service';
import type { StoredReplication } from './store';

const EVENT_IDS = { STARTED: 'DMS-EVENT-0069', STOPPED: 'DMS-EVENT-0079', FAILED: 'DMS-EVENT-0078' };

/** @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_EventBridge.html */
export function publishState(
  lake: Pick<LakeContext, 'events'>,
  { kind, arn, identifier }: StoredReplication,
  state: keyof typeof EVENT_IDS,
  message = `${identifier} ${state.toLowerCase()}`,
): void {
  const [what, type] =
    kind === 'task'
      ? ['DMS Replication Task State Change', 'REPLICATION_TASK']
      : ['DMS Replication State Change', 'REPLICATION'];
  lake.events.publish({
    source: 'aws.dms',
    'detail-type': what,
    resources: [arn],
    detail: {
      type,
      category: state === 'FAILED' ? 'Failure' : 'StateChange',
      eventType: `${type}_${state}`,
      eventId: EVENT_IDS[state],
      resourceLink: '',
      detailMessage: message,
    },
  });
}
