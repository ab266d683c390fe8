import { type ExecutionListItem, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** Runs that are looked at: the last ones, of which one may have been under way. */
const RECENT = 100;

/**
 * Whether no run of the pipeline was under way at a time: a task that failed in one is tried again there, or the end of the
 * run is told of.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 */
export async function isOutsideOfRuns(client: SFNClient, stateMachineArn: string, at: Date): Promise<boolean> {
  const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: RECENT }));
  return !executions.some((run) => wasUnderWay(run, at));
}

/** A redriven run didn't run between its first end and its redrive. */
function wasUnderWay({ startDate, redriveDate, stopDate }: ExecutionListItem, at: Date): boolean {
  const began = redriveDate ?? startDate;
  return began !== undefined && began <= at && (stopDate === undefined || at <= stopDate);
}
