import {
  DatabaseMigrationServiceClient,
  DescribeEndpointsCommand,
  DescribeReplicationConfigsCommand,
  DescribeReplicationsCommand,
  DescribeReplicationTableStatisticsCommand,
  DescribeReplicationTasksCommand,
  DescribeTableStatisticsCommand,
  ModifyEndpointCommand,
  ModifyReplicationConfigCommand,
  StartReplicationCommand,
  StartReplicationTaskCommand,
  StopReplicationCommand,
} from '@aws-sdk/client-database-migration-service';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Programs } from '../../../src/programs/programs';
import type { ApiShape } from '../../../src/services/api-shape';
import { dms } from '../../../src/services/dms';
import { sourceUrl } from '../../../src/services/dms/connections';
import type { Service } from '../../../src/services/service';
import { states } from '../../../src/services/states';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { resource, type TestLake } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';
import { type PostgresServer, startPostgres } from './postgres-server';
import { include, S3_SETTINGS, SEQUENCE_RULE } from './replication-lake';

const SOURCE = 'arn:aws:dms:eu-west-1:111122223333:endpoint:source';
const TARGET = 'arn:aws:dms:eu-west-1:111122223333:endpoint:target';
const CONFIG = 'arn:aws:dms:eu-west-1:111122223333:replication-config:shop';
const TASK = 'arn:aws:dms:eu-west-1:111122223333:task:shop';
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:shop/db-AbCdEf';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

let client: DatabaseMigrationServiceClient;
let lake: TestLake;

/** A lake with a config and a task, and `connections` for the secret. */
async function open(connections: Record<string, string>, changes: ApiShape = {}): Promise<void> {
  const common = { SourceEndpointArn: SOURCE, TargetEndpointArn: TARGET };
  const rules = { rules: [include('shop', '%'), SEQUENCE_RULE] };
  const resources = [
    resource('AWS::SecretsManager::Secret', SECRET, { path: 'Lake/Shop/Secret/Resource' }),
    resource('AWS::DMS::Endpoint', SOURCE, {
      properties: {
        EndpointType: 'source',
        EngineName: 'postgres',
        Password: 'never shown',
        PostgreSqlSettings: { SecretsManagerSecretId: SECRET, SecretsManagerAccessRoleArn: 'arn:role' },
      },
    }),
    resource('AWS::DMS::Endpoint', TARGET, {
      properties: { EndpointType: 'target', EngineName: 's3', S3Settings: S3_SETTINGS },
    }),
    resource('AWS::DMS::ReplicationConfig', CONFIG, {
      properties: {
        ReplicationConfigIdentifier: 'shop',
        ReplicationType: 'full-load-and-cdc',
        TableMappings: rules,
        ...common,
        ...changes,
      },
    }),
    resource('AWS::DMS::ReplicationTask', TASK, {
      properties: {
        ReplicationTaskIdentifier: 'shop',
        MigrationType: 'full-load',
        TableMappings: JSON.stringify(rules),
        ReplicationInstanceArn: 'arn:rep',
        ...common,
        TargetEndpointArn: `${TARGET}2`,
      },
    }),
    resource('AWS::DMS::Endpoint', `${TARGET}2`, {
      properties: { EndpointType: 'target', EngineName: 's3', S3Settings: { ...S3_SETTINGS, BucketFolder: 'task' } },
    }),
  ];
  const opened = await sdkClient(DatabaseMigrationServiceClient, {
    services: [dms, states],
    resources,
    config: { connections },
  });
  client = opened.client;
  lake = opened.lake;
  lake.objects.createBucket('lake');
  const room = lake.service('dms');
  for (const one of resources) await room.resources[one.type]?.apply?.(one);
}

async function settled(): Promise<ApiShape> {
  for (;;) {
    const { Replications = [] } = await client.send(new DescribeReplicationsCommand({}));
    const [one] = Replications;
    if (!['starting', 'stopping'].includes(one?.Status ?? '')) return one;
  }
}

beforeEach(async () => {
  await server.query('DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop');
  await server.query('CREATE TABLE shop.orders (id int PRIMARY KEY, total numeric(10,2))');
  await server.query('INSERT INTO shop.orders SELECT g, g * 1.5 FROM generate_series(1, 100) g');
});

describe('through the AWS SDK', () => {
  test('a replication loads, runs, counts and stops', async () => {
    await open({ 'Lake/Shop/Secret': server.url });
    const before = await settled();
    expect(before).toMatchObject({ ReplicationConfigIdentifier: 'shop', Status: 'created' });
    const StartReplicationType = 'start-replication';
    const { Replication } = await client.send(
      new StartReplicationCommand({ ReplicationConfigArn: CONFIG, StartReplicationType }),
    );
    expect(Replication?.Status).toBe('starting');
    const running = await settled();
    expect(running).toMatchObject({
      Status: 'running',
      ReplicationStats: { FullLoadProgressPercent: 100, TablesLoaded: 1 },
    });
    expect(running.ReplicationStats.StartDate).toBeInstanceOf(Date);
    const statistics = await client.send(
      new DescribeReplicationTableStatisticsCommand({ ReplicationConfigArn: CONFIG }),
    );
    expect(statistics.ReplicationTableStatistics).toMatchObject([
      { SchemaName: 'shop', TableName: 'orders', FullLoadRows: 100, Inserts: 0, TableState: 'Table completed' },
    ]);
    const stopped = await client.send(new StopReplicationCommand({ ReplicationConfigArn: CONFIG }));
    expect(stopped.Replication).toMatchObject({ Status: 'stopped', StopReason: 'Stop Reason NORMAL' });
    const again = client.send(new StopReplicationCommand({ ReplicationConfigArn: CONFIG }));
    await expect(again).rejects.toMatchObject({ name: 'InvalidResourceStateFault' });
  });

  test('a task loads and ends', async () => {
    await open({ 'shop/db': server.url });
    await client.send(
      new StartReplicationTaskCommand({ ReplicationTaskArn: TASK, StartReplicationTaskType: 'start-replication' }),
    );
    const Filters = [{ Name: 'replication-task-arn', Values: [TASK] }];
    for (;;) {
      const { ReplicationTasks = [] } = await client.send(new DescribeReplicationTasksCommand({ Filters }));
      if (ReplicationTasks[0]?.Status === 'starting') continue;
      expect(ReplicationTasks).toMatchObject([
        { Status: 'stopped', StopReason: 'Stop Reason FULL_LOAD_ONLY_FINISHED', MigrationType: 'full-load' },
      ]);
      break;
    }
    const { TableStatistics } = await client.send(new DescribeTableStatisticsCommand({ ReplicationTaskArn: TASK }));
    expect(TableStatistics).toMatchObject([{ FullLoadRows: 100 }]);
    const resumed = client.send(
      new StartReplicationTaskCommand({ ReplicationTaskArn: TASK, StartReplicationTaskType: 'resume-processing' }),
    );
    await expect(resumed).rejects.toThrow(/resume-processing is not valid for a full load/);
  });

  test('endpoints are described without passwords, and modified by their members', async () => {
    await open({});
    const { Endpoints } = await client.send(
      new DescribeEndpointsCommand({ Filters: [{ Name: 'endpoint-type', Values: ['source'] }] }),
    );
    expect(Endpoints).toMatchObject([{ EngineName: 'postgres', EndpointType: 'SOURCE' }]);
    expect(JSON.stringify(Endpoints)).not.toContain('never shown');
    const { Endpoint } = await client.send(
      new ModifyEndpointCommand({ EndpointArn: TARGET, S3Settings: { BucketFolder: 'other' } }),
    );
    expect(Endpoint?.S3Settings).toMatchObject({ BucketFolder: 'other', BucketName: 'lake', DataFormat: 'parquet' });
    await client.send(
      new ModifyReplicationConfigCommand({ ReplicationConfigArn: CONFIG, ReplicationType: 'full-load' }),
    );
    const { ReplicationConfigs } = await client.send(new DescribeReplicationConfigsCommand({}));
    expect(ReplicationConfigs).toMatchObject([{ ReplicationType: 'full-load' }]);
  });

  test('what is not there, and a filter that is none, are refused by name', async () => {
    await open({});
    const missing = client.send(
      new StartReplicationCommand({ ReplicationConfigArn: 'arn:none', StartReplicationType: 'start-replication' }),
    );
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundFault' });
    const filter = client.send(new DescribeReplicationsCommand({ Filters: [{ Name: 'nope', Values: ['x'] }] }));
    await expect(filter).rejects.toThrow(/"nope" is none of replication-config-arn/);
  });
});

test('a secret without a connection fails the replication, and the message has the line that is missing', async () => {
  await open({ other: 'env:OTHER' });
  await client.send(
    new StartReplicationCommand({ ReplicationConfigArn: CONFIG, StartReplicationType: 'start-replication' }),
  );
  const failed = await settled();
  expect(failed).toMatchObject({ Status: 'failed', StopReason: 'Stop Reason FATAL_ERROR' });
  expect(failed.FailureMessages[0]).toMatch(/LW_DMS_NO_CONNECTION.*has other → add "Lake\/Shop\/Secret": "env:NAME"/);
  expect(lake.host.messages).toContainEqual(
    expect.objectContaining({ code: 'LW_DMS_NO_CONNECTION', level: 'warning' }),
  );
});

test('a replication that runs has caught up whenever its status says so', async () => {
  await open({ 'shop/db': server.url });
  await client.send(
    new StartReplicationCommand({ ReplicationConfigArn: CONFIG, StartReplicationType: 'start-replication' }),
  );
  await settled();
  const look = async (service: Service): Promise<ApiShape> => {
    const found: ApiShape = await service.operations.DescribeReplications?.({}, { principal: 'x', requestId: 'x' });
    return found.Replications[0].Status === 'starting' ? look(service) : found.Replications[0];
  };
  // Also right after it has caught up, and in a process that is started later.
  for (const [index, service] of [lake.service('dms'), lake.service('dms'), dms(lake)].entries()) {
    await server.query(`INSERT INTO shop.orders VALUES (${1000 + index}, 1)`);
    expect(await look(service)).toMatchObject({ Status: 'running' });
    const { ReplicationTableStatistics } = await client.send(
      new DescribeReplicationTableStatisticsCommand({ ReplicationConfigArn: CONFIG }),
    );
    expect(ReplicationTableStatistics).toMatchObject([{ FullLoadRows: 100, Inserts: index + 1 }]);
  }
});

test('a state machine starts a replication, waits for it without spinning, and reports its rows', async () => {
  await open({ 'shop/db': server.url });
  const describe = {
    Type: 'Task',
    Resource: 'arn:aws:states:::aws-sdk:databasemigration:describeReplications',
    Parameters: { Filters: [{ Name: 'replication-config-arn', Values: [CONFIG] }] },
    Next: 'Done?',
  };
  const definition = {
    StartAt: 'Start',
    States: {
      Start: {
        Type: 'Task',
        Resource: 'arn:aws:states:::aws-sdk:databasemigration:startReplication',
        Parameters: { ReplicationConfigArn: CONFIG, StartReplicationType: 'start-replication' },
        Next: 'Wait',
      },
      Wait: { Type: 'Wait', Seconds: 30, Next: 'Describe' },
      Describe: describe,
      'Done?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.Replications[0].Status', StringEquals: 'running', Next: 'Succeeded' }],
        Default: 'Wait',
      },
      Succeeded: { Type: 'Succeed' },
    },
  };
  const machine: ApiShape = await lake.call('states', 'CreateStateMachine', {
    name: 'load',
    roleArn: 'arn:aws:iam::111122223333:role/r',
    definition: JSON.stringify(definition),
  });
  const { executionArn }: ApiShape = await lake.call('states', 'StartExecution', machine);
  await (lake.service('states') as ApiShape).finished(executionArn);
  const execution: ApiShape = await lake.call('states', 'DescribeExecution', { executionArn });
  expect(execution.status).toBe('SUCCEEDED');
  expect(JSON.parse(execution.output).Replications[0].ReplicationStats.TablesLoaded).toBe(1);
  const { events }: ApiShape = await lake.call('states', 'GetExecutionHistory', { executionArn });
  expect(events.length).toBeLessThan(100);
});

test.each([
  ['its ARN', SECRET],
  ['its name', 'shop/db'],
  ['its construct path', 'Lake/Shop/Secret'],
  ['a construct around it', 'Lake/Shop'],
  ["the endpoint's identifier", 'source'],
])('the connection of a secret is found by %s', async (_, key) => {
  const endpoint = {
    EndpointArn: SOURCE,
    EndpointIdentifier: 'source',
    EndpointType: 'source',
    EngineName: 'postgres',
    settings: { PostgreSqlSettings: { SecretsManagerSecretId: SECRET } },
  };
  const resources = [resource('AWS::SecretsManager::Secret', SECRET, { path: 'Lake/Shop/Secret/Resource' })];
  const programs = { url: async (reference: string) => `resolved ${reference}` } as unknown as Programs;
  const config = { ...EMPTY_CONFIG, connections: { [key]: 'env:SHOP', nearly: 'env:OTHER' } };
  expect(await sourceUrl({ config, resources, programs }, endpoint)).toBe('resolved env:SHOP');
});
