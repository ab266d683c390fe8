import {
  type DataLocation,
  DatasetGrants,
  type DatasetReadOptions,
  type GrantOptions,
  type IDataset,
  type LinkTarget,
  PermissionModel,
} from '@lakewright/core';
import { ArnFormat, RemovalPolicy, Resource, Stack, Token } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DatabaseGrants } from './database-grants';
import { Dataset, type DatasetOptions } from './dataset';
import type { ILakeDatabase } from './lake-database';
import { NameByStack } from './private/name-by-stack';
import { checkDatabaseName } from './private/names';

/** What a `ResourceLink` is made of. */
export interface ResourceLinkProps {
  /** The account that owns the database. */
  readonly targetAccount: string;

  /** The database's name there. */
  readonly targetDatabaseName: string;

  /**
   * The region of the database.
   * @default the stack's region
   */
  readonly targetRegion?: string;

  /**
   * The name here, by which SQL calls it.
   * @default the name there
   */
  readonly databaseName?: string;

  /**
   * Where the tables' data lies, if grants shall give the rights on the objects as well.
   * @default grants give the catalog entries only
   */
  readonly location?: DataLocation;

  /**
   * Who decides about access to the tables.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;
}

/**
 * A database of another account (or region), under a name of this account's catalog.
 *
 * The owner has to share it, with `CatalogSharing` or Lake Formation. Grants on its data sets give both halves: on the link
 * and on what it points to.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/resource-links-about.html
 */
export class ResourceLink extends Resource implements ILakeDatabase {
  /** Where the tables' data lies. */
  public readonly location?: DataLocation;
  /** Who decides about access to the tables. */
  public readonly permissions: PermissionModel;
  /** Gives rights on the link and on the database that it points to. */
  public readonly grants: DatabaseGrants;
  /** The link's name. */
  public readonly databaseName: string;
  /** The database that the link points to. */
  public readonly linkTarget?: LinkTarget;

  private readonly linkName: string;
  private readonly target: Target;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it points to
   * @throws `InvalidDatabaseName`
   */
  public constructor(scope: Construct, id: string, props: ResourceLinkProps) {
    super(scope, id);
    this.linkName = checkDatabaseName(props.databaseName ?? props.targetDatabaseName);
    this.target = { account: props.targetAccount, region: props.targetRegion, name: props.targetDatabaseName };
    this.linkTarget = { account: props.targetAccount, databaseName: props.targetDatabaseName };
    this.location = props.location;
    this.permissions = props.permissions ?? PermissionModel.iam();
    const resource = new glue.CfnDatabase(this, 'Resource', {
      catalogId: this.stack.account,
      databaseInput: {
        name: this.linkName,
        targetDatabase: {
          catalogId: props.targetAccount,
          databaseName: props.targetDatabaseName,
          region: props.targetRegion,
        },
      },
    });
    // A link holds nothing.
    resource.applyRemovalPolicy(RemovalPolicy.DESTROY);
    this.databaseName = Token.asString(new NameByStack(this, resource.ref, this.linkName));
    const there = targetArns(this, this.target, '*');
    const here = this.stack.formatArn({ service: 'glue', resource: 'catalog', arnFormat: ArnFormat.NO_RESOURCE_NAME });
    this.grants = new DatabaseGrants(this, [
      here,
      this.databaseArn,
      there.catalogArn,
      there.databaseArn,
      there.tableArn,
    ]);
  }

  /** The catalog of this account. */
  public get catalog(): glue.ICatalog {
    return glue.Catalog.forAccount(this);
  }

  /** The ARN of the link. */
  public get databaseArn(): string {
    return this.stack.formatArn({ service: 'glue', resource: 'database', resourceName: this.databaseName });
  }

  /** For the upstream library. */
  public get databaseRef(): glue.DatabaseReference {
    return { databaseName: this.databaseName };
  }

  /**
   * A table of the database that the link points to.
   *
   * @param tableName lower case
   * @param options where the data lies, if not in the folder `tableName` of the link's location
   */
  public dataset(tableName: string, options: DatasetOptions = {}): IDataset {
    const local = Dataset._named(this, this.linkName, tableName, {
      location: options.location ?? this.location?.location(tableName),
      permissions: options.permissions ?? this.permissions,
    });
    return new LinkedDataset(this, local, this.target);
  }
}

interface Target {
  readonly account: string;
  readonly region?: string;
  readonly name: string;
}

/** A table behind a link: called by the link's name, protected by the ARNs of its owner. */
class LinkedDataset implements IDataset {
  public readonly catalogArn: string;
  public readonly databaseArn: string;
  public readonly tableArn: string;
  public readonly databaseName: string;
  public readonly tableName: string;
  public readonly location?: DataLocation;
  public readonly permissions: PermissionModel;
  public readonly linkTarget?: LinkTarget;
  public readonly grants: DatasetGrants;

  public constructor(link: ResourceLink, local: Dataset, target: Target) {
    const { catalogArn, databaseArn, tableArn } = targetArns(link, target, local.tableName);
    this.catalogArn = catalogArn;
    this.databaseArn = databaseArn;
    this.tableArn = tableArn;
    this.databaseName = local.databaseName;
    this.tableName = local.tableName;
    this.location = local.location;
    this.permissions = local.permissions;
    this.linkTarget = link.linkTarget;
    this.grants = new LinkedDatasetGrants(link, this, [local.catalogArn, local.databaseArn]);
  }
}

function targetArns(link: ResourceLink, { account, region, name }: Target, tableName: string) {
  const arn = (resource: string, resourceName?: string) =>
    Stack.of(link).formatArn({
      service: 'glue',
      account,
      region,
      resource,
      resourceName,
      arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
    });
  return {
    catalogArn: arn('catalog'),
    databaseArn: arn('database', name),
    tableArn: arn('table', `${name}/${tableName}`),
  };
}

/** The grants on the table, and sight of the link. */
class LinkedDatasetGrants extends DatasetGrants {
  public constructor(
    link: ResourceLink,
    dataset: IDataset,
    private readonly linkArns: string[],
  ) {
    super(link, dataset);
  }

  public describe(grantee: iam.IGrantable, options?: GrantOptions): iam.Grant {
    return this.onLink(grantee).combine(super.describe(grantee, options));
  }

  public read(grantee: iam.IGrantable, options?: DatasetReadOptions): iam.Grant {
    return this.onLink(grantee).combine(super.read(grantee, options));
  }

  public write(grantee: iam.IGrantable, options?: GrantOptions): iam.Grant {
    return this.onLink(grantee).combine(super.write(grantee, options));
  }

  private onLink(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: ['glue:GetDatabase'], resourceArns: this.linkArns });
  }
}
