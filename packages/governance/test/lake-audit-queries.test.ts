import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DataLocation } from '@lakewright/core';
import { App, Stack, aws_s3 as s3 } from 'aws-cdk-lib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deploy } from '../../lakewright/src/actions/run/deploy';
import { loadAssembly } from '../../lakewright/src/assembly';
import { classify } from '../../lakewright/src/assembly/classify';
import { MemoryHost } from '../../lakewright/src/host/host';
import { LocalLake } from '../../lakewright/src/local-lake';
import { FolderWorkspace } from '../../lakewright/src/workspace/folder-workspace';
import { loadConfig } from '../../lakewright/src/workspace/load-config';
import { LakeAudit } from '../src';

const ACCOUNT = '111111111111';
const ANALYST = `arn:aws:iam::${ACCOUNT}:role/Analyst`;
const ENGINEER = `arn:aws:iam::${ACCOUNT}:role/Engineer`;
const REGISTERED = `arn:aws:iam::${ACCOUNT}:role/Registered`;

let folder: string;
let lake: LocalLake;
let named: Map<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lakewright-audit-'));
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Lake', { env: { account: ACCOUNT, region: 'eu-west-1' } });
  const raw = new s3.Bucket(stack, 'Raw', { bucketName: 'raw-bucket' });
  new LakeAudit(stack, 'Audit', { locations: [DataLocation.of(raw)] });
  app.synth();

  const workspace = await FolderWorkspace.open(join(folder, '.lakewright'));
  const assembly = loadAssembly(app.outdir, {});
  lake = new LocalLake(workspace, loadConfig(folder), new MemoryHost(), assembly, { at: '2026-03-10T12:00:00Z' });
  await deploy(lake, classify(lake.resources, lake.services));
  const logs = lake.resources.find(({ path }) => path === 'Lake/Audit/Bucket/Resource')?.physicalId ?? '';
  for (const [day, records] of Object.entries(EVENTS)) {
    const key = `AWSLogs/${ACCOUNT}/CloudTrail/eu-west-1/${day}/${ACCOUNT}_CloudTrail_eu-west-1_x.json.gz`;
    await lake.objects.write(logs, key, gzipSync(JSON.stringify({ Records: records })));
  }
  const { NamedQueryIds } = (await lake.call('athena', 'ListNamedQueries', {})) as { NamedQueryIds: string[] };
  const found = await Promise.all(
    NamedQueryIds.map((NamedQueryId) => lake.call('athena', 'GetNamedQuery', { NamedQueryId })),
  );
  named = new Map(
    (found as { NamedQuery: { Name: string; QueryString: string } }[]).map(({ NamedQuery }) => [
      NamedQuery.Name,
      NamedQuery.QueryString,
    ]),
  );
}, 120_000);

afterAll(async () => {
  await lake.close();
  rmSync(folder, { recursive: true, force: true });
});

test('who read a table: principals as Lake Formation names them, engines, and no access that was refused', async () => {
  expect(await ask('Who read a table', 'datasets/customers')).toEqual([
    [ENGINEER, 'glue.amazonaws.com', '1', '2026-03-09T09:00:00Z', '2026-03-09T09:00:00Z'],
    [ANALYST, 'athena.amazonaws.com', '2', '2026-03-08T08:00:00Z', '2026-03-09T08:00:00Z'],
  ]);
  expect(await ask('Who read a table', 'datasets/custom')).toEqual([]);
});

test('what a principal read', async () => {
  expect(await ask('What a principal read', ANALYST)).toEqual([
    ['datasets/customers', '2', '2026-03-09T08:00:00Z'],
    ['datasets/flights', '1', '2026-03-08T08:30:00Z'],
  ]);
});

test('a parameter is a value, whatever is in it', async () => {
  expect(await ask('What a principal read', "' OR 1 = 1 --")).toEqual([]);
});

test('denied in the last 7 days: what was asked for, latest first, nothing older', async () => {
  expect(await ask('Denied in the last 7 days')).toEqual([
    [
      '2026-03-09T11:00:00Z',
      ANALYST,
      's3.amazonaws.com',
      'GetObject',
      'AccessDenied',
      'no',
      'raw-bucket/people/1.json',
    ],
    [
      '2026-03-09T10:00:00Z',
      ANALYST,
      'lakeformation.amazonaws.com',
      'GetDataAccess',
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s)',
      'datasets/salaries',
    ],
  ]);
});

test('objects read round Lake Formation: not by its sessions', async () => {
  expect(await ask('Objects read round Lake Formation')).toEqual([
    [ENGINEER, 'raw-bucket', '2', '2026-03-09T13:00:00Z'],
  ]);
});

test('changes of permissions, tables, and deletions', async () => {
  const changes = await ask('Changes of permissions');
  expect(changes.map((row) => row.slice(0, 4))).toEqual([
    ['2026-03-09T15:00:00Z', ENGINEER, 's3.amazonaws.com', 'PutBucketPolicy'],
    ['2026-03-09T14:00:00Z', ENGINEER, 'lakeformation.amazonaws.com', 'GrantPermissions'],
  ]);
  expect(changes[1]?.[5]).toContain('"dataLakePrincipalIdentifier"');
  expect(await ask('Changes of databases and tables')).toEqual([
    ['2026-03-09T16:30:00Z', ENGINEER, 'DeleteTable', 'datasets', 'customers', null],
    ['2026-03-09T16:00:00Z', ENGINEER, 'CreateTable', 'datasets', 'customers', null],
  ]);
  expect(await ask('Deleted objects')).toEqual([[ENGINEER, 'raw-bucket', 'people', '1', '2026-03-09T17:00:00Z']]);
});

test('no query is left out of these tests', () => {
  expect([...named.keys()].sort()).toEqual([
    'Changes of databases and tables',
    'Changes of permissions',
    'Deleted objects',
    'Denied in the last 7 days',
    'Objects read round Lake Formation',
    'What a principal read',
    'Who read a table',
  ]);
});

async function ask(name: string, ...ExecutionParameters: string[]): Promise<(string | null)[][]> {
  const started = (await lake.call('athena', 'StartQueryExecution', {
    QueryString: named.get(name),
    ResultConfiguration: { OutputLocation: 's3://raw-bucket/results/' },
    ...(ExecutionParameters.length > 0
      ? { ExecutionParameters: ExecutionParameters.map((text) => `'${text.replaceAll("'", "''")}'`) }
      : {}),
  })) as { QueryExecutionId: string };
  for (;;) {
    const { QueryExecution } = (await lake.call('athena', 'GetQueryExecution', started)) as {
      QueryExecution: { Status: { State: string; StateChangeReason?: string } };
    };
    const { State, StateChangeReason } = QueryExecution.Status;
    if (State === 'FAILED') throw new Error(StateChangeReason);
    if (State === 'SUCCEEDED') break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  const { ResultSet } = (await lake.call('athena', 'GetQueryResults', started)) as {
    ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] };
  };
  return ResultSet.Rows.slice(1).map(({ Data }) => Data.map(({ VarCharValue }) => VarCharValue ?? null));
}

/** Events in the shapes of AWS's documented examples. */
interface Event {
  readonly eventTime: string;
  readonly [field: string]: unknown;
}

function identity(role: string, session = 'ada', invokedBy?: string): object {
  const name = role.split('/')[1];
  return {
    type: 'AssumedRole',
    principalId: `AROA${name?.toUpperCase()}:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${name}/${session}`,
    accountId: ACCOUNT,
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: role, accountId: ACCOUNT, userName: name },
      attributes: { mfaAuthenticated: 'true', creationDate: '2026-03-08T07:00:00Z' },
    },
    ...(invokedBy ? { invokedBy } : {}),
  };
}

function access(
  eventTime: string,
  role: string,
  table: string,
  more: object = {},
  engine = 'athena.amazonaws.com',
): Event {
  return {
    eventVersion: '1.11',
    userIdentity: identity(role, 'ada', engine),
    eventTime,
    eventSource: 'lakeformation.amazonaws.com',
    eventName: 'GetDataAccess',
    sourceIPAddress: engine,
    requestParameters: {
      tableArn: `arn:aws:glue:eu-west-1:${ACCOUNT}:table/datasets/${table}`,
      permissions: ['SELECT'],
      auditContext: { additionalAuditContext: '{queryId: 33333333-4444-5555-6666-777777777777}' },
    },
    responseElements: null,
    additionalEventData: {
      requesterService: 'ATHENA',
      lakeFormationPrincipal: role,
      lakeFormationRoleSessionName: `AWSLF-00-AT-${ACCOUNT}-x`,
    },
    eventID: eventTime,
    ...more,
  };
}

function call(eventTime: string, role: string, service: string, eventName: string, more: object): Event {
  return {
    eventVersion: '1.11',
    userIdentity: identity(role),
    eventTime,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    sourceIPAddress: '203.0.113.10',
    eventID: eventTime,
    ...more,
  };
}

const onRaw = (key: string): object => ({ requestParameters: { bucketName: 'raw-bucket', key } });
const REFUSED = {
  errorCode: 'AccessDeniedException',
  errorMessage: 'Insufficient Lake Formation permission(s)',
  additionalEventData: { requesterService: 'ATHENA' },
};

const EVENTS: Record<string, Event[]> = {
  '2025/12/01': [access('2025-12-01T08:00:00Z', ANALYST, 'customers')],
  '2026/03/01': [
    call('2026-03-01T08:00:00Z', ANALYST, 's3', 'GetObject', { ...onRaw('x'), errorCode: 'AccessDenied' }),
  ],
  '2026/03/08': [
    access('2026-03-08T08:00:00Z', ANALYST, 'customers'),
    access('2026-03-08T08:30:00Z', ANALYST, 'flights'),
  ],
  '2026/03/09': [
    access('2026-03-09T08:00:00Z', ANALYST, 'customers'),
    access('2026-03-09T09:00:00Z', ENGINEER, 'customers', {}, 'glue.amazonaws.com'),
    access('2026-03-09T10:00:00Z', ANALYST, 'salaries', REFUSED),
    call('2026-03-09T11:00:00Z', ANALYST, 's3', 'GetObject', {
      ...onRaw('people/1.json'),
      errorCode: 'AccessDenied',
      errorMessage: 'no',
    }),
    call('2026-03-09T12:00:00Z', ENGINEER, 's3', 'GetObject', onRaw('people/1.json')),
    call('2026-03-09T13:00:00Z', ENGINEER, 's3', 'GetObject', onRaw('people/2.json')),
    {
      ...call('2026-03-09T13:30:00Z', REGISTERED, 's3', 'GetObject', onRaw('people/1.json')),
      userIdentity: identity(REGISTERED, `AWSLF-00-AT-${ACCOUNT}-x`, 'athena.amazonaws.com'),
    },
    call('2026-03-09T14:00:00Z', ENGINEER, 'lakeformation', 'GrantPermissions', {
      requestParameters: { principal: { dataLakePrincipalIdentifier: ANALYST }, permissions: ['SELECT'] },
    }),
    call('2026-03-09T14:30:00Z', ENGINEER, 'lakeformation', 'ListPermissions', {}),
    call('2026-03-09T15:00:00Z', ENGINEER, 's3', 'PutBucketPolicy', {
      requestParameters: { bucketName: 'raw-bucket' },
    }),
    call('2026-03-09T16:00:00Z', ENGINEER, 'glue', 'CreateTable', {
      requestParameters: { databaseName: 'datasets', tableInput: { name: 'customers' } },
    }),
    call('2026-03-09T16:30:00Z', ENGINEER, 'glue', 'DeleteTable', {
      requestParameters: { databaseName: 'datasets', name: 'customers' },
    }),
    call('2026-03-09T17:00:00Z', ENGINEER, 's3', 'DeleteObject', onRaw('people/1.json')),
  ],
};
