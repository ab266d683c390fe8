import { Stage } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import type { IDataset } from './dataset';
import { LakeError } from './lake-error';

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
   * Whether the grantee may pass the access on.
   * @default false
   */
  readonly grantable?: boolean;
}

/** Renders the half of a grant that IAM doesn't cover: Lake Formation, in @lakewright/governance. */
export interface IAccessProvider {
  /**
   * Called once for each grant, in the order in which they were made.
   *
   * @param request who gets what
   */
  provide(request: AccessRequest): void;
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
  private provider?: IAccessProvider;

  private constructor(home: IConstruct) {
    home.node.addValidation({ validate: () => this.validate() });
  }

  /** All grants made so far. */
  public get requests(): AccessRequest[] {
    return [...this.recorded];
  }

  /**
   * Records a grant.
   *
   * @param request who gets what
   */
  public record(request: AccessRequest): void {
    this.recorded.push(request);
    this.provider?.provide(request);
  }

  /**
   * Attaches the provider; it gets the grants made so far at once.
   *
   * @param provider renders the Lake Formation half
   * @throws `AccessProviderExists` when another one is attached
   */
  public attach(provider: IAccessProvider): void {
    if (this.provider && this.provider !== provider) {
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
    for (const request of this.recorded) provider.provide(request);
  }

  private validate(): string[] {
    if (this.provider) return [];
    return this.recorded
      .filter(({ dataset }) => dataset.permissions.usesLakeFormation)
      .slice(0, 1)
      .map(({ dataset }) =>
        LakeError.message(
          'NoAccessProvider',
          `PermissionModel "${dataset.permissions.name}" on ${dataset.databaseName}.${dataset.tableName}`,
          'needs a Lake Formation set-up that renders its grants',
          'add LakeFormation from @lakewright/governance, or use PermissionModel.iam()',
        ),
      );
  }
}

const SLOT = Symbol.for('@lakewright/core.LakeAccess');
