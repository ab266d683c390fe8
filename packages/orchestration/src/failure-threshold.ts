import { refuse } from './private/refuse';

/**
 * How many items of a map may fail before it fails itself.
 *
 * There is none that tolerates everything: a map of which every item failed has not succeeded.
 */
export class FailureThreshold {
  /** The first failure fails the map. */
  public static none(): FailureThreshold {
    return new FailureThreshold(0);
  }

  /**
   * So many may fail.
   *
   * @param count 1 at least; a map of no more items than that is refused
   */
  public static items(count: number): FailureThreshold {
    if (!Number.isInteger(count) || count < 1) {
      refuse('InvalidThreshold', `${count} items`, '1 at least', 'FailureThreshold.none() tolerates no failure');
    }
    return new FailureThreshold(count);
  }

  /**
   * So many of a hundred may fail.
   *
   * @param percent above 0, below 100
   */
  public static percentage(percent: number): FailureThreshold {
    if (!(percent > 0 && percent < 100)) {
      refuse(
        'InvalidThreshold',
        `${percent} %`,
        'above 0 and below 100',
        'FailureThreshold.none() tolerates no failure',
      );
    }
    return new FailureThreshold(undefined, percent);
  }

  private constructor(
    /** Items that may fail; undefined with a percentage. */
    public readonly count?: number,
    /** Percent that may fail; undefined with a count. */
    public readonly percent?: number,
  ) {}
}
