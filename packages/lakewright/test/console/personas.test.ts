import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RunningServer } from '../../src/actions/serve/serve';
import type { LakeModel } from '../../src/console/contract';
import { Lake } from '../../src/lake';

const role = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
const ACCOUNT = { AWS: 'arn:aws:iam::000000000000:root' };
const service = (name: string): object => ({ Service: `${name}.amazonaws.com` });

const roleOf = (RoleName: string, Principal: object): object => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    RoleName,
    AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] },
    Policies: [
      { PolicyName: 'Own', PolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'athena:*', Resource: '*' }] } },
    ],
  },
});
const taskOf = (name: string): object => ({
  Type: 'AWS::ECS::TaskDefinition',
  Properties: { Family: name, TaskRoleArn: role(name), ContainerDefinitions: [{ Name: name, Image: 'example/x' }] },
});
const machine = {
  StartAt: 'make',
  States: {
    make: {
      Type: 'Task',
      Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
      Credentials: { RoleArn: role('Maker') },
      Parameters: { QueryString: 'SELECT 1', WorkGroup: 'wg' },
      End: true,
    },
  },
};

const template = {
  Resources: {
    Queries: { Type: 'AWS::Athena::WorkGroup', Properties: { Name: 'wg' } },
    Analyst: roleOf('Analyst', ACCOUNT),
    Make: roleOf('Make', ACCOUNT), // its name begins another one's
    Partner: roleOf('Partner', { AWS: 'arn:aws:iam::111122223333:role/partner' }),
    Dashboards: roleOf('Dashboards', service('ecs-tasks')),
    DashboardsTask: taskOf('Dashboards'),
    DashboardsService: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'DashboardsTask' } } },
    Dbt: roleOf('Dbt', service('ecs-tasks')),
    DbtTask: taskOf('Dbt'),
    Loader: roleOf('Loader', service('lambda')),
    Nightly: roleOf('Nightly', service('states')),
    Inner: roleOf('Inner', { AWS: role('Nightly') }),
    Maker: roleOf('Maker', ACCOUNT),
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: { RoleArn: role('Nightly'), DefinitionString: JSON.stringify(machine) },
    },
  },
};

let folder: string;
let lake: Lake;
let server: RunningServer;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lakewright-personas-'));
  writeFileSync(path.join(folder, 'lake.json'), JSON.stringify(template));
  lake = new Lake({ directory: folder, app: 'lake.json' });
  server = await lake.serve({ port: 0 });
});
afterAll(async () => {
  await server?.close();
  await lake?.close();
  rmSync(folder, { recursive: true, force: true });
});

it('people and their tools can be chosen, roles that only do what a pipeline tells them cannot', async () => {
  const { personas } = (await (await fetch(`${server.consoleUrl}api/lake`)).json()) as LakeModel;
  expect(personas.map(({ name, workgroup }) => [name, workgroup])).toEqual([
    ['Analyst', 'wg'],
    ['Make', 'wg'],
    ['Partner', 'wg'],
    ['Dashboards', 'wg'],
    ['local-admin', 'primary'],
  ]);
});
