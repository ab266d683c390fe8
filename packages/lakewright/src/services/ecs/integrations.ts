import type { ApiShape } from '../api-shape';
import { type Operation, ServiceError, type TaskCall, type TaskIntegration, type TaskResult } from '../service';
import { pascalKeys } from './camel';
import type { Tasks } from './tasks';

/**
 * Step Functions' integrations with ECS; their members are in Pascal case.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 */
export function ecsIntegrations(
  tasks: Tasks,
  operations: Readonly<Record<string, Operation>>,
): Readonly<Record<string, TaskIntegration>> {
  const call = async (operation: string, parameters: ApiShape, { caller }: TaskCall): Promise<ApiShape> =>
    await operations[operation]?.(parameters, caller);
  const sdk =
    (operation: string): TaskIntegration =>
    async (parameters, task) => ({ output: pascalKeys(await call(operation, parameters, task)) });
  return {
    'ecs:runTask': (parameters, task) => named(sdk('RunTask')(parameters, task)),
    'ecs:runTask.sync': (parameters, task) => named(runToEnd(tasks, () => call('RunTask', parameters, task), task)),
    ...Object.fromEntries(
      Object.keys(operations).map((name) => [`aws-sdk:ecs:${name[0]?.toLowerCase()}${name.slice(1)}`, sdk(name)]),
    ),
    // A machine that polls learns here that there is nothing to wait for.
    'aws-sdk:ecs:describeTasks': async (parameters, task) => {
      const result = await sdk('DescribeTasks')(parameters, task);
      for (const { TaskArn } of (result.output as ApiShape).Tasks ?? []) requireTools(tasks, String(TaskArn));
      return result;
    },
  };
}

/** @throws MissingTool where the task couldn't be started here */
function requireTools(tasks: Tasks, arn: string): void {
  const missing = tasks.missing(arn);
  if (missing) throw missing;
}

/** Errors of this integration are called `ECS.…`, those of the SDK's `Ecs.…`. */
async function named(work: Promise<TaskResult>): Promise<TaskResult> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status === 501 || error.code.includes('.')) throw error;
    throw new ServiceError(`ECS.${error.code}`, error.message);
  }
}

/** Waits for the task, and stops it if the state is stopped; the state fails unless every container ended with 0. */
async function runToEnd(tasks: Tasks, run: () => Promise<ApiShape>, { signal }: TaskCall): Promise<TaskResult> {
  const started = await run();
  const { taskArn } = started.tasks[0];
  const stop = (): void => tasks.stop(taskArn, 'Step Functions stopped the task: its state was stopped or timed out');
  signal.addEventListener('abort', stop, { once: true });
  try {
    const task = await tasks.stopped(taskArn);
    const output = pascalKeys(task);
    requireTools(tasks, taskArn);
    if (task.containers.some(({ exitCode }: ApiShape) => exitCode !== 0)) {
      // Step Functions fails a `.sync` task with this error, and the task as its cause.
      throw new ServiceError('States.TaskFailed', JSON.stringify(output));
    }
    return { output, measures: tasks.measures(taskArn) };
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
