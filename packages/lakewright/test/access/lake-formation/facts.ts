import type { Principal } from '../../../src/access/contract';
import { decideCreateDatabase, decideDatabase } from '../../../src/access/lake-formation/decide-database';
import { decideTable } from '../../../src/access/lake-formation/decide-table';
import type {
  DatabaseFacts,
  Facts,
  Filter,
  Grant,
  LfResource,
  LfTag,
  TableFacts,
} from '../../../src/access/lake-formation/facts';
import { decidePlacement } from '../../../src/access/lake-formation/locations';

export const ACCOUNT = '111122223333';
export const role = (name: string): Principal => ({
  kind: 'role',
  name,
  arn: `arn:aws:iam::${ACCOUNT}:role/${name}`,
});
export const ANALYST = role('Analyst');
export const ENGINEER = role('Engineer');
export const GROUP = 'IAM_ALLOWED_PRINCIPALS';

export interface World extends Partial<Omit<Facts, 'database' | 'table'>> {
  /** `database.table` → columns. */
  readonly tables?: Readonly<Record<string, readonly string[]>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly databases?: Readonly<Record<string, Partial<DatabaseFacts>>>;
}

/** One database `sales` with the table `orders`, unless said otherwise. */
export function facts(world: World = {}): Facts {
  const {
    tables = { 'sales.orders': ['id', 'email', 'region'] },
    links = {},
    databases = { sales: {} },
    ...rest
  } = world;
  return {
    account: ACCOUNT,
    administrators: [],
    readOnlyAdministrators: [],
    grants: [],
    filters: [],
    assignments: [],
    optIns: [],
    locations: [],
    ...rest,
    database: (name) =>
      databases[name] && {
        newTablesByIam: false,
        tables: Object.keys(tables).flatMap((key) => (key.startsWith(`${name}.`) ? [key.slice(name.length + 1)] : [])),
        ...databases[name],
      },
    table: (database, name): TableFacts | undefined => {
      const key = `${database}.${name}`;
      if (!tables[key]) return undefined;
      const [to, table] = (links[key] ?? '').split('.');
      return { columns: tables[key], ...(links[key] && { target: { database: to, table } }) };
    },
  };
}

export const grant = (who: Principal | string, Resource: LfResource, ...Permissions: string[]): Grant => ({
  Principal: typeof who === 'string' ? who : who.arn,
  Resource,
  Permissions,
  PermissionsWithGrantOption: [],
});

export const on = {
  catalog: { Catalog: {} },
  database: (Name = 'sales'): LfResource => ({ Database: { Name } }),
  table: (Name = 'orders', DatabaseName = 'sales'): LfResource => ({ Table: { DatabaseName, Name } }),
  allTables: (DatabaseName = 'sales'): LfResource => ({ Table: { DatabaseName, TableWildcard: {} } }),
  columns: (...ColumnNames: string[]): LfResource => ({
    TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnNames },
  }),
  columnsBut: (...ExcludedColumnNames: string[]): LfResource => ({
    TableWithColumns: { DatabaseName: 'sales', Name: 'orders', ColumnWildcard: { ExcludedColumnNames } },
  }),
  filter: (Name: string, TableName = 'orders'): LfResource => ({
    DataCellsFilter: { DatabaseName: 'sales', TableName, Name },
  }),
  location: (path: string): LfResource => ({ DataLocation: { ResourceArn: `arn:aws:s3:::${path}` } }),
  tags: (ResourceType: 'DATABASE' | 'TABLE', expression: Record<string, string | string[]>): LfResource => ({
    LFTagPolicy: { ResourceType, Expression: tagList(expression) },
  }),
};

export const tagList = (tags: Record<string, string | string[]>): LfTag[] =>
  Object.entries(tags).map(([TagKey, values]) => ({ TagKey, TagValues: [values].flat() }));

export const filter = (Name: string, more: Partial<Filter> = {}): Filter => ({
  DatabaseName: 'sales',
  TableName: 'orders',
  Name,
  ...more,
});

/** `DESCRIBE SELECT | all | sees all`, `iam` for what is left to IAM, `-` for nothing. */
export function tableText(all: Facts, principal: Principal, name = 'sales.orders'): string {
  const [database, table] = name.split('.');
  const access = decideTable(all, principal, { database, table });
  if (!access.governed) return 'iam';
  if (access.permissions.size === 0) return '-';
  const cells = access.select.map(({ name: filterName, columns, rows }) =>
    [filterName, columns === 'all' ? '' : `(${[...columns].sort().join(' ')})`, rows ? `[${rows}]` : ''].join(''),
  );
  const seen = access.described === 'all' ? 'all' : [...access.described].sort().join(' ');
  return `${[...access.permissions].sort().join(' ')} | ${cells.join(' + ') || 'nothing'} | sees ${seen}`;
}

export function databaseText(all: Facts, principal: Principal, name = 'sales'): string {
  const access = decideDatabase(all, principal, name);
  return access.governed ? [...access.permissions].sort().join(' ') || '-' : 'iam';
}

export const createText = (all: Facts, principal: Principal) => (decideCreateDatabase(all, principal) ? 'yes' : 'no');

export const placeText = (all: Facts, principal: Principal, uri: string, database?: string) =>
  decidePlacement(all, principal, uri, database) ? 'yes' : 'no';
