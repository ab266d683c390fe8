import type { ApiShape } from '../../api-shape';
import { StatesError, TimedOut } from './errors';
import { integrationName, stoppable, type Visit } from './interpreter';
import { carried, failureDetails, json, limit } from './payload';
import type { Outcome } from './state-handlers';

/** A Task state: its parameters, its time limits, its events in the history. */
export async function runTask(visit: Visit): Promise<Outcome> {
  const { state, scope, query, run, frame, name } = visit;
  const parameters = await query.arguments(state, scope);
  const timeout = await seconds(visit, 'TimeoutSeconds');
  const heartbeat = await seconds(visit, 'HeartbeatSeconds');
  const roleArn = state.Credentials && (await query.template(state.Credentials, scope)).RoleArn;
  const events = eventsOf(visit, integrationName(state.Resource));
  events.scheduled(parameters, { timeout, heartbeat, roleArn });
  events.started();
  // Work takes real time, so its timeout does: only waits jump.
  const timer = new AbortController();
  const own = (timeout ?? Number.POSITIVE_INFINITY) * 1000;
  const left = (frame.deadline ?? Number.POSITIVE_INFINITY) - run.around.clock.now().getTime();
  const late = (): void => timer.abort(left <= own ? new TimedOut() : new StatesError('States.Timeout', ''));
  const milliseconds = Math.min(own, left);
  const alarm = Number.isFinite(milliseconds) ? setTimeout(late, Math.min(milliseconds, 2 ** 31 - 1)) : undefined;
  const signal = AbortSignal.any([frame.signal, timer.signal]);
  try {
    const work = run.around.runTask({
      resource: state.Resource,
      parameters,
      stateName: name,
      signal,
      submitted: events.submitted,
      ...(roleArn !== undefined && { roleArn: String(roleArn) }),
      token: scope.context.Task?.Token,
      ...(heartbeat !== undefined && { heartbeat: heartbeat * 1000 }),
    });
    const { output, measures } = await stoppable(work, signal);
    const result = output === undefined ? null : JSON.parse(json(output));
    limit(result, `The state/task '${events.service}'`);
    events.succeeded(result);
    return { input: scope.input, result, measures };
  } catch (error) {
    if (error instanceof StatesError) events.failed(error);
    throw error;
  } finally {
    clearTimeout(alarm);
  }
}

/** @throws StatesError States.Runtime: "a positive, non-zero integer", Developer Guide, "Task workflow state" */
async function seconds(visit: Visit, field: string): Promise<number | undefined> {
  const value = await visit.query.field(visit.state, field, visit.scope);
  if (value === undefined || value === null) return undefined;
  if (Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  throw new StatesError('States.Runtime', `${field} must be an integer from 1 to 99999999, got ${json(value)}`, field);
}

interface Scheduling {
  readonly timeout?: number;
  readonly heartbeat?: number;
  readonly roleArn?: ApiShape;
}

interface TaskEvents {
  /** As messages name it. */
  readonly service: string;
  scheduled(parameters: ApiShape, scheduling: Scheduling): void;
  started(): void;
  submitted(output: ApiShape): void;
  succeeded(result: ApiShape): void;
  failed(error: StatesError): void;
}

const isLate = ({ error }: StatesError): boolean => error === 'States.Timeout' || error === 'States.HeartbeatTimeout';

/** A function's ARN as Resource has events of its own. Source: API Reference, "HistoryEvent". */
function eventsOf({ run, frame }: Visit, resource: string): TaskEvents {
  const record = (type: string, body: ApiShape): void =>
    run.around.record(frame, type, `${type.charAt(0).toLowerCase()}${type.slice(1)}EventDetails`, body);
  const common = ({ timeout, roleArn }: Scheduling): ApiShape => ({
    ...(timeout !== undefined && { timeoutInSeconds: timeout }),
    ...(roleArn !== undefined && { taskCredentials: { roleArn } }),
  });
  if (/^arn:[^:]+:lambda:/.test(resource)) {
    return {
      service: resource,
      scheduled: (parameters, scheduling) =>
        record('LambdaFunctionScheduled', { resource, ...carried('input', parameters), ...common(scheduling) }),
      started: () => run.around.record(frame, 'LambdaFunctionStarted', '', undefined),
      submitted: () => {},
      succeeded: (result) => record('LambdaFunctionSucceeded', carried('output', result)),
      failed: (error) =>
        record(isLate(error) ? 'LambdaFunctionTimedOut' : 'LambdaFunctionFailed', failureDetails(error)),
    };
  }
  const at = resource.lastIndexOf(':', resource.endsWith('.sync:2') ? resource.length - 3 : undefined);
  const about = { resourceType: resource.slice(0, at), resource: resource.slice(at + 1) };
  return {
    service: about.resourceType,
    scheduled: (parameters, scheduling) =>
      record('TaskScheduled', {
        ...about,
        region: run.around.region,
        parameters: json(parameters),
        ...common(scheduling),
        ...(scheduling.heartbeat !== undefined && { heartbeatInSeconds: scheduling.heartbeat }),
      }),
    started: () => record('TaskStarted', about),
    submitted: (output) => record('TaskSubmitted', { ...about, ...carried('output', output) }),
    succeeded: (result) => record('TaskSucceeded', { ...about, ...carried('output', result) }),
    failed: (error) => record(isLate(error) ? 'TaskTimedOut' : 'TaskFailed', { ...about, ...failureDetails(error) }),
  };
}
