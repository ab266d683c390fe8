import type { Duration, Size } from 'aws-cdk-lib';
import type * as sns from 'aws-cdk-lib/aws-sns';

/** When an alarm on scanned bytes goes off, and who is told. */
export interface ScannedBytesAlarmOptions {
  /** So much may all queries of the workgroup scan in a period. */
  readonly limit: Size;

  /**
   * How long a period is: whole minutes, a day at most.
   * @default Duration.days(1)
   */
  readonly period?: Duration;

  /**
   * Gets a notice when the limit is exceeded, and when the alarm ends.
   * @default nobody; give actions with `addAlarmAction`
   */
  readonly notify?: sns.ITopic;
}
