import type { ObjectStore } from '../../../workspace/object-store';
import type { ApiShape } from '../../api-shape';
import { ServiceError } from '../../service';
import { invalidInput } from '../errors';
import { excludes } from './exclusion';

/** An include path of a crawl. */
export interface S3Location {
  readonly bucket: string;
  /** `raw/flights/`, or empty for the whole bucket. */
  readonly prefix: string;
}

/** One object below an include path. */
export interface CrawledFile {
  readonly bucket: string;
  readonly key: string;
  readonly size: number;
}

/** `s3://bucket/a/b` and `bucket/a/b/` are the folder `a/b/`. */
export function parseS3Path(path: ApiShape): S3Location {
  const match = /^(?:s3[an]?:\/\/)?([^/\s]+)(?:\/(.*))?$/s.exec(String(path ?? ''));
  if (!match) throw invalidInput(`The S3 path "${path}" is not of the form s3://bucket/folder.`);
  const prefix = (match[2] ?? '').replace(/\/+$/, '');
  return { bucket: match[1], prefix: prefix ? `${prefix}/` : '' };
}

export const s3Uri = ({ bucket, prefix }: S3Location): string => `s3://${bucket}/${prefix}`;

/**
 * The files of an include path: its folder, or the one object that it names. Empty objects (folder markers) and names that
 * begin with `_` or `.`, which the query engines don't read, are left out, and so is what an exclude pattern matches.
 */
export async function listFiles(
  objects: ObjectStore,
  location: S3Location,
  exclusions: readonly string[] = [],
): Promise<CrawledFile[]> {
  const { bucket, prefix } = location;
  if (!objects.hasBucket(bucket)) {
    throw new ServiceError('EntityNotFoundException', `The specified bucket does not exist: ${bucket}.`);
  }
  const excluded = exclusions.map(excludes);
  const found = await objects.list(bucket, { prefix });
  const inFolder = found.filter(({ key, size }) => {
    const relative = key.slice(prefix.length);
    const hidden = relative.split('/').some((segment) => /^[_.]/.test(segment));
    return size > 0 && !hidden && !excluded.some((matches) => matches(relative));
  });
  const one = prefix && found.length === 0 ? await objects.head(bucket, prefix.slice(0, -1)) : undefined;
  const files = one && one.size > 0 ? [one] : inFolder;
  return files.map(({ key, size }) => ({ bucket, key, size }));
}

/** Which files are read: all, or the first `sampleSize` of each folder. */
export function sampled(files: readonly CrawledFile[], sampleSize: number | undefined): Set<CrawledFile> {
  if (!sampleSize) return new Set(files);
  const counts = new Map<string, number>();
  return new Set(
    files.filter(({ key }) => {
      const folder = folderOf(key);
      const count = (counts.get(folder) ?? 0) + 1;
      counts.set(folder, count);
      return count <= sampleSize;
    }),
  );
}

/** `a/b/c.csv` → `a/b/` */
export const folderOf = (key: string): string => key.slice(0, key.lastIndexOf('/') + 1);
