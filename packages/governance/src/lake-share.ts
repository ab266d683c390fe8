import type { ILakeDatabase } from '@lakewright/catalog';
import { AccessLevel, type IDataset, LakeAccess, type PermissionModel } from '@lakewright/core';
import { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { Grants } from './grants';
import type { LfTagExpression } from './lf-tag-expression';
import { principalsOf } from './private/principals';
import { refuse } from './private/refuse';
import type { RowFilter } from './row-filter';

/** With whom a `LakeShare` shares. */
export interface LakeShareProps {
  /**
   * Other accounts (`iam.AccountPrincipal`), organizations or organizational units (`iam.ArnPrincipal` with their ARN), or
   * roles and users of other accounts.
   */
  readonly principals: iam.IPrincipal[];
}

/** Narrows what is shared of a table. */
export interface ShareDatasetOptions {
  /**
   * Only these columns. (Columns can't be left out instead: Lake Formation passes included columns on, and no others.)
   * @default all columns
   */
  readonly columns?: string[];

  /**
   * Only these rows.
   * @default all rows
   */
  readonly where?: RowFilter;
}

/**
 * Shares tables with other accounts, by Lake Formation and AWS RAM. Nothing is copied, and nobody gets rights on objects.
 *
 * Shares are grants, and go the way of all grants: `LakeFormation` renders them. An account or organization gets everything
 * with the grant option, so that its administrators can grant it on; a role or user of another account doesn't.
 *
 * On the other side: whoever isn't in the same organization accepts the invitation of AWS RAM; an administrator makes a
 * `ResourceLink` (@lakewright/catalog) with `PermissionModel.lakeFormation()`, and grants on its data sets as on any other:
 * `Grants.on(link.dataset('orders')).read(analyst)`.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-permissions.html
 */
export class LakeShare extends Construct {
  private readonly principals: iam.IPrincipal[];

  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props with whom
   * @throws `NoSharePrincipals`, `ShareWithOwnAccount`, `PrincipalNotSupported`
   */
  public constructor(scope: Construct, id: string, props: LakeShareProps) {
    super(scope, id);
    this.principals = props.principals;
    if (this.principals.length === 0) {
      refuse('NoSharePrincipals', 'a share with nobody', 'at least one principal', 'add iam.AccountPrincipal');
    }
    const { account } = Stack.of(this);
    const own = this.principals.flatMap(principalsOf).find((name) => accountOf(name) === account);
    if (own !== undefined) {
      refuse('ShareWithOwnAccount', `"${own}" of this account`, 'others', 'grant to its roles with Grants.on');
    }
  }

  /**
   * Shares one table or view.
   *
   * @param dataset the table, in a database that Lake Formation governs
   * @param options fewer columns or rows
   * @throws `ShareNeedsLakeFormation`, `ShareOfLink`
   */
  public dataset(dataset: IDataset, options: ShareDatasetOptions = {}): LakeShare {
    const { columns, where } = options;
    this.check(dataset.permissions, dataset.linkTarget, `${dataset.databaseName}.${dataset.tableName}`);
    for (const grantee of this.principals) {
      LakeAccess.of(this).record({
        dataset,
        grantee,
        level: AccessLevel.READ,
        columns,
        rowFilter: where?.expression,
        grantable: passesOn(grantee),
      });
    }
    return this;
  }

  /**
   * Shares a database with all its tables, later ones too.
   *
   * @param database a database that Lake Formation governs
   * @throws `ShareNeedsLakeFormation`, `ShareOfLink`
   */
  public database(database: ILakeDatabase): LakeShare {
    this.check(database.permissions, database.linkTarget, `"${database.node.id}"`);
    for (const grantee of this.principals) {
      LakeAccess.of(this).recordDatabase({
        database,
        grantee,
        databasePermissions: ['DESCRIBE'],
        tablePermissions: ['DESCRIBE', 'SELECT'],
        grantable: passesOn(grantee),
      });
    }
    return this;
  }

  /**
   * Shares all databases and tables whose LF-Tags match, later ones too.
   *
   * Needs version 3 or later of cross-account sharing: `new LakeFormation(…, { crossAccountVersion: 4 })`.
   *
   * @param expression which tags and values
   * @see https://docs.aws.amazon.com/lake-formation/latest/dg/cross-account-TBAC.html
   */
  public tags(expression: LfTagExpression): LakeShare {
    for (const grantee of this.principals) {
      Grants.onTags(expression).read(grantee, { grantable: passesOn(grantee) });
    }
    return this;
  }

  private check(permissions: PermissionModel, linkTarget: unknown, what: string): void {
    if (!permissions.usesLakeFormation) {
      refuse(
        'ShareNeedsLakeFormation',
        `${what} with PermissionModel "${permissions.name}"`,
        'Lake Formation shares what it governs',
        'use PermissionModel.lakeFormation() or hybrid(), or CatalogSharing of @lakewright/catalog',
      );
    }
    if (linkTarget !== undefined) {
      refuse('ShareOfLink', `the resource link ${what}`, 'a link is shared by its owner', 'ask the owner to share it');
    }
  }
}

/** What an account gets, it can use by passing it on to its own principals. */
function passesOn(grantee: iam.IPrincipal): boolean {
  return principalsOf(grantee).every((name) => !/^arn:[^:]*:iam:/.test(name));
}

/** `111122223333`, or the account of an IAM ARN; organizations have none. */
function accountOf(name: string): string | undefined {
  return /^arn:[^:]*:iam::([^:]+):/.exec(name)?.[1] ?? (name.startsWith('arn:') ? undefined : name);
}
