import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import type { DataLocation } from './data-location';
import type { IDataset } from './dataset';
import type { LakeEnvironment } from './lake-environment';

/** What a pipeline tells its tasks. */
export interface PipelineTaskContext {
  /** Removal, retention and cost of what the task creates. */
  readonly environment: LakeEnvironment;

  /**
   * A JSONPath to a text that is unique for the run and the same in its retries.
   *
   * @default "$$.Execution.Name"
   */
  readonly runIdPath?: string;

  /**
   * Who the states act as: for rights that can't stand in a state's policy, such as Lake Formation's.
   *
   * @default the rights that the states bring with them are all there are
   */
  readonly grantee?: iam.IGrantable;
}

/** A task's part of a state machine. */
export interface PipelineTaskConfig {
  /** The first state. */
  readonly start: sfn.State;

  /** The states after which the next stage follows. */
  readonly ends: sfn.INextable[];

  /**
   * Matches the events that tell of this task's failure outside of the pipeline as well.
   *
   * @default the task fails with the state machine only
   */
  readonly failurePattern?: EventPattern;

  /** What the task reads. */
  readonly reads: IDataset[];

  /** What the task writes. */
  readonly writes: IDataset[];

  /**
   * Where a run leaves `<run id>.json`, with `rowsIn`, `rowsOut` and `rowsQuarantined`.
   *
   * @default the task doesn't count
   */
  readonly reports?: DataLocation;
}

/**
 * Anything that a pipeline can run: a crawler, a replication, a Spark job, a dbt project, a quality gate.
 *
 * Laws, checked by the contract test that every implementation runs: each call of `bind` makes new states (a state fits
 * one graph once), the states carry `id` in their names, and the state machine's role gets exactly what the states need.
 */
export interface IPipelineTask {
  /**
   * Makes the task's states.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig;
}
