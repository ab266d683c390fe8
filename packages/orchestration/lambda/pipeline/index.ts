import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SQSClient } from '@aws-sdk/client-sqs';
import { keepHistory, type StatusChange } from './history';
import { metricLine } from './metrics';
import { notify } from './notice';
import { isOutsideOfRuns } from './outside';
import { type Redriven, type RedriveRequest, redrive as redriveRun } from './redrive';
import { type Replayed, replay as replayMessages } from './replay';
import { RunStore } from './run-store';
import { Runs } from './runs';
import { start as startRun, type TriggerMessage } from './start';
import { paceOf } from './watch';

const states = new SFNClient({});

/** Makes a run of what waits in the queue of triggers. */
export async function start(event: { readonly Records: TriggerMessage[] }): Promise<BatchResponse> {
  const runs = new Runs(states, variable('STATE_MACHINE_ARN'));
  const outcome = await startRun(runs, event.Records, {
    allowOverlap: process.env.ALLOW_OVERLAP === 'true',
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  log(JSON.stringify({ triggers: event.Records.length, ...outcome }));
  const left = 'busy' in outcome ? event.Records : [];
  return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** Writes the rows of a run that has ended. */
export async function history(event: StatusChange): Promise<void> {
  const s3 = new S3Client(process.env.AWS_ENDPOINT_URL ? { forcePathStyle: true } : {});
  await keepHistory(event, {
    states,
    store: new RunStore(s3, variable('BUCKET'), process.env.PREFIX ?? ''),
    log,
    now: () => new Date(),
  });
}

/** Tells of a run that has failed. */
export async function notice(event: StatusChange): Promise<void> {
  const told = await notify(event, { states, events: new EventBridgeClient({}) });
  log(JSON.stringify(told ?? { told: false }));
}

/** Measures the run that is under way. */
export async function watch(): Promise<void> {
  const now = new Date();
  const pace = await paceOf(states, variable('STATE_MACHINE_ARN'), now);
  const line = metricLine({ Pipeline: variable('PIPELINE') }, { ...pace }, now);
  if (line) log(line);
}

/** Counts a task that failed, unless in a run. */
export async function outside(event: { readonly time: string }): Promise<void> {
  if (!(await isOutsideOfRuns(states, variable('STATE_MACHINE_ARN'), new Date(event.time)))) return;
  const line = metricLine({ Pipeline: variable('PIPELINE') }, { FailuresOutsideOfRuns: 1 }, new Date());
  if (line) log(line);
}

/** Lets a run go on from where it failed. */
export async function redrive(event: RedriveRequest | null): Promise<Redriven> {
  const overlap = process.env.ALLOW_OVERLAP === 'true';
  const outcome = await redriveRun(states, variable('STATE_MACHINE_ARN'), event ?? {}, overlap);
  log(JSON.stringify(outcome));
  return outcome;
}

/** Moves dead letters back. */
export async function replay(
  event: { readonly most?: number } | null,
  context: { getRemainingTimeInMillis(): number },
): Promise<Replayed> {
  const outcome = await replayMessages(new SQSClient({}), {
    from: variable('FROM_URL'),
    to: variable('TO_URL'),
    most: event?.most ?? Number(variable('MOST')),
    goesOn: () => context.getRemainingTimeInMillis() > 20_000,
  });
  log(JSON.stringify(outcome));
  return outcome;
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

/** A bare line: what console.log puts before it would keep CloudWatch from finding metrics in it. */
function log(line: string): void {
  process.stdout.write(`${line}\n`);
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the function lacks the variable ${name}`);
  return value;
}
