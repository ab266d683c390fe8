import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { LOCAL_ADMIN, type ResourceHandler } from '../service';
import type { DataCatalogs } from './operations/metadata';
import type { NamedQueries } from './operations/named-queries';
import type { Tags } from './operations/tags';
import { checkManaged } from './queries/managed-results';
import type { QueryService } from './queries/query-service';

export interface ResourceTools {
  readonly queries: QueryService;
  readonly named: NamedQueries;
  readonly catalogs: DataCatalogs;
  readonly tags: Tags;
}

/** What happens with AWS::Athena::*. */
export function athenaResources({ queries, named, catalogs, tags }: ResourceTools): Record<string, ResourceHandler> {
  return {
    'AWS::Athena::WorkGroup': {
      classification: 'executed',
      classify: ({ properties }) =>
        /spark/i.test(String(properties.WorkGroupConfiguration?.EngineVersion?.SelectedEngineVersion))
          ? { classification: 'recorded', note: 'sessions of Apache Spark are not done: SQL is refused here' }
          : { classification: 'executed' },
      apply: async ({ properties, physicalId }) => {
        const { WorkGroupConfiguration, Description, State = 'ENABLED', Tags: given } = properties;
        const configuration = configurationOf(WorkGroupConfiguration);
        checkManaged(configuration);
        const former = queries.workGroups.find(physicalId);
        const declared = queries.workGroups.create(physicalId, configuration, Description);
        queries.workGroups.put({ ...declared, State, CreationTime: former?.CreationTime ?? declared.CreationTime });
        tags.put(tags.arn('workgroup', physicalId), given);
      },
    },

    'AWS::Athena::NamedQuery': {
      classification: 'executed',
      apply: async ({ properties, physicalId, logicalId }) => {
        const { Name = logicalId, Database, QueryString, WorkGroup = 'primary', Description } = properties;
        named.put({
          NamedQueryId: physicalId,
          Name,
          Database,
          QueryString,
          WorkGroup,
          ...(Description !== undefined && { Description }),
        });
      },
    },

    'AWS::Athena::PreparedStatement': {
      classification: 'executed',
      apply: async ({ properties: { StatementName, WorkGroup, QueryStatement, Description } }) => {
        queries.prepared.put(WorkGroup, {
          StatementName,
          QueryStatement,
          ...(Description !== undefined && { Description }),
        });
      },
    },

    'AWS::Athena::DataCatalog': {
      classification: 'recorded',
      note: 'kept and listed; queries on it are refused',
      apply: async ({ properties }: LakeResource) => {
        const { Name, Type, Description, Parameters, Tags: given } = properties;
        catalogs.put({ Name, Type, Description, Parameters });
        tags.put(tags.arn('datacatalog', Name), given);
      },
    },

    'Custom::LakewrightAthenaView': {
      classification: 'simulated',
      note: 'its statement is run here, without the provider function',
      apply: async ({ properties: { Database, View, Query, Workgroup, ResultLocation } }) => {
        const { id } = await queries.start(
          {
            QueryString: `CREATE OR REPLACE VIEW ${quoted(Database)}.${quoted(View)} AS\n${Query}`,
            WorkGroup: Workgroup,
            ResultConfiguration: { OutputLocation: ResultLocation },
          },
          LOCAL_ADMIN,
        );
        const { state, reason } = await queries.finished(id);
        if (state !== 'SUCCEEDED') throw new Error(`${state}: ${reason}`);
      },
    },

    'AWS::Athena::CapacityReservation': {
      classification: 'recorded',
      note: 'local queries need no reserved capacity',
    },
  };
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** CloudFormation gives numbers and booleans as texts now and then. */
function configurationOf(configuration: ApiShape): ApiShape {
  if (!configuration) return {};
  const { BytesScannedCutoffPerQuery: cutoff, ManagedQueryResultsConfiguration: managed, ...others } = configuration;
  const flags = ['EnforceWorkGroupConfiguration', 'PublishCloudWatchMetricsEnabled', 'RequesterPaysEnabled'];
  const converted = Object.entries(others).map(([key, value]) => [
    key,
    flags.includes(key) && typeof value === 'string' ? value === 'true' : value,
  ]);
  return {
    ...Object.fromEntries(converted),
    ...(cutoff !== undefined && { BytesScannedCutoffPerQuery: Number(cutoff) }),
    ...(managed && { ManagedQueryResultsConfiguration: { ...managed, Enabled: String(managed.Enabled) === 'true' } }),
  };
}
