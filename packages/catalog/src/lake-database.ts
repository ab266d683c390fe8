import { type DataLocation, type IAccessDatabase, type IDataset, PermissionModel } from '@lakewright/core';
import { type RemovalPolicy, Resource, Token } from 'aws-cdk-lib';
import * as glue from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import { DatabaseGrants } from './database-grants';
import { Dataset, type DatasetOptions } from './dataset';
import { PartitionProjectionCheck } from './partition-projection-check';
import { NameByStack } from './private/name-by-stack';
import { checkDatabaseName } from './private/names';

/** A Glue database that knows where its tables lie and who decides about access to them. */
export interface ILakeDatabase extends glue.IDatabase, IAccessDatabase {
  /** Gives rights on the database as a whole. */
  readonly grants: DatabaseGrants;

  /**
   * A table of this database, which need not exist yet.
   *
   * @param tableName lower case
   * @param options where the data lies, if not in the folder `tableName` of the database's location
   */
  dataset(tableName: string, options?: DatasetOptions): IDataset;
}

/** What a `LakeDatabase` is made of. */
export interface LakeDatabaseProps {
  /** The name, by which SQL calls it: lower case letters, digits, underscores. */
  readonly databaseName: string;

  /**
   * Below which the tables' data lies.
   * @default the database has no location; each table says where its data lies
   */
  readonly location?: DataLocation;

  /**
   * Who decides about access to the tables.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;

  /**
   * Shown in the console.
   * @default no description
   */
  readonly description?: string;

  /**
   * What becomes of the database when it leaves the stack; the tables' data stays in any case.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** How a database that exists is found. */
export interface LakeDatabaseAttributes {
  /** The database's name. */
  readonly databaseName: string;

  /**
   * Below which the tables' data lies.
   * @default grants give the catalog entries, and no permission on objects
   */
  readonly location?: DataLocation;

  /**
   * Who decides about access to the tables.
   * @default PermissionModel.iam()
   */
  readonly permissions?: PermissionModel;
}

/**
 * The upstream `glue.Database` with an explicit name, a location and data sets.
 *
 * Other stacks refer to it by name, never by a CloudFormation export, so that layers of a lake can be changed and removed
 * independently; CDK still deploys them in the right order.
 *
 * Where Lake Formation decides alone, new tables aren't opened to everybody whom IAM allows, whatever the account's
 * default is.
 */
export class LakeDatabase extends glue.Database implements ILakeDatabase {
  /**
   * A database that was made elsewhere.
   *
   * @param scope where it is used
   * @param id unique in `scope`
   * @param attrs how it is found
   */
  public static fromLakeDatabaseAttributes(scope: Construct, id: string, attrs: LakeDatabaseAttributes): ILakeDatabase {
    return new ImportedLakeDatabase(scope, id, attrs);
  }

  /** Below which the tables' data lies by default. */
  public readonly location?: DataLocation;
  /** Who decides about access to the tables. */
  public readonly permissions: PermissionModel;
  /** Gives rights on the database as a whole. */
  public readonly grants: DatabaseGrants;

  private readonly givenName: string;
  private readonly nameToken: string;

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `InvalidDatabaseName`
   */
  public constructor(scope: Construct, id: string, props: LakeDatabaseProps) {
    super(scope, id, {
      databaseName: checkDatabaseName(props.databaseName),
      locationUri: props.location?.uri,
      description: props.description,
      removalPolicy: props.removalPolicy,
    });
    this.givenName = props.databaseName;
    this.nameToken = Token.asString(new NameByStack(this, super.databaseName, props.databaseName));
    this.location = props.location;
    this.permissions = props.permissions ?? PermissionModel.iam();
    this.grants = new DatabaseGrants(this);
    if (!this.permissions.usesIam) {
      (this.node.defaultChild as glue.CfnDatabase).addPropertyOverride(
        'DatabaseInput.CreateTableDefaultPermissions',
        [],
      );
    }
    PartitionProjectionCheck._everywhere(this);
  }

  /** A reference in the database's own stack, the plain name in all others. */
  public get databaseName(): string {
    // The upstream constructor asks for nothing by this name, so the token is there when anybody does.
    return this.nameToken;
  }

  /**
   * A table of this database, which need not exist yet.
   *
   * @param tableName lower case
   * @param options where the data lies, if not in the folder `tableName` of the database's location
   */
  public dataset(tableName: string, options: DatasetOptions = {}): IDataset {
    return Dataset._named(this, this.givenName, tableName, {
      location: options.location ?? this.location?.location(tableName),
      permissions: options.permissions ?? this.permissions,
    });
  }
}

class ImportedLakeDatabase extends Resource implements ILakeDatabase {
  public readonly databaseName: string;
  public readonly location?: DataLocation;
  public readonly permissions: PermissionModel;
  public readonly grants: DatabaseGrants;

  public constructor(scope: Construct, id: string, attrs: LakeDatabaseAttributes) {
    super(scope, id);
    this.databaseName = checkDatabaseName(attrs.databaseName);
    this.location = attrs.location;
    this.permissions = attrs.permissions ?? PermissionModel.iam();
    this.grants = new DatabaseGrants(this);
  }

  public get catalog(): glue.ICatalog {
    return glue.Catalog.forAccount(this);
  }

  public get databaseArn(): string {
    return this.stack.formatArn({ service: 'glue', resource: 'database', resourceName: this.databaseName });
  }

  public get databaseRef(): glue.DatabaseReference {
    return { databaseName: this.databaseName };
  }

  public dataset(tableName: string, options: DatasetOptions = {}): IDataset {
    return Dataset._named(this, this.databaseName, tableName, {
      location: options.location ?? this.location?.location(tableName),
      permissions: options.permissions ?? this.permissions,
    });
  }
}
