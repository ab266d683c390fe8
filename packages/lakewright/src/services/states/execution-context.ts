import type { ApiShape } from '../api-shape';
import type { LakeContext } from '../service';
import type { ExecutionRecord } from './records';

/**
 * The context object of an execution, but for what its states add.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function contextOf(record: ExecutionRecord, lake: LakeContext): Readonly<Record<string, ApiShape>> {
  const { continues } = record;
  const redriveCount = (continues?.redriveCount ?? 0) + record.redriveCount;
  return {
    Execution: {
      Id: record.executionArn,
      Input: JSON.parse(record.input),
      Name: continues?.name ?? record.name,
      RoleArn: record.roleArn,
      StartTime: new Date((continues?.startDate ?? record.startDate) * 1000).toISOString(),
      RedriveCount: redriveCount,
      ...(redriveCount > 0 && { RedriveTime: lake.clock.now().toISOString() }),
    },
    StateMachine: { Id: record.stateMachineArn, Name: record.stateMachineArn.split(':').at(-1) },
  };
}
