import { authorize, engineCaller } from '../../access/guard';
import { MissingTool } from '../../host/missing-tool';
import type { ApiShape } from '../api-shape';
import { type Caller, type LakeContext, ServiceError, type TaskCall, type TaskResult } from '../service';
import { LeftOut, StatesError } from './asl/errors';
import { integrationName } from './asl/interpreter';
import type { TaskRequest } from './asl/surroundings';
import type { ExecutionRecord } from './records';
import type { TaskTokens } from './task-tokens';

/** Service in a Resource ARN (the names of the AWS SDK for Java) → our room, and the name in error names. */
const SERVICES: Readonly<Record<string, readonly [room: string, errors: string]>> = {
  appflow: ['appflow', 'Appflow'],
  athena: ['athena', 'Athena'],
  cloudwatch: ['monitoring', 'CloudWatch'],
  cloudwatchlogs: ['logs', 'CloudWatchLogs'],
  databasemigration: ['dms', 'DatabaseMigration'],
  dynamodb: ['dynamodb', 'DynamoDb'],
  ecs: ['ecs', 'Ecs'],
  eventbridge: ['events', 'EventBridge'],
  events: ['events', 'EventBridge'],
  glue: ['glue', 'Glue'],
  lakeformation: ['lakeformation', 'LakeFormation'],
  lambda: ['lambda', 'Lambda'],
  s3: ['s3', 'S3'],
  scheduler: ['scheduler', 'Scheduler'],
  secretsmanager: ['secretsmanager', 'SecretsManager'],
  sfn: ['states', 'Sfn'],
  states: ['states', 'StepFunctions'],
  sns: ['sns', 'Sns'],
  sqs: ['sqs', 'Sqs'],
  ssm: ['ssm', 'Ssm'],
  sts: ['sts', 'Sts'],
};

/** Rooms whose API has members in camel case, which SDK integrations write in Pascal case. */
const CAMEL_CASE = new Set(['appflow']);
/** Members whose keys are names. */
const MAPS = new Set(['customProperties', 'taskProperties', 'tags']);

/** Parameters that optimized integrations take as JSON and hand on as text. */
const TEXT_PARAMETERS: Readonly<Record<string, string>> = {
  'sns:publish': 'Message',
  'sqs:sendMessage': 'MessageBody',
};

/** Finds and runs what a Task's Resource names: an own form of a service, else the API operation. */
export class Integrations {
  public constructor(
    private readonly lake: LakeContext,
    private readonly tokens: TaskTokens,
  ) {}

  /**
   * @throws StatesError States.Runtime for what isn't supported: no wildcard may swallow that
   * @throws LeftOut where a tool of this machine is missing
   */
  public async run(
    request: TaskRequest,
    record: Pick<ExecutionRecord, 'executionArn' | 'stateMachineArn' | 'roleArn'>,
  ): Promise<TaskResult> {
    try {
      return await this.begin(request, record);
    } catch (error) {
      if (!(error instanceof MissingTool)) throw error;
      throw new LeftOut([{ name: request.stateName, reason: error.reason, need: error.need }]);
    }
  }

  private async begin(
    request: TaskRequest,
    record: Pick<ExecutionRecord, 'executionArn' | 'stateMachineArn' | 'roleArn'>,
  ): Promise<TaskResult> {
    const { executionArn } = record;
    const { signal, stateName, submitted } = request;
    const caller = this.callerOf(request, record);
    const call: TaskCall = { caller, signal, executionArn, stateName, submitted };
    const name = integrationName(request.resource);
    if (!name.endsWith('.waitForTaskToken')) return await this.dispatch(name, request.parameters, call);
    const answer = this.tokens.wait(request.token ?? '', request.signal, request.heartbeat);
    this.lake.host.notify({
      code: 'LW_STATES_TASK_TOKEN',
      level: 'info',
      text: `${request.stateName} waits for SendTaskSuccess or SendTaskFailure with its task token`,
      data: { executionArn, stateName: request.stateName, taskToken: request.token },
    });
    // The callee may answer before its call returns.
    const started = this.dispatch(name.slice(0, -'.waitForTaskToken'.length), request.parameters, call);
    answer.catch(() => {});
    started.then(({ output }) => submitted(output)).catch(() => {});
    const { measures } = await Promise.race([
      started,
      answer.then(() => started.catch(() => ({ measures: undefined }))),
    ]);
    return { output: await answer, measures };
  }

  /**
   * The machine's role, or the one that it assumes for this task.
   *
   * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
   */
  private callerOf(
    { roleArn }: TaskRequest,
    machine: Pick<ExecutionRecord, 'executionArn' | 'stateMachineArn' | 'roleArn'>,
  ): Caller {
    const own = engineCaller(this.lake, machine.roleArn, machine.executionArn);
    if (roleArn === undefined) return own;
    const context = { 'sts:ExternalId': machine.stateMachineArn };
    try {
      this.lake.access.requireTrust(roleArn.split('/').at(-1) ?? '', own, { action: 'sts:AssumeRole', context });
    } catch (error) {
      throw translate(error, 'Sts', 'sts:assumeRole');
    }
    return engineCaller(this.lake, roleArn, machine.executionArn);
  }

  private async dispatch(name: string, parameters: ApiShape, call: TaskCall): Promise<TaskResult> {
    const lambda = /^arn:[^:]+:lambda:[^:]*:[^:]*:function:(.+)$/.exec(name);
    if (lambda !== null) {
      const { output, measures } = await this.dispatch(
        'lambda:invoke',
        { FunctionName: name, Payload: parameters },
        call,
      );
      return { output: (output as ApiShape)?.Payload, measures };
    }
    if (name.startsWith('arn:')) throw refusal(name, 'activities and other resources have no local workers');
    if (name.startsWith('aws-sdk:')) return await this.operation(name.slice('aws-sdk:'.length), parameters, call);
    const [service = '', action = ''] = name.split(':');
    const [room, errors] = SERVICES[service] ?? [service, pascal(service)];
    try {
      const own = this.lake.service(room).tasks[name];
      if (own !== undefined) {
        await this.authorize(room, action, parameters, call);
        return await own(parameters, call);
      }
    } catch (error) {
      throw translate(error, errors, name);
    }
    if (/\.sync(:2)?$/.test(name)) throw refusal(name, 'this service has no such integration locally');
    const text = TEXT_PARAMETERS[`${service}:${action}`];
    const value = text === undefined ? undefined : parameters?.[text];
    const input = typeof value === 'object' ? { ...parameters, [text as string]: JSON.stringify(value) } : parameters;
    return await this.operation(name, input, call);
  }

  /** A form of its own doesn't pass the guard around the service's operations. */
  private async authorize(room: string, action: string, parameters: ApiShape, { caller }: TaskCall): Promise<void> {
    const operation = pascal(action.replace(/\.sync(:2)?$/, ''));
    await authorize(this.lake, room, operation, parameters, caller);
  }

  private async operation(name: string, parameters: ApiShape, call: TaskCall): Promise<TaskResult> {
    const [service = '', action = ''] = name.split(':');
    const [room, errors] = SERVICES[service] ?? [service, pascal(service)];
    try {
      // A room may report measures of an SDK integration as well.
      const own = this.lake.service(room).tasks[`aws-sdk:${name}`];
      if (own !== undefined) await this.authorize(room, action, parameters, call);
      const result = own
        ? await own(parameters, call)
        : { output: await this.lake.call(room, pascal(action), parameters, call.caller) };
      const output = sdkShape(result.output ?? {});
      return { ...result, output: CAMEL_CASE.has(room) ? pascalKeys(output) : output };
    } catch (error) {
      throw translate(error, errors, name);
    }
  }
}

const pascal = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function pascalKeys(value: ApiShape): ApiShape {
  if (Array.isArray(value)) return value.map(pascalKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<ApiShape>(value).map(([key, entry]) => [pascal(key), MAPS.has(key) ? entry : pascalKeys(entry)]),
  );
}

function refusal(name: string, reason: string): StatesError {
  return new StatesError('States.Runtime', `Lakewright does not run the task '${name}': ${reason}`);
}

/** `Glue.EntityNotFoundException`: names end with Exception, not with Fault, as the SDK for Java's classes do. */
function translate(error: unknown, errors: string, name: string): unknown {
  if (!(error instanceof ServiceError)) return error instanceof StatesError ? error : asFailure(error);
  if (error.status === 501) return refusal(name, error.message);
  if (error.code.includes('.')) return new StatesError(error.code, error.message);
  const code = /(Exception|Error)$/.test(error.code) ? error.code : `${error.code.replace(/Fault$/, '')}Exception`;
  return new StatesError(`${errors}.${code}`, error.message);
}

function asFailure(error: unknown): unknown {
  if (!(error instanceof Error) || error.name === 'AbortError') return error;
  if (error instanceof MissingTool || error instanceof LeftOut) return error;
  return new StatesError('States.TaskFailed', error.message);
}

/** Members of JSON protocols that hold epoch seconds; SDK integrations give ISO 8601 texts. */
const TIME_MEMBER = /(Time|Date|DateTime|Timestamp|On|LastUpdated|CreatedAt|UpdatedAt)$/;

function sdkShape(value: ApiShape, member = ''): ApiShape {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (typeof value === 'number' && TIME_MEMBER.test(member) && value > 1e8 && value < 1e11) {
    return new Date(value * 1000).toISOString();
  }
  if (Array.isArray(value)) return value.map((entry) => sdkShape(entry, member));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries<ApiShape>(value)
      .filter(([, entry]) => entry !== undefined)
      .map(([key, entry]) => [key, sdkShape(entry, key)]),
  );
}
