import type { IAthenaWorkgroup } from '@lakewright/core';
import { Duration } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { field, fromPath, literal } from './jsonata';
import { RoleTask, retryThrottled } from './role-task';

/** Where a task's states are made, and as whom they act. */
export interface TaskScope {
  readonly scope: Construct;
  readonly id: string;
  readonly role: iam.IRole;
  readonly workgroup: IAthenaWorkgroup;
  readonly timeout: Duration;
}

export interface QueryOptions {
  readonly outputs?: unknown;
  readonly assign?: Record<string, unknown>;
  /** Whether a query that failed is run once more: only where that does no harm. */
  readonly again?: boolean;
}

/** A query, to its end. */
export function query(task: TaskScope, name: string, text: string, options: QueryOptions = {}): RoleTask {
  const { scope, role, workgroup, timeout } = task;
  const id = `${task.id} ${name}`;
  // The same attempt has the same token, so that a call whose answer was lost starts no second query.
  const attempt = '$string($states.context.Execution.RedriveCount) & "/" & $string($states.context.State.RetryCount)';
  const state = new RoleTask(scope, id, {
    integration: 'athena:startQueryExecution.sync',
    role,
    timeout,
    arguments: {
      QueryString: field(text),
      WorkGroup: workgroup.workgroupName,
      ResultConfiguration: { OutputLocation: workgroup.resultLocation(role).uri },
      ClientRequestToken: field(
        `$hash($states.context.Execution.Id & "/" & $states.context.State.Name & "/" & $states.context.State.EnteredTime & "/" & ${attempt}, "SHA-256")`,
      ),
    },
    outputs: options.outputs,
    assign: options.assign,
  });
  retryThrottled(
    state,
    'Athena.TooManyRequestsException',
    'Athena.InternalServerException',
    'Athena.SdkClientException',
  );
  if (options.again) {
    state.addRetry({
      errors: ['States.TaskFailed'],
      interval: Duration.seconds(15),
      maxAttempts: 1,
      jitterStrategy: sfn.JitterType.FULL,
    });
  }
  return state;
}

/** A call of the catalog. */
export function catalogCall(
  task: TaskScope,
  name: string,
  action: string,
  args: Record<string, unknown>,
  outputs?: unknown,
): RoleTask {
  const state = new RoleTask(task.scope, `${task.id} ${name}`, {
    integration: `aws-sdk:glue:${action}`,
    role: task.role,
    arguments: args,
    outputs,
  });
  const errors = ['ThrottlingException', 'InternalServiceException', 'OperationTimeoutException', 'GlueException'];
  retryThrottled(state, ...errors.map((error) => `Glue.${error}`), 'Glue.ConcurrentModificationException');
  return state;
}

/**
 * `$run`: the same in each retry, and fit for a table's name. `$folder`: the same, but later runs come later.
 */
export function nameTheRun(scope: Construct, id: string, runIdPath: string): sfn.Pass {
  const digits = '$replace($replace($substring($states.context.Execution.StartTime, 0, 19), "-", ""), ":", "")';
  const run = `$hash($string(${fromPath(runIdPath)}), "MD5")`;
  return sfn.Pass.jsonata(scope, `${id} Name run`, {
    assign: { run: field(run), folder: field(`${digits} & "_" & ${run}`) },
    outputs: {},
  });
}

/** All states as one, whose input goes on unchanged. */
export function oneState(scope: Construct, id: string, first: sfn.IChainable): sfn.Parallel {
  return new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(first);
}

/** `"database"."name_<run>"`, or with a suffix. */
export function versionName(database: string, table: string, suffix = ''): string {
  return `${literal(`"${database}"."${table}_`)} & $run & ${literal(`${suffix}"`)}`;
}
