import type { LakeContext, ServiceFactory } from '../service';
import { Executions } from './executions';
import { Integrations } from './integrations';
import { Journal } from './journal';
import { MapRuns } from './map-runs';
import { operations, type Room } from './operations';
import { Records } from './records';
import { resources } from './resources';
import { TaskTokens } from './task-tokens';
import { tasks } from './tasks';
import type { StatesService } from './trace';

export type { ExecutionRecord, ExecutionStatus, HistoryEvent } from './records';
export { onTrace, type StatesService, type TraceEvent, type TraceListener } from './trace';

/** Step Functions: state machines in JSONPath and JSONata, interpreted here. */
export const states: ServiceFactory = (lake: LakeContext): StatesService => {
  const tokens = new TaskTokens();
  const records = new Records(lake.workspace);
  const mapRuns = new MapRuns(records, () => lake.clock.now().getTime() / 1000);
  const executions = new Executions(lake, records, new Integrations(lake, tokens), tokens, mapRuns);
  const journal = new Journal(lake.workspace);
  executions.listeners.add((event) => journal.append(event));
  const room: Room = { lake, records, executions, tokens, mapRuns };
  return {
    name: 'states',
    protocol: { kind: 'json', version: '1.0', target: 'AWSStepFunctions' },
    resources: resources(room),
    operations: operations(room),
    tasks: tasks(room),
    onTrace: (listener) => {
      executions.listeners.add(listener);
      return () => executions.listeners.delete(listener);
    },
    startFrom: (arn, task) => executions.startFrom(records.machine(arn), task).executionArn,
    startOnly: (arn, task) => executions.startOnly(records.machine(arn), task).executionArn,
    traceOf: (executionArn) => journal.read(executionArn),
    async finished(executionArn) {
      await executions.finished(executionArn);
    },
    leftOut: (arn) => executions.get(arn).leftOut ?? [],
    stop: () => executions.stop(),
  };
};
