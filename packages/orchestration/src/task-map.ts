import { createHash } from 'node:crypto';
import type { IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { FailureThreshold } from './failure-threshold';
import { refuse } from './private/refuse';

/** What a `TaskMap` is made of. */
export interface TaskMapProps {
  /** What is run for each item; its states find the item at `$.item`. */
  readonly task: IPipelineTask;

  /** For what: names of tables, for example. */
  readonly items: string[];

  /**
   * How many at a time, 1 to 1,000.
   * @default 5
   */
  readonly maxConcurrency?: number;

  /**
   * How many items may fail.
   * @default FailureThreshold.none()
   */
  readonly tolerated?: FailureThreshold;
}

/**
 * A task for each of many items: tables, customers, days.
 *
 * A distributed Map state: each item is an execution of its own, with its own history, and a redrive runs those that
 * failed. More failures than tolerated fail the task with `States.ExceedToleratedFailureThreshold`.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
export class TaskMap extends Construct implements IPipelineTask {
  /**
   * @param scope where it is created
   * @param id unique in `scope`, and its name in a pipeline
   * @param props what it is made of
   * @throws `InvalidMap`, `InvalidThreshold`
   */
  public constructor(
    scope: Construct,
    id: string,
    private readonly props: TaskMapProps,
  ) {
    super(scope, id);
    const { items, maxConcurrency = 5, tolerated } = props;
    if (tolerated?.count && tolerated.count >= items.length) {
      refuse(
        'InvalidThreshold',
        `${tolerated.count} of ${items.length} items may fail`,
        'fewer than there are: a map of which every item failed has not succeeded',
        'tolerate fewer',
      );
    }
    if (items.length === 0 || !Number.isInteger(maxConcurrency) || maxConcurrency < 1 || maxConcurrency > 1000) {
      refuse(
        'InvalidMap',
        `${items.length} items, ${maxConcurrency} at a time`,
        'one item at least, 1 to 1,000 at a time',
        'leave the map out where there is nothing to do',
      );
    }
  }

  /**
   * The states of the map.
   *
   * @param scope where they are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const { task, items, maxConcurrency = 5, tolerated = FailureThreshold.none() } = this.props;
    const inner = task.bind(scope, `${id} item`, { ...context, runIdPath: '$.runId' });
    const runId = sfn.JsonPath.stringAt(context.runIdPath ?? '$$.Execution.Name');
    const list = new sfn.Pass(scope, `${id} items`, { parameters: { items, runId } });
    const map = new sfn.DistributedMap(scope, `${id} map`, {
      itemsPath: '$.items',
      itemSelector: { item: sfn.JsonPath.stringAt('$$.Map.Item.Value'), runId: sfn.JsonPath.stringAt('$.runId') },
      maxConcurrency,
      mapExecutionType: sfn.StateMachineType.STANDARD,
      toleratedFailureCount: tolerated.count,
      toleratedFailurePercentage: tolerated.percent,
      label: label(id),
      resultPath: sfn.JsonPath.DISCARD,
    });
    map.itemProcessor(sfn.Chain.custom(inner.start, inner.ends, inner.start));
    const whole = new sfn.Parallel(scope, id, { resultPath: sfn.JsonPath.DISCARD }).branch(list.next(map));
    const { reads, writes, failurePattern } = inner;
    return { start: whole, ends: [whole], reads, writes, failurePattern };
  }
}

/** The name of its executions: unique in the machine, 40 characters, without those that Step Functions refuses. */
function label(id: string): string {
  const plain = id.replace(/[^A-Za-z0-9_-]/g, '-');
  if (plain === id && id.length <= 40) return id;
  return `${plain.slice(0, 31)}-${createHash('sha256').update(id).digest('hex').slice(0, 8)}`;
}
