import { createHash } from 'node:crypto';
import { Aspects, type CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import * as lakeformation from 'aws-cdk-lib/aws-lakeformation';
import { Construct } from 'constructs';
import type { LakeFilter, PermissionSet } from './permission-set';
import { principalsOf } from './principals';
import type { LakeResource } from './resources';
import type { Officers } from './stack-permissions';

/**
 * The grants of a stack as CloudFormation's own resources, each after the one before: Lake Formation refuses changes at the
 * same time (ConcurrentModificationException).
 */
export class CloudFormationPermissions extends Construct {
  private last?: CfnResource;

  public constructor(
    scope: Construct,
    id: string,
    private readonly permissions: PermissionSet,
  ) {
    super(scope, id);
    // by then all grants are known
    Aspects.of(this).add({ visit: (node) => node === this && this.render() });
  }

  private render(): void {
    if (this.last) return;
    const { filters, tags, grants } = this.permissions;
    for (const filter of filters)
      this.chain(new lakeformation.CfnDataCellsFilter(this, id('Filter', filter.key), cells(this, filter)));
    for (const { key, resource, tags: pairs } of tags) {
      const lfTags = pairs.map(([tagKey, value]) => ({ catalogId: account(this), tagKey, tagValues: [value] }));
      this.chain(
        new lakeformation.CfnTagAssociation(this, id('Tags', key), {
          resource: camel(this, resource) as never,
          lfTags,
        }),
      );
    }
    for (const { key, principal, resource, permissions, grantable } of grants) {
      this.chain(
        new lakeformation.CfnPrincipalPermissions(this, id('Grant', key), {
          catalog: account(this),
          principal: { dataLakePrincipalIdentifier: principal },
          resource: camel(this, resource) as never,
          permissions,
          permissionsWithGrantOption: grantable,
        }),
      );
    }
  }

  private chain(resource: CfnResource): void {
    if (this.last) resource.addResourceDependency(this.last);
    this.last = resource;
  }
}

/** The account's settings: administrators are added to those that are there. */
export function dataLakeSettings(
  scope: Construct,
  deployers: string[],
  officers: () => Officers | undefined,
): Construct {
  const admins = (principals: string[]) =>
    principals.map((dataLakePrincipalIdentifier) => ({ dataLakePrincipalIdentifier }));
  const of = (who: (all: Officers) => iam.IGrantable[]) => {
    const all = officers();
    return all ? admins(who(all).flatMap(principalsOf)) : [];
  };
  return new lakeformation.CfnDataLakeSettings(scope, 'DataLakeSettings', {
    admins: Lazy.any({ produce: () => [...admins(deployers), ...of(({ administrators }) => administrators)] }),
    readOnlyAdmins: Lazy.any(
      { produce: () => of(({ readOnlyAdministrators }) => readOnlyAdministrators) },
      { omitEmptyArray: true },
    ),
    parameters: Lazy.any({
      produce: () => {
        const version = officers()?.crossAccountVersion;
        return version === undefined ? undefined : { CROSS_ACCOUNT_VERSION: version };
      },
    }),
    mutationType: 'APPEND',
  });
}

function cells(scope: Construct, filter: LakeFilter): lakeformation.CfnDataCellsFilterProps {
  const { databaseName, tableName, name, rowFilter, columns, excluding } = filter;
  return {
    tableCatalogId: account(scope),
    databaseName,
    tableName,
    name,
    rowFilter: rowFilter === undefined ? { allRowsWildcard: {} } : { filterExpression: rowFilter },
    ...(columns ? { columnNames: [...columns] } : { columnWildcard: { excludedColumnNames: [...(excluding ?? [])] } }),
  };
}

function account(scope: Construct): string {
  return Stack.of(scope).account;
}

/** `{ Table: { DatabaseName, TableWildcard: 'true' } }` → `{ table: { catalogId, databaseName, tableWildcard: {} } }` */
function camel(scope: Construct, resource: LakeResource): Record<string, unknown> {
  const [[member = '', value] = []] = Object.entries(resource);
  if (member === 'Catalog') return { catalog: {} };
  const fields = lower(value as Record<string, unknown>) as Record<string, unknown>;
  const catalog = member === 'DataCellsFilter' ? 'tableCatalogId' : 'catalogId';
  return { [uncapitalized(member)]: { [catalog]: account(scope), ...fields } };
}

function lower(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lower);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [uncapitalized(key), key.endsWith('TableWildcard') ? {} : lower(one)]),
  );
}

function uncapitalized(name: string): string {
  return name === 'LFTag' || name === 'LFTagPolicy'
    ? name.replace('LF', 'lf')
    : name.charAt(0).toLowerCase() + name.slice(1);
}

/** The same for the same thing, whatever else is granted: CloudFormation would take another id for another grant. */
function id(kind: string, key: string): string {
  return `${kind}${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;
}
