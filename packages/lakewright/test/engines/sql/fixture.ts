import type {
  ResolvedTable,
  ResolvedView,
  ScanRequest,
  SqlCatalog,
  SqlSession,
  TableName,
  TableScan,
} from '../../../src/engines/sql';
import { parseStatement, translate } from '../../../src/engines/sql';
import { parseHiveType } from '../../../src/engines/sql/types/hive';

/** A table by columns in Hive's types; those under `partitions` are partition keys. */
export interface TableFixture {
  readonly columns: Readonly<Record<string, string>>;
  readonly partitions?: Readonly<Record<string, string>>;
}

export interface CatalogFixture {
  /** `schema.table` → table, or a view's query. */
  readonly [name: string]: TableFixture | string;
}

/** A catalog without data that notes what it's asked to scan. */
export class RecordingCatalog implements SqlCatalog {
  public readonly scans: { readonly table: string; readonly request: ScanRequest }[] = [];

  public constructor(private readonly items: CatalogFixture) {}

  public resolve({ catalog, schema, table }: TableName): ResolvedTable | ResolvedView | undefined {
    const item = catalog === 'awsdatacatalog' ? this.items[`${schema}.${table}`] : undefined;
    if (item === undefined) return undefined;
    const name = { catalog, schema, table };
    if (typeof item === 'string') {
      return { kind: 'view', name, sql: item, schema, columns: [{ name: 'a', type: { kind: 'integer' } }] };
    }
    const columns = [
      ...Object.entries(item.columns).map(([column, type]) => ({ name: column, type: parseHiveType(type) })),
      ...Object.entries(item.partitions ?? {}).map(([column, type]) => ({
        name: column,
        type: parseHiveType(type),
        partitionKey: true,
      })),
      { name: '$path', type: { kind: 'varchar' } as const, hidden: true },
    ];
    return { kind: 'table', name, columns };
  }

  public hasSchema(catalog: string, schema: string): boolean {
    return this.schemas(catalog).includes(schema);
  }

  public schemas(catalog: string): readonly string[] {
    if (catalog !== 'awsdatacatalog') return [];
    return [...new Set(Object.keys(this.items).map((name) => name.split('.')[0] ?? ''))];
  }

  public tables(catalog: string, schema: string): readonly (ResolvedTable | ResolvedView)[] {
    return Object.keys(this.items).flatMap((name) => {
      const [own = '', table = ''] = name.split('.');
      const item = own === schema ? this.resolve({ catalog, schema, table }) : undefined;
      return item ? [item] : [];
    });
  }

  public async scan({ name }: ResolvedTable, request: ScanRequest): Promise<TableScan> {
    this.scans.push({ table: name.table, request });
    const columns = request.columns.map((column) => `NULL AS "${column}"`);
    return { sql: `(SELECT ${columns.length > 0 ? columns.join(', ') : '1'})` };
  }
}

export function sessionOver(catalog: SqlCatalog, overrides: Partial<SqlSession> = {}): SqlSession {
  return {
    catalog,
    schema: 'lake',
    timeZone: 'UTC',
    now: new Date('2024-05-06T07:08:09.123Z'),
    queryId: 'q-1',
    user: 'someone',
    ...overrides,
  };
}

/** Tables that the tests of names and types read. */
export const LAKE: CatalogFixture = {
  'lake.orders': {
    columns: {
      id: 'bigint',
      status: 'string',
      amount: 'decimal(10,2)',
      rate: 'double',
      tags: 'array<string>',
      items: 'array<struct<sku:string,qty:int>>',
      buyer: 'struct<name:string,address:struct<city:string>>',
    },
    partitions: { dt: 'string', hour: 'int' },
  },
  'lake.customers': { columns: { id: 'bigint', name: 'varchar(20)' } },
  'lake.one': 'SELECT 1 AS a',
  'lake.wide': "SELECT tinyint '1' AS b",
  'other.t': { columns: { x: 'int' } },
};

/** Translates one query over {@link LAKE}. */
export async function translateText(sql: string, overrides: Partial<SqlSession> = {}) {
  const catalog = new RecordingCatalog(LAKE);
  const statement = parseStatement(sql);
  if (statement.kind !== 'query statement') throw new Error(`not a query: ${sql}`);
  const translated = await translate(statement.query, sessionOver(catalog, overrides));
  return { ...translated, scans: catalog.scans };
}
