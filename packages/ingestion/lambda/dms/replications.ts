import {
  AddTagsToResourceCommand,
  type DatabaseMigrationServiceClient,
  DescribeReplicationsCommand,
  DescribeReplicationTasksCommand,
  ListTagsForResourceCommand,
  RemoveTagsFromResourceCommand,
  StartReplicationCommand,
  StartReplicationTaskCommand,
  StopReplicationCommand,
  StopReplicationTaskCommand,
} from '@aws-sdk/client-database-migration-service';

export type Kind = 'replication-config' | 'task';

/** How a replication is. */
export interface ReplicationState {
  readonly arn: string;
  /** Small letters and `_`. */
  readonly status: string;
  /** Whether it was ever started. */
  readonly hasRun: boolean;
  readonly stopReason: string;
}

/** The part of DMS's API that is the same for both kinds of replication. */
export interface Replications {
  /** Those whose last part of the ARN begins so. */
  list(kind: Kind, base: string): Promise<ReplicationState[]>;
  stop(kind: Kind, arn: string): Promise<void>;
  start(kind: Kind, arn: string, type: 'start-replication' | 'resume-processing'): Promise<void>;
  /** Whether a deployment has stopped it and not yet resumed. */
  isMarked(arn: string): Promise<boolean>;
  mark(arn: string): Promise<void>;
  unmark(arn: string): Promise<void>;
}

/** Survives the function, unlike all that it knows. */
const MARK = 'lakewright:resume';

export function dmsReplications(client: DatabaseMigrationServiceClient): Replications {
  return {
    async list(kind, base) {
      const found: ReplicationState[] = [];
      let Marker: string | undefined;
      do {
        const page = await (kind === 'task' ? tasks(client, Marker) : serverless(client, Marker));
        found.push(...page.states.filter(({ arn }) => arn.split(':').pop()?.startsWith(base)));
        Marker = page.marker;
      } while (Marker);
      return found;
    },
    async stop(kind, arn) {
      if (kind === 'task') await client.send(new StopReplicationTaskCommand({ ReplicationTaskArn: arn }));
      else await client.send(new StopReplicationCommand({ ReplicationConfigArn: arn }));
    },
    async start(kind, arn, type) {
      if (kind === 'task') {
        const StartReplicationTaskType = type;
        await client.send(new StartReplicationTaskCommand({ ReplicationTaskArn: arn, StartReplicationTaskType }));
      } else {
        await client.send(new StartReplicationCommand({ ReplicationConfigArn: arn, StartReplicationType: type }));
      }
    },
    async isMarked(arn) {
      const { TagList = [] } = await client.send(new ListTagsForResourceCommand({ ResourceArn: arn }));
      return TagList.some(({ Key }) => Key === MARK);
    },
    async mark(arn) {
      await client.send(new AddTagsToResourceCommand({ ResourceArn: arn, Tags: [{ Key: MARK, Value: 'true' }] }));
    },
    async unmark(arn) {
      await client.send(new RemoveTagsFromResourceCommand({ ResourceArn: arn, TagKeys: [MARK] }));
    },
  };
}

interface Page {
  readonly states: ReplicationState[];
  readonly marker: string | undefined;
}

async function serverless(client: DatabaseMigrationServiceClient, Marker: string | undefined): Promise<Page> {
  const { Replications = [], Marker: marker } = await client.send(
    new DescribeReplicationsCommand({ ...(Marker ? { Marker } : {}) }),
  );
  const states = Replications.map((one) =>
    state(one.ReplicationConfigArn, one.Status, one.ReplicationStats?.StartDate, one.StopReason),
  );
  return { states, marker };
}

async function tasks(client: DatabaseMigrationServiceClient, Marker: string | undefined): Promise<Page> {
  const { ReplicationTasks = [], Marker: marker } = await client.send(
    new DescribeReplicationTasksCommand({ WithoutSettings: true, ...(Marker ? { Marker } : {}) }),
  );
  const states = ReplicationTasks.map((one) =>
    state(one.ReplicationTaskArn, one.Status, one.ReplicationTaskStartDate, one.StopReason),
  );
  return { states, marker };
}

function state(arn = '', status = '', started: Date | undefined, stopReason = ''): ReplicationState {
  const name = status.toLowerCase().replace(/[- ]/g, '_');
  // DMS forgets the statistics of one that it has deprovisioned, but not that it has run
  const never = ['created', 'ready'].includes(name) || (/^failed/.test(name) && started === undefined);
  return { arn, status: name, hasRun: !never, stopReason };
}
