/** The engine that runs a workgroup's queries. */
export class AthenaEngineVersion {
  /** Athena engine version 3, based on Trino. */
  public static readonly V3 = new AthenaEngineVersion('Athena engine version 3');

  /** AWS chooses, and may upgrade without asking. */
  public static readonly AUTO = new AthenaEngineVersion('AUTO');

  /**
   * A version that came later than this package.
   *
   * @param name as in ListEngineVersions, for example `Athena engine version 3`
   */
  public static of(name: string): AthenaEngineVersion {
    return new AthenaEngineVersion(name);
  }

  private constructor(
    /** As in ListEngineVersions. */
    public readonly name: string,
  ) {}
}
