import type { ApiShape } from '../api-shape';
import type { Operation, TaskIntegration } from '../service';
import type { Replications } from './replications';

/**
 * DMS has no integration of its own in Step Functions: state machines use the operations. The descriptions, by which a
 * pipeline waits for a run, say besides how many rows it wrote.
 */
export function dmsTasks(
  replications: Replications,
  operations: Readonly<Record<string, Operation>>,
): Readonly<Record<string, TaskIntegration>> {
  const measured =
    (operation: string, list: string, arn: string): TaskIntegration =>
    async (parameters, { caller }) => {
      const output: ApiShape = (await operations[operation]?.(parameters, caller)) ?? {};
      const arns: string[] = (output[list] ?? []).map((one: ApiShape) => one[arn]);
      const rows = arns.map((one) => (replications.isLive(one) ? undefined : replications.record(one)?.rows));
      const known = rows.filter((count) => count !== undefined);
      const rowsOut = known.length === rows.length && rows.length > 0 ? known.reduce((a, b) => a + b, 0) : null;
      return { output, measures: { rowsOut } };
    };
  return {
    'aws-sdk:databasemigration:describeReplications': measured(
      'DescribeReplications',
      'Replications',
      'ReplicationConfigArn',
    ),
    'aws-sdk:databasemigration:describeReplicationTasks': measured(
      'DescribeReplicationTasks',
      'ReplicationTasks',
      'ReplicationTaskArn',
    ),
  };
}
