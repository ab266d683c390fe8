import { join } from 'node:path';
import { DuckDbEngine } from '../../../engines/sql/runtime';
import { CatalogLinks } from '../../glue/catalog/resource-links';
import { icebergTables } from '../../iceberg';
import type { LakeContext } from '../../service';
import { TableReader } from '../tables/lake-catalog';
import { type TableEngine, tableEngine } from '../tables/table-engine';

export interface OpenEngine {
  readonly sql: DuckDbEngine;
  readonly tables: TableEngine;
  readonly reader: TableReader;
}

/** The SQL engine of the lake: opened by the first query, one for all. */
export class LakeEngine {
  private opening: Promise<OpenEngine> | undefined;

  public constructor(private readonly lake: LakeContext) {}

  public open(): Promise<OpenEngine> {
    this.opening ??= this.start().catch((error) => {
      // The next query tries again.
      this.opening = undefined;
      throw error;
    });
    return this.opening;
  }

  public async close(): Promise<void> {
    const opening = this.opening;
    this.opening = undefined;
    await (await opening?.catch(() => undefined))?.sql.close();
  }

  private async start(): Promise<OpenEngine> {
    const { workspace, catalog, objects, account } = this.lake;
    const sql = await DuckDbEngine.open({ tempDirectory: join(workspace.tmp, 'duckdb') });
    const tables = tableEngine(sql);
    return {
      sql,
      tables,
      reader: new TableReader(
        catalog,
        new CatalogLinks(catalog, account),
        objects,
        workspace,
        tables,
        icebergTables(this.lake),
      ),
    };
  }
}
