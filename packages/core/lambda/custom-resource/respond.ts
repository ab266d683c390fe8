import http from 'node:http';
import https from 'node:https';

/** What CloudFormation sends. */
export interface CustomResourceEvent {
  readonly RequestType: 'Create' | 'Update' | 'Delete';
  readonly RequestId: string;
  readonly ResponseURL: string;
  readonly StackId: string;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Record<string, unknown>;
  readonly OldResourceProperties?: Record<string, unknown>;
}

/** What Lambda tells about the invocation. */
export interface Invocation {
  getRemainingTimeInMillis(): number;
}

/** What a request came to. */
export interface Outcome {
  readonly physicalResourceId: string;
  readonly data?: Record<string, string>;
}

/** Does the work of one request; may throw. `endsAt` is the time (ms since 1970) by which it must have ended. */
export type Work = (event: CustomResourceEvent, endsAt: number) => Promise<Outcome>;

/** Left for the answer when the work uses up its time. */
const ANSWER_TIME_MS = 20_000;

/**
 * A custom resource's handler that always answers: a failure of the work is the answer FAILED with its message, and work
 * that doesn't end is given up before Lambda would end it.
 *
 * It throws only when the answer itself can't be delivered, so that Lambda runs it again; the work is idempotent.
 */
export function answering(work: Work, log: (line: string) => void = (line) => process.stdout.write(`${line}\n`)) {
  return async (event: CustomResourceEvent, invocation: Invocation): Promise<void> => {
    const timeLeft = invocation.getRemainingTimeInMillis() - ANSWER_TIME_MS;
    let answer: Record<string, unknown>;
    try {
      const { physicalResourceId, data } = await within(timeLeft, work(event, Date.now() + timeLeft));
      answer = { Status: 'SUCCESS', PhysicalResourceId: physicalResourceId, Data: data ?? {} };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log(`${event.RequestType} ${event.LogicalResourceId} failed: ${reason}`);
      // A failed Create has no id yet; CloudFormation wants one all the same, and sends it with the Delete that follows.
      const physicalResourceId = event.PhysicalResourceId ?? event.RequestId;
      answer = { Status: 'FAILED', PhysicalResourceId: physicalResourceId, Reason: reason.slice(0, 1000) };
    }
    const { RequestId, StackId, LogicalResourceId } = event;
    await deliver(event.ResponseURL, JSON.stringify({ ...answer, RequestId, StackId, LogicalResourceId }));
  };
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('TimedOut: the work took longer than the function may run → deploy again: it goes on')),
      Math.max(milliseconds, 0),
    );
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

async function deliver(url: string, body: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await put(url, body);
      return;
    } catch (error) {
      if (attempt === 3) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500 * attempt));
    }
  }
}

/** The URL is signed for an empty content type, so `fetch`, which sets one, can't be used. */
function put(url: string, body: string): Promise<void> {
  const { request } = url.startsWith('http:') ? http : https;
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': '', 'content-length': Buffer.byteLength(body) };
    const sent = request(url, { method: 'PUT', headers, timeout: 4000 }, (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      if (statusCode >= 200 && statusCode < 300) resolve();
      else reject(new Error(`the answer was refused with ${statusCode}`));
    });
    sent.on('timeout', () => sent.destroy(new Error('the answer took too long')));
    sent.on('error', reject);
    sent.end(body);
  });
}
