import {
  AppflowClient,
  CreateFlowCommand,
  DeleteFlowCommand,
  DescribeConnectorProfilesCommand,
  DescribeFlowCommand,
  DescribeFlowExecutionRecordsCommand,
  ListFlowsCommand,
  StartFlowCommand,
  StopFlowCommand,
  type Task,
  UpdateFlowCommand,
} from '@aws-sdk/client-appflow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiShape } from '../../../src/services/api-shape';
import { appflow } from '../../../src/services/appflow';
import { resource } from '../../server/temporary-lake';
import { sdkClient } from '../sdk-client';
import { TestLake } from '../states/harness';
import { contactFlow, FlowLake, fixture, flowResource, MAP_ALL, ndjson, task } from './flow-lake';

describe("the SDK's client", () => {
  const map: Task = {
    taskType: 'Map',
    sourceFields: ['Id'],
    connectorOperator: { S3: 'NO_OP' },
    destinationField: 'Id',
    taskProperties: {},
  };
  const definition = {
    flowName: 'copy',
    triggerConfig: { triggerType: 'OnDemand' as const },
    sourceFlowConfig: {
      connectorType: 'S3' as const,
      sourceConnectorProperties: { S3: { bucketName: 'inbox', bucketPrefix: 'in' } },
    },
    destinationFlowConfigList: [
      {
        connectorType: 'S3' as const,
        destinationConnectorProperties: {
          S3: { bucketName: 'raw', s3OutputFormatConfig: { fileType: 'JSON' as const } },
        },
      },
    ],
    tasks: [map],
  };

  it('makes, describes, changes, runs and deletes flows', async () => {
    const { client, lake } = await sdkClient(AppflowClient, { services: [appflow] });
    for (const bucket of ['inbox', 'raw']) lake.objects.createBucket(bucket);
    await lake.objects.write('inbox', 'in/a.csv', 'Id\n1\n');
    const arn = 'arn:aws:appflow:eu-west-1:111122223333:flow/copy';
    expect(await client.send(new CreateFlowCommand(definition))).toMatchObject({ flowArn: arn, flowStatus: 'Active' });
    await expect(client.send(new CreateFlowCommand(definition))).rejects.toMatchObject({ name: 'ConflictException' });
    const started = await client.send(new StartFlowCommand({ flowName: 'copy' }));
    const { flowExecutions } = await client.send(new DescribeFlowExecutionRecordsCommand({ flowName: 'copy' }));
    expect(flowExecutions).toMatchObject([
      {
        executionId: started.executionId,
        executionStatus: 'Successful',
        startedAt: expect.any(Date),
        executionResult: { recordsProcessed: 1 },
      },
    ]);
    expect(
      await client.send(new UpdateFlowCommand({ ...definition, tasks: [{ ...map, destinationField: 'key' }] })),
    ).toMatchObject({ flowStatus: 'Active' });
    expect(await client.send(new DescribeFlowCommand({ flowName: 'copy' }))).toMatchObject({
      flowArn: arn,
      schemaVersion: 2,
      createdAt: expect.any(Date),
      tasks: [{ destinationField: 'key', connectorOperator: { S3: 'NO_OP' } }],
      lastRunExecutionDetails: { mostRecentExecutionStatus: 'Successful' },
    });
    expect((await client.send(new ListFlowsCommand({}))).flows).toMatchObject([
      { flowName: 'copy', sourceConnectorType: 'S3', triggerType: 'OnDemand' },
    ]);
    await expect(client.send(new StopFlowCommand({ flowName: 'copy' }))).rejects.toMatchObject({
      name: 'UnsupportedOperationException',
    });
    await client.send(new DeleteFlowCommand({ flowName: 'copy' }));
    await expect(client.send(new DescribeFlowCommand({ flowName: 'copy' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('pages through runs, newest first', async () => {
    const lake = await FlowLake.open({ fixtures: { crm: fixture({ 'Contact.ndjson': ndjson([{ Id: 1 }]) }) } });
    await lake.apply(contactFlow());
    const ids: string[] = [];
    for (let round = 0; round < 3; round++) ids.unshift((await lake.run('contacts')).executionId);
    const first = await lake.call('DescribeFlowExecutionRecords', { flowName: 'contacts', maxResults: 2 });
    const second = await lake.call('DescribeFlowExecutionRecords', {
      flowName: 'contacts',
      maxResults: 2,
      nextToken: first.nextToken,
    });
    expect([...first.flowExecutions, ...second.flowExecutions].map(({ executionId }: ApiShape) => executionId)).toEqual(
      ids,
    );
    expect(second.nextToken).toBeUndefined();
  });

  it('is told of connector profiles, without their credentials', async () => {
    const secret = 'hunter2-hunter2';
    const profile = resource('AWS::AppFlow::ConnectorProfile', 'crm', {
      type: 'AWS::AppFlow::ConnectorProfile',
      properties: {
        ConnectorProfileName: 'crm',
        ConnectorType: 'Salesforce',
        ConnectionMode: 'Public',
        ConnectorProfileConfig: {
          ConnectorProfileProperties: { Salesforce: { InstanceUrl: 'https://x.example.com' } },
          ConnectorProfileCredentials: { Salesforce: { AccessToken: secret } },
        },
      },
    });
    const { client, lake } = await sdkClient(AppflowClient, { services: [appflow] });
    await lake.service('appflow').resources[profile.type]?.apply?.(profile);
    const { connectorProfileDetails } = await client.send(
      new DescribeConnectorProfilesCommand({ connectorType: 'Salesforce' }),
    );
    expect(connectorProfileDetails).toMatchObject([
      {
        connectorProfileName: 'crm',
        connectorProfileProperties: { Salesforce: { instanceUrl: 'https://x.example.com' } },
      },
    ]);
    expect(JSON.stringify(lake.workspace.readState('appflow-profiles'))).not.toContain(secret);
  });
});

describe('a template', () => {
  const classify = async (properties: Record<string, ApiShape>) => {
    const lake = await FlowLake.open();
    return lake.lake.service('appflow').resources['AWS::AppFlow::Flow']?.classify?.(flowResource(properties));
  };

  it('says before anything runs what can be run, and what not', async () => {
    expect(await classify(contactFlow())).toMatchObject({ classification: 'simulated' });
    expect(await classify(contactFlow([task('Passthrough', 'NO_OP', [])]))).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('the task type "Passthrough"'),
    });
    const elsewhere = {
      ...contactFlow(),
      DestinationFlowConfigList: [{ ConnectorType: 'Snowflake', DestinationConnectorProperties: {} }],
    };
    expect(await classify(elsewhere)).toMatchObject({
      classification: 'unsupported',
      note: expect.stringContaining('destination is "Snowflake" → Lakewright runs flows with one destination, S3'),
    });
    const output = { PrefixConfig: { PrefixFormat: 'WEEK' } };
    expect(await classify(contactFlow([MAP_ALL], { output }))).toMatchObject({
      note: 'prefixFormat of the S3 destination is "WEEK" → one of YEAR, MONTH, DAY, HOUR, MINUTE',
    });
  });
});

describe('a template with anything in it', () => {
  it('is classified all the same', async () => {
    const lake = await FlowLake.open();
    const { classify } = lake.lake.service('appflow').resources['AWS::AppFlow::Flow'] ?? {};
    const whole = contactFlow();
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(whole)), fc.jsonValue({ maxDepth: 3 }), (key, value) => {
        const found = classify?.(flowResource({ ...whole, [key]: value }))?.classification;
        expect(['simulated', 'unsupported']).toContain(found);
      }),
      { numRuns: 300 },
    );
    expect(classify?.(flowResource({ ...whole, Tasks: [{}] }))?.note).toBe(
      'the task type "undefined" isn\'t run by Lakewright → one of Arithmetic, Filter, Map, Map_all, Mask, Merge, Partition, Truncate, Validate',
    );
  });
});

describe('a state machine', () => {
  it('starts a flow, polls for its end, and reports its records', async () => {
    const lake = await TestLake.open();
    const inbox = 'lake-raw';
    await lake.objects.write(inbox, 'in/a.csv', 'Id\n1\n2\n');
    const source = {
      ConnectorType: 'S3',
      SourceConnectorProperties: { S3: { BucketName: inbox, BucketPrefix: 'in' } },
    };
    await lake
      .service('appflow')
      .resources['AWS::AppFlow::Flow']?.apply?.(
        flowResource(contactFlow([task('Map', 'NO_OP', ['Id'], {}, 'Id', 'S3')], { source })),
      );
    const done = '{% $states.result.FlowExecutions[ExecutionId = $states.input.ExecutionId][0] %}';
    const execution = await lake.run({
      StartAt: 'Start',
      States: {
        Start: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:appflow:startFlow',
          Parameters: { FlowName: 'contacts', 'ClientToken.$': '$$.Execution.Name' },
          Next: 'Wait',
        },
        Wait: { Type: 'Wait', Seconds: 15, Next: 'Look' },
        Look: {
          Type: 'Task',
          QueryLanguage: 'JSONata',
          Resource: 'arn:aws:states:::aws-sdk:appflow:describeFlowExecutionRecords',
          Arguments: { FlowName: 'contacts', MaxResults: 100 },
          Output: done,
          Next: 'Ended',
        },
        Ended: {
          Type: 'Choice',
          Choices: [{ Variable: '$.ExecutionStatus', StringEquals: 'InProgress', Next: 'Wait' }],
          Default: 'Done',
        },
        Done: { Type: 'Succeed' },
      },
    });
    expect(execution.output).toMatchObject({
      ExecutionStatus: 'Successful',
      ExecutionResult: { RecordsProcessed: 2 },
    });
    expect(lake.traces.find(({ name, kind }) => name === 'Look' && kind === 'exited')?.measures).toMatchObject({
      rowsOut: 2,
    });
  });

  it('gets AWS’s error names', async () => {
    const lake = await TestLake.open();
    const execution = await lake.run({
      StartAt: 'Start',
      States: {
        Start: {
          Type: 'Task',
          Resource: 'arn:aws:states:::aws-sdk:appflow:startFlow',
          Parameters: { FlowName: 'none' },
          End: true,
        },
      },
    });
    expect(execution.error).toBe('Appflow.ResourceNotFoundException');
  });
});
