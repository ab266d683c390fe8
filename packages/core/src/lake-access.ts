import { Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct, type IConstruct } from 'constructs';
import type { DataLocation } from './data-location';
import type { IAccessDatabase, IDataset } from './dataset';
import { LakeError } from './lake-error';
import type { PermissionModel } from './permission-model';

/** What a principal may do with a data set. */
export enum AccessLevel {
  /** See the table's definition. */
  DESCRIBE = 'DESCRIBE',
  /** Read its rows. */
  READ = 'READ',
  /** Read, insert, overwrite and delete rows, change the definition. */
  WRITE = 'WRITE',
}

/** Somebody was given access to a data set. */
export interface AccessRequest {
  /** The data set. */
  readonly dataset: IDataset;
  /** Who gets access. */
  readonly grantee: iam.IGrantable;
  /** How much. */
  readonly level: AccessLevel;
  /**
   * Only these columns.
   * @default all columns
   */
  readonly columns?: string[];
  /**
   * All columns but these.
   * @default none is left out
   */
  readonly excluding?: string[];
  /**
   * Only rows for which this PartiQL predicate holds.
   * @default all rows
   */
  readonly rowFilter?: string;
  /**
   * Only what these data cells filters show, by name.
   * @default no named filter
   */
  readonly dataFilters?: string[];
  /**
   * Whether the grantee may pass the access on.
   * @default false
   */
  readonly grantable?: boolean;
}

/** Somebody was given rights on a database, or on all its tables. */
export interface DatabaseAccessRequest {
  /** The database. */
  readonly database: IAccessDatabase;
  /** Who gets the rights. */
  readonly grantee: iam.IGrantable;
  /** Lake Formation's names of the rights on the database: `DESCRIBE`, `CREATE_TABLE`, `ALTER`, `DROP`. */
  readonly databasePermissions: string[];
  /**
   * Lake Formation's names of the rights on all its tables, later ones too: `SELECT`, `INSERT`, …
   * @default no rights on tables
   */
  readonly tablePermissions?: string[];
  /**
   * Whether the grantee may pass the rights on.
   * @default false
   */
  readonly grantable?: boolean;
}

/** Somebody was given the right to make tables whose data lies at a location. */
export interface LocationAccessRequest {
  /** The location. */
  readonly location: DataLocation;
  /** Who gets the right. */
  readonly grantee: iam.IGrantable;
  /** Who decides about access to the tables there. */
  readonly permissions: PermissionModel;
  /**
   * Whether the grantee may pass the right on.
   * @default false
   */
  readonly grantable?: boolean;
}

/**
 * Renders the half of a grant that IAM doesn't cover: Lake Formation, in @lakewright/governance.
 *
 * Each member is called once for each grant, in the order in which they were made.
 */
export interface IAccessProvider {
  /**
   * A grant on a data set.
   *
   * @param request who gets what
   */
  provide(request: AccessRequest): void;

  /**
   * A grant on a database.
   *
   * @param request who gets what
   */
  provideDatabase(request: DatabaseAccessRequest): void;

  /**
   * A grant on a location.
   *
   * @param request who gets what
   */
  provideLocation(request: LocationAccessRequest): void;

  /**
   * Makes a construct wait for the grants of a principal.
   *
   * @param grantee who needs its rights while the construct is deployed
   * @param construct deployed after all grants of the grantee, earlier and later ones
   */
  applyBefore(grantee: iam.IGrantable, construct: IConstruct): void;
}

/**
 * The seam between grants and Lake Formation: grants are recorded here, and a provider that attaches at any time before
 * synthesis gets all of them, earlier and later ones.
 *
 * One per stage (or app). If a grant on a data set with `PermissionModel.lakeFormation()` or `hybrid()` has been made and
 * no provider was attached, synthesis fails with `NoAccessProvider`.
 */
export class LakeAccess {
  /**
   * The record of the stage or app that a construct lives in.
   *
   * @param scope any construct of the lake
   */
  public static of(scope: IConstruct): LakeAccess {
    const home: IConstruct & { [SLOT]?: LakeAccess } =
      (Stage.isStage(scope) ? scope : Stage.of(scope)) ?? scope.node.root;
    home[SLOT] ??= new LakeAccess(home);
    return home[SLOT];
  }

  private readonly recorded: AccessRequest[] = [];
  private readonly calls: ((provider: IAccessProvider) => void)[] = [];
  private governed?: string;
  private provider?: IAccessProvider;

  private constructor(home: IConstruct) {
    home.node.addValidation({ validate: () => this.validate() });
  }

  /** All grants on data sets made so far. */
  public get requests(): AccessRequest[] {
    return [...this.recorded];
  }

  /**
   * Records a grant on a data set.
   *
   * @param request who gets what
   */
  public record(request: AccessRequest): void {
    const { databaseName, tableName, permissions } = request.dataset;
    this.recorded.push(request);
    this.note(permissions, `${databaseName}.${tableName}`);
    this.tell((provider) => provider.provide(request));
  }

  /**
   * Records a grant on a database.
   *
   * @param request who gets what
   */
  public recordDatabase(request: DatabaseAccessRequest): void {
    const { database } = request;
    this.note(database.permissions, Construct.isConstruct(database) ? database.node.path : database.databaseName);
    this.tell((provider) => provider.provideDatabase(request));
  }

  /**
   * Records a grant on a location.
   *
   * @param request who gets what
   */
  public recordLocation(request: LocationAccessRequest): void {
    this.note(request.permissions, `${request.location.bucket.node.path}/${request.location.prefix}`);
    this.tell((provider) => provider.provideLocation(request));
  }

  /**
   * Makes a construct wait for the Lake Formation grants of a principal, as `iam.Grant.applyBefore` does for IAM's.
   *
   * @param grantee who needs its rights while the construct is deployed
   * @param construct deployed after all grants of the grantee, earlier and later ones
   */
  public applyBefore(grantee: iam.IGrantable, construct: IConstruct): void {
    this.tell((provider) => provider.applyBefore(grantee, construct));
  }

  /**
   * Attaches the provider; it gets the grants made so far at once.
   *
   * @param provider renders the Lake Formation half
   * @throws `AccessProviderExists` when another one is attached
   */
  public attach(provider: IAccessProvider): void {
    if (this.provider === provider) return;
    if (this.provider) {
      throw new Error(
        LakeError.message(
          'AccessProviderExists',
          'a second access provider',
          'one per stage or app',
          'keep one LakeFormation construct and give all its databases to it',
        ),
      );
    }
    this.provider = provider;
    for (const call of this.calls) call(provider);
  }

  private tell(call: (provider: IAccessProvider) => void): void {
    this.calls.push(call);
    if (this.provider) call(this.provider);
  }

  private note({ usesLakeFormation, name }: PermissionModel, on: string): void {
    if (usesLakeFormation) this.governed ??= `PermissionModel "${name}" on ${on}`;
  }

  private validate(): string[] {
    if (this.provider || !this.governed) return [];
    return [
      LakeError.message(
        'NoAccessProvider',
        this.governed,
        'needs a Lake Formation set-up that renders its grants',
        'add LakeFormation from @lakewright/governance, or use PermissionModel.iam()',
      ),
    ];
  }
}

const SLOT = Symbol.for('@lakewright/core.LakeAccess');
