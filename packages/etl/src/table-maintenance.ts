import {
  type IAthenaWorkgroup,
  type IDataset,
  type IPipelineTask,
  NagFindings,
  type PipelineTaskConfig,
  type PipelineTaskContext,
} from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { literal } from './private/jsonata';
import { grantMaintenance } from './private/maintenance-rights';
import { nameTheRun, oneState, query, type TaskScope } from './private/transform-parts';

/** What a `TableMaintenance` is made of. */
export interface TableMaintenanceProps {
  /** An Iceberg table with a location. */
  readonly dataset: IDataset;

  /** Where the statements run. */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * Only files of rows for which this holds are compacted: a predicate on partition columns.
   * @default all of the table
   */
  readonly where?: string;

  /**
   * After which time a statement is given up.
   * @default Duration.minutes(30), Athena's own limit
   */
  readonly timeout?: Duration;

  /**
   * Who queries. It has to trust the account, so that pipelines may assume it.
   * @default a role of its own
   */
  readonly role?: iam.IRole;
}

/**
 * Keeps an Iceberg table small and fast, as a task of a pipeline: OPTIMIZE rewrites small files, VACUUM expires old
 * snapshots and removes what no snapshot knows, each as often as Athena says that there is more.
 *
 * How long snapshots stay is the table's `vacuum_max_snapshot_age_seconds`. To have it done without a pipeline there are
 * `TableOptimizers`; one of the two is enough.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-data-optimization.html
 */
export class TableMaintenance extends Construct implements IPipelineTask {
  /** Who queries. */
  public readonly role: iam.IRole;

  private readonly props: TableMaintenanceProps;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `MaintenanceWithoutLocation`
   */
  public constructor(scope: Construct, id: string, props: TableMaintenanceProps) {
    super(scope, id);
    this.props = props;
    this.role = props.role ?? this.makeRole();
    grantMaintenance(this, props.dataset, this.role);
    props.workgroup.grants.query(this.role);
  }

  /**
   * Two statements, one after the other.
   *
   * @param scope where the states are created
   * @param id unique in `scope`
   * @param context what the pipeline tells
   */
  public bind(scope: Construct, id: string, context: PipelineTaskContext): PipelineTaskConfig {
    const { dataset, workgroup, where, timeout = Duration.minutes(30) } = this.props;
    const task: TaskScope = { scope, id, role: this.role, workgroup, timeout };
    const table = `"${dataset.databaseName}"."${dataset.tableName}"`;
    const optimize = `OPTIMIZE ${table} REWRITE DATA USING BIN_PACK${where ? ` WHERE ${where}` : ''}`;
    const vacuum = repeated(task, 'Vacuum', `VACUUM ${table}`);
    const states = nameTheRun(scope, id, context.runIdPath ?? '$$.Execution.Name').next(
      repeated(task, 'Optimize', optimize).next(vacuum),
    );
    const state = oneState(scope, id, states);
    return { start: state, ends: [state], reads: [], writes: [dataset] };
  }

  private makeRole(): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.AccountPrincipal(Stack.of(this).account),
      description: `Keeps the table ${this.props.dataset.tableName} small`,
    });
    NagFindings.acknowledgeOwnPolicy(role, 'files of a table have no fixed names');
    return role;
  }
}

/**
 * A statement removes no more than so many files at once, and then fails with a demand for more runs.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
function repeated(task: TaskScope, name: string, statement: string): sfn.TaskStateBase {
  const state = query(task, name, literal(statement), { outputs: {} });
  const more = sfn.Choice.jsonata(task.scope, `${task.id} ${name} again?`)
    .when(sfn.Condition.jsonata('{% $contains($states.input.Cause, "MORE_RUNS_NEEDED") %}'), state)
    .otherwise(
      sfn.Fail.jsonata(task.scope, `${task.id} ${name} failed`, {
        error: '{% $states.input.Error %}',
        cause: '{% $states.input.Cause %}',
      }),
    );
  state.addCatch(more, { errors: ['States.TaskFailed'] });
  return state;
}
