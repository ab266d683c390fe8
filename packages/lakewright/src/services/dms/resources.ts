import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import type { ResourceHandler } from '../service';
import type { Replications } from './replications';
import { isLocalEngine } from './source/open-source';
import type { StoredReplication } from './store';

const ENDPOINT_MEMBERS = ['EndpointIdentifier', 'EndpointType', 'EngineName', 'Password', 'Tags'];

/** What happens with AWS::DMS::*. */
export function dmsResources(replications: Replications): Record<string, ResourceHandler> {
  const { store } = replications;
  return {
    'AWS::DMS::Endpoint': {
      classification: 'executed',
      classify: ({ properties: { EndpointType, EngineName } }) => {
        const engine = String(EngineName);
        if (EndpointType === 'target') {
          if (engine === 's3') return { classification: 'executed' };
          return { classification: 'unsupported', note: `the runtime writes to S3, not to ${engine}` };
        }
        if (isLocalEngine(engine)) {
          const note = '"connections" of lakewright.config.json says which database stands for it';
          return { classification: 'simulated', note };
        }
        return { classification: 'unsupported', note: `the runtime doesn't read from ${engine}` };
      },
      apply: async (resource) => {
        const { properties, physicalId, path } = resource;
        const settings = Object.fromEntries(
          Object.entries(properties).filter(([name]) => !ENDPOINT_MEMBERS.includes(name)),
        );
        store.endpoints.put(physicalId, {
          EndpointArn: physicalId,
          EndpointIdentifier: properties.EndpointIdentifier ?? physicalId.split(':').at(-1),
          EndpointType: String(properties.EndpointType).toLowerCase(),
          EngineName: String(properties.EngineName),
          settings,
          path,
        });
      },
    },

    'AWS::DMS::ReplicationConfig': {
      classification: 'executed',
      apply: async (resource) => {
        const { ReplicationConfigIdentifier, ReplicationType, ReplicationSettings, ...rest } = resource.properties;
        const common = {
          identifier: ReplicationConfigIdentifier,
          type: ReplicationType,
          settings: ReplicationSettings,
        };
        applyReplication(replications, resource, 'config', common, rest);
      },
    },

    'AWS::DMS::ReplicationTask': {
      classification: 'executed',
      apply: async (resource) => {
        const { ReplicationTaskIdentifier, MigrationType, ReplicationTaskSettings, ...rest } = resource.properties;
        const common = {
          identifier: ReplicationTaskIdentifier,
          type: MigrationType,
          settings: ReplicationTaskSettings,
        };
        applyReplication(replications, resource, 'task', common, rest);
      },
    },

    'AWS::DMS::ReplicationInstance': {
      classification: 'recorded',
      note: 'its tasks run in this process',
      apply: async ({ properties, physicalId }) => {
        store.instances.put(physicalId, { ...properties, ReplicationInstanceArn: physicalId });
      },
    },

    // The ingestion package's own.
    'Custom::LakewrightDmsChange': { classification: 'recorded', note: 'a changed replication is run as it is now' },
    'Custom::LakewrightDmsAccountRoles': { classification: 'recorded', note: 'roles of the account are in AWS only' },
    'Custom::LakewrightDmsStart': {
      classification: 'simulated',
      note: 'starts the replication, where each deployment shall, without the Lambda function',
      apply: async ({ properties: { OnDeploy, ReplicationArn } }) => {
        if (String(OnDeploy) !== 'true') return;
        const replication = store.replications.get(ReplicationArn);
        if (replication === undefined) return;
        const record = replications.record(ReplicationArn);
        if (replication.type === 'full-load' && record?.status === 'stopped') return;
        replications.start(replication, 'start-replication');
        await replications.settle([ReplicationArn], Number.POSITIVE_INFINITY);
      },
    },

    'AWS::DMS::ReplicationSubnetGroup': { classification: 'recorded', note: 'there is no network locally' },
    'AWS::DMS::EventSubscription': { classification: 'recorded', note: 'nothing is sent to its topic locally' },
    'AWS::DMS::Certificate': {
      classification: 'recorded',
      note: 'how the local database is reached is said by its URL (sslmode, sslrootcert)',
    },
  };
}

interface Common {
  readonly identifier: ApiShape;
  readonly type: ApiShape;
  readonly settings: ApiShape;
}

/** A changed declaration takes effect at the next start. */
function applyReplication(
  { store }: Replications,
  { physicalId, path }: LakeResource,
  kind: StoredReplication['kind'],
  { identifier, type, settings }: Common,
  rest: ApiShape,
): void {
  const { SourceEndpointArn, TargetEndpointArn, TableMappings, Tags: _, ...other } = rest;
  store.replications.put(physicalId, {
    arn: physicalId,
    identifier: identifier ?? physicalId.split(':').at(-1),
    kind,
    type,
    sourceEndpointArn: SourceEndpointArn,
    targetEndpointArn: TargetEndpointArn,
    tableMappings: jsonText(TableMappings),
    settings: jsonText(settings),
    rest: other,
    created: store.replications.get(physicalId)?.created ?? store.now(),
    path,
  });
}

/** Configs have objects, tasks have texts. */
export const jsonText = (value: ApiShape): string =>
  value === undefined ? '{}' : typeof value === 'string' ? value : JSON.stringify(value);
