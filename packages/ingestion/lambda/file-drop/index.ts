import { inflateRawSync } from 'node:zlib';
import type { FileDropConfig } from '../../src/private/file-drop-config';
import { s3Client } from '../shared/s3-client';
import { awsDrop } from './aws-store';
import { fingerprintOf } from './drop-object';
import { type DropAnswer, dropArrived, dropRun } from './drop-run';

interface Context {
  getRemainingTimeInMillis(): number;
}

/** A run, or one of its continuations; or what EventBridge sends when an object was created. */
type DropEvent =
  | { readonly runId: string }
  | { readonly id: string; readonly detail: { readonly object: { readonly key: string } } };

const env = (name: string): string => process.env[name] ?? '';
const place = (name: string) => {
  const prefix = env(`${name}_PREFIX`);
  return { bucket: env(`${name}_BUCKET`), prefix: prefix === '' ? '' : `${prefix}/` };
};
const inbox = place('INBOX');
const store = awsDrop(s3Client(), inbox, place('TARGET'), place('STATE'));

/** JSON, or its deflated form where environment variables would be too small for it. */
const text = env('CONFIG');
const config: FileDropConfig = JSON.parse(
  text.startsWith('{') ? text : inflateRawSync(Buffer.from(text, 'base64')).toString('utf8'),
);
const fingerprint = fingerprintOf(config);

export const handler = async (event: DropEvent, context: Context): Promise<DropAnswer | undefined> => {
  // a file that was begun is ended in the same invocation: none is begun in its second half
  const reserve = context.getRemainingTimeInMillis() / 2;
  const run = {
    store,
    config,
    fingerprint,
    now: () => new Date(),
    timeIsUp: () => context.getRemainingTimeInMillis() < reserve,
  };
  if ('detail' in event) {
    const { key } = event.detail.object;
    if (!key.startsWith(inbox.prefix) || key.endsWith('/')) return undefined;
    return logged(await dropArrived(run, key.slice(inbox.prefix.length), event.id));
  }
  if (typeof event.runId !== 'string' || event.runId === '') {
    throw new Error(
      `the event ${JSON.stringify(event)} is neither {"runId": "…"} nor an "Object Created" of EventBridge`,
    );
  }
  return logged(await dropRun(run, event.runId));
};

function logged(answer: DropAnswer): DropAnswer {
  console.log(JSON.stringify(answer));
  return answer;
}
