import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SFNClient } from '@aws-sdk/client-sfn';
import { type Execution, readExecution } from './execution';
import type { StatusChange } from './history';
import type { Pipeline } from './record';
import { taskRuns } from './task-runs';

export interface NoticeOptions {
  readonly states: SFNClient;
  readonly events: EventBridgeClient;
}

/** What the event of a failed run says; EventBridge takes 256 KB, and people read less. */
export interface Notice {
  readonly pipeline: string;
  readonly runId: string;
  readonly status: string;
  readonly executionArn: string;
  /** The tasks that failed; what was running when time was up, or somebody stopped the run. */
  readonly tasks: string;
  readonly error: string;
  readonly cause: string;
  readonly redrives: number;
  readonly started: string;
  readonly ended: string;
  /** The run in the console. */
  readonly console: string;
  /** The job run, query or container task in the console, where it is known; else the run. */
  readonly taskConsole: string;
}

const LONGEST = 1000;

/** Tells the account's event bus which task failed, why, and where to look. */
export async function notify({ detail, pipeline }: StatusChange, options: NoticeOptions): Promise<Notice | undefined> {
  const execution = await readExecution(options.states, detail.executionArn);
  // redriven meanwhile: its end is told of when it comes
  if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') return undefined;
  const notice = noticeOf(execution, pipeline);
  const entry = { Source: 'lakewright.pipeline', DetailType: 'Pipeline Run Failed', Detail: JSON.stringify(notice) };
  const command = new PutEventsCommand({ Entries: [{ ...entry, Resources: [execution.arn] }] });
  const { FailedEntryCount, Entries } = await options.events.send(command);
  if (FailedEntryCount) throw new Error(`the event bus refused the notice: ${Entries?.[0]?.ErrorCode}`);
  return notice;
}

function noticeOf(execution: Execution, { name, tasks }: Pipeline): Notice {
  const runs = taskRuns(execution, tasks);
  const failed = runs.filter(({ state }) => state === 'FAILED');
  const blamed = failed.length > 0 ? failed : runs.filter(({ state }) => ['TIMED_OUT', 'ABORTED'].includes(state));
  const first = blamed.find(({ error }) => error !== undefined);
  const error = first?.error ?? execution.error ?? execution.status;
  const cause = reason(first?.cause ?? execution.cause ?? 'no cause was given');
  return {
    pipeline: name,
    runId: execution.runId,
    status: execution.status,
    executionArn: execution.arn,
    tasks: blamed.map(({ task }) => task).join(', ') || 'none',
    error,
    cause: cause.length > LONGEST ? `${cause.slice(0, LONGEST)}…` : cause,
    redrives: execution.redrives,
    started: execution.started.toISOString(),
    ended: (execution.ended ?? execution.started).toISOString(),
    ...links(execution.arn, first?.cause),
  };
}

/** What services wrap the reason in, taken off: `{"JobRunState": "FAILED", "ErrorMessage": "…"}`. */
function reason(cause: string): string {
  const said = parsed(cause);
  const nested = said.QueryExecution?.Status?.StateChangeReason ?? said.StoppedReason ?? said.Cause;
  const text = said.errorMessage ?? said.ErrorMessage ?? nested;
  return typeof text === 'string' && text !== '' ? text : cause;
}

/** The console's pages of the run, and of what the task ran where its cause tells. */
function links(arn: string, cause: string | undefined): { console: string; taskConsole: string } {
  const [, partition, , region = ''] = arn.split(':');
  const hosts: Record<string, string> = { 'aws-cn': 'amazonaws.cn', 'aws-us-gov': 'amazonaws-us-gov.com' };
  const host = hosts[partition ?? ''] ?? 'aws.amazon.com';
  const page = (service: string, place: string): string =>
    `https://${region}.console.${host}/${service}/home?region=${region}#${place}`;
  const run = page('states', `/v2/executions/details/${arn}`);
  return { console: run, taskConsole: taskPage(cause, page) ?? run };
}

function taskPage(cause: string | undefined, page: (service: string, place: string) => string): string | undefined {
  const said = parsed(cause);
  if (said.JobName && said.Id) return page('gluestudio', `/job/${said.JobName}/run/${said.Id}`);
  const query = said.QueryExecution?.QueryExecutionId;
  if (query) return page('athena', `/query-editor/history/${query}`);
  const [, cluster, task] = String(said.TaskArn ?? '').split('/');
  return cluster && task ? page('ecs', `/clusters/${cluster}/tasks/${task}`) : undefined;
}

interface Cause {
  readonly [member: string]: unknown;
  readonly QueryExecution?: {
    readonly QueryExecutionId?: string;
    readonly Status?: { readonly StateChangeReason?: string };
  };
}

function parsed(text: string | undefined): Cause {
  try {
    const value = JSON.parse(text ?? '');
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
