import { type DataLocation, type GrantOptions, LakeAccess, PermissionModel } from '@lakewright/core';
import type * as iam from 'aws-cdk-lib/aws-iam';

/** Gives rights on a location that is registered, or lies below one that is; see `Grants`. */
export class LocationPermissions {
  /** @internal */
  public constructor(private readonly location: DataLocation) {}

  /**
   * Make tables whose data lies here (DATA_LOCATION_ACCESS). Gives no right on the objects.
   *
   * @param grantee who may place tables
   * @param options whether the right may be passed on
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/granting-location-permissions.html
   */
  public dataLocation(grantee: iam.IGrantable, options: GrantOptions = {}): LocationPermissions {
    const { location } = this;
    LakeAccess.of(location.bucket).recordLocation({
      location,
      grantee,
      permissions: PermissionModel.lakeFormation(),
      grantable: options.grantable,
    });
    return this;
  }
}
