import type { ApiShape } from '../api-shape';
import type { DueRun, ScheduledService } from '../events/due';
import type { LakeContext, RestRoute, ServiceFactory, TaskIntegration } from '../service';
import { Executions } from './executions';
import { Flows } from './flows';
import { type AppFlowRoom, operations } from './operations';
import { Profiles } from './profiles';
import { resources } from './resources';
import { Runs } from './runs';
import { activation, flowTimes, scheduleOf } from './schedule';

const OPERATIONS = [
  ...['CreateFlow', 'UpdateFlow', 'DeleteFlow', 'StartFlow', 'StopFlow', 'CancelFlowExecutions'],
  ...['DescribeFlow', 'ListFlows', 'DescribeFlowExecutionRecords', 'DescribeConnectorProfiles'],
];

/** `CreateFlow` is `POST /create-flow`. */
const ROUTES: readonly RestRoute[] = OPERATIONS.map((operation) => ({
  method: 'POST',
  path: `/${operation.replace(/\B[A-Z]/g, '-$&').toLowerCase()}`,
  operation,
}));

/** Amazon AppFlow: flows from a fixture, or from a bucket, to S3. Schedules fire when the lake's clock is moved. */
export const appflow: ServiceFactory = (lake: LakeContext): ScheduledService => {
  const flows = new Flows(lake);
  const runs = new Runs(lake);
  const executions = new Executions(lake, flows, runs);
  const room: AppFlowRoom = { lake, flows, runs, executions, profiles: new Profiles(lake) };
  return {
    name: 'appflow',
    protocol: { kind: 'rest-json', routes: ROUTES },
    resources: resources(room),
    operations: operations(room),
    tasks: tasks(room),
    due: (from, to) => due(room, from, to),
    stop: () => executions.stop(),
  };
};

/** What a polling state sees of the flow's last run, and what it means for the run report. */
function tasks({ lake, flows, runs }: AppFlowRoom): Readonly<Record<string, TaskIntegration>> {
  return {
    async 'aws-sdk:appflow:describeFlowExecutionRecords'(parameters, call) {
      const output: ApiShape = await lake.call('appflow', 'DescribeFlowExecutionRecords', parameters, call.caller);
      const flow = flows.find(parameters.FlowName);
      const [last] = flow ? runs.of(flow.flowName).runs : [];
      if (last?.status !== 'Successful' || last.result === undefined) return { output };
      const { recordsProcessed, recordsDropped } = last.result;
      const database = flow?.metadataCatalogConfig?.glueDataCatalog?.databaseName;
      const table = last.catalog?.tableName;
      return {
        output,
        measures: {
          rowsIn: recordsProcessed,
          rowsOut: recordsProcessed - recordsDropped,
          tables: database && table ? [`${database}.${table}`] : [],
        },
      };
    },
  };
}

function due(room: AppFlowRoom, from: Date, to: Date): DueRun[] {
  const { flows, runs } = room;
  return flows.all().flatMap((flow) => {
    const schedule = scheduleOf(flow);
    if (schedule === undefined || flow.flowStatus !== 'Active') return [];
    const first = runs.of(flow.flowName).runs.length === 0;
    return flowTimes(schedule, from, to, { activatedAt: activation(flow), first }).map(({ time, fires }) => ({
      time: fires,
      name: flow.flowName,
      expression: schedule.expression,
      fire: () => fire(room, flow.flowName, time),
    }));
  });
}

/** Nobody waits for a scheduled run: the report of the lake's run has it. */
async function fire({ lake, flows, runs, executions }: AppFlowRoom, flowName: string, time: Date): Promise<void> {
  const flow = flows.find(flowName);
  // Earlier runs of the same move may have suspended it.
  if (flow?.flowStatus !== 'Active') return;
  const began = Date.now();
  const executionId = await executions.start(flow, undefined, time);
  await executions.finished(executionId);
  const run = runs.of(flowName).runs.find((one) => one.executionId === executionId);
  const named = lake.resources.find(({ type, properties, physicalId }) => {
    return type === 'AWS::AppFlow::Flow' && (properties.FlowName ?? physicalId) === flowName;
  });
  const error = run?.status === 'Successful' ? undefined : (run?.message ?? 'the run is not known');
  const seconds = (Date.now() - began) / 1000;
  lake.background.report({ name: named?.path ?? flowName, type: 'appflow:flow', seconds, error });
}
