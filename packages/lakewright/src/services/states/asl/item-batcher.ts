import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import { json } from './payload';

/** AWS's limit for the input of one child execution. */
const MAX_BYTES = 262_144;

/** Groups items as `{"BatchInput": …, "Items": […]}`, by number and by size. */
export function batches(items: readonly ApiShape[], batcher: ApiShape): ApiShape[] {
  const most = batcher.MaxItemsPerBatch ?? Number.POSITIVE_INFINITY;
  const bytes = Math.min(batcher.MaxInputBytesPerBatch ?? MAX_BYTES, MAX_BYTES);
  if (!(most >= 1) || !(bytes >= 1)) {
    throw new StatesError('States.Runtime', `ItemBatcher wants positive limits, got ${json(batcher)}`);
  }
  const wrap = (list: readonly ApiShape[]): ApiShape => ({
    ...(batcher.BatchInput !== undefined && { BatchInput: batcher.BatchInput }),
    Items: list,
  });
  const groups: ApiShape[][] = [];
  const frameSize = json(wrap([])).length;
  let size = 0;
  for (const item of items) {
    const length = Buffer.byteLength(json(item)) + 1;
    const last = groups.at(-1);
    if (last === undefined || last.length >= most || size + length > bytes) {
      groups.push([item]);
      size = frameSize + length;
    } else {
      last.push(item);
      size += length;
    }
  }
  return groups.map(wrap);
}
