import { createHash } from 'node:crypto';
import type { ApiShape } from '../api-shape';
import { StateMap } from '../glue/state-map';
import { type LakeContext, ServiceError } from '../service';

/** An endpoint as the API shows it, and what else is known of it. */
export interface StoredEndpoint {
  readonly EndpointArn: string;
  readonly EndpointIdentifier: string;
  readonly EndpointType: string;
  readonly EngineName: string;
  /** The other properties: `S3Settings`, `PostgreSqlSettings` … Never a password. */
  readonly settings: ApiShape;
  /** The construct, where the template has it. */
  readonly path?: string;
}

/** A replication config (DMS Serverless) or a replication task, in one form. */
export interface StoredReplication {
  readonly arn: string;
  readonly identifier: string;
  readonly kind: 'config' | 'task';
  readonly type: 'full-load' | 'cdc' | 'full-load-and-cdc';
  readonly sourceEndpointArn: string;
  readonly targetEndpointArn: string;
  /** JSON texts. */
  readonly tableMappings: string;
  readonly settings: string;
  /** What else the template says: `ComputeConfig`, `ReplicationInstanceArn` … */
  readonly rest: ApiShape;
  readonly created: number;
  readonly path?: string;
}

/** How the latest run of a replication went. */
export interface RunRecord {
  readonly status: 'starting' | 'running' | 'stopping' | 'stopped' | 'failed';
  readonly startType: string;
  /** Epoch seconds by the lake's clock. */
  readonly freshStart: number;
  readonly started: number;
  readonly stopped?: number;
  /** Milliseconds of work. */
  readonly elapsed: number;
  readonly stopReason?: string;
  readonly failure?: string;
  /** Rows that this run wrote. */
  readonly rows?: number;
}

/** What is kept of DMS in the workspace. */
export class DmsStore {
  public readonly endpoints: StateMap<StoredEndpoint>;
  public readonly replications: StateMap<StoredReplication>;
  public readonly instances: StateMap<ApiShape>;
  public readonly runs: StateMap<RunRecord>;

  public constructor(private readonly lake: LakeContext) {
    this.endpoints = new StateMap(lake.workspace, 'dms/endpoints');
    this.replications = new StateMap(lake.workspace, 'dms/replications');
    this.instances = new StateMap(lake.workspace, 'dms/instances');
    this.runs = new StateMap(lake.workspace, 'dms/runs');
  }

  /** @throws ServiceError ResourceNotFoundFault */
  public endpoint(arn: string): StoredEndpoint {
    const endpoint = this.endpoints.get(arn);
    if (endpoint) return endpoint;
    throw notFound(`Endpoint ${arn} not found`);
  }

  /** @throws ServiceError ResourceNotFoundFault */
  public replication(arn: ApiShape, kind: StoredReplication['kind']): StoredReplication {
    const found = typeof arn === 'string' ? this.replications.get(arn) : undefined;
    if (found?.kind === kind) return found;
    throw notFound(`${kind === 'config' ? 'Replication config' : 'Replication task'} ${arn} not found`);
  }

  public ofKind(kind: StoredReplication['kind']): readonly StoredReplication[] {
    return this.replications.values().filter((one) => one.kind === kind);
  }

  public now(): number {
    return this.lake.clock.now().getTime() / 1000;
  }

  /**
   * Names a replication's state, and what it makes in the source database. It has the workspace in it: two workspaces of one
   * app, on one database, don't take each other's changes.
   */
  public stateName({ arn, identifier }: StoredReplication): string {
    const hash = createHash('sha256').update(`${this.lake.workspace.root}\n${arn}`).digest('hex').slice(0, 12);
    const words = identifier
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replaceAll(/^_+|_+$/g, '')
      .slice(0, 30);
    return `${words || 'replication'}_${hash}`;
  }
}

export const notFound = (text: string) => new ServiceError('ResourceNotFoundFault', text);

export const invalidState = (text: string) => new ServiceError('InvalidResourceStateFault', text);

export const invalidValue = (text: string) => new ServiceError('InvalidParameterValueException', text);
