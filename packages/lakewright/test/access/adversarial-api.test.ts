import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiShape } from '../../src/services/api-shape';
import { SECRETS } from './adversary';
import { openWorld, type World } from './adversary/world';
import type { Persona } from './guarded-lake';

let world: World;
/** Of Privacy: a query whose result has the secrets, and where it lies. */
let others: { id: string; key: string };

const SQL = 'SELECT * FROM salaries';
beforeAll(async () => {
  world = await openWorld();
  const { privacy } = world;
  const token = { ClientRequestToken: 'a-token-that-somebody-guesses-0001' };
  const reuse = { ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } } };
  const { QueryExecutionId } = await privacy.run(SQL, { ...token, ...reuse });
  others = { id: QueryExecutionId, key: `Privacy/${QueryExecutionId}.csv` };
  await world.lake.call('UpdateColumnStatisticsForTable', {
    DatabaseName: 'db',
    TableName: 'people',
    ColumnStatisticsList: ['ssn_hidden', 'score'].map((ColumnName) => ({ ColumnName, Max: 'topsecret-424242' })),
  });
});
afterAll(() => world.close());

const SECRET = new RegExp(SECRETS.join('|'), 'i');
const TABLE = { DatabaseName: 'db', Name: 'people' };
const OF = (TableName: string) => ({ DatabaseName: 'db', TableName });
const storage = (Location: string) => ({ Columns: [{ Name: 'ssn', Type: 'string' }], Location });

type Call = readonly [name: string, service: string, operation: string, input: () => ApiShape];

/** Each is refused, or answers without a secret. */
const CALLS: readonly Call[] = [
  ['GetTable', 'glue', 'GetTable', () => TABLE],
  ['GetTable of Iceberg', 'glue', 'GetTable', () => ({ DatabaseName: 'db', Name: 'ice' })],
  ['GetTable of a table by columns', 'glue', 'GetTable', () => ({ DatabaseName: 'db', Name: 'cells' })],
  ['GetTable of another', 'glue', 'GetTable', () => ({ DatabaseName: 'db', Name: 'salaries' })],
  ['GetTable of another view', 'glue', 'GetTable', () => ({ DatabaseName: 'db', Name: 'hidden_view' })],
  ['GetTables', 'glue', 'GetTables', () => ({ DatabaseName: 'db', Expression: 'people|ice|orders|visits|salaries' })],
  [
    'GetTables by attributes',
    'glue',
    'GetTables',
    () => ({ DatabaseName: 'db', Expression: 'sal.*', AttributesToGet: ['NAME'] }),
  ],
  [
    'SearchTables by a column',
    'glue',
    'SearchTables',
    () => ({ SearchText: 'ssn_hidden', Filters: [{ Key: 'Name', Value: 'people' }] }),
  ],
  ['SearchTables by a parameter', 'glue', 'SearchTables', () => ({ SearchText: '424242' })],
  ['SearchTables of another', 'glue', 'SearchTables', () => ({ SearchText: 'salaries' })],
  ['GetTableVersions', 'glue', 'GetTableVersions', () => OF('people')],
  ['GetTableVersion', 'glue', 'GetTableVersion', () => ({ ...OF('people'), VersionId: '0' })],
  ['GetTableVersions of another', 'glue', 'GetTableVersions', () => OF('salaries')],
  ['GetPartitions by rows', 'glue', 'GetPartitions', () => OF('visits')],
  ['GetPartitions by columns', 'glue', 'GetPartitions', () => OF('orders')],
  ['GetPartitions by one of two columns', 'glue', 'GetPartitions', () => OF('trips')],
  [
    'GetPartitions with an expression',
    'glue',
    'GetPartitions',
    () => ({ ...OF('visits'), Expression: "country = 'atlantis'" }),
  ],
  ['GetPartition', 'glue', 'GetPartition', () => ({ ...OF('visits'), PartitionValues: ['atlantis'] })],
  [
    'BatchGetPartition',
    'glue',
    'BatchGetPartition',
    () => ({ ...OF('visits'), PartitionsToGet: [{ Values: ['atlantis'] }] }),
  ],
  ['GetPartitionIndexes', 'glue', 'GetPartitionIndexes', () => OF('orders')],
  [
    'GetColumnStatisticsForTable',
    'glue',
    'GetColumnStatisticsForTable',
    () => ({ ...OF('people'), ColumnNames: ['score'] }),
  ],
  [
    'GetColumnStatisticsForTable of a hidden one',
    'glue',
    'GetColumnStatisticsForTable',
    () => ({ ...OF('people'), ColumnNames: ['ssn_hidden'] }),
  ],
  ['GetUnfilteredTableMetadata', 'glue', 'GetUnfilteredTableMetadata', () => ({ ...TABLE, CatalogId: '123456789012' })],
  [
    'GetUnfilteredPartitionsMetadata',
    'glue',
    'GetUnfilteredPartitionsMetadata',
    () => ({ ...OF('visits'), CatalogId: '123456789012' }),
  ],
  ['GetDatabases', 'glue', 'GetDatabases', () => ({})],
  [
    'GetTableMetadata',
    'athena',
    'GetTableMetadata',
    () => ({ CatalogName: 'AwsDataCatalog', DatabaseName: 'db', TableName: 'people' }),
  ],
  [
    'GetTableMetadata of another',
    'athena',
    'GetTableMetadata',
    () => ({ CatalogName: 'AwsDataCatalog', DatabaseName: 'db', TableName: 'salaries' }),
  ],
  [
    'ListTableMetadata',
    'athena',
    'ListTableMetadata',
    () => ({ CatalogName: 'AwsDataCatalog', DatabaseName: 'db', Expression: 'people|ice|orders|visits|salaries' }),
  ],
  ['GetQueryResults of another', 'athena', 'GetQueryResults', () => ({ QueryExecutionId: others.id })],
  [
    'the rows of a query with their types',
    'athena',
    'LakewrightQueryRows',
    () => ({ QueryString: 'SELECT * FROM people', QueryExecutionContext: { Database: 'db' } }),
  ],
  [
    'what the engine makes of a query',
    'athena',
    'LakewrightExplainQuery',
    () => ({ QueryString: 'SELECT * FROM people', QueryExecutionContext: { Database: 'db' } }),
  ],
];

/** Each is refused. */
const CHANGES: readonly Call[] = [
  [
    'UpdateTable',
    'glue',
    'UpdateTable',
    () => ({ DatabaseName: 'db', TableInput: { Name: 'people', StorageDescriptor: storage('s3://lake/people/') } }),
  ],
  ['DeleteTable', 'glue', 'DeleteTable', () => TABLE],
  ['DeleteTable of another', 'glue', 'DeleteTable', () => ({ DatabaseName: 'db', Name: 'salaries' })],
  ['CreateTable', 'glue', 'CreateTable', () => ({ DatabaseName: 'db', TableInput: { Name: 'x' } })],
  [
    'CreateTable over another’s files',
    'glue',
    'CreateTable',
    () => ({ DatabaseName: 'own', TableInput: { Name: 'x', StorageDescriptor: storage('s3://lake/salaries/') } }),
  ],
  ['CreatePartition', 'glue', 'CreatePartition', () => ({ ...OF('visits'), PartitionInput: { Values: ['x'] } })],
  [
    'UpdatePartition',
    'glue',
    'UpdatePartition',
    () => ({ ...OF('visits'), PartitionValueList: ['US'], PartitionInput: { Values: ['US'] } }),
  ],
  ['DeletePartition', 'glue', 'DeletePartition', () => ({ ...OF('visits'), PartitionValues: ['US'] })],
  [
    'UpdateColumnStatisticsForTable',
    'glue',
    'UpdateColumnStatisticsForTable',
    () => ({ ...OF('people'), ColumnStatisticsList: [{ ColumnName: 'id' }] }),
  ],
  ['DeleteTableVersion', 'glue', 'DeleteTableVersion', () => ({ ...OF('people'), VersionId: '0' })],
  ['CreateDatabase', 'glue', 'CreateDatabase', () => ({ DatabaseInput: { Name: 'mine' } })],
  ['UpdateDatabase', 'glue', 'UpdateDatabase', () => ({ Name: 'db', DatabaseInput: { Name: 'db' } })],
  ['DeleteDatabase', 'glue', 'DeleteDatabase', () => ({ Name: 'db' })],
  [
    'a link to another table',
    'glue',
    'CreateTable',
    () => ({
      DatabaseName: 'db',
      TableInput: { Name: 'x', TargetTable: { CatalogId: '123456789012', DatabaseName: 'db', Name: 'salaries' } },
    }),
  ],
];

const answerOf = (who: Persona, [, service, operation, input]: Call) =>
  who.call(service, operation, input()).then(
    (output) => ({ output, text: JSON.stringify(output) }),
    (error: Error) => ({ error, text: error.message }),
  );

describe('an API that reads', () => {
  test.each(CALLS.map((call): Call => call))('%s', async (...call: Call) => {
    const { text } = await answerOf(world.analyst, call);
    const own = JSON.stringify(call[3]()).match(SECRET) ?? [];
    expect(own.reduce((rest: string, word) => rest.replaceAll(word, ''), text)).not.toMatch(SECRET);
  });

  test.each(['GetTable', 'GetQueryResults of another', 'GetTables'])(
    '%s is there: Privacy sees the secrets',
    async (name) => {
      const call = CALLS.find(([own]) => own === name) as Call;
      expect((await answerOf(world.privacy, call)).text).toMatch(SECRET);
    },
  );
});

describe('an API that changes', () => {
  test.each(CHANGES.map((call): Call => call))('%s', async (...call: Call) => {
    expect(await answerOf(world.analyst, call)).toMatchObject({ error: { code: 'AccessDeniedException' } });
  });
});

describe('what others have asked', () => {
  const reuse = { ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 60 } } };
  test.each<[string, ApiShape]>([
    ['by the same text', reuse],
    ['by their token', { ClientRequestToken: 'a-token-that-somebody-guesses-0001' }],
    ['in their folder', { ResultConfiguration: { OutputLocation: 's3://results/Privacy/' } }],
    ['over a table', { ResultConfiguration: { OutputLocation: 's3://lake/people/' } }],
  ])('%s', async (_name, input) => {
    const { Status, QueryExecutionId } = await world.analyst.run(SQL, input);
    expect(Status).toMatchObject({
      State: 'FAILED',
      StateChangeReason: expect.stringMatching(/^Insufficient permissions/),
    });
    expect(QueryExecutionId).not.toBe(others.id);
  });

  test('Privacy herself gets a result that is reused', async () => {
    const { Statistics } = await world.privacy.run(SQL, reuse);
    expect(Statistics.ResultReuseInformation).toEqual({ ReusedPreviousResult: true });
  });
});

describe('a request to S3', () => {
  const authorization = (who: string) =>
    `AWS4-HMAC-SHA256 Credential=${who}/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0`;
  const signed =
    'X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=Analyst%2F20260101%2Feu-central-1%2Fs3%2Faws4_request&X-Amz-Date=20260101T000000Z&X-Amz-Expires=600&X-Amz-SignedHeaders=host&X-Amz-Signature=0';
  const send = async (method: string, path: string, headers: Record<string, string> = {}, who = 'Analyst') => {
    const presigned = path.includes('X-Amz-Signature');
    const own = presigned ? headers : { authorization: authorization(who), ...headers };
    const response = await fetch(`${world.server.url}${path}`, { method, headers: own });
    return { status: response.status, text: Buffer.from(await response.arrayBuffer()).toString('latin1') };
  };

  const paths: readonly [string, string, () => string, Record<string, string>?][] = [
    ['another’s result', 'GET', () => `/results/${others.key}`],
    ['another’s result by a presigned URL', 'GET', () => `/results/${others.key}?${signed}`],
    ['a part of it', 'GET', () => `/results/${others.key}`, { range: 'bytes=0-40' }],
    ['its size', 'HEAD', () => `/results/${others.key}`],
    ['a way up', 'GET', () => `/results/Analyst/..%2f${others.key}`],
    ['a way up in two steps', 'GET', () => `/results/Analyst/%2e%2e/${others.key}`],
    ['a way up that is encoded twice', 'GET', () => `/results/Analyst/%252e%252e%252f${others.key}`],
    ['a way up with backslashes', 'GET', () => `/results/Analyst/..%5c${others.key}`],
    ['a way out of the bucket', 'GET', () => `/sandbox/Analyst/..%2f..%2f..%2fresults%2f${others.key}`],
    ['a slash more', 'GET', () => `/results//${others.key}`],
    ['capitals', 'GET', () => `/RESULTS/${others.key}`],
    ['a list of results', 'GET', () => '/results?list-type=2&prefix=Privacy/'],
    ['a list of a table', 'GET', () => '/lake?list-type=2&prefix=people/'],
    ['a list of everything', 'GET', () => '/lake?versions'],
    ['a copy', 'PUT', () => '/sandbox/Analyst/copy', { 'x-amz-copy-source': '/results/PLACE' }],
    [
      'a copy of a part',
      'PUT',
      () => '/sandbox/Analyst/copy?partNumber=1&uploadId=x',
      { 'x-amz-copy-source': '/results/PLACE' },
    ],
    ['an overwrite', 'PUT', () => `/results/${others.key}`],
    ['a delete', 'DELETE', () => `/results/${others.key}`],
    ['a torrent', 'GET', () => `/results/${others.key}?torrent`],
    ['its tags', 'GET', () => `/results/${others.key}?tagging`],
    ['a select', 'POST', () => `/results/${others.key}?select&select-type=2`],
  ];
  test.each(paths.map(([name, method, path, headers = {}]) => ({ name, method, path, headers })))(
    '$name',
    async ({ method, path, headers }) => {
      const filled = Object.entries(headers).map(([key, value]): [string, string] => [
        key,
        value.replace('PLACE', others.key),
      ]);
      const { status, text } = await send(method, path(), Object.fromEntries(filled));
      expect(status).toBeGreaterThanOrEqual(400);
      expect(text).not.toMatch(/topsecret|424242/);
    },
  );

  test('another’s result is there: Privacy reads it', async () => {
    const { status, text } = await send('GET', `/results/${others.key}`, {}, 'Privacy');
    expect(status).toBe(200);
    expect(text).toMatch(/topsecret/);
  });
});
