import type { Workspace } from '../../workspace/workspace';
import type { LakeContext } from '../service';
import { ServiceError } from '../service';

export interface Parameter {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  /** Epoch seconds. */
  readonly LastModifiedDate: number;
  readonly DataType: string;
  readonly Description?: string;
  readonly Tier?: string;
  readonly AllowedPattern?: string;
}

type State = Record<string, Parameter>;

const STATE = 'ssm';
const NAME = /^[a-zA-Z0-9_./-]{1,1011}$/;

/** What a template's `AWS::SSM::Parameter::Value` gets: the value that the workspace keeps. */
export function parameterValue(workspace: Workspace, reference: string): string | undefined {
  return new Parameters({ workspace }).find(reference)?.Value;
}

/** Parameters, kept in `state/ssm.json`, which only its owner can read: some are secure strings. */
export class Parameters {
  public constructor(private readonly lake: Pick<LakeContext, 'workspace'> & Partial<Pick<LakeContext, 'clock'>>) {}

  public all(): Parameter[] {
    return Object.values(this.state()).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  /** By name, `name:version` or ARN. */
  public find(reference: string): Parameter | undefined {
    const bare = reference.replace(/^arn:[^:]+:ssm:[^:]*:[^:]*:parameter(?=\/)/, '');
    const [, name, version] = /^(.*?)(?::(\d+))?$/.exec(bare) ?? [];
    const state = this.state();
    const found = Object.hasOwn(state, name) ? state[name] : this.byBareName(state, reference, name);
    if (version !== undefined && found !== undefined && found.Version !== Number(version)) return undefined;
    return found;
  }

  public put(parameter: Omit<Parameter, 'Version' | 'LastModifiedDate'>): Parameter {
    if (!NAME.test(parameter.Name)) {
      throw new ServiceError(
        'ValidationException',
        `"${parameter.Name}" is no parameter name → letters, digits, _ . - and /`,
      );
    }
    const state = this.state();
    const former = Object.hasOwn(state, parameter.Name) ? state[parameter.Name] : undefined;
    const now = (this.lake.clock?.now() ?? new Date()).getTime() / 1000;
    const made = { ...former, ...parameter, Version: (former?.Version ?? 0) + 1, LastModifiedDate: now };
    this.lake.workspace.writeState(STATE, { ...state, [parameter.Name]: made }, { secret: true });
    return made;
  }

  public remove(name: string): boolean {
    const { [name]: gone, ...rest } = this.state();
    if (gone === undefined) return false;
    this.lake.workspace.writeState(STATE, rest, { secret: true });
    return true;
  }

  private state(): State {
    return this.lake.workspace.readState<State>(STATE) ?? {};
  }

  /** The ARN of `name` is `…:parameter/name`: its slash isn't part of it. */
  private byBareName(state: State, reference: string, name: string): Parameter | undefined {
    const bare = name.replace(/^\//, '');
    return reference.startsWith('arn:') && Object.hasOwn(state, bare) ? state[bare] : undefined;
  }
}
