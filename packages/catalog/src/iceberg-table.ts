import {
  type DataLocation,
  type DatasetGrants,
  type IAthenaWorkgroup,
  type IDataset,
  LakeAccess,
  type LakeEnvironment,
  LakeError,
  type PermissionModel,
} from '@lakewright/core';
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { IcebergPartition } from './iceberg-partition';
import type { IcebergColumn } from './iceberg-type';
import type { ILakeDatabase } from './lake-database';
import { checkIcebergTable } from './private/iceberg-checks';
import { IcebergProvider } from './private/iceberg-provider';

/** What an `IcebergTable` is made of. */
export interface IcebergTableProps {
  /** Where the table is catalogued. */
  readonly database: ILakeDatabase;

  /** The name, by which SQL calls it: lower case. */
  readonly tableName: string;

  /** The columns. Their order counts when the table is made; later ones are added at the end. */
  readonly columns: IcebergColumn[];

  /**
   * Where the DDL runs.
   *
   * The provider is one more principal of that workgroup: best give it one that no person uses.
   */
  readonly workgroup: IAthenaWorkgroup;

  /**
   * How the table is partitioned; can't be changed later.
   * @default not partitioned
   */
  readonly partitions?: IcebergPartition[];

  /**
   * Table properties that Athena knows, for example `format` or `vacuum_max_snapshot_age_seconds`. One that is taken away
   * keeps its value.
   * @default Athena's: Parquet, zstd
   * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
   */
  readonly properties?: { readonly [name: string]: string };

  /**
   * Where data and metadata lie; can't be changed later.
   * @default the folder `tableName` of the database's location
   */
  readonly location?: DataLocation;

  /**
   * Columns that may be dropped **with their values** when they are no longer among `columns`.
   * @default a column that has a value in any row is never dropped: the deployment fails
   */
  readonly dropColumns?: string[];

  /**
   * How long the provider's log is kept; the first table of a stack decides.
   * @default LakeEnvironment.production()
   */
  readonly environment?: LakeEnvironment;
}

/**
 * An Iceberg table, made and evolved by Athena's DDL when the stack is deployed.
 *
 * New columns are added, renamed ones (`renamedFrom`) renamed, types widened (int to bigint, float to double, more digits of
 * a decimal, more fields of a struct), properties set. What would lose data is refused, and nothing is changed then:
 * dropping a column that has values, another type, another partitioning, another location. A column that no row has a value
 * in is dropped, so that a rolled-back deployment takes back what it added. Columns that were added by other means stay.
 *
 * Removing the construct keeps the table and its data.
 */
export class IcebergTable extends Construct implements IDataset {
  /** The database's name. */
  public readonly databaseName: string;
  /** The table's name. */
  public readonly tableName: string;
  /** `arn:aws:glue:region:account:catalog` */
  public readonly catalogArn: string;
  /** `arn:aws:glue:region:account:database/name` */
  public readonly databaseArn: string;
  /** `arn:aws:glue:region:account:table/database/name` */
  public readonly tableArn: string;
  /** Where data and metadata lie. */
  public readonly location?: DataLocation;
  /** Who decides about access. */
  public readonly permissions: PermissionModel;
  /** Gives others access: every half of it in one call. */
  public readonly grants: DatasetGrants;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `NoColumns`, `DuplicateColumn`, `InvalidColumnName`, `InvalidComment`, `PartitionColumnUnknown`,
   * `PartitionTransformMismatch`, `RenamedColumnStays`, `InvalidProperty`, `IcebergTableWithoutLocation`
   */
  public constructor(scope: Construct, id: string, props: IcebergTableProps) {
    super(scope, id);
    checkIcebergTable(props);
    const dataset = props.database.dataset(props.tableName, props.location ? { location: props.location } : undefined);
    const { location } = dataset;
    if (!location) {
      throw new Error(
        LakeError.message(
          'IcebergTableWithoutLocation',
          `table "${props.tableName}" in a database without location`,
          'Athena makes Iceberg tables at a location only',
          'give "location"',
        ),
      );
    }
    ({
      databaseName: this.databaseName,
      tableName: this.tableName,
      catalogArn: this.catalogArn,
      databaseArn: this.databaseArn,
      tableArn: this.tableArn,
      permissions: this.permissions,
      grants: this.grants,
    } = dataset);
    this.location = location;

    const provider = IcebergProvider.of(this, props.environment);
    const grant = provider.admit(dataset, location, props.workgroup);
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightIcebergTable',
      serviceToken: provider.serviceToken,
      serviceTimeout: Duration.minutes(10),
      properties: {
        Database: props.database.databaseName,
        Table: this.tableName,
        Location: location.uri,
        Workgroup: props.workgroup.workgroupName,
        ResultLocation: props.workgroup.resultLocation(provider.role).uri,
        Columns: props.columns.map(({ name, type, comment, renamedFrom }) => ({
          Name: name,
          Type: type.text,
          Comment: comment,
          RenamedFrom: renamedFrom,
        })),
        PartitionedBy: (props.partitions ?? []).map(({ text }) => text),
        Properties: props.properties ?? {},
        DropColumns: props.dropColumns ?? [],
      },
    });
    grant.applyBefore(resource);
    LakeAccess.of(this).applyBefore(provider.role, resource);
    resource.node.addDependency(props.database);
  }
}
