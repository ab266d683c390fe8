import type { Runs } from './runs';

/** A message of the queue of triggers. */
export interface TriggerMessage {
  readonly messageId: string;
  readonly body: string;
}

export interface StartOptions {
  readonly allowOverlap: boolean;
  /** Waits for so many milliseconds, for the end of a run that is under way. */
  readonly wait: (milliseconds: number) => Promise<void>;
}

/** What became of a batch of triggers. */
export type Started = { readonly run: string } | { readonly busy: string };

/** How often it looks whether the run that is under way has ended, and how long it waits in between. */
const LOOKS = 4;
const LOOK_INTERVAL = 5000;
/** Triggers that the input of a run names; of the others it has the number. */
const NAMED = 20;
/** Of the name of a trigger: an object's URI has its place. */
const LONGEST = 1100;
/** Runs that a stale list may lack. */
const MOST_SKIPPED = 50;

/**
 * Makes one run of a batch of triggers, unless another is under way.
 *
 * Runs are numbered, and each starter tries the number that follows the last run that is known to have ended. Step
 * Functions gives a name once, so of two starters at the same time one gets the run; and a list that is behind (it is
 * "eventually consistent") leads to a number that is taken, whose run is then asked whether it has ended.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export async function start(runs: Runs, messages: TriggerMessage[], options: StartOptions): Promise<Started> {
  const input = JSON.stringify(inputOf(messages));
  if (options.allowOverlap) {
    // the batch's own name: when it is delivered again, it has its run already
    const name = `run-${messages.map(({ messageId }) => messageId).sort()[0]}`;
    await runs.start(name, input);
    return { run: name };
  }
  for (let look = 1; ; look++) {
    const outcome = await next(runs, input);
    if ('run' in outcome || look === LOOKS) return outcome;
    await options.wait(LOOK_INTERVAL);
  }
}

async function next(runs: Runs, input: string): Promise<Started> {
  const underWay = await runs.underWay();
  if (underWay !== undefined) return { busy: underWay };
  const from = (await runs.lastNumber()) ?? runs.firstNumber();
  for (let number = from; number < from + MOST_SKIPPED; number++) {
    const name = `run-${number}`;
    if ((await runs.start(name, input)) === 'started') return { run: name };
    if (!(await runs.hasEnded(name))) return { busy: name };
  }
  throw new Error(`the names run-${from} to run-${from + MOST_SKIPPED - 1} are all taken`);
}

/** What the run is told of why it runs: names and times, no data. */
function inputOf(messages: TriggerMessage[]): { triggers: string[]; count: number } {
  const named = messages.slice(0, NAMED).map(({ body }) => describe(body).slice(0, LONGEST));
  return { triggers: [...new Set(named)], count: messages.length };
}

function describe(body: string): string {
  const event = parsed(body);
  if (typeof event.schedule === 'string') return `schedule ${event.schedule}`;
  // Anything can be in a message, and one that can't be described must not keep those of its batch from a run.
  const detail = event.detail ?? {};
  if (event.source === 'aws.s3' && detail.object?.key) return `s3://${detail.bucket?.name}/${detail.object.key}`;
  if (event.source === 'aws.states' && detail.executionArn) return `${detail.executionArn}`;
  if (typeof event.source === 'string') return `${event.source} ${event['detail-type']} ${event.id}`;
  return body.slice(0, 100);
}

interface TriggerEvent {
  readonly schedule?: unknown;
  readonly source?: unknown;
  readonly 'detail-type'?: unknown;
  readonly id?: unknown;
  readonly detail?: null | {
    bucket?: null | { name?: string };
    object?: null | { key?: string };
    executionArn?: string;
  };
}

function parsed(body: string): TriggerEvent {
  try {
    const value = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
