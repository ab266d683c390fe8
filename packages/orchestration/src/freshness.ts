import type { DataLocation } from '@lakewright/core';
import type { Duration } from 'aws-cdk-lib';

/** Data that must be new. */
export class Freshness {
  /**
   * New objects must come at least once in each interval.
   *
   * @param name what it is, for alarms: letters and digits
   * @param location where they come; a bucket of the stack's own account and region
   * @param within whole hours, 1 to 168
   */
  public static of(name: string, location: DataLocation, within: Duration): Freshness {
    return new Freshness(name, location, within);
  }

  private constructor(
    /** What it is. */
    public readonly name: string,
    /** Where new objects come. */
    public readonly location: DataLocation,
    /** How often at least. */
    public readonly within: Duration,
  ) {}
}
