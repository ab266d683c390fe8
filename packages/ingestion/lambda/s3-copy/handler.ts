import { type CopyRun, copyArrived, copyRun } from './copy-run';
import type { CopyAnswer } from './report';

/** A run, or one of its continuations. */
export interface RunRequest {
  readonly runId: string;
}

/** What EventBridge sends when an object was created. */
export interface ObjectCreated {
  readonly 'detail-type': string;
  readonly detail: { readonly bucket: { readonly name: string }; readonly object: { readonly key: string } };
}

export type CopyEvent = RunRequest | ObjectCreated;

/** Answers both kinds of events. */
export async function handleCopy(
  run: CopyRun,
  event: CopyEvent,
  log: (line: string) => void,
): Promise<CopyAnswer | undefined> {
  if ('detail' in event) {
    const { key } = event.detail.object;
    log(JSON.stringify({ key, outcome: await copyArrived(run, key) }));
    return undefined;
  }
  if (typeof event.runId !== 'string' || event.runId === '') {
    throw new Error(
      `the event ${JSON.stringify(event)} is neither {"runId": "…"} nor an "Object Created" of EventBridge`,
    );
  }
  const answer = await copyRun(run, event.runId);
  log(JSON.stringify(answer));
  return answer;
}
