import { Duration } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/** A run of a Glue job; the input goes on unchanged. */
export function sparkStates(scope: Construct, id: string, job: glue.IJob, runIdPath: string): tasks.GlueStartJobRun {
  const run = new tasks.GlueStartJobRun(scope, id, {
    glueJobName: job.jobName,
    integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    arguments: sfn.TaskInput.fromObject({ '--run_id': sfn.JsonPath.stringAt(runIdPath) }),
    resultPath: sfn.JsonPath.DISCARD,
  });
  // A schedule, a person or Glue's own retry may have started it: two runs at a time would take the same files.
  run.addRetry({
    errors: ['Glue.ConcurrentRunsExceededException'],
    interval: Duration.seconds(60),
    backoffRate: 1,
    maxAttempts: 120,
    jitterStrategy: sfn.JitterType.FULL,
  });
  run.addRetry({
    errors: [
      'Glue.ThrottlingException',
      'Glue.InternalServiceException',
      'Glue.OperationTimeoutException',
      'Glue.ResourceNumberLimitExceededException',
    ],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 6,
    maxDelay: Duration.minutes(2),
    jitterStrategy: sfn.JitterType.FULL,
  });
  // A cluster that didn't start, or lost a worker, says no more than that the run failed.
  run.addRetry({
    errors: ['States.TaskFailed'],
    interval: Duration.seconds(30),
    maxAttempts: 1,
    jitterStrategy: sfn.JitterType.FULL,
  });
  return run;
}
