import type { LobHandling } from '../lob-handling';

/**
 * How a replication behaves. Said in full where DMS's own default would lose something in silence:
 *
 * - A table that fails stops the replication. DMS would suspend the table and go on, and its rows would be missing.
 * - A value that doesn't fit, or can't be converted, stops it, too. DMS would log it and write what is left of it.
 * - `DROP TABLE` and `TRUNCATE` at the source do nothing here: the lake keeps what it has, and no delete of each row would
 *   be written either.
 * - Nothing is deleted or prepared at the target before a load.
 * - A connection that breaks is tried again, for as long as it takes.
 *
 * @see https://docs.aws.amazon.com/dms/latest/userguide/CHAP_Tasks.CustomizingTasks.TaskSettings.html
 */
export function taskSettings(lobs: LobHandling): Record<string, Record<string, boolean | number | string>> {
  return {
    TargetMetadata: { ...lobs._settings, BatchApplyEnabled: false },
    FullLoadSettings: {
      TargetTablePrepMode: 'DO_NOTHING',
      StopTaskCachedChangesApplied: false,
      StopTaskCachedChangesNotApplied: false,
      MaxFullLoadSubTasks: 8,
    },
    Logging: { EnableLogging: true },
    ChangeProcessingDdlHandlingPolicy: {
      HandleSourceTableDropped: false,
      HandleSourceTableTruncated: false,
      HandleSourceTableAltered: true,
    },
    ErrorBehavior: {
      DataErrorPolicy: 'STOP_TASK',
      DataTruncationErrorPolicy: 'STOP_TASK',
      DataErrorEscalationPolicy: 'STOP_TASK',
      DataErrorEscalationCount: 0,
      TableErrorPolicy: 'STOP_TASK',
      TableErrorEscalationPolicy: 'STOP_TASK',
      TableErrorEscalationCount: 0,
      RecoverableErrorCount: -1,
      RecoverableErrorInterval: 5,
      RecoverableErrorThrottling: true,
      RecoverableErrorThrottlingMax: 1800,
      RecoverableErrorStopRetryAfterThrottlingMax: false,
      FailOnNoTablesCaptured: true,
      FailOnTransactionConsistencyBreached: true,
      FullLoadIgnoreConflicts: true,
    },
  };
}
