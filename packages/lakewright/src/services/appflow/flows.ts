import type { LakeContext } from '../service';
import { ServiceError } from '../service';
import { invalid, sourceOf } from './connectors';
import { type Flow, type FlowDefinition, schemaOf } from './flow';
import { destinationOf } from './output/destination';
import { checkSchedule } from './schedule';
import { planTasks } from './tasks/plan';

const STATE = 'appflow-flows';

/** All flows, in `state/appflow-flows.json`. */
export class Flows {
  public constructor(private readonly lake: LakeContext) {}

  public all(): Flow[] {
    const flows = Object.values(this.lake.workspace.readState<Record<string, Flow>>(STATE) ?? {});
    return flows.sort((a, b) => (a.flowName < b.flowName ? -1 : 1));
  }

  public find(name: unknown): Flow | undefined {
    return this.all().find(({ flowName }) => flowName === name);
  }

  /** @throws ServiceError ResourceNotFoundException */
  public get(name: unknown): Flow {
    const flow = this.find(name);
    if (flow !== undefined) return flow;
    throw new ServiceError('ResourceNotFoundException', `Flow with name ${String(name)} does not exist.`, 404);
  }

  /**
   * Makes a flow or changes it; the schema version goes up with its mappings.
   *
   * @param status of the flow, unless it stays as it is
   * @throws ServiceError ValidationException for what can't be run
   */
  public put(definition: FlowDefinition, status?: Flow['flowStatus']): Flow {
    checkFlow(definition);
    const former = this.find(definition.flowName);
    const now = this.lake.clock.now().getTime() / 1000;
    const onDemand = definition.triggerConfig.triggerType === 'OnDemand';
    const changed = former !== undefined && schemaOf(former) !== schemaOf(definition);
    const same =
      former !== undefined && JSON.stringify(definitionOf(former)) === JSON.stringify(definitionOf(definition));
    const kept = same && former.declaredStatus === status ? former.flowStatus : status;
    const flowStatus = kept ?? (onDemand ? 'Active' : (former?.flowStatus ?? 'Draft'));
    return this.save({
      ...definition,
      flowStatus,
      flowStatusMessage: flowStatus === former?.flowStatus ? former.flowStatusMessage : undefined,
      declaredStatus: status,
      schemaVersion: (former?.schemaVersion ?? 1) + (changed ? 1 : 0),
      createdAt: former?.createdAt ?? now,
      lastUpdatedAt: same ? former.lastUpdatedAt : now,
      activatedAt: flowStatus === 'Active' ? (former?.activatedAt ?? now) : undefined,
    });
  }

  public setStatus(flow: Flow, flowStatus: Flow['flowStatus'], flowStatusMessage?: string): Flow {
    const now = this.lake.clock.now().getTime() / 1000;
    const activatedAt = flowStatus !== 'Active' ? undefined : (flow.activatedAt ?? now);
    return this.save({ ...flow, flowStatus, flowStatusMessage, activatedAt });
  }

  public delete(flow: Flow): void {
    this.write(this.all().filter(({ flowName }) => flowName !== flow.flowName));
  }

  public arn(flowName: string): string {
    const { partition, region, account } = this.lake;
    return `arn:${partition}:appflow:${region}:${account}:flow/${flowName}`;
  }

  private save(flow: Flow): Flow {
    this.write([...this.all().filter(({ flowName }) => flowName !== flow.flowName), flow]);
    return flow;
  }

  private write(flows: readonly Flow[]): void {
    this.lake.workspace.writeState(STATE, Object.fromEntries(flows.map((flow) => [flow.flowName, flow])));
  }
}

/** Reads all of a flow, so that what can't be run is said when it is made. @throws ServiceError ValidationException */
export function checkFlow(flow: FlowDefinition): void {
  if (!/^[a-zA-Z0-9][\w!@#.-]{0,255}$/.test(flow.flowName ?? '')) {
    throw invalid(`the flow name is "${flow.flowName}" → up to 256 letters, digits and _ ! @ # . -`);
  }
  const source = sourceOf(flow.sourceFlowConfig);
  destinationOf(flow.flowName, flow.destinationFlowConfigList ?? []);
  planTasks(flow.tasks ?? [], source.connectorType);
  checkSchedule(flow);
}

function definitionOf(flow: FlowDefinition): FlowDefinition {
  const { flowName, description, kmsArn, triggerConfig, sourceFlowConfig, destinationFlowConfigList, tasks } = flow;
  const { metadataCatalogConfig, tags } = flow;
  return {
    ...{ flowName, description, kmsArn, triggerConfig, sourceFlowConfig, destinationFlowConfigList },
    ...{ tasks, metadataCatalogConfig, tags },
  };
}
