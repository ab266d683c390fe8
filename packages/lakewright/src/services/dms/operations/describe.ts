import type { ApiShape } from '../../api-shape';
import type { Replications } from '../replications';
import type { ReplicationState, TableStatistics } from '../run/replication-state';
import type { StoredEndpoint, StoredReplication } from '../store';

/** As `DescribeReplications` shows a replication of DMS Serverless. */
export function shownReplication(replications: Replications, config: StoredReplication): ApiShape {
  const record = replications.record(config.arn);
  const state = replications.state(config);
  return {
    ReplicationConfigIdentifier: config.identifier,
    ReplicationConfigArn: config.arn,
    SourceEndpointArn: config.sourceEndpointArn,
    TargetEndpointArn: config.targetEndpointArn,
    ReplicationType: config.type,
    Status: record?.status ?? 'created',
    ProvisionData: { ProvisionState: 'provisioned', ProvisionedCapacityUnits: 1 },
    ...outcome(record),
    ReplicationStats: statistics(replications, config, state),
    StartReplicationType: record?.startType,
    RecoveryCheckpoint: state.position,
    ReplicationCreateTime: config.created,
    ReplicationUpdateTime: record?.started ?? config.created,
    ReplicationLastStopTime: record?.stopped,
  };
}

export function shownConfig(config: StoredReplication): ApiShape {
  return {
    ...config.rest,
    ReplicationConfigIdentifier: config.identifier,
    ReplicationConfigArn: config.arn,
    SourceEndpointArn: config.sourceEndpointArn,
    TargetEndpointArn: config.targetEndpointArn,
    ReplicationType: config.type,
    TableMappings: config.tableMappings,
    ReplicationSettings: config.settings,
    ReplicationConfigCreateTime: config.created,
    ReplicationConfigUpdateTime: config.created,
  };
}

export function shownTask(replications: Replications, task: StoredReplication): ApiShape {
  const record = replications.record(task.arn);
  const state = replications.state(task);
  return {
    ...task.rest,
    ReplicationTaskIdentifier: task.identifier,
    ReplicationTaskArn: task.arn,
    SourceEndpointArn: task.sourceEndpointArn,
    TargetEndpointArn: task.targetEndpointArn,
    MigrationType: task.type,
    TableMappings: task.tableMappings,
    ReplicationTaskSettings: task.settings,
    Status: record?.status ?? 'ready',
    StopReason: record?.stopReason,
    LastFailureMessage: record?.failure,
    ReplicationTaskCreationDate: task.created,
    ReplicationTaskStartDate: record?.started,
    RecoveryCheckpoint: state.position,
    ReplicationTaskStats: statistics(replications, task, state),
  };
}

export function shownEndpoint({ settings, path: _, ...endpoint }: StoredEndpoint): ApiShape {
  return { ...settings, ...endpoint, EndpointType: endpoint.EndpointType.toUpperCase(), Status: 'active' };
}

function outcome(record: ReturnType<Replications['record']>): ApiShape {
  return {
    StopReason: record?.stopReason,
    ...(record?.failure !== undefined && { FailureMessages: [record.failure] }),
  };
}

/** 100 % means: all tables are at the target. It is never said of a run that still loads. */
function statistics(replications: Replications, replication: StoredReplication, state: ReplicationState): ApiShape {
  const record = replications.record(replication.arn);
  if (record === undefined) return undefined;
  const loaded = Object.values(state.tables).filter((table) => table.loadFinished !== undefined).length;
  return {
    FullLoadProgressPercent: state.ready && replication.type !== 'cdc' ? 100 : 0,
    ElapsedTimeMillis: record.elapsed,
    TablesLoaded: loaded,
    TablesLoading: 0,
    TablesQueued: 0,
    TablesErrored: record.status === 'failed' ? 1 : 0,
    FreshStartDate: record.freshStart,
    StartDate: record.started,
    StopDate: record.stopped,
    FullLoadStartDate: state.loadStarted,
    FullLoadFinishDate: state.loadFinished,
  };
}

export function shownTable(name: string, table: TableStatistics, ready: boolean): ApiShape {
  const [schema, ...rest] = name.split('.');
  return {
    SchemaName: schema,
    TableName: rest.join('.'),
    Inserts: table.inserts,
    Updates: table.updates,
    Deletes: table.deletes,
    Ddls: table.ddls,
    AppliedInserts: table.inserts,
    AppliedUpdates: table.updates,
    AppliedDeletes: table.deletes,
    AppliedDdls: 0,
    FullLoadRows: table.fullLoadRows,
    FullLoadCondtnlChkFailedRows: 0,
    FullLoadErrorRows: 0,
    FullLoadStartTime: table.loadStarted,
    FullLoadEndTime: table.loadFinished,
    FullLoadReloaded: false,
    LastUpdateTime: table.updated,
    TableState: ready ? 'Table completed' : 'Table is being reloaded',
    ValidationState: 'Not enabled',
  };
}
