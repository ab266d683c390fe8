import { Duration } from 'aws-cdk-lib';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';

/**
 * Which errors of a service a task state is tried again for, and how: with growing intervals and full jitter, so that tasks
 * that were refused together don't come together again.
 *
 * Only errors that pass by themselves: a query with a mistake in it, or a right that is missing, fails at once.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export class RetryPreset {
  /** Athena: too many queries, throttled calls, internal errors. */
  public static athena(): RetryPreset {
    return new RetryPreset([
      backoff(['Athena.TooManyRequestsException', 'Athena.InternalServerException', 'Athena.SdkClientException'], 5, 8),
    ]);
  }

  /** Glue jobs: throttled calls, resources that Glue lacks for now; a job that runs already is waited for, up to two hours. */
  public static glue(): RetryPreset {
    return new RetryPreset([
      {
        errors: ['Glue.ConcurrentRunsExceededException'],
        interval: Duration.minutes(1),
        backoffRate: 1,
        maxAttempts: 120,
      },
      backoff(
        [
          'Glue.ThrottlingException',
          'Glue.InternalServiceException',
          'Glue.OperationTimeoutException',
          'Glue.ResourceNumberLimitExceededException',
          'Glue.SdkClientException',
        ],
        10,
        6,
      ),
    ]);
  }

  /** Lambda: throttled invocations and errors of the service. */
  public static lambdaFunction(): RetryPreset {
    return new RetryPreset([
      backoff(
        [
          'Lambda.ServiceException',
          'Lambda.AWSLambdaException',
          'Lambda.SdkClientException',
          'Lambda.ClientExecutionTimeoutException',
          'Lambda.TooManyRequestsException',
        ],
        2,
        6,
      ),
    ]);
  }

  /** ECS: no capacity for now, throttled calls, errors of the service. */
  public static ecs(): RetryPreset {
    return new RetryPreset([
      backoff(
        ['ECS.AmazonECSException', 'ECS.ServerException', 'ECS.ThrottlingException', 'ECS.SdkClientException'],
        15,
        6,
      ),
    ]);
  }

  /** DMS: resources that are being changed, throttled calls. */
  public static dms(): RetryPreset {
    return new RetryPreset([
      backoff(
        [
          'DatabaseMigration.InvalidResourceStateException',
          'DatabaseMigration.ThrottlingException',
          'DatabaseMigration.SdkClientException',
        ],
        30,
        8,
      ),
    ]);
  }

  private constructor(
    /** As `addRetry` takes them. */
    public readonly retries: sfn.RetryProps[],
  ) {}

  /**
   * Adds the retries to a state.
   *
   * @param state a task state of the service
   */
  public applyTo(state: sfn.TaskStateBase): void {
    for (const retry of this.retries) state.addRetry(retry);
  }
}

function backoff(errors: string[], seconds: number, maxAttempts: number): sfn.RetryProps {
  return {
    errors,
    interval: Duration.seconds(seconds),
    backoffRate: 2,
    maxAttempts,
    maxDelay: Duration.minutes(5),
    jitterStrategy: sfn.JitterType.FULL,
  };
}
