import { type ExecutionListItem, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** Runs of which the usual time is taken. */
const RECENT = 100;
/** Fewer runs than these say nothing of what is usual. */
const LEAST = 5;

export interface Pace {
  /** How long the longest run that is under way takes, as a multiple of what 90 of 100 runs take; 0 when none is. */
  readonly RunningTimeRatio?: number;
  /** Seconds that 90 of 100 runs take. */
  readonly UsualSeconds?: number;
}

/** How the run that is under way compares with the last hundred that succeeded. */
export async function paceOf(client: SFNClient, stateMachineArn: string, now: Date): Promise<Pace> {
  const list = async (statusFilter: 'RUNNING' | 'SUCCEEDED'): Promise<ExecutionListItem[]> => {
    const command = new ListExecutionsCommand({ stateMachineArn, statusFilter, maxResults: RECENT });
    return (await client.send(command)).executions ?? [];
  };
  const [running, succeeded] = await Promise.all([list('RUNNING'), list('SUCCEEDED')]);
  const times = succeeded
    // a redriven run waited for its redrive
    .filter(({ redriveCount, startDate, stopDate }) => !redriveCount && startDate && stopDate)
    .map(({ startDate, stopDate }) => seconds(startDate as Date, stopDate as Date))
    .sort((a, b) => a - b);
  if (times.length < LEAST) return {};
  const usual = Math.max(times[Math.ceil(times.length * 0.9) - 1] as number, 1);
  const longest = Math.max(
    0,
    ...running.map(({ startDate, redriveDate }) => seconds(redriveDate ?? startDate ?? now, now)),
  );
  return { RunningTimeRatio: longest / usual, UsualSeconds: usual };
}

function seconds(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 1000;
}
