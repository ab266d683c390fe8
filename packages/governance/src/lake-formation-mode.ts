/** How `LakeFormationMode.cloudFormation` goes about the account's settings. */
export interface CloudFormationModeOptions {
  /**
   * Adds the administrators by `AWS::LakeFormation::DataLakeSettings`.
   *
   * **Of the whole account and region, and of one stack only**: it appends its administrators to those that are there, but
   * CloudFormation takes the settings as its own. Without it, whoever deploys has to be an administrator already.
   *
   * @default the account's settings stay as they are
   * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lakeformation-datalakesettings.html
   */
  readonly dataLakeSettings?: boolean;
}

/** By what permissions get to Lake Formation. */
export class LakeFormationMode {
  /**
   * One provider function a stack, with one custom resource for all its grants: merges with what others have set, tries
   * again when Lake Formation is busy, waits for tables that are made later, corrects drift. The default.
   */
  public static provider(): LakeFormationMode {
    return new LakeFormationMode(true, false);
  }

  /**
   * CloudFormation's own resources, one after the other, for those who forbid custom resources.
   *
   * It can't do all of it: IAM_ALLOWED_PRINCIPALS stays on databases that have it, `PermissionModel.hybrid()` is refused
   * (opt-ins have no resource), a table has to exist before it is granted, and what two stacks grant in common is taken away
   * with either of them.
   *
   * @param options the account's settings
   */
  public static cloudFormation(options: CloudFormationModeOptions = {}): LakeFormationMode {
    return new LakeFormationMode(false, options.dataLakeSettings ?? false);
  }

  private constructor(
    /** @internal */
    public readonly _byProvider: boolean,
    /** @internal */
    public readonly _dataLakeSettings: boolean,
  ) {}
}
