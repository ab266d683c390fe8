import { SqlError } from '../../../engines/sql/errors';
import type { ObjectInfo, ObjectStore } from '../../../workspace/object-store';

export interface S3Location {
  readonly bucket: string;
  /** Without a slash at its start; '' for the whole bucket. */
  readonly prefix: string;
}

/** `s3://bucket/prefix/` → its parts. `s3a` and `s3n` are taken too, as Hive does. */
export function parseLocation(uri: string): S3Location {
  const match = /^s3[an]?:\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (!match) throw new SqlError('HIVE_INVALID_METADATA', `not an S3 location: '${uri}'`);
  return { bucket: match[1] as string, prefix: match[2] as string };
}

/** With a slash at its end: a location is a folder. */
export const folderOf = (uri: string): string => (uri.endsWith('/') ? uri : `${uri}/`);

/** A file that a query reads. */
export interface DataFile {
  readonly bucket: string;
  readonly key: string;
  readonly uri: string;
  /** Absolute. */
  readonly path: string;
  readonly size: number;
  readonly modified: Date;
  /** Changes with its content. */
  readonly version: string;
}

/**
 * The files below a location, in key order: folders are read recursively; empty files and those with a part that starts
 * with `_` or `.` are left out, as Hive does.
 */
export async function listDataFiles(objects: ObjectStore, uri: string): Promise<DataFile[]> {
  const { bucket, prefix } = parseLocation(folderOf(uri));
  if (!objects.hasBucket(bucket)) {
    throw new SqlError('HIVE_FILESYSTEM_ERROR', `The specified bucket does not exist: ${bucket} (${uri})`);
  }
  const found = await objects.list(bucket, { prefix });
  return found
    .filter((object) => object.size > 0 && !object.key.endsWith('/') && !isHidden(object.key.slice(prefix.length)))
    .map((object) => toDataFile(objects, bucket, object));
}

const isHidden = (name: string): boolean => /(?:^|\/)[._]/.test(name);

function toDataFile(objects: ObjectStore, bucket: string, { key, size, lastModified, etag }: ObjectInfo): DataFile {
  return {
    bucket,
    key,
    uri: `s3://${bucket}/${key}`,
    path: objects.path(bucket, key),
    size,
    modified: lastModified,
    version: `${etag}-${size}-${lastModified.getTime()}`,
  };
}
