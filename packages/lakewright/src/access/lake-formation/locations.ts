import type { Principal } from '../contract';
import type { Facts, Location } from './facts';
import { isAdministrator, isGrantee } from './principals';

/** The registered location that holds `s3://bucket/key`: the longest, as it says how its data is guarded. */
export function registeredLocation(facts: Pick<Facts, 'locations'>, uri: string): Location | undefined {
  return facts.locations
    .filter(({ ResourceArn }) => holds(ResourceArn, uri))
    .sort((a, b) => b.ResourceArn.length - a.ResourceArn.length)[0];
}

/**
 * Whether tables may be made that lie at a URI. Administrators may everywhere; below the location of the table's database
 * nobody needs the permission.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/access-control-underlying-data.html
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/creating-database.html
 */
export function decidePlacement(facts: Facts, principal: Principal, uri: string, database?: string): boolean {
  if (registeredLocation(facts, uri) === undefined || isAdministrator(facts, principal)) return true;
  const home = database === undefined ? undefined : facts.database(database)?.location;
  if (home !== undefined && isBelow(pathOf(home), pathOf(uri))) return true;
  return facts.grants.some(
    ({ Principal, Resource, Permissions }) =>
      Resource.DataLocation !== undefined &&
      Permissions.includes('DATA_LOCATION_ACCESS') &&
      isGrantee(facts, Principal, principal) &&
      holds(Resource.DataLocation.ResourceArn, uri),
  );
}

/** `arn:aws:s3:::bucket/prefix` holds `s3://bucket/prefix` and what lies below. */
export function holds(arn: string, uri: string): boolean {
  return isBelow(pathOf(arn), pathOf(uri));
}

const isBelow = (folder: string, path: string) => path === folder || path.startsWith(`${folder}/`);

/** `bucket/prefix`, of an ARN or URI. */
function pathOf(location: string): string {
  return location
    .replace(/^(arn:[^:]*:s3:::|s3[an]?:\/\/)/, '')
    .replace(/\/\*$/, '')
    .replace(/\/+$/, '');
}
