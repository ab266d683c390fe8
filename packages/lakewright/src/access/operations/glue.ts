import type { ApiShape } from '../../services/api-shape';
import { StateMap } from '../../services/glue/state-map';
import type { LakeContext } from '../../services/service';
import type { ActionRequest } from '../contract';
import { list, on, onEverything, passRole, regionalArn, type ServiceAccess, tagContext } from './operation-access';

type Names = (input: ApiShape, lake: LakeContext) => readonly string[];

/** Names in the Data Catalog are lower case. */
const lower = (name: unknown): string => String(name ?? '').toLowerCase();

export const catalogArn = (lake: LakeContext): string => regionalArn(lake, 'glue', 'catalog');
export const databaseArn = (lake: LakeContext, database: unknown): string =>
  regionalArn(lake, 'glue', `database/${lower(database)}`);
export const tableArn = (lake: LakeContext, database: unknown, table: unknown): string =>
  regionalArn(lake, 'glue', `table/${lower(database)}/${lower(table)}`);

/** An operation needs its right on the resource and on all above it. */
const onCatalog: Names = (_, lake) => [catalogArn(lake)];
const onDatabase =
  (name: (input: ApiShape) => unknown): Names =>
  (input, lake) => [catalogArn(lake), databaseArn(lake, name(input))];
const onTables =
  (names: (input: ApiShape) => unknown): Names =>
  (input, lake) => [
    catalogArn(lake),
    databaseArn(lake, input.DatabaseName),
    ...list(names(input)).map((name) => tableArn(lake, input.DatabaseName, name)),
  ];
const named =
  (kind: string, name: (input: ApiShape) => unknown): Names =>
  (input, lake) =>
    list(name(input)).map((one) => regionalArn(lake, 'glue', `${kind}/${one}`));
const onConnections =
  (names: (input: ApiShape) => unknown): Names =>
  (input, lake) => [catalogArn(lake), ...named('connection', names)(input, lake)];
const onFunction =
  (name: (input: ApiShape) => unknown): Names =>
  (input, lake) => [
    catalogArn(lake),
    databaseArn(lake, input.DatabaseName),
    regionalArn(lake, 'glue', `userDefinedFunction/${lower(input.DatabaseName)}/${name(input)}`),
  ];

const crawlerInput =
  (operation: string): ServiceAccess[string] =>
  (input, lake) => [
    {
      action: `glue:${operation}`,
      resources: [regionalArn(lake, 'glue', `crawler/${input.Name}`)],
      context: tagContext(input.Tags),
    },
    ...passRole(roleArn(lake, input.Role), 'glue'),
  ];

/** The rulesets that results belong to. @see https://docs.aws.amazon.com/glue/latest/dg/data-quality-authorization.html */
function resultAccess(ids: readonly unknown[], lake: LakeContext): readonly ActionRequest[] {
  const results = new StateMap<ApiShape>(lake.workspace, 'glue-quality-results');
  const rulesets = ids.map((id) => results.get(String(id))?.RulesetName ?? '*');
  return [{ action: 'glue:GetDataQualityResult', resources: named('dataQualityRuleset', () => rulesets)({}, lake) }];
}

/** Crawlers take a role's name, too. */
function roleArn(lake: LakeContext, role: unknown): string | undefined {
  if (typeof role !== 'string' || role.startsWith('arn:')) return role as string | undefined;
  return `arn:${lake.partition}:iam::${lake.account}:role/${role}`;
}

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsglue.html */
export const glueAccess: ServiceAccess = {
  // What GetDatabases, GetTables and SearchTables answer is filtered: `listed` in index.ts.
  ...on('glue', ['GetDatabases', 'SearchTables', 'GetCatalogImportStatus'], onCatalog),
  ...on(
    'glue',
    [
      'GetDataCatalogEncryptionSettings',
      'PutDataCatalogEncryptionSettings',
      'PutResourcePolicy',
      'GetResourcePolicy',
      'GetResourcePolicies',
      'DeleteResourcePolicy',
    ],
    onCatalog,
  ),
  ...on(
    'glue',
    ['GetDatabase', 'UpdateDatabase', 'DeleteDatabase'],
    onDatabase((input) => input.Name),
  ),
  ...on(
    'glue',
    ['CreateDatabase'],
    onDatabase((input) => input.DatabaseInput?.Name),
  ),
  ...on(
    'glue',
    ['GetTables'],
    onDatabase((input) => input.DatabaseName),
  ),
  ...on(
    'glue',
    ['CreateTable', 'UpdateTable'],
    onTables((input) => input.TableInput?.Name),
  ),
  ...on(
    'glue',
    ['GetTable', 'DeleteTable'],
    onTables((input) => input.Name),
  ),
  ...on(
    'glue',
    ['BatchDeleteTable'],
    onTables((input) => input.TablesToDelete),
  ),
  ...on(
    'glue',
    [
      'GetTableVersion',
      'GetTableVersions',
      'DeleteTableVersion',
      'BatchDeleteTableVersion',
      'CreatePartition',
      'BatchCreatePartition',
      'GetPartition',
      'BatchGetPartition',
      'GetPartitions',
      'UpdatePartition',
      'BatchUpdatePartition',
      'DeletePartition',
      'BatchDeletePartition',
      'GetPartitionIndexes',
      'CreatePartitionIndex',
      'DeletePartitionIndex',
      'UpdateColumnStatisticsForTable',
      'GetColumnStatisticsForTable',
      'DeleteColumnStatisticsForTable',
      'UpdateColumnStatisticsForPartition',
      'GetColumnStatisticsForPartition',
      'DeleteColumnStatisticsForPartition',
    ],
    onTables((input) => input.TableName),
  ),
  ...on(
    'glue',
    ['CreateConnection'],
    onConnections((input) => input.ConnectionInput?.Name),
  ),
  ...on(
    'glue',
    ['GetConnection', 'UpdateConnection'],
    onConnections((input) => input.Name),
  ),
  ...on(
    'glue',
    ['DeleteConnection'],
    onConnections((input) => input.ConnectionName),
  ),
  ...on(
    'glue',
    ['BatchDeleteConnection'],
    onConnections((input) => input.ConnectionNameList),
  ),
  ...on(
    'glue',
    ['GetConnections'],
    onConnections(() => '*'),
  ),
  ...on(
    'glue',
    ['GetUserDefinedFunctions'],
    onFunction((input) => input.Pattern ?? '*'),
  ),
  ...on(
    'glue',
    ['CreateUserDefinedFunction'],
    onFunction((input) => input.FunctionInput?.FunctionName),
  ),
  ...on(
    'glue',
    ['GetUserDefinedFunction', 'UpdateUserDefinedFunction', 'DeleteUserDefinedFunction'],
    onFunction((input) => input.FunctionName),
  ),
  ...on('glue', ['TagResource', 'UntagResource', 'GetTags'], (input) => [String(input.ResourceArn)]),
  ...on(
    'glue',
    [
      'StartJobRun',
      'GetJobRun',
      'GetJobRuns',
      'BatchStopJobRun',
      'GetJob',
      'UpdateJob',
      'DeleteJob',
      'GetJobBookmark',
      'ResetJobBookmark',
    ],
    named('job', (input) => input.JobName),
  ),
  ...on(
    'glue',
    ['BatchGetJobs'],
    named('job', (input) => input.JobNames),
  ),
  CreateJob: (input, lake) => [
    {
      action: 'glue:CreateJob',
      resources: named('job', () => input.Name)(input, lake),
      context: tagContext(input.Tags),
    },
    ...passRole(roleArn(lake, input.Role), 'glue'),
  ],
  ...on(
    'glue',
    ['CreateDataQualityRuleset', 'GetDataQualityRuleset', 'UpdateDataQualityRuleset', 'DeleteDataQualityRuleset'],
    named('dataQualityRuleset', (input) => input.Name),
  ),
  StartDataQualityRulesetEvaluationRun: (input, lake) => [
    {
      action: 'glue:StartDataQualityRulesetEvaluationRun',
      resources: named('dataQualityRuleset', () => input.RulesetNames)(input, lake),
    },
    ...passRole(roleArn(lake, input.Role), 'glue'),
  ],
  // AWS knows no narrower resource for these.
  ...on(
    'glue',
    [
      'GetDataQualityRulesetEvaluationRun',
      'CancelDataQualityRulesetEvaluationRun',
      'ListDataQualityRulesetEvaluationRuns',
      'ListDataQualityResults',
      'ListDataQualityRulesets',
    ],
    named('dataQualityRuleset', () => '*'),
  ),
  GetDataQualityResult: (input, lake) => resultAccess([input.ResultId], lake),
  BatchGetDataQualityResult: (input, lake) => resultAccess(input.ResultIds ?? [], lake),
  // A Glue job tells of its own evaluation, which takes glue:PublishDataQuality on AWS.
  LakewrightDataQuality: (_, lake) => [
    { action: 'glue:PublishDataQuality', resources: named('dataQualityRuleset', () => '*')({}, lake) },
  ],
  ...on(
    'glue',
    ['StartTrigger', 'StopTrigger', 'GetTrigger', 'CreateTrigger', 'DeleteTrigger'],
    named('trigger', (input) => input.Name),
  ),
  ...on(
    'glue',
    [
      'StartWorkflowRun',
      'GetWorkflow',
      'CreateWorkflow',
      'GetWorkflowRun',
      'GetWorkflowRuns',
      'GetWorkflowRunProperties',
      'PutWorkflowRunProperties',
      // `glue:notifyEvent`, of EventBridge.
      'NotifyEvent',
    ],
    named('workflow', (input) => input.Name),
  ),
  ...onEverything('glue', [
    'CreateClassifier',
    'UpdateClassifier',
    'GetClassifier',
    'GetClassifiers',
    'DeleteClassifier',
    'GetCrawlers',
    'ListCrawlers',
    'GetCrawlerMetrics',
    'GetJobs',
    'ListJobs',
    'GetTriggers',
    'ListTriggers',
    'ListWorkflows',
  ]),
  CreateCrawler: crawlerInput('CreateCrawler'),
  UpdateCrawler: crawlerInput('UpdateCrawler'),
  ...on(
    'glue',
    ['GetCrawler', 'DeleteCrawler', 'StartCrawler', 'StopCrawler'],
    named('crawler', (input) => input.Name),
  ),
  ...on(
    'glue',
    ['BatchGetCrawlers'],
    named('crawler', (input) => input.CrawlerNames),
  ),
  ...on(
    'glue',
    ['UpdateCrawlerSchedule', 'StartCrawlerSchedule', 'StopCrawlerSchedule', 'ListCrawls'],
    named('crawler', (input) => input.CrawlerName),
  ),
};
