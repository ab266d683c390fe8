import type { ApiShape } from '../../services/api-shape';
import { type LakeContext, LOCAL_ADMIN } from '../../services/service';
import type { ActionRequest } from '../contract';
import { catalogArn, databaseArn, tableArn } from './glue';
import { list, type OperationAccess, on, onEverything, regionalArn, type ServiceAccess } from './operation-access';

const workGroup = (lake: LakeContext, name: unknown): string =>
  regionalArn(lake, 'athena', `workgroup/${name ?? 'primary'}`);
const dataCatalog = (lake: LakeContext, name: unknown): string =>
  regionalArn(lake, 'athena', `datacatalog/${name ?? 'AwsDataCatalog'}`);

/** What is kept by id belongs to a workgroup; what isn't there is its service's to say. */
async function workGroupsOf(
  lake: LakeContext,
  operation: string,
  ids: readonly unknown[],
  read: (output: ApiShape) => unknown,
  member: string,
): Promise<readonly string[]> {
  const found = new Set<string>();
  for (const id of ids) {
    const output = await lake.call('athena', operation, { [member]: id }, LOCAL_ADMIN).catch(() => undefined);
    found.add(workGroup(lake, output === undefined ? 'primary' : read(output)));
  }
  return [...found];
}

const ofQueries = (ids: (input: ApiShape) => unknown) => (input: ApiShape, lake: LakeContext) =>
  workGroupsOf(lake, 'GetQueryExecution', list(ids(input)), (it) => it.QueryExecution.WorkGroup, 'QueryExecutionId');
const ofNamedQueries = (ids: (input: ApiShape) => unknown) => (input: ApiShape, lake: LakeContext) =>
  workGroupsOf(lake, 'GetNamedQuery', list(ids(input)), (it) => it.NamedQuery.WorkGroup, 'NamedQueryId');
const given = (name: (input: ApiShape) => unknown) => (input: ApiShape, lake: LakeContext) => [
  workGroup(lake, name(input)),
];

/** Athena reads the Data Catalog in the caller's name. */
const withGlue =
  (operation: string, glue: (input: ApiShape, lake: LakeContext) => ActionRequest): OperationAccess =>
  (input, lake) => [
    { action: `athena:${operation}`, resources: [dataCatalog(lake, input.CatalogName)] },
    ...(lower(input.CatalogName ?? 'AwsDataCatalog') === 'awsdatacatalog' ? [glue(input, lake)] : []),
  ];
const lower = (name: unknown): string => String(name).toLowerCase();

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html */
export const athenaAccess: ServiceAccess = {
  ...on(
    'athena',
    ['StartQueryExecution', 'ListQueryExecutions'],
    given((input) => input.WorkGroup),
  ),
  ...on(
    'athena',
    ['StopQueryExecution', 'GetQueryExecution', 'GetQueryResults', 'GetQueryRuntimeStatistics'],
    ofQueries((input) => input.QueryExecutionId),
  ),
  ...on(
    'athena',
    ['BatchGetQueryExecution'],
    ofQueries((input) => input.QueryExecutionIds),
  ),
  ...on(
    'athena',
    ['CreateWorkGroup'],
    given((input) => input.Name),
  ),
  ...on(
    'athena',
    ['GetWorkGroup', 'UpdateWorkGroup', 'DeleteWorkGroup'],
    given((input) => input.WorkGroup),
  ),
  ...on(
    'athena',
    [
      'CreateNamedQuery',
      'ListNamedQueries',
      'CreatePreparedStatement',
      'GetPreparedStatement',
      'BatchGetPreparedStatement',
      'ListPreparedStatements',
      'UpdatePreparedStatement',
      'DeletePreparedStatement',
    ],
    given((input) => input.WorkGroup ?? input.WorkGroupName),
  ),
  ...on(
    'athena',
    ['GetNamedQuery', 'UpdateNamedQuery', 'DeleteNamedQuery'],
    ofNamedQueries((input) => input.NamedQueryId),
  ),
  ...on(
    'athena',
    ['BatchGetNamedQuery'],
    ofNamedQueries((input) => input.NamedQueryIds),
  ),
  ...onEverything('athena', ['ListWorkGroups', 'ListDataCatalogs']),
  ...on('athena', ['CreateDataCatalog', 'GetDataCatalog', 'UpdateDataCatalog', 'DeleteDataCatalog'], (input, lake) => [
    dataCatalog(lake, input.Name),
  ]),
  GetDatabase: withGlue('GetDatabase', (input, lake) => ({
    action: 'glue:GetDatabase',
    resources: [catalogArn(lake), databaseArn(lake, input.DatabaseName)],
  })),
  ListDatabases: withGlue('ListDatabases', (_, lake) => ({
    action: 'glue:GetDatabases',
    resources: [catalogArn(lake)],
  })),
  GetTableMetadata: withGlue('GetTableMetadata', (input, lake) => ({
    action: 'glue:GetTable',
    resources: [
      catalogArn(lake),
      databaseArn(lake, input.DatabaseName),
      tableArn(lake, input.DatabaseName, input.TableName),
    ],
  })),
  ListTableMetadata: withGlue('ListTableMetadata', (input, lake) => ({
    action: 'glue:GetTables',
    resources: [catalogArn(lake), databaseArn(lake, input.DatabaseName)],
  })),
  ...on('athena', ['TagResource', 'UntagResource', 'ListTagsForResource'], (input) => [String(input.ResourceARN)]),
};
