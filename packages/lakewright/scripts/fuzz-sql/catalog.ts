import type { ResolvedTable, SqlCatalog, SqlSession, TableName, TableScan } from '../../src/engines/sql/contract';
import { array, BIGINT, decimal, row, timestamp, VARCHAR } from '../../src/engines/sql/types/build';

/** Any table of the schemas that the statements name: a few columns of different types. */
export class FuzzCatalog implements SqlCatalog {
  public resolve(name: TableName): ResolvedTable | undefined {
    if (name.table.startsWith('nope') || !this.hasSchema(name.catalog, name.schema)) return undefined;
    return {
      kind: 'table',
      name,
      columns: [
        { name: 'id', type: BIGINT },
        { name: 'name', type: VARCHAR },
        { name: 'price', type: decimal(12, 2) },
        { name: 'ts', type: timestamp(3) },
        { name: 'tags', type: array(VARCHAR) },
        { name: 'payload', type: row([{ name: 'kind', type: VARCHAR }]) },
        { name: 'day', type: VARCHAR, partitionKey: true },
      ],
    };
  }

  public hasSchema(_catalog: string, schema: string): boolean {
    return ['default', 'tpch', 'lake'].includes(schema);
  }

  public schemas(): readonly string[] {
    return ['default', 'tpch', 'lake'];
  }

  public tables(): readonly ResolvedTable[] {
    return [];
  }

  public async scan(): Promise<TableScan> {
    return { sql: '(SELECT 1)' };
  }

  public session(): SqlSession {
    return {
      catalog: this,
      catalogName: 'hive',
      schema: 'tpch',
      timeZone: 'UTC',
      now: new Date(0),
      queryId: 'fuzz',
      user: 'fuzz',
    };
  }
}
