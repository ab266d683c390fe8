import { createHash } from 'node:crypto';
import type { LakeResource } from '../../assembly/resource';
import type { ApiShape } from '../api-shape';
import { LOCAL_ADMIN, type Operation, type ResourceHandler, ServiceError } from '../service';
import type { CatalogContext } from './catalog/context';
import { databaseInput } from './catalog/databases';
import { tableInput } from './catalog/table-input';
import type { Classifiers } from './crawler/classifiers';
import { otherTargets } from './crawler/crawl';
import { crawlerDefinition } from './crawler/crawler-input';
import type { Crawlers } from './crawler/crawlers';
import { putCrawler } from './crawler/operations';
import { type Jobs, jobResources } from './jobs';
import { type Evaluations, qualityResources } from './quality';
import { StateMap } from './state-map';
import { apiTypes } from './template-values';
import { type Triggers, triggerResources } from './triggers';

export interface ResourceTools {
  readonly context: CatalogContext;
  readonly crawlers: Crawlers;
  readonly classifiers: Classifiers;
  readonly jobs: Jobs;
  readonly triggers: Triggers;
  readonly evaluations: Evaluations;
  readonly operations: Readonly<Record<string, Operation>>;
}

const NO_ENFORCEMENT = 'kept in the catalog; nothing local is encrypted or refused by it';
const ICEBERG = 'an Iceberg table made by OpenTableFormatInput: Iceberg tables come with a later release';

/** What happens with AWS::Glue::*. */
export function glueResources(tools: ResourceTools): Record<string, ResourceHandler> {
  const { context, crawlers, classifiers, operations } = tools;
  const call = (operation: string, input: ApiShape) => operations[operation](input, LOCAL_ADMIN);

  return {
    'AWS::Glue::Database': {
      classification: 'executed',
      apply: async (resource) => applyDatabase(context, resource),
    },

    'AWS::Glue::Table': {
      classification: 'executed',
      classify: (resource) =>
        resource.properties.OpenTableFormatInput
          ? { classification: 'unsupported', note: ICEBERG }
          : { classification: 'executed' },
      apply: async (resource) => applyTable(context, resource),
    },

    'AWS::Glue::Partition': {
      classification: 'executed',
      apply: async ({ properties }) => {
        const { DatabaseName, TableName, PartitionInput } = apiTypes(properties);
        const names = { DatabaseName, TableName };
        await created(
          () => call('CreatePartition', { ...names, PartitionInput }),
          () => call('UpdatePartition', { ...names, PartitionValueList: PartitionInput.Values, PartitionInput }),
        );
      },
    },

    'AWS::Glue::Crawler': {
      classification: 'executed',
      classify: ({ properties }) => {
        const others = otherTargets(properties.Targets ?? {});
        return others.length > 0
          ? {
              classification: 'unsupported',
              note: `the local crawler reads S3 and catalog targets, not ${others.join(', ')}`,
            }
          : { classification: 'executed' };
      },
      apply: async (resource) => applyCrawler(context, crawlers, resource),
    },

    'AWS::Glue::Classifier': {
      classification: 'executed',
      classify: ({ properties }) =>
        properties.GrokClassifier || properties.XMLClassifier
          ? { classification: 'unsupported', note: 'the local crawler runs CSV and JSON classifiers' }
          : { classification: 'executed' },
      apply: async ({ properties, physicalId }) => {
        const kind = properties.CsvClassifier ? 'CsvClassifier' : 'JsonClassifier';
        if (!properties[kind]) return;
        classifiers.put({ [kind]: { Name: physicalId, ...readClassifier(apiTypes(properties[kind])) } });
      },
    },

    'AWS::Glue::Connection': {
      classification: 'recorded',
      note: 'kept in the catalog; a job that connects through it reaches what "connections" of lakewright.config.json names',
      apply: async ({ properties, physicalId }) => {
        const input = { ConnectionProperties: {}, Name: physicalId, ...apiTypes(properties.ConnectionInput) };
        await created(
          () => call('CreateConnection', { ConnectionInput: input }),
          () => call('UpdateConnection', { Name: input.Name, ConnectionInput: input }),
        );
      },
    },

    'AWS::Glue::DataCatalogEncryptionSettings': {
      classification: 'recorded',
      note: NO_ENFORCEMENT,
      apply: async ({ properties: { DataCatalogEncryptionSettings } }) => {
        await call('PutDataCatalogEncryptionSettings', { DataCatalogEncryptionSettings });
      },
    },

    'AWS::Glue::SecurityConfiguration': { classification: 'recorded', note: NO_ENFORCEMENT },

    'AWS::Glue::ResourcePolicy': { classification: 'recorded', note: NO_ENFORCEMENT },

    // CDK's S3Table with `partitionIndexes`.
    'Custom::GluePartitionIndex': {
      classification: 'simulated',
      note: 'the index is kept in the catalog, without the Lambda function',
      apply: async ({ properties: { DatabaseName, TableName, IndexName, Keys } }) => {
        const table = { DatabaseName, TableName };
        const create = () => call('CreatePartitionIndex', { ...table, PartitionIndex: { IndexName, Keys } });
        await created(create, async () => {
          await call('DeletePartitionIndex', { ...table, IndexName });
          await create();
        });
      },
    },

    ...qualityResources(context, tools.evaluations),
    ...jobResources(context, tools.jobs),
    ...triggerResources(context, tools.triggers),
  };
}

/** Creates, or brings what is there to the declared state. */
async function created(create: () => Promise<unknown>, update: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'AlreadyExistsException') throw error;
    await update();
  }
}

function applyDatabase(context: CatalogContext, { properties, physicalId }: LakeResource): void {
  const input = apiTypes(properties.DatabaseInput);
  const { name, members } = databaseInput({ ...input, Name: input?.Name ?? properties.DatabaseName ?? physicalId });
  context.catalog.putDatabase({
    Name: name,
    ...members,
    CreateTime: context.catalog.database(name)?.CreateTime ?? context.now(),
    CatalogId: context.lake.account,
  });
}

/**
 * The declared table. What a crawler or a query added since (a version, partitions) stays; an unchanged declaration writes
 * nothing, so that a repeated run makes no versions.
 */
function applyTable(context: CatalogContext, { properties, physicalId }: LakeResource): void {
  const database = context.links.databaseName(String(properties.DatabaseName).toLowerCase());
  const input = apiTypes(properties.TableInput);
  const { name, members } = tableInput({ ...input, Name: input?.Name ?? properties.Name ?? physicalId });
  const former = context.catalog.table(database, name);
  const declarations = new StateMap<string>(context.lake.workspace, 'glue-declared-tables');
  const declared = createHash('sha256').update(JSON.stringify(members)).digest('hex');
  if (former && declarations.get(`${database}.${name}`) === declared) return;
  context.catalog.putTable({
    ...members,
    DatabaseName: database,
    Name: name,
    CreateTime: former?.CreateTime ?? context.now(),
    CatalogId: context.lake.account,
  });
  declarations.put(`${database}.${name}`, declared);
}

/** In CloudFormation, the schedule is a structure. */
function applyCrawler(context: CatalogContext, crawlers: Crawlers, { properties, physicalId }: LakeResource): void {
  const { Schedule, Tags, ...rest } = apiTypes(properties);
  const definition = crawlerDefinition({
    ...rest,
    Name: rest.Name ?? physicalId,
    Schedule: Schedule?.ScheduleExpression,
  });
  const former = crawlers.stored.get(definition.Name)?.definition;
  const { Schedule: cron, ...stored } = definition;
  if (former && JSON.stringify(former) === JSON.stringify(stored)) return;
  putCrawler(context, crawlers, definition);
  context.tag(`crawler/${definition.Name}`, Tags);
}

/** CloudFormation names two members otherwise than the API does. */
function readClassifier({ ContainsCustomDatatype, ...classifier }: ApiShape): ApiShape {
  return ContainsCustomDatatype ? { ...classifier, CustomDatatypes: ContainsCustomDatatype } : classifier;
}
