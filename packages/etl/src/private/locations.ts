import { DataLocation, type IDataset } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { refuse } from './refuse';

/** Where a job keeps what is no data: outside of the target, so that no table has it, and in the same bucket, so that one key holds. */
export function stateLocation(target: DataLocation, state?: DataLocation): DataLocation {
  return state ?? DataLocation.of(target.bucket, ['_lakewright', target.prefix].filter(Boolean).join('/'));
}

/** Where the files of a data set lie. */
export function locationOf(dataset: IDataset): DataLocation {
  return (
    dataset.location ??
    refuse(
      'NoDatasetLocation',
      `data set "${dataset.databaseName}.${dataset.tableName}" without a location`,
      'one whose files have a place',
      'give it: database.dataset("name", { location })',
    )
  );
}

/**
 * Reads a table by a Spark job: the entry by the permission model, and the files with the role's own rights, since Spark reads them
 * with these.
 */
export function letRead(role: iam.IGrantable, dataset: IDataset): void {
  dataset.grants.read(role);
  if (!dataset.permissions.usesIam) locationOf(dataset).grants.read(role);
}

/** Writes a table by a Spark job. */
export function letWrite(role: iam.IGrantable, dataset: IDataset): void {
  const location = locationOf(dataset);
  dataset.grants.write(role);
  if (dataset.permissions.usesIam) return;
  location.grants.readWrite(role);
  location.grants.delete(role);
}

/** Refuses a place that lies in another one, or around it: what was written would be read again, or deleted. */
export function refuseOverlap(places: Record<string, DataLocation>): void {
  const named = Object.entries(places);
  named.forEach(([name, place], index) => {
    const other = named.slice(index + 1).find(([, each]) => overlap(place, each));
    if (!other) return;
    refuse(
      'LocationsOverlap',
      `${name} "${place.prefix}" and ${other[0]} "${other[1].prefix}" of the same bucket`,
      'neither lies in the other',
      'choose prefixes beside each other',
    );
  });
}

function overlap(one: DataLocation, other: DataLocation): boolean {
  const same = one.bucket === other.bucket || one.bucket.bucketName === other.bucket.bucketName;
  return same && (within(one.prefix, other.prefix) || within(other.prefix, one.prefix));
}

function within(inner: string, outer: string): boolean {
  return outer === '' || inner === outer || inner.startsWith(`${outer}/`);
}
