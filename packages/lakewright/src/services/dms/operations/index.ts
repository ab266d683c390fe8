import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import type { Replications } from '../replications';
import { jsonText } from '../resources';
import { invalidState, invalidValue, type StoredReplication } from '../store';
import { shownConfig, shownEndpoint, shownReplication, shownTable, shownTask } from './describe';
import { filtered, page } from './filters';

/**
 * How long a description holds its answer for the end of a run, in milliseconds. Waits of a state machine pass at once on the
 * lake's clock: a loop that polls would otherwise go round thousands of times for one real second.
 */
const HOLD = 1000;

const CUSTOM_STARTS = ['CdcStartTime', 'CdcStartPosition', 'CdcStopPosition'];

/** StartReplication … ModifyEndpoint. */
export function dmsOperations(replications: Replications): Record<string, Operation> {
  const { store } = replications;
  const config = (arn: ApiShape) => store.replication(arn, 'config');
  const task = (arn: ApiShape) => store.replication(arn, 'task');

  const start = (replication: StoredReplication, type: ApiShape, input: ApiShape): void => {
    for (const name of CUSTOM_STARTS) {
      if (input[name] === undefined && replication.rest[name] === undefined) continue;
      throw invalidValue(
        `Lakewright: ${name} isn't available locally. A replication of changes begins at its first start.`,
      );
    }
    replications.start(replication, String(type));
  };
  const modify = (replication: StoredReplication, changes: Partial<StoredReplication>): void => {
    if (replications.isLive(replication.arn))
      throw invalidState(`${replication.identifier} is starting: stop it first`);
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    store.replications.put(replication.arn, { ...replication, ...given });
  };
  const tables = async (replication: StoredReplication, input: ApiShape) => {
    await replications.settle([replication.arn], HOLD);
    const state = replications.state(replication);
    const all = Object.entries(state.tables).map(([name, table]) => shownTable(name, table, state.ready));
    return page(
      filtered<ApiShape>(all, input.Filters, {
        'schema-name': ({ SchemaName }) => SchemaName,
        'table-name': ({ TableName }) => TableName,
        'table-state': ({ TableState }) => TableState,
      }),
      input,
    );
  };

  return {
    StartReplication: async (input) => {
      start(config(input.ReplicationConfigArn), input.StartReplicationType, input);
      return { Replication: shownReplication(replications, config(input.ReplicationConfigArn)) };
    },

    StopReplication: async ({ ReplicationConfigArn }) => {
      replications.stop(config(ReplicationConfigArn));
      return { Replication: shownReplication(replications, config(ReplicationConfigArn)) };
    },

    DescribeReplications: async (input) => {
      const found = page(filtered(store.ofKind('config'), input.Filters, CONFIG_FILTERS), input);
      await replications.follow(found.items, HOLD);
      return { Replications: found.items.map((one) => shownReplication(replications, one)), Marker: found.Marker };
    },

    DescribeReplicationConfigs: async (input) => {
      const { items, Marker } = page(filtered(store.ofKind('config'), input.Filters, CONFIG_FILTERS), input);
      return { ReplicationConfigs: items.map(shownConfig), Marker };
    },

    DescribeReplicationTableStatistics: async (input) => {
      const replication = config(input.ReplicationConfigArn);
      const { items, Marker } = await tables(replication, input);
      return { ReplicationConfigArn: replication.arn, ReplicationTableStatistics: items, Marker };
    },

    ModifyReplicationConfig: async (input) => {
      const replication = config(input.ReplicationConfigArn);
      modify(replication, {
        type: input.ReplicationType,
        tableMappings: input.TableMappings && jsonText(input.TableMappings),
        settings: input.ReplicationSettings && jsonText(input.ReplicationSettings),
        sourceEndpointArn: input.SourceEndpointArn,
        targetEndpointArn: input.TargetEndpointArn,
        rest: input.ComputeConfig && { ...replication.rest, ComputeConfig: input.ComputeConfig },
      });
      return { ReplicationConfig: shownConfig(config(replication.arn)) };
    },

    StartReplicationTask: async (input) => {
      start(task(input.ReplicationTaskArn), input.StartReplicationTaskType, input);
      return { ReplicationTask: shownTask(replications, task(input.ReplicationTaskArn)) };
    },

    StopReplicationTask: async ({ ReplicationTaskArn }) => {
      replications.stop(task(ReplicationTaskArn));
      return { ReplicationTask: shownTask(replications, task(ReplicationTaskArn)) };
    },

    DescribeReplicationTasks: async (input) => {
      const found = page(filtered(store.ofKind('task'), input.Filters, TASK_FILTERS), input);
      await replications.follow(found.items, HOLD);
      const shown = found.items.map((one) => shownTask(replications, one));
      if (input.WithoutSettings === true) for (const one of shown) delete one.ReplicationTaskSettings;
      return { ReplicationTasks: shown, Marker: found.Marker };
    },

    DescribeTableStatistics: async (input) => {
      const replication = task(input.ReplicationTaskArn);
      const { items, Marker } = await tables(replication, input);
      return { ReplicationTaskArn: replication.arn, TableStatistics: items, Marker };
    },

    ModifyReplicationTask: async (input) => {
      modify(task(input.ReplicationTaskArn), {
        type: input.MigrationType,
        tableMappings: input.TableMappings,
        settings: input.ReplicationTaskSettings,
      });
      return { ReplicationTask: shownTask(replications, task(input.ReplicationTaskArn)) };
    },

    DescribeEndpoints: async (input) => {
      const found = filtered(store.endpoints.values(), input.Filters, {
        'endpoint-arn': ({ EndpointArn }) => EndpointArn,
        'endpoint-type': ({ EndpointType }) => EndpointType,
        'endpoint-id': ({ EndpointIdentifier }) => EndpointIdentifier,
        'engine-name': ({ EngineName }) => EngineName,
      });
      const { items, Marker } = page(found, input);
      return { Endpoints: items.map(shownEndpoint), Marker };
    },

    ModifyEndpoint: async ({
      EndpointArn,
      EndpointIdentifier,
      EndpointType: _,
      EngineName,
      Password: __,
      ...settings
    }) => {
      const endpoint = store.endpoint(EndpointArn);
      const merged = { ...endpoint.settings };
      for (const [name, value] of Object.entries<ApiShape>(settings)) {
        merged[name] = typeof value === 'object' && value !== null ? { ...merged[name], ...value } : value;
      }
      store.endpoints.put(EndpointArn, {
        ...endpoint,
        EndpointIdentifier: EndpointIdentifier ?? endpoint.EndpointIdentifier,
        EngineName: EngineName ?? endpoint.EngineName,
        settings: merged,
      });
      return { Endpoint: shownEndpoint(store.endpoint(EndpointArn)) };
    },

    DescribeReplicationInstances: async (input) => {
      const { items, Marker } = page(store.instances.values(), input);
      return {
        ReplicationInstances: items.map((one) => ({ ...one, ReplicationInstanceStatus: 'available' })),
        Marker,
      };
    },
  };
}

const CONFIG_FILTERS: Readonly<Record<string, (config: StoredReplication) => string>> = {
  'replication-config-arn': ({ arn }) => arn,
  'replication-config-id': ({ identifier }) => identifier,
};

const TASK_FILTERS: Readonly<Record<string, (task: StoredReplication) => string>> = {
  'replication-task-arn': ({ arn }) => arn,
  'replication-task-id': ({ identifier }) => identifier,
  'migration-type': ({ type }) => type,
  'replication-instance-arn': ({ rest }) => String(rest.ReplicationInstanceArn),
};
