import { type IDataset, NagFindings } from '@lakewright/core';
import { Duration, Stack } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { grantMaintenance } from './private/maintenance-rights';

/** What `TableOptimizers` are made of. */
export interface TableOptimizersProps {
  /** An Iceberg table with a location; it has to be there when these are deployed. */
  readonly dataset: IDataset;

  /**
   * How long snapshots are kept: as long can the table be read as it was. Whole days.
   * @default Duration.days(5)
   */
  readonly snapshotRetention?: Duration;

  /**
   * How many snapshots are kept, however old.
   * @default 1
   */
  readonly snapshotsToRetain?: number;

  /**
   * How old a file that no snapshot knows has to be before it is removed: older than the longest write. Whole days.
   * @default Duration.days(3)
   */
  readonly orphanFileRetention?: Duration;

  /**
   * Who works. It has to trust AWS Glue.
   * @default a role of its own
   */
  readonly role?: iam.IRole;
}

/**
 * Has the Data Catalog keep an Iceberg table small and fast by itself: compaction of small files, expiry of old snapshots,
 * removal of files that no snapshot knows.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/table-optimizers.html
 */
export class TableOptimizers extends Construct {
  /** Who works. */
  public readonly role: iam.IRole;

  /**
   * @param scope where they are created
   * @param id unique in `scope`
   * @param props what they are made of
   * @throws `MaintenanceWithoutLocation`
   */
  public constructor(scope: Construct, id: string, props: TableOptimizersProps) {
    super(scope, id);
    const { dataset } = props;
    this.role = props.role ?? this.makeRole(dataset);
    grantMaintenance(this, dataset, this.role);
    this.optimizer('Compaction', 'compaction', dataset, {});
    this.optimizer('Retention', 'retention', dataset, {
      retentionConfiguration: {
        icebergConfiguration: {
          snapshotRetentionPeriodInDays: (props.snapshotRetention ?? Duration.days(5)).toDays(),
          numberOfSnapshotsToRetain: props.snapshotsToRetain ?? 1,
          cleanExpiredFiles: true,
        },
      },
    });
    this.optimizer('Orphans', 'orphan_file_deletion', dataset, {
      orphanFileDeletionConfiguration: {
        icebergConfiguration: {
          orphanFileRetentionPeriodInDays: (props.orphanFileRetention ?? Duration.days(3)).toDays(),
          location: dataset.location?.uri,
        },
      },
    });
  }

  private optimizer(
    id: string,
    type: string,
    dataset: IDataset,
    configuration: Partial<glue.CfnTableOptimizer.TableOptimizerConfigurationProperty>,
  ): void {
    const optimizer = new glue.CfnTableOptimizer(this, id, {
      catalogId: Stack.of(this).account,
      databaseName: dataset.databaseName,
      tableName: dataset.tableName,
      type,
      tableOptimizerConfiguration: { enabled: true, roleArn: this.role.roleArn, ...configuration },
    });
    // Glue tries the role when the optimizer is made, and finds the table by name.
    optimizer.node.addDependency(this.role);
    if (Construct.isConstruct(dataset)) optimizer.node.addDependency(dataset);
  }

  /** @see https://docs.aws.amazon.com/glue/latest/dg/optimization-prerequisites.html */
  private makeRole({ tableName }: IDataset): iam.Role {
    const role = new iam.Role(this, 'Role', {
      assumedBy: new iam.ServicePrincipal('glue.amazonaws.com'),
      description: `Keeps the table ${tableName} small`,
    });
    const log = (name: string) =>
      Stack.of(this).formatArn({ service: 'logs', resource: `log-group:/aws-glue/iceberg-${name}/logs:*` });
    role.addToPolicy(
      new iam.PolicyStatement({
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: ['compaction', 'retention', 'orphan-file-deletion'].map(log),
      }),
    );
    NagFindings.acknowledgeOwnPolicy(role, 'files of a table and logs have no fixed names');
    return role;
  }
}
