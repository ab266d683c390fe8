/**
 * Who decides about access to the lake's tables: IAM, Lake Formation, or both.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/hybrid-access-mode.html
 */
export class PermissionModel {
  /** IAM policies alone: whoever may read the objects and the catalog entry may read the table. The default. */
  public static iam(): PermissionModel {
    return new PermissionModel('iam', true, false);
  }

  /** Lake Formation for principals that were opted in, IAM for all others. */
  public static hybrid(): PermissionModel {
    return new PermissionModel('hybrid', true, true);
  }

  /**
   * Lake Formation alone: readers get `lakeformation:GetDataAccess` and no permission on the objects.
   *
   * Needs an access provider (`LakeFormation` of @lakewright/governance); without one, synthesis fails.
   */
  public static lakeFormation(): PermissionModel {
    return new PermissionModel('lakeFormation', false, true);
  }

  private constructor(
    /** `iam`, `hybrid` or `lakeFormation`. */
    public readonly name: string,
    /** Grants give permissions on S3 objects and keys. */
    public readonly usesIam: boolean,
    /** Grants are Lake Formation grants, too. */
    public readonly usesLakeFormation: boolean,
  ) {}
}
