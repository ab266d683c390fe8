import { Duration } from 'aws-cdk-lib';
import type * as glue from 'aws-cdk-lib/aws-glue';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/** A run of a Glue job; the input goes on unchanged. */
export function jobStates(scope: Construct, id: string, job: glue.IJob, runIdPath: string): tasks.GlueStartJobRun {
  const run = new tasks.GlueStartJobRun(scope, id, {
    glueJobName: job.jobName,
    integrationPattern: sfn.IntegrationPattern.RUN_JOB,
    arguments: sfn.TaskInput.fromObject({ '--run_id': sfn.JsonPath.stringAt(runIdPath) }),
    resultPath: sfn.JsonPath.DISCARD,
  });
  // A schedule or a person may have started it: two runs at a time would read the same interval.
  run.addRetry({
    errors: ['Glue.ConcurrentRunsExceededException'],
    interval: Duration.seconds(60),
    backoffRate: 1,
    maxAttempts: 120,
  });
  run.addRetry({
    errors: ['Glue.ThrottlingException', 'Glue.InternalServiceException', 'Glue.OperationTimeoutException'],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 6,
  });
  return run;
}
