import { createHash } from 'node:crypto';
import { inOrder } from './in-order';
import {
  isError,
  type ObjectHead,
  type SourceStore,
  type SourceVersion,
  type StateStore,
  type TargetStore,
  type Upload,
} from './object-store';

/** The metadata in which a copy keeps its source's ETag: its own differs with multipart uploads and KMS keys. */
export const SOURCE_ETAG = 'lakewright-source-etag';

const MIB = 1024 * 1024;

export interface CopyWork {
  readonly source: SourceStore;
  readonly target: TargetStore;
  readonly state: StateStore;
  /** Larger objects are copied in parts; S3 copies at most 5 GiB in one request. */
  readonly partsAbove: number;
  /** Parts are at least this large; there are at most 10,000 of them. */
  readonly partSize: number;
  readonly concurrency: number;
  /** Whether no more work should be started in this invocation. */
  readonly timeIsUp: () => boolean;
}

export const COPY_DEFAULTS = { partsAbove: 1024 * MIB, partSize: 256 * MIB, concurrency: 32 };

/** `paused`: parts are missing, the next call of the same object goes on with them. */
export type CopyOutcome =
  | { readonly kind: 'copied'; readonly bytes: number }
  | { readonly kind: 'gone' }
  | { readonly kind: 'paused' };

/** Copies the version of an object that is there now; the target's object is replaced whole or not at all. */
export async function copyObject(work: CopyWork, sourceKey: string, targetKey: string): Promise<CopyOutcome> {
  for (let attempt = 1; attempt <= 3; attempt++) {
    const head = await work.source.head(sourceKey);
    if (!head) return { kind: 'gone' };
    const version = { key: sourceKey, etag: head.etag };
    const noted = { ...head, metadata: { ...head.metadata, [SOURCE_ETAG]: head.etag } };
    try {
      if (head.size > work.partsAbove) {
        if (!(await copyInParts(work, version, targetKey, noted))) return { kind: 'paused' };
      } else {
        await work.target.copy(version, targetKey, noted);
      }
      return { kind: 'copied', bytes: head.size };
    } catch (error) {
      // deleted or overwritten since we looked: look again; S3 denies what isn't there to those who may not list all
      const denied = isError(error, 'AccessDenied') && !(await work.source.head(sourceKey));
      if (!denied && !isError(error, 'PreconditionFailed', 'NoSuchKey')) throw error;
    }
  }
  throw new Error('the object changed during each of three attempts to copy it');
}

interface SavedUpload {
  readonly uploadId: string;
  readonly etag: string;
  readonly partSize: number;
}

/** Whether the target now has the whole object; if not, the parts that it has stay for the next call. */
async function copyInParts(work: CopyWork, source: SourceVersion, key: string, head: ObjectHead): Promise<boolean> {
  const { target } = work;
  const { upload, parts, partSize } = await openUpload(work, source, key, head);
  const count = Math.ceil(head.size / partSize);
  const missing = Array.from({ length: count }, (_, index) => index + 1).filter((part) => !parts.has(part));
  const started = await inOrder(missing, Math.min(8, work.concurrency), work.timeIsUp, async (part) => {
    const first = (part - 1) * partSize;
    const last = Math.min(part * partSize, head.size) - 1;
    parts.set(part, await target.copyPart(upload, part, source, first, last));
  });
  if (started < missing.length) return false;
  try {
    await target.complete(upload, parts);
  } catch (error) {
    // a completion whose answer was lost has ended the upload
    const done = isError(error, 'NoSuchUpload') ? await target.head(key) : undefined;
    if (done?.metadata[SOURCE_ETAG] !== source.etag) throw error;
  }
  return true;
}

/** The upload that an earlier call began, or a new one; it is written down before its first part. */
async function openUpload(
  { state, source, target, partSize: least }: CopyWork,
  version: SourceVersion,
  key: string,
  head: ObjectHead,
): Promise<{ upload: Upload; parts: Map<number, string>; partSize: number }> {
  const name = `uploads/${createHash('sha256').update(key).digest('hex')}.json`;
  const saved = (await state.read(name)) as SavedUpload | undefined;
  if (saved) {
    const upload = { key, uploadId: saved.uploadId };
    try {
      if (saved.etag === version.etag) {
        return { upload, parts: await target.parts(upload), partSize: saved.partSize };
      }
      await target.abort(upload);
    } catch (error) {
      if (!isError(error, 'NoSuchUpload')) throw error;
    }
  }
  const partSize = Math.max(least, Math.ceil(head.size / 10_000));
  const uploadId = await target.createUpload(key, head, await source.tags(version.key));
  await state.write(name, { uploadId, etag: version.etag, partSize, key } satisfies SavedUpload & { key: string });
  return { upload: { key, uploadId }, parts: new Map(), partSize };
}
