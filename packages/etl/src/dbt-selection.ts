import type { IPipelineTask, PipelineTaskConfig, PipelineTaskContext } from '@lakewright/core';
import { Construct } from 'constructs';
import type { DbtProject } from './dbt-project';

/** What a run of a part of a project does. */
export interface DbtSelectionOptions {
  /**
   * Names the task.
   * @default made of the selection: `tag:daily` is `tag-daily`
   */
  readonly id?: string;

  /**
   * What of the selection is left out, in dbt's syntax.
   * @default nothing
   */
  readonly exclude?: string;

  /**
   * Whether only what was modified since the last run of the whole project that succeeded is built, with what comes after it.
   * @default false
   */
  readonly modifiedOnly?: boolean;
}

/** A part of a dbt project as a task: without freshness and documentation, which are the whole project's. */
export class DbtSelection extends Construct implements IPipelineTask {
  /** @internal */
  public constructor(
    private readonly project: DbtProject,
    private readonly selection: string,
    private readonly options: DbtSelectionOptions,
  ) {
    super(project, options.id ?? selection.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-+|-+$/g, ''));
  }

  /**
   * One run as one state of a pipeline.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const { exclude, modifiedOnly } = this.options;
    const command = ['--part', '--select', this.selection];
    if (exclude) command.push('--exclude', exclude);
    if (modifiedOnly) command.push('--state-modified');
    return this.project._states(scope, id, context, command);
  }
}
