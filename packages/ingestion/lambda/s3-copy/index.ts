import { s3Client } from '../shared/s3-client';
import { awsSource, awsState, awsTarget } from './aws-store';
import { COPY_DEFAULTS } from './copy-object';
import { keyFilter } from './glob';
import { type CopyEvent, handleCopy } from './handler';

interface Context {
  getRemainingTimeInMillis(): number;
}

/** A part or an object that was begun must end within this time. */
const RESERVE_MILLIS = 120_000;

const env = (name: string): string => process.env[name] ?? '';
const folder = (prefix: string): string => (prefix === '' ? '' : `${prefix}/`);
const [sourceBucket, targetBucket, stateBucket] = [env('SOURCE_BUCKET'), env('TARGET_BUCKET'), env('STATE_BUCKET')];
const [sourcePrefix, targetPrefix] = [folder(env('SOURCE_PREFIX')), folder(env('TARGET_PREFIX'))];
const statePrefix = folder(env('STATE_PREFIX'));
const s3 = s3Client();
const source = awsSource(s3Client(env('SOURCE_REGION')), sourceBucket);
const target = awsTarget(s3, targetBucket, sourceBucket);
const state = awsState(s3, stateBucket, statePrefix);
const wanted = keyFilter(JSON.parse(env('FILTER') || '{"include":[],"exclude":[]}'));

export const handler = (event: CopyEvent, context: Context) => {
  const reserve = Math.min(RESERVE_MILLIS, context.getRemainingTimeInMillis() / 3);
  return handleCopy(
    {
      ...COPY_DEFAULTS,
      source,
      target,
      state,
      sourcePrefix,
      targetPrefix,
      sourceUri: `s3://${sourceBucket}/${sourcePrefix}`,
      targetUri: `s3://${targetBucket}/${targetPrefix}`,
      // the prefix itself may be an object: the folder marker of the console
      wanted: (key) => key !== '' && wanted(key),
      now: () => new Date(),
      timeIsUp: () => context.getRemainingTimeInMillis() < reserve,
    },
    event,
    console.log,
  );
};
