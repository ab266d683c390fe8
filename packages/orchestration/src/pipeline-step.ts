import type { IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import type { Construct } from 'constructs';

/** What is said of a task in a pipeline. */
export interface PipelineStepOptions {
  /**
   * How the task is called in the pipeline: the name of its state, in run histories and notices; at most 60 characters.
   *
   * @default the construct's id
   */
  readonly name?: string;

  /**
   * The tasks that must have ended before it begins, in a pipeline of `tasks`.
   *
   * @default those that write what it reads
   */
  readonly after?: IPipelineTask[];
}

/** A task under a name of its own, or after others than its data sets tell. */
export class PipelineStep implements IPipelineTask {
  /**
   * A step of a pipeline.
   *
   * @param task what is run
   * @param options its name and what it waits for
   */
  public static of(task: IPipelineTask, options: PipelineStepOptions = {}): PipelineStep {
    return new PipelineStep(task, options);
  }

  /** Its name; undefined if the task's own id names it. */
  public readonly name?: string;
  /** What it waits for; undefined if its data sets tell. */
  public readonly after?: IPipelineTask[];

  private constructor(
    /** What is run. */
    public readonly task: IPipelineTask,
    options: PipelineStepOptions,
  ) {
    this.name = options.name;
    this.after = options.after;
  }

  /**
   * The task's states.
   *
   * @param scope where they are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    return this.task.bind(scope, id, context);
  }
}
