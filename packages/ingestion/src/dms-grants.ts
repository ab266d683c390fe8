import * as iam from 'aws-cdk-lib/aws-iam';
import type { ReplicationKind } from './private/dms-identity';

/** Gives others the right to run a replication. */
export class DmsGrants {
  /** @internal */
  public constructor(
    private readonly kind: ReplicationKind,
    private readonly replicationArn: string,
  ) {}

  /**
   * Start it, or go on, and see how it goes.
   *
   * @param grantee who may start it
   */
  public start(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, this.isTask ? 'dms:StartReplicationTask' : 'dms:StartReplication');
  }

  /**
   * Stop it, and see how it goes.
   *
   * @param grantee who may stop it
   */
  public stop(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, this.isTask ? 'dms:StopReplicationTask' : 'dms:StopReplication');
  }

  /**
   * See how it goes, and how many rows of each table there are.
   *
   * @param grantee who may look
   */
  public describe(grantee: iam.IGrantable): iam.Grant {
    const [one, statistics] = this.isTask
      ? ['dms:DescribeReplicationTasks', 'dms:DescribeTableStatistics']
      : ['dms:DescribeReplications', 'dms:DescribeReplicationTableStatistics'];
    // the action that lists replications knows no resource
    return iam.Grant.addToPrincipal({ grantee, actions: [one], resourceArns: ['*'] }).combine(
      iam.Grant.addToPrincipal({ grantee, actions: [statistics], resourceArns: [this.replicationArn] }),
    );
  }

  private allow(grantee: iam.IGrantable, action: string): iam.Grant {
    const resourceArns = [this.replicationArn];
    return iam.Grant.addToPrincipal({ grantee, actions: [action], resourceArns }).combine(this.describe(grantee));
  }

  private get isTask(): boolean {
    return this.kind === 'task';
  }
}
