import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { ObjectStore } from '../../src/workspace/object-store';

export interface ManyWritersResult {
  readonly writes: number;
  readonly reads: number;
  readonly deletes: number;
  /** What went wrong: none is the law. */
  readonly faults: readonly string[];
}

/** Of the keys that all workers fight for. */
const SHARED = 8;

/**
 * Workers write, read, list, copy and delete at the same time, on keys of their own and on shared ones, in folders that
 * come and go. An acknowledged write of an own key must be read back; a shared key must always be one whole write.
 */
export async function manyWriters(
  store: ObjectStore,
  workers: number,
  milliseconds: number,
): Promise<ManyWritersResult> {
  store.createBucket('load');
  const end = Date.now() + milliseconds;
  const faults: string[] = [];
  const count = { writes: 0, reads: 0, deletes: 0 };
  const own = new Map<string, string>();

  const work = async (worker: number) => {
    for (let round = 0; Date.now() < end; round++) {
      const key = `w/dt=${round % 3}/${worker}/${round % 5}`;
      const shared = `shared/${round % SHARED}/x`;
      const body = randomBytes(1 + ((round * 977) % 40_000));
      const { etag } = await store.write('load', key, body, { metadata: { worker: String(worker) } });
      own.set(key, etag);
      await store.write('load', shared, whole(body));
      count.writes += 2;
      const back = await store.open('load', key);
      if (md5(await buffer(back.stream())) !== etag || back.info.etag !== etag) faults.push(`${key}: another object`);
      if (back.info.metadata?.worker !== String(worker)) faults.push(`${key}: another's metadata`);
      await readShared(shared);
      count.reads += 2;
      if (round % 4 === 0) {
        await store.delete('load', key);
        own.delete(key);
        await store.delete('load', shared);
        count.deletes += 2;
      }
      if (round % 7 === 0) await store.list('load', { prefix: 'w/', limit: 100 });
      if (round % 5 === 0) {
        await store.copy(
          { bucket: 'load', key: (await store.head('load', key)) ? key : await fresh(key, body) },
          { bucket: 'load', key: `c/${worker}` },
        );
      }
    }
  };

  const fresh = async (key: string, body: Buffer): Promise<string> => {
    own.set(key, (await store.write('load', key, body, { metadata: { worker: key.split('/')[2] } })).etag);
    return key;
  };

  const readShared = async (key: string) => {
    const opened = await store.open('load', key).catch((error) => {
      if (error.code !== 'NoSuchKey') throw error;
    });
    if (!opened) return;
    const bytes = await buffer(opened.stream());
    if (!isWhole(bytes)) faults.push(`${key}: a torn object of ${bytes.length} bytes`);
    if (opened.info.size !== bytes.length) faults.push(`${key}: ${bytes.length} bytes, announced ${opened.info.size}`);
  };

  const results = await Promise.allSettled(Array.from({ length: workers }, (_, worker) => work(worker)));
  for (const result of results)
    if (result.status === 'rejected') faults.push(String(result.reason?.stack ?? result.reason));
  const listed = new Map((await store.list('load', { prefix: 'w/' })).map(({ key, etag }) => [key, etag]));
  for (const [key, etag] of own) if (listed.get(key) !== etag) faults.push(`${key}: lost (${listed.get(key)})`);
  for (const key of listed.keys()) if (!own.has(key)) faults.push(`${key}: deleted, and there`);
  return { ...count, faults };
}

function md5(bytes: Buffer): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** A body that carries its own hash. */
function whole(bytes: Buffer): Buffer {
  return Buffer.concat([createHash('sha256').update(bytes).digest(), bytes]);
}

function isWhole(bytes: Buffer): boolean {
  return createHash('sha256').update(bytes.subarray(32)).digest().equals(bytes.subarray(0, 32));
}
