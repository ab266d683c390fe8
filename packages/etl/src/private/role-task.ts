import { Duration, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';

/** What a task does, as a role of its own. */
export interface RoleTaskProps {
  /** The integration: `athena:startQueryExecution.sync`, `aws-sdk:glue:getTable`. */
  readonly integration: string;
  readonly role: iam.IRole;
  readonly arguments: Record<string, unknown>;
  readonly outputs?: unknown;
  readonly assign?: Record<string, unknown>;
  readonly timeout?: Duration;
}

/**
 * A task in JSONata that Step Functions does as a role which it assumes for it.
 *
 * The machine's role gets `sts:AssumeRole` on that role and nothing else. What upstream's Athena tasks would add is far
 * more than a query needs, on the role of every task of the machine, and no policy of a state can hold a grant of Lake
 * Formation.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-access-cross-acct-resources.html
 */
export class RoleTask extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies?: iam.PolicyStatement[];
  private readonly rendered: Record<string, unknown>;

  public constructor(scope: Construct, id: string, props: RoleTaskProps) {
    super(scope, id, {
      stateName: id,
      queryLanguage: sfn.QueryLanguage.JSONATA,
      credentials: { role: sfn.TaskRole.fromRole(props.role) },
      outputs: props.outputs,
      assign: props.assign,
      taskTimeout: props.timeout ? sfn.Timeout.duration(props.timeout) : undefined,
    });
    const resource = `arn:${Stack.of(scope).partition}:states:::${props.integration}`;
    this.rendered = { Resource: resource, Arguments: props.arguments };
  }

  /** @internal */
  protected _renderTask(): Record<string, unknown> {
    return this.rendered;
  }
}

/** Calls that AWS refused or lost: tried again with a delay that differs from caller to caller. */
export function retryThrottled(state: sfn.TaskStateBase, ...errors: string[]): void {
  state.addRetry({
    errors,
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 8,
    maxDelay: Duration.minutes(1),
    jitterStrategy: sfn.JitterType.FULL,
  });
}
