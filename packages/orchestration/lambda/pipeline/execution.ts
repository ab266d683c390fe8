import {
  DescribeExecutionCommand,
  type DescribeExecutionCommandOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** An execution and all that happened in it. */
export interface Execution {
  readonly arn: string;
  readonly stateMachineArn: string;
  readonly runId: string;
  readonly status: string;
  readonly started: Date;
  readonly ended?: Date;
  readonly redrives: number;
  readonly error?: string;
  readonly cause?: string;
  readonly events: readonly HistoryEvent[];
}

/** Reads an execution as it is now, whatever the event said that told of it. */
export async function readExecution(client: SFNClient, executionArn: string): Promise<Execution> {
  const described = await client.send(new DescribeExecutionCommand({ executionArn }));
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const command = new GetExecutionHistoryCommand({ executionArn, maxResults: 1000, nextToken });
    const page = await client.send(command);
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken);
  return execution(described, events);
}

function execution(described: DescribeExecutionCommandOutput, events: HistoryEvent[]): Execution {
  const { executionArn = '', stateMachineArn = '', startDate = new Date(0) } = described;
  return {
    arn: executionArn,
    stateMachineArn,
    runId: described.name ?? executionArn.split(':').at(-1) ?? '',
    status: described.status ?? 'RUNNING',
    started: startDate,
    ended: described.stopDate,
    redrives: described.redriveCount ?? 0,
    error: described.error,
    cause: described.cause,
    events,
  };
}
