/** The engine that runs the sessions of a Spark workgroup. */
export class AthenaSparkEngine {
  /** Apache Spark 3.5: Spark Connect sessions, fine-grained access by Lake Formation. */
  public static readonly SPARK_3_5 = new AthenaSparkEngine('Apache Spark version 3.5');

  /** PySpark engine version 3 (Spark 3.2): notebooks in the Athena console. */
  public static readonly PYSPARK_3 = new AthenaSparkEngine('PySpark engine version 3');

  /**
   * A version that came later than this package.
   *
   * @param name as in ListEngineVersions
   */
  public static of(name: string): AthenaSparkEngine {
    return new AthenaSparkEngine(name);
  }

  private constructor(
    /** As in ListEngineVersions. */
    public readonly name: string,
  ) {}
}
