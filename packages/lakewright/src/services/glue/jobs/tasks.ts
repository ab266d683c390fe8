import { type Operation, ServiceError, type TaskIntegration } from '../../service';
import type { JobRun } from './job-store';
import type { Jobs } from './jobs';

/**
 * How long the refusal of a run beside another one is held, in milliseconds, unless that ends before: the retries of a state
 * machine wait by the lake's clock, where a minute is nothing, and would all be used up while the other run works.
 */
const HOLD = 60_000;

/**
 * Step Functions' optimized integration for jobs. Crawlers have none on AWS either: state machines use
 * `aws-sdk:glue:startCrawler` and `getCrawler`, which are the operations.
 *
 * A task ends with the run that it started. Where the job itself tries again (MaxRetries), that is another run.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html
 */
export function jobTasks(
  jobs: Jobs,
  operations: Readonly<Record<string, Operation>>,
): Readonly<Record<string, TaskIntegration>> {
  const start = async (...[parameters, { signal }]: Parameters<TaskIntegration>): Promise<JobRun> => {
    const { JobName, Arguments, Timeout } = parameters ?? {};
    try {
      return jobs.start(JobName, { Arguments: texts(Arguments), Timeout });
    } catch (error) {
      const isBusy = error instanceof ServiceError && error.code === 'ConcurrentRunsExceededException';
      if (isBusy) await jobs.oneEnded(JobName, HOLD, signal);
      throw error;
    }
  };
  return {
    'glue:startJobRun': async (parameters, task) => ({ output: { JobRunId: (await start(parameters, task)).Id } }),
    'glue:startJobRun.sync': async (parameters, task) => {
      const { JobName, Id } = await start(parameters, task);
      const run = await jobs.finished(JobName, Id, task.signal);
      requireTools(jobs, Id);
      const output = inMilliseconds(run);
      if (run.JobRunState !== 'SUCCEEDED') throw new ServiceError('States.TaskFailed', JSON.stringify(output));
      return { output, measures: jobs.measuresOf(Id) };
    },
    // A machine that polls learns here that there is nothing to wait for.
    'aws-sdk:glue:getJobRun': async (parameters, task) => {
      const output = await operations.GetJobRun?.(parameters, task.caller);
      requireTools(jobs, String(parameters?.RunId));
      return { output };
    },
  };
}

/** @throws MissingTool where the run couldn't begin here */
function requireTools(jobs: Jobs, id: string): void {
  const missing = jobs.missingOf(id);
  if (missing) throw missing;
}

const texts = (map: Record<string, unknown> | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map ?? {}).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );

function inMilliseconds({
  StartedOn,
  LastModifiedOn,
  CompletedOn,
  Arguments,
  ...run
}: JobRun): Record<string, unknown> {
  const time = (seconds = 0) => Math.round(seconds * 1000);
  const own = Object.keys(Arguments).length > 0 ? { Arguments } : {};
  return {
    ...run,
    ...own,
    StartedOn: time(StartedOn),
    LastModifiedOn: time(LastModifiedOn),
    CompletedOn: time(CompletedOn),
  };
}
