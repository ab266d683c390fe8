import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { Execution } from '../../lambda/pipeline/execution';

const START = Date.UTC(2026, 10, 22, 3);

/** Builds a history as Step Functions writes it: each event follows the last one of its branch. */
export class History {
  public readonly events: HistoryEvent[] = [];
  private seconds = 0;

  public add(type: string, previous: number | undefined, more: Partial<HistoryEvent> = {}): number {
    const id = this.events.length + 1;
    const timestamp = new Date(START + this.seconds++ * 1000);
    this.events.push({ id, type: type as never, previousEventId: previous ?? id - 1, timestamp, ...more });
    return id;
  }

  public enter(kind: string, name: string, previous?: number): number {
    return this.add(`${kind}StateEntered`, previous, { stateEnteredEventDetails: { name } });
  }

  public exit(kind: string, name: string, previous?: number): number {
    return this.add(`${kind}StateExited`, previous, { stateExitedEventDetails: { name } });
  }

  public succeed(resourceType: string, output: unknown, previous?: number): number {
    const taskSucceededEventDetails = { resourceType, resource: 'x', output: JSON.stringify(output) };
    return this.add('TaskSucceeded', previous, { taskSucceededEventDetails });
  }

  public fail(error: string, cause: unknown, resourceType = 'glue', previous?: number): number {
    const taskFailedEventDetails = { resourceType, resource: 'x', error, cause: JSON.stringify(cause) };
    return this.add('TaskFailed', previous, { taskFailedEventDetails });
  }

  public end(status: string, more: Partial<Execution> = {}): Execution {
    const type = { SUCCEEDED: 'Succeeded', FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' }[status];
    if (type) this.add(`Execution${type}`, undefined);
    return {
      arn: 'arn:aws:states:eu-west-1:111111111111:execution:Nightly:run-7',
      stateMachineArn: 'arn:aws:states:eu-west-1:111111111111:stateMachine:Nightly',
      runId: 'run-7',
      status,
      started: new Date(START),
      ended: type ? (this.events.at(-1)?.timestamp as Date) : undefined,
      redrives: 0,
      events: this.events,
      ...more,
    };
  }
}

/** Two tasks side by side, then a third: A tries twice, B fails for good while A is done. */
export function failedInParallel(): Execution {
  const history = new History();
  history.add('ExecutionStarted', 0);
  history.enter('Parallel', 'Stage 1', 0);
  const begin = history.add('ParallelStateStarted', undefined);
  const a = history.enter('Task', 'A', begin);
  const b = history.enter('Task', 'B', begin);
  const a1 = history.add('TaskScheduled', a);
  const b1 = history.add('TaskScheduled', b);
  const a2 = history.fail('Glue.ThrottlingException', 'slow down', 'glue', a1);
  const a3 = history.add('TaskScheduled', a2);
  const a4 = history.succeed('glue', { ExecutionTime: 100, MaxCapacity: 2 }, a3);
  history.exit('Task', 'A', a4);
  const b2 = history.fail('States.TaskFailed', { JobName: 'job-B', Id: 'jr_1', ErrorMessage: 'no rows' }, 'glue', b1);
  history.add('ParallelStateFailed', b2);
  return history.end('FAILED', { error: 'States.TaskFailed', cause: '{"ErrorMessage":"no rows"}' });
}
