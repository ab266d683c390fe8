import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

/** The flow that is run. */
export interface FlowToRun {
  readonly flowName: string;
  readonly flowArn: string;
}

/**
 * Start, wait, look for this run among the flow's, until it has ended: Step Functions has no `.sync` form for AppFlow.
 *
 * All of it is the only branch of a Parallel state, so that the task is one state for those who retry or catch it, and the
 * input goes on unchanged. The client token is the same when a call is sent again, and another one when the whole task is
 * retried: AppFlow would answer a known token with the run that failed.
 *
 * The states that look are JSONata: JSONPath can't search a list for a value that is only known at run time.
 *
 * @see https://docs.aws.amazon.com/appflow/1.0/APIReference/API_StartFlow.html
 */
export function flowStates(scope: Construct, id: string, flow: FlowToRun, runIdPath: string): sfn.Parallel {
  const inside = `${id} `;
  const start = new tasks.CallAwsService(scope, `${inside}Start`, {
    service: 'appflow',
    action: 'startFlow',
    parameters: {
      FlowName: flow.flowName,
      ClientToken: sfn.JsonPath.format(
        '{} {}',
        sfn.JsonPath.stringAt(runIdPath),
        sfn.JsonPath.stringAt('$$.State.EnteredTime'),
      ),
    },
    iamResources: [flow.flowArn],
    resultSelector: { 'ExecutionId.$': '$.ExecutionId' },
  });
  const wait = new sfn.Wait(scope, `${inside}Wait`, { time: sfn.WaitTime.duration(Duration.seconds(15)) });
  const look = looking(scope, `${inside}Look`, flow, {});
  const further = looking(scope, `${inside}Look Further`, flow, { NextToken: '{% $states.input.NextToken %}' });
  const succeeded = new sfn.Succeed(scope, `${inside}Succeeded`);
  const failed = sfn.Fail.jsonata(scope, `${inside}Failed`, {
    error: 'AppFlowRunFailed',
    cause:
      "{% ($run := $states.input.Run; $message := $run.ExecutionResult.ErrorInfo.ExecutionMessage; 'run ' & " +
      "$run.ExecutionId & ' of the flow ended with status ' & $run.ExecutionStatus & ($exists($message) ? ': ' & $message : '')) %}",
  });
  const status = '$.Run.ExecutionStatus';
  const ended = new sfn.Choice(scope, `${inside}Ended`)
    .when(sfn.Condition.and(sfn.Condition.not(known), sfn.Condition.isPresent('$.NextToken')), further)
    // The list of runs follows a start by some seconds.
    .when(sfn.Condition.not(known), wait)
    .when(sfn.Condition.stringEquals(status, 'Successful'), succeeded)
    .when(
      sfn.Condition.or(
        sfn.Condition.stringEquals(status, 'InProgress'),
        sfn.Condition.stringEquals(status, 'CancelStarted'),
      ),
      wait,
    )
    .otherwise(failed);

  for (const state of [start, look, further]) state.addRetry(THROTTLED);
  further.next(ended);
  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(
    start.next(wait).next(look).next(ended),
  );
}

const known = sfn.Condition.isPresent('$.Run');

/** One page of the flow's runs, newest first: our run if it is among them, and the token of the next page. */
function looking(scope: Construct, id: string, flow: FlowToRun, more: Record<string, string>): tasks.CallAwsService {
  return tasks.CallAwsService.jsonata(scope, id, {
    service: 'appflow',
    action: 'describeFlowExecutionRecords',
    parameters: { FlowName: flow.flowName, MaxResults: 100, ...more },
    iamResources: [flow.flowArn],
    outputs:
      "{% {'ExecutionId': $states.input.ExecutionId, " +
      "'Run': $states.result.FlowExecutions[ExecutionId = $states.input.ExecutionId][0], " +
      "'NextToken': $states.result.NextToken} %}",
  });
}

const THROTTLED: sfn.RetryProps = {
  errors: [
    'Appflow.ThrottlingException',
    'Appflow.InternalServerException',
    'Appflow.ServiceQuotaExceededException',
    'Appflow.AppflowException',
  ],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxAttempts: 6,
};
