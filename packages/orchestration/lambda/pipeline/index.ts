import { SFNClient } from '@aws-sdk/client-sfn';
import { Runs } from './runs';
import { start as startRun, type TriggerMessage } from './start';

const states = new SFNClient({});

/** Makes a run of what waits in the queue of triggers. */
export async function start(event: { readonly Records: TriggerMessage[] }): Promise<BatchResponse> {
  const runs = new Runs(states, variable('STATE_MACHINE_ARN'));
  const outcome = await startRun(runs, event.Records, {
    allowOverlap: process.env.ALLOW_OVERLAP === 'true',
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  });
  console.log(JSON.stringify({ triggers: event.Records.length, ...outcome }));
  const left = 'busy' in outcome ? event.Records : [];
  return { batchItemFailures: left.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

/** @see https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html */
interface BatchResponse {
  readonly batchItemFailures: { readonly itemIdentifier: string }[];
}

function variable(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`the function lacks the variable ${name}`);
  return value;
}
