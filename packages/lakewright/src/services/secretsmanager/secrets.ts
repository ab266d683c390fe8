import { randomUUID } from 'node:crypto';
import { type LakeContext, ServiceError } from '../service';

export interface SecretValue {
  readonly VersionId: string;
  readonly SecretString?: string;
  /** Base64. */
  readonly SecretBinary?: string;
  /** Epoch seconds. */
  readonly CreatedDate: number;
}

export interface Secret {
  readonly Name: string;
  readonly ARN: string;
  readonly Description?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
  readonly CreatedDate: number;
  readonly LastChangedDate: number;
  /** AWSCURRENT. */
  readonly current?: SecretValue;
  /** AWSPREVIOUS. */
  readonly previous?: SecretValue;
}

type State = Record<string, Secret>;

const STATE = 'secretsmanager';

/** Secrets, kept in `state/secretsmanager.json`, which only its owner can read. */
export class Secrets {
  public constructor(private readonly lake: LakeContext) {}

  public all(): Secret[] {
    return Object.values(this.state()).sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  /** By name, ARN, or ARN without its random suffix. */
  public find(id: string): Secret | undefined {
    const state = this.state();
    if (Object.hasOwn(state, id)) return state[id];
    return Object.values(state).find(({ ARN }) => ARN === id || ARN.replace(/-[^-]+$/, '') === id);
  }

  /** @throws ServiceError ResourceNotFoundException */
  public get(id: string): Secret {
    const secret = this.find(id);
    if (secret !== undefined) return secret;
    throw new ServiceError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }

  public create(name: string, arn: string, fields: Pick<Secret, 'Description' | 'Tags'>): Secret {
    const now = this.now();
    return this.save({ ...fields, Name: name, ARN: arn, CreatedDate: now, LastChangedDate: now });
  }

  /** Gives a secret another ARN, as a stack does that declares it anew: its values stay. */
  public move(secret: Secret, arn: string): Secret {
    return secret.ARN === arn ? secret : this.save({ ...secret, ARN: arn });
  }

  /** The value becomes the current one, the one before the previous one. */
  public putValue(
    secret: Secret,
    value: Pick<SecretValue, 'SecretString' | 'SecretBinary'>,
    versionId?: string,
  ): Secret {
    const now = this.now();
    const current = { ...value, VersionId: versionId ?? randomUUID(), CreatedDate: now };
    return this.save({ ...secret, current, previous: secret.current, LastChangedDate: now });
  }

  public describe(secret: Secret, fields: Pick<Secret, 'Description' | 'Tags'>): Secret {
    return this.save({ ...secret, ...fields, LastChangedDate: this.now() });
  }

  public remove(secret: Secret): void {
    const { [secret.Name]: _, ...rest } = this.state();
    this.lake.workspace.writeState(STATE, rest, { secret: true });
  }

  private save(secret: Secret): Secret {
    this.lake.workspace.writeState(STATE, { ...this.state(), [secret.Name]: secret }, { secret: true });
    return secret;
  }

  private state(): State {
    return this.lake.workspace.readState<State>(STATE) ?? {};
  }

  private now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }
}
