import type { CatalogStore } from '../../workspace/catalog-store';
import { type DatabaseFacts, type Facts, type Grant, IAM_ALLOWED_PRINCIPALS, type TableFacts } from './facts';
import type { Part } from './store';

type Target = { readonly CatalogId?: string; readonly DatabaseName?: string; readonly Name?: string };

/** The facts of a workspace: Lake Formation's state and what it needs of the catalog. */
export function lakeFacts(account: string, parts: readonly Part[], catalog: CatalogStore): Facts {
  const all = <T>(member: (part: Part) => readonly T[] | undefined): readonly T[] =>
    parts.flatMap((part) => member(part) ?? []);
  const isLocal = ({ CatalogId }: Target) => CatalogId === undefined || CatalogId === account;

  const database = (name: string): DatabaseFacts | undefined => {
    const found = catalog.database(name);
    if (found === undefined) return undefined;
    const target = found.TargetDatabase as Target | undefined;
    return {
      location: found.LocationUri || undefined,
      tables: catalog.tables(name).map(({ Name }) => Name),
      target: target && isLocal(target) ? target.DatabaseName?.toLowerCase() : undefined,
      newTablesByIam: newTablesByIam(found.CreateTableDefaultPermissions, parts),
    };
  };

  const table = (databaseName: string, name: string): TableFacts | undefined => {
    const found = name === '' ? undefined : catalog.table(databaseName, name);
    if (found === undefined) return undefined;
    const target = found.TargetTable as Target | undefined;
    const columns = [...(found.StorageDescriptor?.Columns ?? []), ...(found.PartitionKeys ?? [])];
    return {
      columns: columns.map(({ Name }) => Name.toLowerCase()),
      ...(target?.DatabaseName &&
        target.Name &&
        isLocal(target) && {
          target: { database: target.DatabaseName.toLowerCase(), table: target.Name.toLowerCase() },
        }),
    };
  };

  return {
    account,
    administrators: all((part) => part.administrators),
    readOnlyAdministrators: all((part) => part.readOnlyAdministrators),
    grants: all((part) => part.grants),
    filters: all((part) => part.filters),
    assignments: all((part) => part.assignments),
    optIns: all((part) => part.optIns),
    locations: all((part) => part.locations),
    database,
    table,
  };
}

/** What a database says of its new tables, and else the account. */
export function newTablesByIam(databaseDefault: unknown, parts: readonly Part[]): boolean {
  return givesAllToIam(databaseDefault ?? parts[0]?.settings?.CreateTableDefaultPermissions);
}

export function newDatabasesByIam(parts: readonly Part[]): boolean {
  return givesAllToIam(parts[0]?.settings?.CreateDatabaseDefaultPermissions);
}

function givesAllToIam(defaults: unknown): boolean {
  return (
    Array.isArray(defaults) &&
    defaults.some(({ Principal }) => Principal?.DataLakePrincipalIdentifier === IAM_ALLOWED_PRINCIPALS)
  );
}

const ALL_TO_IAM = [{ Principal: { DataLakePrincipalIdentifier: IAM_ALLOWED_PRINCIPALS }, Permissions: ['ALL'] }];

export const allToIam = (resource: Grant['Resource'], permission = 'ALL'): Grant => ({
  Principal: IAM_ALLOWED_PRINCIPALS,
  Resource: resource,
  Permissions: [permission],
  PermissionsWithGrantOption: [],
});

/**
 * What a new account has: access is IAM's, for databases and tables that are there and those to come.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
 */
export function newAccount(catalog: CatalogStore): Part {
  const part: Part = {
    settings: {
      CreateDatabaseDefaultPermissions: ALL_TO_IAM,
      CreateTableDefaultPermissions: ALL_TO_IAM,
      Parameters: { CROSS_ACCOUNT_VERSION: '4', SET_CONTEXT: 'TRUE' },
      TrustedResourceOwners: [],
      AllowExternalDataFiltering: false,
      AllowFullTableExternalDataAccess: false,
      ExternalDataFilteringAllowList: [],
    },
    grants: [allToIam({ Catalog: {} }, 'CREATE_DATABASE')],
  };
  const there = catalog
    .databases()
    .flatMap(({ Name, CreateTableDefaultPermissions }) => [
      allToIam({ Database: { Name } }),
      ...(newTablesByIam(CreateTableDefaultPermissions, [part])
        ? catalog.tables(Name).map((table) => allToIam({ Table: { DatabaseName: Name, Name: table.Name } }))
        : []),
    ]);
  return { ...part, grants: [...(part.grants ?? []), ...there] };
}
