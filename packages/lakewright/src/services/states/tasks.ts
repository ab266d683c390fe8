import type { ApiShape } from '../api-shape';
import type { TaskCall, TaskIntegration, TaskResult } from '../service';
import { LeftOut, StatesError } from './asl/errors';
import type { Room } from './operations';
import type { ChildRecord, ExecutionRecord } from './records';

/** `states:startExecution` and its forms that wait for the child. Source: Developer Guide, "Start a Step Functions workflow". */
export function tasks({ records, executions }: Room): Readonly<Record<string, TaskIntegration>> {
  const start = (parameters: ApiShape): ExecutionRecord => {
    const input = parameters.Input;
    const text = typeof input === 'string' ? input : JSON.stringify(input ?? {});
    return executions.start(records.machine(String(parameters.StateMachineArn)), text, parameters.Name);
  };
  const wait = async (parameters: ApiShape, call: TaskCall): Promise<ExecutionRecord | ChildRecord> => {
    const { executionArn, startDate } = start(parameters);
    call.submitted?.({ ExecutionArn: executionArn, StartDate: Math.round(startDate * 1000) });
    const stop = (): void => void executions.abort(executionArn, undefined, 'the parent was stopped');
    call.signal.addEventListener('abort', stop, { once: true });
    try {
      const record = await executions.finished(executionArn);
      if (record.status === 'SUCCEEDED') return record;
      if (record.leftOut) throw new LeftOut(record.leftOut);
      throw new StatesError('States.TaskFailed', JSON.stringify(described(record, record.output)));
    } finally {
      call.signal.removeEventListener('abort', stop);
    }
  };
  return {
    async 'states:startExecution'(parameters): Promise<TaskResult> {
      const record = start(parameters);
      return { output: { ExecutionArn: record.executionArn, StartDate: Math.round(record.startDate * 1000) } };
    },
    async 'states:startExecution.sync'(parameters, call): Promise<TaskResult> {
      const record = await wait(parameters, call);
      return { output: described(record, record.output) };
    },
    async 'states:startExecution.sync:2'(parameters, call): Promise<TaskResult> {
      const record = await wait(parameters, call);
      return { output: described(record, JSON.parse(record.output ?? 'null')) };
    },
  };
}

function described(record: ExecutionRecord | ChildRecord, output: ApiShape): ApiShape {
  return {
    ExecutionArn: record.executionArn,
    Input: record.input,
    InputDetails: { Included: true },
    Name: record.name,
    ...(output !== undefined && { Output: output, OutputDetails: { Included: true } }),
    ...(record.error !== undefined && { Error: record.error, Cause: record.cause }),
    StartDate: Math.round(record.startDate * 1000),
    StateMachineArn: record.stateMachineArn,
    Status: record.status,
    StopDate: Math.round((record.stopDate ?? record.startDate) * 1000),
  };
}
