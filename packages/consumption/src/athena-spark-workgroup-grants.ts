import * as iam from 'aws-cdk-lib/aws-iam';
import type { AthenaSparkWorkgroup } from './athena-spark-workgroup';
import { ON_SESSIONS } from './private/spark-role';

/** Gives others the right to use a Spark workgroup. */
export class AthenaSparkWorkgroupGrants {
  /** @internal */
  public constructor(private readonly workgroup: AthenaSparkWorkgroup) {}

  /**
   * Start and end sessions, run calculations, and keep notebooks. What code reads and writes is the right of the workgroup's
   * role.
   *
   * @param grantee who starts sessions
   */
  public run(grantee: iam.IGrantable): iam.Grant {
    const allow = (actions: string[], resourceArns: string[]) =>
      iam.Grant.addToPrincipal({ grantee, actions, resourceArns });
    return allow([...ON_SESSIONS, ...ON_NOTEBOOKS], [this.workgroup.workgroupArn])
      .combine(allow(['athena:ListWorkGroups', 'athena:ListEngineVersions'], ['*']))
      .combine(allow(['iam:PassRole'], [this.workgroup.role.roleArn]))
      .combine(this.workgroup.results.grants.read(grantee));
  }
}

const ON_NOTEBOOKS = [
  'athena:StartSession',
  'athena:CreateNotebook',
  'athena:ImportNotebook',
  'athena:DeleteNotebook',
  'athena:ListNotebookMetadata',
  'athena:ListNotebookSessions',
  'athena:GetNotebookMetadata',
  'athena:UpdateNotebookMetadata',
];
