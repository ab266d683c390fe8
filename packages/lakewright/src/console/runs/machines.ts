import { pipelines } from '../../actions/plan/plan';
import type { LakeResource } from '../../assembly/resource';
import type { LocalLake } from '../../local-lake';
import type { ApiShape } from '../../services/api-shape';
import type { StatesService } from '../../services/states';
import { type Flow, flowOf } from './flow';

export interface Execution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly name: string;
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** Seconds of the lake's clock. */
  readonly startDate: number;
  readonly stopDate?: number;
  readonly redriveCount?: number;
  readonly redriveDate?: number;
}

/** A pipeline: a state machine that no other one starts, with its executions, the first one first. */
export interface Pipeline {
  readonly machine: LakeResource;
  readonly id: string;
  readonly name: string;
}

/** What Step Functions knows of the lake's state machines, through its own API. */
export class Machines {
  public constructor(private readonly lake: LocalLake) {}

  public get states(): StatesService {
    return this.lake.service('states') as StatesService;
  }

  public pipelines(): readonly Pipeline[] {
    return pipelines(this.lake.resources).map((machine) => {
      const id = machine.path.replace(/\/(StateMachine\/)?Resource$/, '').replace(/\/StateMachine$/, '');
      return { machine, id, name: id.split('/').at(-1) ?? id };
    });
  }

  public async definition(arn: string): Promise<ApiShape | undefined> {
    try {
      const machine: ApiShape = await this.lake.call('states', 'DescribeStateMachine', { stateMachineArn: arn });
      return JSON.parse(machine.definition);
    } catch {
      return undefined; // declared, and not brought about: its resource says why
    }
  }

  public async flow(arn: string): Promise<Flow> {
    const known = new Map<string, ApiShape>();
    const machines = this.lake.resources.filter(({ type }) => type === 'AWS::StepFunctions::StateMachine');
    for (const machine of machines) {
      const definition = await this.definition(machine.arn);
      if (definition) known.set(machine.arn, definition);
    }
    return flowOf(arn, (wanted) => known.get(wanted));
  }

  /** The newest first. Runs of one state alone are among them. */
  public async executions(arn: string): Promise<readonly Execution[]> {
    const found: Execution[] = [];
    let nextToken: string | undefined;
    do {
      const page: ApiShape = await this.lake.call('states', 'ListExecutions', {
        stateMachineArn: arn,
        maxResults: 1000,
        ...(nextToken !== undefined && { nextToken }),
      });
      found.push(...page.executions);
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return found;
  }
}
