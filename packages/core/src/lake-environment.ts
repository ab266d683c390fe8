import { RemovalPolicy } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';

/** What `LakeEnvironment.custom` may decide. */
export interface LakeEnvironmentOptions {
  /**
   * What becomes of data and of what holds it when it leaves the stack.
   *
   * With `DESTROY` buckets are emptied first, workgroups deleted with their history.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: RetentionDays;
}

/**
 * The one switch for removal, retention and cost, honoured by every Lakewright construct.
 *
 * | | `production()` | `sandbox()` |
 * |---|---|---|
 * | data on removal | kept | buckets emptied and destroyed |
 * | logs | one year | one week |
 */
export class LakeEnvironment {
  /** Data outlives the stack: the default everywhere. */
  public static production(): LakeEnvironment {
    return new LakeEnvironment('production', RemovalPolicy.RETAIN, RetentionDays.ONE_YEAR);
  }

  /** Removing the stack removes everything, data included. */
  public static sandbox(): LakeEnvironment {
    return new LakeEnvironment('sandbox', RemovalPolicy.DESTROY, RetentionDays.ONE_WEEK);
  }

  /**
   * An environment of one's own.
   *
   * @param name shown in descriptions, for example `staging`
   * @param options what differs from `production()`
   */
  public static custom(name: string, options: LakeEnvironmentOptions = {}): LakeEnvironment {
    return new LakeEnvironment(
      name,
      options.removalPolicy ?? RemovalPolicy.RETAIN,
      options.logRetention ?? RetentionDays.ONE_YEAR,
    );
  }

  private constructor(
    /** `production`, `sandbox` or the name given to `custom`. */
    public readonly name: string,
    /** What becomes of data when it leaves the stack. */
    public readonly removalPolicy: RemovalPolicy,
    /** How long logs are kept. */
    public readonly logRetention: RetentionDays,
  ) {}

  /** Whether removal really removes: buckets are emptied, workgroups deleted with their history. */
  public get destroysData(): boolean {
    return this.removalPolicy === RemovalPolicy.DESTROY;
  }
}
