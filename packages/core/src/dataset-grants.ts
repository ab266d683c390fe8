import * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { IDataset } from './dataset';
import { AccessLevel, LakeAccess } from './lake-access';
import { LakeError } from './lake-error';

/** How a right is given. */
export interface GrantOptions {
  /**
   * Whether the grantee may pass the right on. Needs a permission model with Lake Formation.
   * @default false
   */
  readonly grantable?: boolean;
}

/** Narrows what a reader sees. */
export interface DatasetReadOptions extends GrantOptions {
  /**
   * Only these columns. Needs a permission model with Lake Formation.
   * @default all columns
   */
  readonly columns?: string[];
  /**
   * All columns but these. Needs a permission model with Lake Formation.
   * @default none is left out
   */
  readonly excluding?: string[];
  /**
   * Only rows for which this PartiQL predicate holds. Needs a permission model with Lake Formation.
   * @default all rows
   */
  readonly rowFilter?: string;
  /**
   * Only what these data cells filters show, by name, instead of columns and rows given here. Needs a permission model
   * with Lake Formation.
   * @default no named filter
   */
  readonly dataFilters?: string[];
}

/**
 * Gives access to one data set.
 *
 * One call gives every half: the catalog entry and, by the permission model, the objects and their key, or
 * `lakeformation:GetDataAccess`; the Lake Formation grant itself is rendered by the access provider.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html
 */
export class DatasetGrants {
  /**
   * @param scope the construct whose stage or app records the grants
   * @param dataset the data set
   */
  public constructor(
    private readonly scope: IConstruct,
    private readonly dataset: IDataset,
  ) {}

  /**
   * See the table's definition and partitions.
   *
   * @param grantee who may describe
   * @param options whether the right may be passed on
   */
  public describe(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.checkOptions(options);
    LakeAccess.of(this.scope).record({ dataset: this.dataset, grantee, level: AccessLevel.DESCRIBE, ...options });
    return this.onCatalog(grantee, CATALOG_READ);
  }

  /**
   * Read the table.
   *
   * @param grantee who may read
   * @param options fewer columns or rows
   * @throws `FilterNeedsLakeFormation` for fewer columns or rows with `PermissionModel.iam()`
   * @throws `ColumnsAndExcluding` when both are given
   */
  public read(grantee: iam.IGrantable, options: DatasetReadOptions = {}): iam.Grant {
    this.checkOptions(options);
    LakeAccess.of(this.scope).record({ dataset: this.dataset, grantee, level: AccessLevel.READ, ...options });
    const { permissions, location } = this.dataset;
    const grants = [this.onCatalog(grantee, CATALOG_READ)];
    // who may see a part must not reach the files, which have all of it
    if (permissions.usesIam && location && !narrows(options)) grants.push(location.grants.read(grantee));
    if (permissions.usesLakeFormation) grants.push(this.dataAccess(grantee));
    return grants.reduce((all, grant) => all.combine(grant));
  }

  /**
   * Read, insert, overwrite and delete rows; change the definition and its partitions.
   *
   * @param grantee who may write
   * @param options whether the right may be passed on
   */
  public write(grantee: iam.IGrantable, options: GrantOptions = {}): iam.Grant {
    this.checkOptions(options);
    LakeAccess.of(this.scope).record({ dataset: this.dataset, grantee, level: AccessLevel.WRITE, ...options });
    const { permissions, location } = this.dataset;
    const grants = [this.onCatalog(grantee, [...CATALOG_READ, ...CATALOG_WRITE])];
    if (permissions.usesIam && location) {
      grants.push(location.grants.readWrite(grantee), location.grants.delete(grantee));
    }
    if (permissions.usesLakeFormation) grants.push(this.dataAccess(grantee));
    return grants.reduce((all, grant) => all.combine(grant));
  }

  private onCatalog(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    const { catalogArn, databaseArn, tableArn } = this.dataset;
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [catalogArn, databaseArn, tableArn] });
  }

  /** The action takes no resource: Lake Formation decides by its own grants. */
  private dataAccess(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['lakeformation:GetDataAccess'], resourceArns: ['*'] });
  }

  private checkOptions(options: DatasetReadOptions): void {
    const { databaseName, tableName, permissions } = this.dataset;
    const name = `${databaseName}.${tableName}`;
    if (options.columns && options.excluding) {
      throw new Error(
        LakeError.message(
          'ColumnsAndExcluding',
          `both "columns" and "excluding" on ${name}`,
          'one of the two',
          'list the columns to show, or those to hide',
        ),
      );
    }
    if ((narrows(options) || options.grantable) && !permissions.usesLakeFormation) {
      throw new Error(
        LakeError.message(
          'FilterNeedsLakeFormation',
          `columns, rows or the grant option restricted on ${name} with PermissionModel "${permissions.name}"`,
          'IAM gives whole tables only',
          'use PermissionModel.lakeFormation() or hybrid()',
        ),
      );
    }
  }
}

function narrows({ columns, excluding, rowFilter, dataFilters }: DatasetReadOptions): boolean {
  return [columns, excluding, rowFilter, dataFilters].some((restriction) => restriction !== undefined);
}

const CATALOG_READ = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
];

const CATALOG_WRITE = [
  'glue:CreateTable',
  'glue:UpdateTable',
  'glue:DeleteTable',
  'glue:CreatePartition',
  'glue:BatchCreatePartition',
  'glue:UpdatePartition',
  'glue:DeletePartition',
  'glue:BatchDeletePartition',
];
