import type { ApiShape } from '../../api-shape';
import type { LakeContext } from '../../service';
import { invalidRequest } from '../errors';
import { seconds } from '../input';

/** A workgroup in the API's shape. */
export interface WorkGroup {
  readonly Name: string;
  readonly State: 'ENABLED' | 'DISABLED';
  readonly Configuration: ApiShape;
  readonly Description?: string;
  readonly CreationTime: number;
}

export const ENGINE_VERSION = {
  SelectedEngineVersion: 'AUTO',
  EffectiveEngineVersion: 'Athena engine version 3',
};

/** Where results go is the workgroup's to say, not the caller's. */
export const isEnforced = ({ Configuration }: WorkGroup): boolean =>
  Configuration.EnforceWorkGroupConfiguration === true;

const FILE = 'athena/workgroups';

/** Workgroups; `primary` is always there. */
export class WorkGroups {
  public constructor(private readonly lake: LakeContext) {}

  public list(): WorkGroup[] {
    return Object.values(this.all()).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  public find(name: string): WorkGroup | undefined {
    return this.all()[name];
  }

  public get(name: string): WorkGroup {
    const found = this.find(name);
    if (!found) throw invalidRequest(`WorkGroup ${name} is not found.`, 'WORKGROUP_NOT_FOUND');
    return found;
  }

  public put(workGroup: WorkGroup): void {
    this.lake.workspace.writeState(FILE, { ...this.all(), [workGroup.Name]: workGroup });
  }

  public delete(name: string): void {
    const { [name]: _, ...rest } = this.all();
    this.lake.workspace.writeState(FILE, rest);
  }

  /** A new one with AWS's defaults. */
  public create(name: string, configuration: ApiShape, description?: string): WorkGroup {
    return {
      Name: name,
      State: 'ENABLED',
      Configuration: {
        EnforceWorkGroupConfiguration: true,
        PublishCloudWatchMetricsEnabled: false,
        RequesterPaysEnabled: false,
        EnableMinimumEncryptionConfiguration: false,
        ...configuration,
        EngineVersion: {
          ...ENGINE_VERSION,
          ...configuration?.EngineVersion,
          EffectiveEngineVersion: ENGINE_VERSION.EffectiveEngineVersion,
        },
      },
      ...(description !== undefined && { Description: description }),
      CreationTime: seconds(this.lake.clock.now()),
    };
  }

  private all(): Record<string, WorkGroup> {
    const stored = this.lake.workspace.readState<Record<string, WorkGroup>>(FILE) ?? {};
    if (stored.primary) return stored;
    return { ...stored, primary: this.create('primary', { EnforceWorkGroupConfiguration: false }) };
  }
}
