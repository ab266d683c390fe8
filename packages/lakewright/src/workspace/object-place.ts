import fs from 'node:fs';
import path from 'node:path';
import { ServiceError } from '../services/service';
import type { BucketFolder } from './bucket-folders';
import { keyToComponents } from './object-key';
import { errorCode, isMissing } from './storage-error';

/** Where a key's object lies. */
export interface ObjectPlace {
  readonly bucket: string;
  readonly key: string;
  /** The bucket's folder. */
  readonly root: string;
  /** The object's file, or the folder of a key with a trailing slash. */
  readonly path: string;
}

export function placeOf(bucket: BucketFolder, key: string): ObjectPlace {
  if (key === '') throw new ServiceError('InvalidArgument', 'an object needs a key', 400, { ArgumentName: 'Key' });
  return { bucket: bucket.name, key, root: bucket.folder, path: path.join(bucket.folder, ...keyToComponents(key)) };
}

/**
 * Refuses a place that isn't really inside its bucket, since a folder on the way is a symbolic link.
 *
 * A folder that isn't there yet is no problem.
 */
export async function assertInside(place: ObjectPlace): Promise<void> {
  const folder = path.dirname(place.path);
  const parent = await realPath(folder);
  if (parent === undefined || parent === folder) return;
  const root = (await realPath(place.root)) ?? place.root;
  if (parent === root || parent.startsWith(root + path.sep)) return;
  throw new ServiceError(
    'AccessDenied',
    `key "${place.key}" leads out of bucket "${place.bucket}" by a symbolic link → objects stay inside their bucket → copy the files in, or mount the folder as a bucket`,
    403,
  );
}

async function realPath(file: string): Promise<string | undefined> {
  try {
    return await fs.promises.realpath(file);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Makes the folders that a key's path needs. */
export async function makeFolders(place: ObjectPlace, folder: string): Promise<void> {
  try {
    await fs.promises.mkdir(folder, { recursive: true });
  } catch (error) {
    if (['ENOTDIR', 'EEXIST'].includes(errorCode(error) ?? '')) throw clash(place, 'there is an object on the way');
    throw error;
  }
}

/** S3 allows both `a` and `a/b`; a file system has a file or a folder at `a`. */
export function clash(place: ObjectPlace, reason: string): ServiceError {
  return new ServiceError(
    'NotImplemented',
    `key "${place.key}" can't be kept in bucket "${place.bucket}", since ${reason}: buckets are folders here, and a name is a file or a folder → delete the other object, or use another key`,
    501,
  );
}

/**
 * On a disk that doesn't tell `A` from `a`: refuses a key that would take the place of another one.
 *
 * Unicode forms count as equal as well, as they do on such disks.
 */
export async function assertNoCaseClash(place: ObjectPlace): Promise<void> {
  const wanted = path.relative(place.root, place.path).split(path.sep);
  let folder = place.root;
  for (const name of wanted) {
    const names = await namesIn(folder);
    if (!names.includes(name)) {
      const other = names.find((candidate) => fold(candidate) === fold(name));
      if (other === undefined) return;
      throw clash(place, `this disk doesn't tell "${name}" from "${other}", which is there`);
    }
    folder = path.join(folder, name);
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await fs.promises.readdir(folder);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

function fold(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Whether the file system takes `A` and `a` for the same name. */
export function isCaseInsensitive(folder: string): boolean {
  const probe = path.join(folder, `Case-Probe-${process.pid}`);
  fs.writeFileSync(probe, '');
  try {
    return fs.existsSync(path.join(folder, path.basename(probe).toLowerCase()));
  } finally {
    fs.rmSync(probe, { force: true });
  }
}
