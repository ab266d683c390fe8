import type { ApiShape } from '../api-shape';
import { type LakeContext, type Operation, ServiceError } from '../service';
import { sourceOf } from './connectors';
import type { Executions } from './executions';
import { camelKeys, type Flow } from './flow';
import type { Flows } from './flows';
import type { Profiles } from './profiles';
import type { Run, Runs } from './runs';

/** What the operations work on. */
export interface AppFlowRoom {
  readonly lake: LakeContext;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly executions: Executions;
  readonly profiles: Profiles;
}

/**
 * How long an answer about a flow that runs is held for the run's end, in milliseconds: waits of a state machine pass at
 * once on the lake's clock, and a loop that polls would go round thousands of times for one real second.
 */
const HOLD = 1000;
/** Items of a page unless maxResults says otherwise. */
const PAGE = 20;

/**
 * AppFlow's API. Members may also begin with upper case letters, as Step Functions and EventBridge Scheduler write them.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_Operations.html
 */
export function operations(room: AppFlowRoom): Readonly<Record<string, Operation>> {
  const { flows, runs, executions, profiles } = room;
  const all: Record<string, (input: ApiShape) => Promise<Record<string, unknown>>> = {
    async CreateFlow(input) {
      if (flows.find(input.flowName)) {
        throw new ServiceError('ConflictException', `Flow with name ${input.flowName} already exists.`, 409);
      }
      const { clientToken: _, kmsArn, ...definition } = input;
      const flow = flows.put({ ...definition, kmsArn });
      return { flowArn: flows.arn(flow.flowName), flowStatus: flow.flowStatus };
    },
    async UpdateFlow(input) {
      const former = flows.get(input.flowName);
      const { clientToken: _, ...definition } = input;
      const flow = flows.put({ kmsArn: former.kmsArn, tags: former.tags, ...definition }, former.flowStatus);
      return { flowStatus: flow.flowStatus };
    },
    async DeleteFlow({ flowName, forceDelete }) {
      const flow = flows.get(flowName);
      const active = flow.triggerConfig.triggerType !== 'OnDemand' && flow.flowStatus === 'Active';
      if (active && forceDelete !== true) {
        throw new ServiceError(
          'ConflictException',
          `The flow ${flowName} is active: stop it, or use forceDelete.`,
          409,
        );
      }
      await executions.cancel(flowName, undefined);
      flows.delete(flow);
      runs.forget(flowName);
      return {};
    },
    async StartFlow({ flowName, clientToken }) {
      const flow = flows.get(flowName);
      const flowArn = flows.arn(flowName);
      if (flow.triggerConfig.triggerType !== 'OnDemand') {
        return { flowArn, flowStatus: flows.setStatus(flow, 'Active').flowStatus };
      }
      const executionId = await executions.start(flow, clientToken);
      return { flowArn, flowStatus: flow.flowStatus, executionId };
    },
    async StopFlow({ flowName }) {
      const flow = flows.get(flowName);
      if (flow.triggerConfig.triggerType === 'OnDemand') {
        throw new ServiceError('UnsupportedOperationException', 'On-demand flows cannot be deactivated.', 400);
      }
      return { flowArn: flows.arn(flowName), flowStatus: flows.setStatus(flow, 'Suspended').flowStatus };
    },
    async CancelFlowExecutions({ flowName, executionIds }) {
      flows.get(flowName);
      return { invalidExecutions: await executions.cancel(flowName, executionIds) };
    },
    async DescribeFlow({ flowName }) {
      await executions.ready();
      const flow = flows.get(flowName);
      const [last] = runs.of(flow.flowName).runs;
      return { ...shown(flow, flows.arn(flow.flowName), last), lastRunMetadataCatalogDetails: catalogOf(last) };
    },
    async ListFlows(input) {
      const { items, nextToken } = page(flows.all(), input);
      return {
        nextToken,
        flows: items.map((flow) => ({
          flowArn: flows.arn(flow.flowName),
          flowName: flow.flowName,
          description: flow.description,
          flowStatus: flow.flowStatus,
          sourceConnectorType: sourceOf(flow.sourceFlowConfig).connectorType,
          destinationConnectorType: 'S3',
          triggerType: flow.triggerConfig.triggerType,
          createdAt: date(flow.createdAt * 1000),
          lastUpdatedAt: date(flow.lastUpdatedAt * 1000),
          tags: flow.tags,
          lastRunExecutionDetails: lastRun(runs.of(flow.flowName).runs[0]),
        })),
      };
    },
    async DescribeFlowExecutionRecords(input) {
      await executions.ready();
      const { flowName } = flows.get(input.flowName);
      await executions.settle(flowName, HOLD);
      const { items, nextToken } = page(runs.of(flowName).runs, input);
      return { flowExecutions: items.map(shownRun), nextToken };
    },
    async DescribeConnectorProfiles(input) {
      const { connectorProfileNames, connectorType } = input;
      const found = profiles
        .all()
        .filter((one) => connectorProfileNames?.includes(one.connectorProfileName) ?? true)
        .filter((one) => connectorType === undefined || one.connectorType === connectorType);
      const { items, nextToken } = page(found, input);
      return { connectorProfileDetails: items, nextToken };
    },
  };
  return Object.fromEntries(
    Object.entries(all).map(([name, run]): [string, Operation] => [name, async (input) => run(camelKeys(input))]),
  );
}

function shown(flow: Flow, flowArn: string, last: Run | undefined): Record<string, unknown> {
  const { activatedAt: _, declaredStatus: __, createdAt, lastUpdatedAt, ...rest } = flow;
  return {
    ...rest,
    flowArn,
    createdAt: date(createdAt * 1000),
    lastUpdatedAt: date(lastUpdatedAt * 1000),
    lastRunExecutionDetails: lastRun(last),
  };
}

function lastRun(run: Run | undefined): ApiShape {
  if (run === undefined) return undefined;
  return {
    mostRecentExecutionMessage: run.message,
    mostRecentExecutionStatus: run.status,
    mostRecentExecutionTime: date(run.startedAt),
  };
}

function shownRun(run: Run): ApiShape {
  const { executionId, status, startedAt, lastUpdatedAt, pullStart, pullEnd, result, message } = run;
  return {
    executionId,
    executionStatus: status,
    startedAt: date(startedAt),
    lastUpdatedAt: date(lastUpdatedAt),
    dataPullStartTime: pullStart === undefined ? undefined : date(pullStart),
    dataPullEndTime: pullEnd === undefined ? undefined : date(pullEnd),
    executionResult: {
      bytesProcessed: result?.bytesProcessed ?? 0,
      bytesWritten: result?.bytesWritten ?? 0,
      recordsProcessed: result?.recordsProcessed ?? 0,
      ...(message !== undefined && { errorInfo: { putFailuresCount: 0, executionMessage: message } }),
    },
    metadataCatalogDetails: catalogOf(run),
  };
}

function catalogOf(run: Run | undefined): ApiShape {
  return run?.catalog === undefined ? undefined : [run.catalog];
}

function page<T>(all: readonly T[], input: ApiShape): { items: readonly T[]; nextToken: string | undefined } {
  const start = Number(input.nextToken ?? 0);
  const size = Number(input.maxResults ?? PAGE);
  const valid = Number.isInteger(start) && start >= 0 && Number.isInteger(size) && size >= 1 && size <= 100;
  if (!valid)
    throw new ServiceError('ValidationException', 'maxResults is from 1 to 100, and nextToken from an answer');
  return {
    items: all.slice(start, start + size),
    nextToken: start + size < all.length ? String(start + size) : undefined,
  };
}

function date(milliseconds: number): Date {
  return new Date(milliseconds);
}
