import type { ObjectStore } from '../../../workspace/object-store';
import { readCsv } from './parse-csv';
import { readJsonValues } from './parse-json';
import { type SourceBatches, type SourceRequest, sourceFailure } from './source';

/**
 * The records of the objects below an S3 source's prefix, in the order of their keys: CSV with a header, or JSON. An
 * incremental pull takes those that no earlier run has read.
 */
export async function* readBucket(store: ObjectStore, { source, objects, signal }: SourceRequest): SourceBatches {
  const bucket = String(source.properties.bucketName);
  const reader = source.properties.s3InputFormatConfig?.s3InputFileType === 'JSON' ? readJsonValues : readCsv;
  if (!store.hasBucket(bucket)) {
    throw sourceFailure(
      'ResourceNotFoundException',
      `the source bucket "${bucket}" isn't there → a bucket of the lake`,
    );
  }
  const prefix = source.object === '' || source.object.endsWith('/') ? source.object : `${source.object}/`;
  let startAfter: string | undefined;
  let files = 0;
  do {
    const page = await store.page(bucket, { prefix, startAfter });
    for (const { key, size, etag } of page.objects) {
      if (size === 0) continue;
      signal.throwIfAborted();
      files++;
      if (objects?.known[key] === etag) continue;
      if (objects) objects.taken[key] = etag;
      yield* reader(await store.read(bucket, key), `s3://${bucket}/${key}`);
    }
    startAfter = page.next;
  } while (startAfter !== undefined);
  if (files > 0 || objects) return;
  throw sourceFailure(
    'ResourceNotFoundException',
    `there are no files below s3://${bucket}/${prefix} → put some there`,
  );
}
