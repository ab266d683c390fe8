import type { LakeContext } from '../../service';
import type { JobRun } from './job-store';

const SAID: Readonly<Record<string, readonly [severity: string, message: string]>> = {
  SUCCEEDED: ['INFO', 'Job run succeeded'],
  STOPPED: ['INFO', 'Job run stopped'],
  TIMEOUT: ['WARN', 'Job run timed out'],
};

/** @see https://docs.aws.amazon.com/glue/latest/dg/automating-awsglue-with-cloudwatch-events.html */
export function publishJobState(lake: Pick<LakeContext, 'events'>, run: JobRun): void {
  const { JobName: jobName, Id: jobRunId, JobRunState: state, ErrorMessage } = run;
  const [severity, message] = SAID[state] ?? [
    'ERROR',
    `JobName:${jobName} and JobRunId:${jobRunId} failed to execute with exception ${ErrorMessage ?? ''}`,
  ];
  lake.events.publish({
    source: 'aws.glue',
    'detail-type': 'Glue Job State Change',
    resources: [],
    detail: { jobName, severity, state, jobRunId, message },
  });
}
