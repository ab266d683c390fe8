import type { DataLocation, IDataset, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';

export interface InvokeTaskProps {
  readonly lambdaFunction: lambda.IFunction;
  readonly context: PipelineTaskContext;
  /** Goes to the function beside `runId`; values may be JSONPaths (`sfn.JsonPath.stringAt`). @default nothing more */
  readonly payload?: Record<string, unknown>;
  /**
   * Invokes again, with the answer's `state` as `state` in the payload, as long as the answer says `"continue": true`:
   * for work that takes longer than one invocation may.
   *
   * @default false: one invocation
   */
  readonly loop?: boolean;
  /** @default none */
  readonly writes?: IDataset[];
  /** Errors, by the `name` of what the function throws, which no retry can mend. @default none: every error is retried */
  readonly permanentErrors?: string[];
  /** Where runs leave their counts. @default nowhere */
  readonly reports?: DataLocation;
}

/**
 * The states of a task that is a Lambda function.
 *
 * All of them are the only branch of a Parallel state, so that the task is one state for those who retry or catch it, and
 * the input goes on unchanged whatever its shape.
 */
export function invokeTask(scope: Construct, id: string, props: InvokeTaskProps): PipelineTaskConfig {
  const runId = sfn.JsonPath.stringAt(props.context.runIdPath ?? '$$.Execution.Name');
  const inner = `${id} `;
  const invoke = (name: string, payload: Record<string, unknown>) => {
    const state = new tasks.LambdaInvoke(scope, `${inner}${name}`, {
      lambdaFunction: props.lambdaFunction,
      payload: sfn.TaskInput.fromObject({ ...props.payload, ...payload, runId }),
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
    });
    if (props.permanentErrors?.length) state.addRetry({ errors: props.permanentErrors, maxAttempts: 0 });
    state.addRetry({
      errors: ['States.ALL'],
      interval: Duration.seconds(10),
      backoffRate: 2,
      maxAttempts: 3,
      maxDelay: Duration.minutes(2),
      jitterStrategy: sfn.JitterType.FULL,
    });
    return state;
  };
  const first = invoke('Invoke', {});
  const branch = first.next(props.loop ? loop() : new sfn.Succeed(scope, `${inner}Done`));

  function loop(): sfn.Choice {
    const again = invoke('Continue', { state: sfn.JsonPath.objectAt('$.state') });
    const choice = new sfn.Choice(scope, `${inner}Ended`)
      .when(
        sfn.Condition.and(sfn.Condition.isPresent('$.continue'), sfn.Condition.booleanEquals('$.continue', true)),
        again,
      )
      .otherwise(new sfn.Succeed(scope, `${inner}Done`));
    again.next(choice);
    return choice;
  }

  const task = new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(branch);
  return { start: task, ends: [task], reads: [], writes: props.writes ?? [], reports: props.reports };
}
