import { LakeError } from '@lakewright/core';
import { ArnFormat, CustomResource, Duration, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { ILakeDatabase } from './lake-database';
import { ProviderFunction } from './private/provider-function';

/** What a `CatalogSharing` is made of. */
export interface CatalogSharingProps {
  /** Whose tables are shared. */
  readonly database: ILakeDatabase;

  /** Who may read: other accounts, or roles in them. */
  readonly principals: iam.IPrincipal[];

  /**
   * The tables.
   * @default all tables of the database, later ones too
   */
  readonly tables?: string[];
}

/**
 * Lets other accounts read tables: the catalog entries by the catalog's resource policy, the objects by the bucket's policy
 * and the key's.
 *
 * An account has **one** catalog policy for each region. This adds its statements to that policy, replaces them when they
 * change and takes them away with the construct; all others stay. The other account makes a `ResourceLink`, and gives its
 * own principals the rights that it got.
 *
 * Only for `PermissionModel.iam()`: with Lake Formation, share by Lake Formation grants.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/cross-account-access.html
 */
export class CatalogSharing extends Construct {
  /**
   * @param scope where it is created
   * @param id unique in `scope`
   * @param props what it is made of
   * @throws `SharingNeedsIam`, `NoPrincipals`
   */
  public constructor(scope: Construct, id: string, props: CatalogSharingProps) {
    super(scope, id);
    const { database, principals } = props;
    check(props);
    const stack = Stack.of(this);
    const glueArn = (resource: string, resourceName?: string) =>
      stack.formatArn({
        service: 'glue',
        resource,
        resourceName,
        arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
      });
    const tables = props.tables ?? ['*'];
    const statement = new iam.PolicyStatement({
      principals,
      actions: READ,
      resources: [
        glueArn('catalog'),
        database.databaseArn,
        ...tables.map((table) => glueArn('table', `${database.databaseName}/${table}`)),
      ],
    });

    const provider = providerOf(this);
    const onPolicy = iam.Grant.addToPrincipal({
      grantee: provider.role,
      actions: ['glue:GetResourcePolicy', 'glue:PutResourcePolicy', 'glue:DeleteResourcePolicy'],
      resourceArns: [glueArn('catalog')],
    });
    const resource = new CustomResource(this, 'Resource', {
      resourceType: 'Custom::LakewrightCatalogPolicy',
      serviceToken: provider.functionArn,
      serviceTimeout: Duration.minutes(10),
      properties: {
        Owner: `Lakewright${Names.nodeUniqueId(this.node).slice(-40)}Statement`,
        Statements: stack.toJsonString([statement.toStatementJson()]),
      },
    });
    onPolicy.applyBefore(resource);
    for (const principal of principals) {
      if (props.tables) for (const table of props.tables) database.dataset(table).location?.grants.read(principal);
      else database.location?.grants.read(principal);
    }
  }
}

function providerOf(scope: Construct): ProviderFunction {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(ID);
  return existing instanceof ProviderFunction ? existing : new ProviderFunction(stack, ID, 'catalogPolicy');
}

function check({ database, principals }: CatalogSharingProps): void {
  if (!database.permissions.usesIam) {
    throw new Error(
      LakeError.message(
        'SharingNeedsIam',
        `sharing of a database with PermissionModel "${database.permissions.name}"`,
        'the catalog policy does not decide there',
        'share with Lake Formation grants, or use PermissionModel.iam()',
      ),
    );
  }
  if (principals.length === 0) {
    throw new Error(
      LakeError.message('NoPrincipals', 'sharing with nobody', 'at least one principal', 'add iam.AccountPrincipal'),
    );
  }
}

const ID = 'LakewrightCatalogPolicy';

const READ = [
  'glue:GetDatabase',
  'glue:GetTable',
  'glue:GetTables',
  'glue:GetTableVersion',
  'glue:GetTableVersions',
  'glue:GetPartition',
  'glue:GetPartitions',
  'glue:BatchGetPartition',
  'glue:SearchTables',
];
