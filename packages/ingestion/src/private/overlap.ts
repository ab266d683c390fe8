import { type DataLocation, LakeError } from '@lakewright/core';

/**
 * Refuses a target that lies in its own source, or around it: what was written would be read again.
 *
 * @param what names of the two, for the message
 */
export function refuseOverlap(source: DataLocation, target: DataLocation, what: [string, string]): void {
  const same = source.bucket === target.bucket || source.bucket.bucketName === target.bucket.bucketName;
  if (!same || !(within(source.prefix, target.prefix) || within(target.prefix, source.prefix))) return;
  throw new Error(
    LakeError.message(
      'LocationsOverlap',
      `${what[0]} "${source.prefix}" and ${what[1]} "${target.prefix}" of the same bucket`,
      'neither lies in the other',
      'choose prefixes beside each other',
    ),
  );
}

function within(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}
