import { randomUUID } from 'node:crypto';
import type { ExtractionConfiguration } from '../../src/private/extraction-configuration';
import { ConditionFailed, type ObjectAddress, type ObjectStore } from './object-store';
import { below } from './stage';
import { type ReadState, readState, type WatermarkState } from './watermark-state';

const DAY = 24 * 60 * 60 * 1000;

/**
 * Puts what a step made where it is seen, and notes that it is done. Anybody may do it, also twice or two at once: the same
 * objects get the same contents.
 */
export async function publish(
  store: ObjectStore,
  address: ObjectAddress,
  { state, condition }: ReadState,
): Promise<void> {
  const { publications } = state as WatermarkState;
  for (const { staged, final } of publications) {
    if (await store.copy(staged, final)) continue;
    // staged files go only after all of them are published and that is noted
    const now = await readState(store, address);
    if (now.state?.commit !== state?.commit) return;
    throw new Error(`s3://${staged.bucket}/${staged.key} is gone before it was published: restore it, or its version`);
  }
  const next: WatermarkState = { ...(state as WatermarkState), publications: [], commit: randomUUID() };
  try {
    await store.put(address, JSON.stringify(next), condition);
  } catch (error) {
    // noted already, by another run or by this request's first attempt
    if (!(error instanceof ConditionFailed)) throw error;
  }
  for (const { staged } of publications) await store.delete(staged);
}

/**
 * Removes what runs left behind that broke off before anything was decided: staged files that are a day older than the
 * watermark, by the clock of S3, as no function runs that long.
 */
export async function sweep(
  store: ObjectStore,
  config: ExtractionConfiguration,
  address: ObjectAddress,
): Promise<void> {
  const [watermark] = await store.list(address);
  if (!watermark) return;
  const staged = await store.list(below(config.state, 'staging/'));
  for (const { key, modified } of staged) {
    if (modified < watermark.modified - DAY) await store.delete({ bucket: config.state.bucket, key });
  }
}
