import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import type { AccessControl } from '../access/contract';
import type { Session } from '../access/sessions';
import type { Classification, FileAsset, ImageAsset, LakeResource } from '../assembly/resource';
import type { Host } from '../host/host';
import type { Programs } from '../programs/programs';
import type { CatalogStore } from '../workspace/catalog-store';
import type { Clock } from '../workspace/clock';
import type { LakeConfig } from '../workspace/config';
import type { ObjectStore } from '../workspace/object-store';
import type { Workspace } from '../workspace/workspace';
import type { ApiShape } from './api-shape';
import type { BackgroundWork } from './background';
import type { EventBus } from './event-bus';

/**
 * One AWS service = one room with the same furniture. Adding a service is adding a folder that exports a
 * `ServiceFactory` and a line in registry.ts; the server, the planner, Step Functions, the support table of the docs and
 * the contract test read everything else from here.
 */
export interface Service {
  /** The SigV4 signing name: `s3`, `glue`, `athena`, `states` … */
  readonly name: string;
  /** How its requests arrive; undefined for a service that has resources only. */
  readonly protocol?: Protocol;
  /** CloudFormation type → what happens with it. */
  readonly resources: Readonly<Record<string, ResourceHandler>>;
  /** API operation (`StartQueryExecution`) → answer. */
  readonly operations: Readonly<Record<string, Operation>>;
  /** Step Functions integrations with a form of their own (`athena:startQueryExecution.sync`); `aws-sdk:*` uses operations. */
  readonly tasks: Readonly<Record<string, TaskIntegration>>;
  /**
   * Begins what the first request would wait for (an engine's process). Pipelines send what has been tried, clients also
   * mistakes.
   */
  warmUp?(awaited: 'pipelines' | 'clients'): void;
  /** Called before the declared resources are brought about: what is declared no longer ends. */
  deploying?(): void;
  /** Called when they are: what waited for them goes on. */
  deployed?(): void;
  /** Frees what the service holds (engine, timers). */
  stop?(): Promise<void>;
}

export type ServiceFactory = (lake: LakeContext) => Service;

export type Protocol =
  /** `X-Amz-Target: AmazonAthena.StartQueryExecution`, JSON in and out. */
  | { readonly kind: 'json'; readonly version: '1.0' | '1.1'; readonly target: string }
  /** Form-encoded `Action=…`, XML out. */
  | { readonly kind: 'query'; readonly xmlns: string }
  /** Method and path say the operation; JSON in and out. */
  | { readonly kind: 'rest-json'; readonly routes: readonly RestRoute[] }
  /** The service reads the raw request itself (S3); with `path` only what is below that path. */
  | {
      readonly kind: 'http';
      readonly path?: string;
      handle(request: IncomingMessage, response: ServerResponse, call: HttpCall): Promise<void>;
    };

export interface RestRoute {
  readonly method: string;
  /** `/prefix/{Name}/rest`: placeholders become input fields. */
  readonly path: string;
  readonly operation: string;
  /** The bodies are one member as it is (bytes), and others are headers: Lambda's Invoke. */
  readonly raw?: RawRoute;
}

export interface RawRoute {
  /** The member that is the body of the request and of the answer. */
  readonly payload: string;
  /** The answer's member that is the HTTP status. */
  readonly status: string;
  /** Header → member of the input. */
  readonly request: Readonly<Record<string, string>>;
  /** Member of the output → header. */
  readonly response: Readonly<Record<string, string>>;
}

export interface HttpCall {
  readonly caller: Caller;
  readonly url: URL;
  /** Set when the bucket came in the Host header (`<bucket>.localhost`). */
  readonly hostBucket?: string;
  /** The body, with aws-chunked framing removed; it ends with a BadDigest error if a checksum doesn't hold. */
  readonly body: Readable;
  /** Base64 by algorithm (`CRC32` …): what the client gave and the body has. Complete when the body has ended. */
  readonly checksums: Readonly<Record<string, string>>;
}

/** Who asks: the access-key id names the persona. */
export interface Caller {
  /** Role name, construct id, or `local-admin` for no or an unknown key id. */
  readonly principal: string;
  readonly accessKeyId?: string;
  /** Of a role that was assumed by STS. */
  readonly session?: Session;
  readonly requestId: string;
}

export const LOCAL_ADMIN: Caller = { principal: 'local-admin', requestId: 'local' };

/** Input and output in the API's own shape (SDK member names). Throws `ServiceError`. */
export type Operation = (input: ApiShape, caller: Caller) => Promise<Record<string, unknown> | undefined>;

/** An AWS API error, with the service's own code. */
export class ServiceError extends Error {
  constructor(
    public readonly code: string,
    message: string,
    public readonly status = 400,
    /** Further members of the error's shape (`AthenaErrorCode`, `BucketName` …). */
    public readonly fields: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

export interface ResourceHandler {
  readonly classification: Exclude<Classification, 'unsupported'>;
  /** For `simulated`: by which means. For `recorded`: what doesn't happen. */
  readonly note?: string;
  /** Finer than `classification`, where it hangs on the properties (an Iceberg table, a Docker Lambda). */
  classify?(resource: LakeResource): { readonly classification: Classification; readonly note?: string };
  /** What its work needs of this machine beside Node.js: an environment of Python by its name, or any `python`. */
  needs?(resource: LakeResource): string | undefined;
  /** Brings the declared state about. Idempotent; called in deployment order on each run. */
  apply?(resource: LakeResource): Promise<void>;
}

/**
 * A Step Functions task. The signal aborts it on timeout or StopExecution.
 *
 * @throws ServiceError, StatesError: it failed; MissingTool: this machine can't do it, so that it is left out
 */
export type TaskIntegration = (parameters: ApiShape, task: TaskCall) => Promise<TaskResult>;

export interface TaskCall {
  readonly caller: Caller;
  readonly signal: AbortSignal;
  readonly executionArn: string;
  readonly stateName: string;
  /** Tells the execution's history what the service answered at first, where the task goes on after that (`.sync`). */
  submitted?(output: unknown): void;
}

export interface TaskResult {
  /** What becomes the state's result. */
  readonly output: unknown;
  /** For report.json; null = not measured. */
  readonly measures?: TaskMeasures;
}

export interface TaskMeasures {
  readonly rowsIn?: number | null;
  readonly rowsOut?: number | null;
  readonly filesIn?: number | null;
  /** Rows that were put aside since they don't fit. */
  readonly rowsQuarantined?: number | null;
  /** Tables (database.table) that the task wrote. */
  readonly tables?: readonly string[];
  /** The parts of the task: dbt's models. */
  readonly items?: readonly TaskItem[];
}

export interface TaskItem {
  readonly name: string;
  /** `dbt:model` … */
  readonly type: string;
  readonly state: 'SUCCEEDED' | 'FAILED' | 'SKIPPED' | 'CANCELLED';
  readonly seconds: number | null;
  readonly rowsOut: number | null;
  readonly error?: string;
}

/** What a service is given. */
export interface LakeContext {
  readonly account: string;
  readonly region: string;
  readonly partition: string;
  readonly workspace: Workspace;
  readonly objects: ObjectStore;
  readonly catalog: CatalogStore;
  readonly clock: Clock;
  readonly events: EventBus;
  /** Work that nobody waits for: a run waits for its end. */
  readonly background: BackgroundWork;
  /** Who may do what. */
  readonly access: AccessControl;
  readonly host: Host;
  readonly config: LakeConfig;
  /** What the configuration's references (`env:NAME`, `service:NAME`) stand for; starts programs. */
  readonly programs: Programs;
  /** The lake's resources; empty when only the workspace is served. */
  readonly resources: readonly LakeResource[];
  readonly assets: readonly FileAsset[];
  /** Folders from which container images would be built. */
  readonly images?: readonly ImageAsset[];
  /** Tags of images of which an edit is all that has changed since the newest run; the first task of one takes it away. */
  readonly edited?: Set<string>;
  /** Another service's operation, as an SDK call would do it. */
  call(service: string, operation: string, input: unknown, caller?: Caller): Promise<ApiShape>;
  /** Another service's room, for typed access between neighbours (Step Functions → all tasks). */
  service(name: string): Service;
  /** The URL at which this lake's AWS APIs answer; a server is started if none runs. */
  endpoint(): Promise<string>;
}
