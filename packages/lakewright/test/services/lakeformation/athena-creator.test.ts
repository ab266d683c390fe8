import { expect, test } from 'vitest';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import type { Caller } from '../../../src/services/service';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { resource } from '../../server/temporary-lake';
import { onEnd, temporaryWorkspace } from '../../workspace/temporary-workspace';
import { arn } from './lake';

const role = (name: string) => {
  const Statement = [{ Effect: 'Allow', Action: '*', Resource: '*' }];
  const Policies = [{ PolicyName: 'All', PolicyDocument: { Version: '2012-10-17', Statement } }];
  return resource('AWS::IAM::Role', name, { arn: arn(name), properties: { RoleName: name, Policies } });
};

test('who makes a table by CREATE TABLE AS reads it, and nobody else does', async () => {
  const resources = [role('Engineer'), role('Analyst')];
  const assembly = { source: 'test', stacks: ['Stack'], resources, assets: [], outputs: {}, problems: [] };
  const lake = new LocalLake(await temporaryWorkspace(), EMPTY_CONFIG, new MemoryHost(), assembly);
  onEnd(() => lake.close());
  lake.objects.createBucket('lake');
  await lake.call('lakeformation', 'PutDataLakeSettings', { DataLakeSettings: {} });
  lake.catalog.putDatabase({ Name: 'db', LocationUri: 's3://lake/db/' });
  await lake.call('lakeformation', 'GrantPermissions', {
    Principal: { DataLakePrincipalIdentifier: arn('Engineer') },
    Resource: { Database: { Name: 'db' } },
    Permissions: ['CREATE_TABLE'],
  });
  const run = async (name: string, QueryString: string) => {
    const caller: Caller = { principal: name, requestId: 'r' };
    const ResultConfiguration = { OutputLocation: 's3://lake/results/' };
    const started = (await lake.call(
      'athena',
      'StartQueryExecution',
      { QueryString, ResultConfiguration },
      caller,
    )) as { QueryExecutionId: string };
    for (;;) {
      const {
        QueryExecution: { Status },
      } = (await lake.call('athena', 'GetQueryExecution', started, caller)) as {
        QueryExecution: { Status: { State: string; StateChangeReason?: string } };
      };
      if (!['QUEUED', 'RUNNING'].includes(Status.State)) return Status;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const made = await run('Engineer', "CREATE TABLE db.t WITH (external_location = 's3://lake/db/t/') AS SELECT 1 AS x");
  expect(made).toMatchObject({ State: 'SUCCEEDED' });
  expect(await run('Engineer', 'SELECT x FROM db.t')).toMatchObject({ State: 'SUCCEEDED' });
  expect(await run('Analyst', 'SELECT x FROM db.t')).toMatchObject({ State: 'FAILED' });
});
