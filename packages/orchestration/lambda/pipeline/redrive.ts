import {
  ExecutionNotRedrivable,
  type ExecutionStatus,
  ListExecutionsCommand,
  RedriveExecutionCommand,
  type SFNClient,
} from '@aws-sdk/client-sfn';

/** What is asked for. */
export interface RedriveRequest {
  /** One run, by name or ARN. @default the newest run, if it didn't succeed */
  readonly run?: string;
}

export interface Redriven {
  readonly run: string | null;
  readonly redriven: boolean;
  /** Why not. */
  readonly reason?: string;
}

const UNSUCCESSFUL: readonly ExecutionStatus[] = ['FAILED', 'TIMED_OUT', 'ABORTED'];

/**
 * Lets a run go on from the tasks that failed.
 *
 * Asked again, also at once, it does nothing more: Step Functions redrives no run that is under way.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
 */
export async function redrive(
  client: SFNClient,
  stateMachineArn: string,
  { run }: RedriveRequest,
  allowOverlap: boolean,
): Promise<Redriven> {
  const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1 }));
  const newest = executions[0];
  const runsArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:`;
  const wanted = run === undefined ? newest?.executionArn : run.startsWith('arn:') ? run : `${runsArn}${run}`;
  if (wanted === undefined) return { run: null, redriven: false, reason: 'there is no run' };
  if (!wanted.startsWith(runsArn)) throw new Error(`"${run}" is no run of ${stateMachineArn}`);
  const name = wanted.slice(runsArn.length);
  if (run === undefined && !UNSUCCESSFUL.includes(newest?.status as ExecutionStatus)) {
    return { run: name, redriven: false, reason: `the newest run is ${newest?.status}` };
  }
  if (!allowOverlap) {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING', maxResults: 1 });
    const underWay = (await client.send(command)).executions?.[0]?.name;
    if (underWay !== undefined) return { run: name, redriven: false, reason: `"${underWay}" is under way` };
  }
  try {
    await client.send(new RedriveExecutionCommand({ executionArn: wanted }));
    return { run: name, redriven: true };
  } catch (error) {
    if (error instanceof ExecutionNotRedrivable) return { run: name, redriven: false, reason: error.message };
    throw error;
  }
}
