import { ServiceError, type TaskIntegration } from '../service';

/**
 * Glue's optimized integration is for jobs, which don't run locally yet. Crawlers have none on AWS either: state machines
 * use `aws-sdk:glue:startCrawler` and `getCrawler`, which are the operations.
 */
const refuseJobs: TaskIntegration = async (parameters) => {
  throw new ServiceError(
    'Glue.EntityNotFoundException',
    `Lakewright: the job ${parameters?.JobName} isn't run: Glue jobs run locally with the ETL release.`,
  );
};

export const glueTasks: Readonly<Record<string, TaskIntegration>> = {
  'glue:startJobRun': refuseJobs,
  'glue:startJobRun.sync': refuseJobs,
};
