import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/**
 * Start, wait, look, until the execution has ended: Step Functions has no `.sync` form for DataSync.
 *
 * All of it is the only branch of a Parallel state, so that the task is one state for those who retry or catch it, and the
 * input goes on unchanged. An execution that runs already isn't waited for: DataSync queues ours behind it.
 */
export function dataSyncStates(scope: Construct, id: string, taskArn: string): sfn.Parallel {
  const inside = `${id} `;
  const start = new tasks.CallAwsService(scope, `${inside}Start`, {
    service: 'datasync',
    action: 'startTaskExecution',
    parameters: { TaskArn: taskArn },
    iamResources: [taskArn],
    resultSelector: { 'Execution.$': '$' },
  });
  const wait = new sfn.Wait(scope, `${inside}Wait`, { time: sfn.WaitTime.duration(Duration.seconds(30)) });
  const look = new tasks.CallAwsService(scope, `${inside}Look`, {
    service: 'datasync',
    action: 'describeTaskExecution',
    parameters: { TaskExecutionArn: sfn.JsonPath.stringAt('$.Execution.TaskExecutionArn') },
    iamResources: [`${taskArn}/execution/*`],
    // all of it: a result that didn't fail has no error to select
    resultSelector: { 'Execution.$': '$' },
  });
  const failed = new sfn.Fail(scope, `${inside}Failed`, {
    error: 'DataSyncFailed',
    causePath: sfn.JsonPath.format(
      'the execution ended with an error: {}',
      sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$.Execution')),
    ),
  });
  const ended = new sfn.Choice(scope, `${inside}Ended`)
    .when(sfn.Condition.stringEquals('$.Execution.Status', 'SUCCESS'), new sfn.Succeed(scope, `${inside}Succeeded`))
    .when(sfn.Condition.stringEquals('$.Execution.Status', 'ERROR'), failed)
    .otherwise(wait);
  for (const state of [start, look]) state.addRetry(THROTTLED);
  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(
    start.next(wait).next(look).next(ended),
  );
}

const THROTTLED: sfn.RetryProps = {
  errors: ['DataSync.InternalException', 'DataSync.ThrottlingException', 'DataSync.SdkClientException'],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 5,
};
