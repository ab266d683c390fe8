import * as iam from 'aws-cdk-lib/aws-iam';
import type { DbtProject } from './dbt-project';
import { runRights } from './private/run-task-state';

/** Gives others the right to run a dbt project. */
export class DbtGrants {
  /** @internal */
  public constructor(private readonly project: DbtProject) {}

  /**
   * Start tasks of the project, by `ecs:RunTask` in its cluster.
   *
   * @param grantee who may run it
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    const grants = runRights(this.project._task).map(({ actions, resources, conditions }) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns: resources, conditions }),
    );
    return grants.reduce((all, grant) => all.combine(grant));
  }
}
