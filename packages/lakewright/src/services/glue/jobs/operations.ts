import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import type { CatalogContext } from '../catalog/context';
import { alreadyExists, entityNotFound } from '../errors';
import { checkParameters, compact, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import { type JobDefinition, jobDefinition } from './job-definition';
import { isFinal, shownRun } from './job-store';
import type { Jobs } from './jobs';

/**
 * How long GetJobRun of a run that goes on holds its answer, in milliseconds: waits of a state machine pass at once on the
 * lake's clock, and a loop that polls would otherwise go round thousands of times for one real second.
 */
const HOLD = 1000;

/** CreateJob … ResetJobBookmark. */
export function jobOperations(context: CatalogContext, jobs: Jobs): Record<string, Operation> {
  const { store } = jobs;
  const named = (input: ApiShape, member = 'JobName') =>
    requiredString(input[member], `${member.charAt(0).toLowerCase()}${member.slice(1)}`);
  const shown = (name: string): ApiShape => {
    const found = store.jobs.get(name);
    if (!found) throw entityNotFound(`Job ${name} not found`);
    const { definition, created, modified } = found;
    return { MaxRetries: 0, Timeout: 2880, ...definition, CreatedOn: created, LastModifiedOn: modified };
  };

  return {
    CreateJob: async (input) => {
      const definition = jobDefinition(input);
      if (store.jobs.get(definition.Name)) throw alreadyExists(`Job with name ${definition.Name}`);
      putJob(context, jobs, definition);
      context.tag(`job/${definition.Name}`, input.Tags);
      return { Name: definition.Name };
    },

    UpdateJob: async (input) => {
      const { Name } = jobs.require(named(input));
      putJob(context, jobs, jobDefinition({ ...input.JobUpdate, Name }));
      return { JobName: Name };
    },

    GetJob: async (input) => ({ Job: shown(named(input)) }),

    GetJobs: async (input) => {
      const { items, NextToken } = page(store.jobs.entries(), ([name]) => name, input, 1000);
      return compact({ Jobs: items.map(([name]) => shown(name)), NextToken });
    },

    ListJobs: async (input) => {
      const { items, NextToken } = page(store.jobs.entries(), ([name]) => name, input, 1000);
      return compact({ JobNames: items.map(([name]) => name), NextToken });
    },

    BatchGetJobs: async (input) => {
      const names = requiredStrings(input.JobNames, 'jobNames');
      return {
        Jobs: names.filter((name) => store.jobs.get(name)).map(shown),
        JobsNotFound: names.filter((name) => !store.jobs.get(name)),
      };
    },

    DeleteJob: async (input) => {
      store.forget(named(input));
      return { JobName: input.JobName };
    },

    StartJobRun: async (input) => {
      const name = named(input);
      checkParameters(input.Arguments, 'arguments');
      const former = input.JobRunId === undefined ? undefined : jobs.run(name, input.JobRunId);
      const { Id } = jobs.start(name, {
        Arguments: { ...former?.Arguments, ...input.Arguments },
        Timeout: input.Timeout,
      });
      return { JobRunId: Id };
    },

    GetJobRun: async (input) => {
      const [name, id] = [named(input), named(input, 'RunId')];
      if (!isFinal(jobs.run(name, id))) await jobs.settled(id, HOLD);
      return { JobRun: shownRun(jobs.run(name, id)) };
    },

    GetJobRuns: async (input) => {
      const name = named(input);
      jobs.require(name);
      const runs = jobs.runs(name).map((run, index) => ({ run, key: String(index).padStart(6, '0') }));
      const { items, NextToken } = page(runs, ({ key }) => key, input, 200);
      return compact({ JobRuns: items.map(({ run }) => shownRun(run)), NextToken });
    },

    BatchStopJobRun: async (input) => {
      const JobName = named(input);
      const SuccessfulSubmissions: ApiShape[] = [];
      const Errors: ApiShape[] = [];
      for (const JobRunId of requiredStrings(input.JobRunIds, 'jobRunIds', 25)) {
        try {
          jobs.stop(JobName, JobRunId);
          SuccessfulSubmissions.push({ JobName, JobRunId });
        } catch (error) {
          const { code: ErrorCode, message: ErrorMessage } = error as { code: string; message: string };
          Errors.push({ JobName, JobRunId, ErrorDetail: { ErrorCode, ErrorMessage } });
        }
      }
      return { SuccessfulSubmissions, Errors };
    },

    GetJobBookmark: async (input) => ({ JobBookmarkEntry: bookmarkOf(jobs, named(input)) }),

    ResetJobBookmark: async (input) => {
      const JobBookmarkEntry = bookmarkOf(jobs, named(input));
      store.bookmarks.delete(input.JobName);
      return { JobBookmarkEntry };
    },
  };
}

/** Creates, or brings what is there to the declared state. */
export function putJob(context: CatalogContext, { store }: Jobs, definition: JobDefinition): void {
  const former = store.jobs.get(definition.Name);
  if (former && JSON.stringify(former.definition) === JSON.stringify(definition)) return;
  const now = context.now();
  store.jobs.put(definition.Name, { definition, created: former?.created ?? now, modified: now });
}

function bookmarkOf({ store }: Jobs, JobName: string): ApiShape {
  const bookmark = store.bookmarks.get(JobName);
  if (!bookmark) throw entityNotFound(`Continuation for job ${JobName} not found`);
  return { JobName, ...bookmark };
}
