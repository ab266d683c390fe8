import { expect, it } from 'vitest';
import type { LakeResource } from '../../src/assembly/resource';
import type { ApiShape } from '../../src/services/api-shape';
import { states } from '../../src/services/states';
import { ACCOUNT, resource, temporaryLake } from '../server/temporary-lake';

const arn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const PARAMETER = `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/a`;
const role = (name: string, Action?: string, assumedBy?: string, on = PARAMETER): LakeResource =>
  resource('AWS::IAM::Role', name, {
    arn: arn(name),
    path: `Lake/${name}/Resource`,
    properties: {
      ...(assumedBy && {
        AssumeRolePolicyDocument: {
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: assumedBy } }],
        },
      }),
      Policies: Action
        ? [
            {
              PolicyName: 'Own',
              PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: on }] },
            },
          ]
        : [],
    },
  });

async function run(roleArn: string, Resource: string, Parameters: ApiShape, rest: ApiShape = {}): Promise<ApiShape> {
  const lake = await temporaryLake({
    resources: [
      role('Writer', 'ssm:PutParameter', `arn:aws:iam::${ACCOUNT}:root`),
      role('Trustless', 'ssm:PutParameter', arn('Other')),
      role('Machine', 'sts:AssumeRole', undefined, arn('*')),
      role('Nobody'),
    ],
    services: [states],
  });
  lake.objects.createBucket('lake');
  const definition = JSON.stringify({
    StartAt: 'S',
    States: { S: { Type: 'Task', Resource, Parameters, ...rest, End: true } },
  });
  const { stateMachineArn } = await lake.call('states', 'CreateStateMachine', { name: 'm', definition, roleArn });
  const { executionArn } = await lake.call('states', 'StartExecution', { stateMachineArn });
  for (;;) {
    const execution = await lake.call('states', 'DescribeExecution', { executionArn });
    if (execution.status !== 'RUNNING') return execution;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const PUT = 'arn:aws:states:::aws-sdk:ssm:putParameter';
const put = { Name: 'a', Value: 'b', Type: 'String' };

it("a task has its machine's rights, and fails in AWS's words without them", async () => {
  expect(await run(arn('Writer'), PUT, put)).toMatchObject({ status: 'SUCCEEDED' });
  expect(await run(arn('Nobody'), PUT, put)).toMatchObject({
    status: 'FAILED',
    cause: `User: arn:aws:sts::${ACCOUNT}:assumed-role/Nobody/lakewright is not authorized to perform: ssm:PutParameter on resource: ${PARAMETER} because no identity-based policy allows the ssm:PutParameter action`,
  });
});

it('a task with credentials has the rights of their role, which the machine may assume and which trusts it', async () => {
  const as = (role: string) => ({ Credentials: { RoleArn: arn(role) } });
  expect(await run(arn('Machine'), PUT, put)).toMatchObject({ status: 'FAILED' });
  expect(await run(arn('Machine'), PUT, put, as('Writer'))).toMatchObject({ status: 'SUCCEEDED' });
  const path = { Credentials: { 'RoleArn.$': `States.Format('${arn('{}')}', 'Writer')` } };
  expect(await run(arn('Machine'), PUT, put, path)).toMatchObject({ status: 'SUCCEEDED' });
  for (const refused of [
    await run(arn('Nobody'), PUT, put, as('Writer')),
    await run(arn('Machine'), PUT, put, as('Trustless')),
  ]) {
    expect(refused).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('sts:AssumeRole') });
  }
});

it('an integration of the SDK, and one with a form of its own, are asked as well', async () => {
  const list = await run(arn('Writer'), 'arn:aws:states:::aws-sdk:s3:listObjectsV2', { Bucket: 'lake' });
  expect(list).toMatchObject({ status: 'FAILED', error: expect.stringContaining('AccessDenied') });
  const machine = `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:m`;
  const start = await run(arn('Writer'), 'arn:aws:states:::states:startExecution.sync', { StateMachineArn: machine });
  expect(start).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('states:StartExecution') });
});

it("a role that isn't the template's is local-admin", async () => {
  expect(await run(arn('elsewhere'), PUT, put)).toMatchObject({ status: 'SUCCEEDED' });
});
