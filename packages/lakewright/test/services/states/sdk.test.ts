import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  ValidateStateMachineDefinitionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve } from '../../../src/actions/serve/serve';
import { MemoryHost } from '../../../src/host/host';
import { LocalLake } from '../../../src/local-lake';
import { EMPTY_CONFIG } from '../../../src/workspace/config';
import { FolderWorkspace } from '../../../src/workspace/folder-workspace';

describe("the AWS SDK's client, unmodified", () => {
  let lake: LocalLake;
  let server: Awaited<ReturnType<typeof serve>>;
  let client: SFNClient;

  beforeAll(async () => {
    const workspace = await FolderWorkspace.open(mkdtempSync(join(tmpdir(), 'lakewright-sfn-')));
    lake = new LocalLake(workspace, EMPTY_CONFIG, new MemoryHost(), undefined);
    const assembly = { source: '', stacks: [], resources: [], assets: [], outputs: {}, problems: [] };
    server = await serve(lake, 0, assembly, { directory: '', accessDiff: async () => [] });
    client = new SFNClient({
      endpoint: server.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
  });
  afterAll(async () => {
    client.destroy();
    await server.close();
    await lake.close();
  });

  it('creates, starts, describes and reads the history, with dates as dates', async () => {
    const definition = JSON.stringify({ StartAt: 'A', States: { A: { Type: 'Pass', End: true } } });
    const { stateMachineArn } = await client.send(
      new CreateStateMachineCommand({ name: 'm', roleArn: 'r', definition }),
    );
    const { executionArn, startDate } = await client.send(
      new StartExecutionCommand({ stateMachineArn, input: '{"a":1}' }),
    );
    expect(startDate).toBeInstanceOf(Date);
    let execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    while (execution.status === 'RUNNING')
      execution = await client.send(new DescribeExecutionCommand({ executionArn }));
    expect(execution).toMatchObject({ status: 'SUCCEEDED', output: '{"a":1}', stopDate: expect.any(Date) });
    const { events } = await client.send(new GetExecutionHistoryCommand({ executionArn }));
    expect(events?.map((event) => event.type)).toEqual([
      'ExecutionStarted',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events?.[1]?.stateEnteredEventDetails).toMatchObject({ name: 'A', input: '{"a":1}' });
  });

  it('gets errors by their AWS names', async () => {
    await expect(
      client.send(new CreateStateMachineCommand({ name: 'x', roleArn: 'r', definition: '{}' })),
    ).rejects.toMatchObject({
      name: 'InvalidDefinition',
    });
    await expect(
      client.send(new DescribeExecutionCommand({ executionArn: 'arn:aws:states:us-east-1:1:execution:m:x' })),
    ).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
    });
    const { result } = await client.send(new ValidateStateMachineDefinitionCommand({ definition: '{}' }));
    expect(result).toBe('FAIL');
  });
});
