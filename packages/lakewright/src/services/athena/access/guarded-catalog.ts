import { DEFAULT_CATALOG } from '../../../engines/sql/analyze/tables';
import type {
  ResolvedTable,
  ResolvedView,
  ScanRequest,
  SqlCatalog,
  TableColumn,
  TableName,
  TableScan,
  TableVersion,
} from '../../../engines/sql/contract';
import { NotCoveredError, SqlError } from '../../../engines/sql/errors';
import type { Database, Table } from '../../../workspace/catalog-store';
import type { CatalogLinks } from '../../glue/catalog/resource-links';
import { knows } from '../../glue/catalog/shown-table';
import { metadataTableName } from '../tables/iceberg-table';
import type { ScanMeter } from '../tables/lake-catalog';
import { type Cells, cellsOf, tellingNothing, visibleCells } from './cells';
import { noPrivilege } from './errors';
import { type LakeGuard, seesAll } from './guard';

/** A table of which the caller sees some cells. */
interface GuardedTable extends ResolvedTable {
  readonly whole: ResolvedTable;
  readonly cells: Cells;
}

const isGuarded = (table: ResolvedTable): table is GuardedTable => 'cells' in table;

/** The catalog as its caller may see it: what is hidden from him isn't there for the analyzer. */
export class GuardedCatalog implements SqlCatalog {
  public constructor(
    private readonly base: SqlCatalog,
    private readonly guard: LakeGuard,
    private readonly links: CatalogLinks,
    private readonly databases: (schema: string) => Database | undefined,
    private readonly now: Date,
    private readonly meter: ScanMeter,
  ) {}

  public resolve(name: TableName, version?: TableVersion): ResolvedTable | ResolvedView | undefined {
    if (name.catalog !== DEFAULT_CATALOG) return this.base.resolve(name, version);
    const special = metadataTableName(name.table);
    const table = special?.table ?? name.table;
    // Whether a name stands for something is told to those only who may know of it.
    this.requireName(name.schema, table);
    const stored = this.stored({ ...name, table });
    const access = stored && this.guard.known(idOf(stored));
    if (access && !seesAll(access) && stored.TableType !== 'VIRTUAL_VIEW') {
      if (special) throw partly(`"${name.table}"`, table);
      if (version) throw partly('FOR TIMESTAMP or VERSION AS OF', table);
    }
    const found = this.base.resolve(name, version);
    if (!found || !stored || !access || seesAll(access)) return found;
    if (!access.select.length) {
      if (access.governed && !access.permissions.size) throw noPrivilege();
      throw new SqlError('COLUMN_NOT_FOUND', 'Relation contains no accessible columns');
    }
    if (found.kind === 'view') return found;
    const cells = cellsOf(access.select, found);
    if (!cells.columns.length) throw new SqlError('COLUMN_NOT_FOUND', 'Relation contains no accessible columns');
    const columns = cells.columns.map(({ column }) => column);
    return {
      kind: 'table',
      name: found.name,
      columns,
      partial: hasFilters(cells),
      whole: found,
      cells,
    } as GuardedTable;
  }

  public hasSchema(catalog: string, schema: string): boolean {
    return this.base.hasSchema(catalog, schema) && this.listsSchema(schema);
  }

  public schemas(catalog: string): readonly string[] {
    return this.base.schemas(catalog).filter((schema) => this.listsSchema(schema));
  }

  public tables(catalog: string, schema: string): readonly (ResolvedTable | ResolvedView)[] {
    return this.base.tables(catalog, schema).flatMap((item): (ResolvedTable | ResolvedView)[] => {
      const stored = this.stored(item.name);
      if (!stored || !this.guard.rights.lists(stored)) return [];
      const access = this.guard.rights.ofTable(stored);
      const columns = item.columns.filter((column: TableColumn) => knows(access, column.name));
      return [{ ...item, columns }];
    });
  }

  public async scan(table: ResolvedTable, request: ScanRequest): Promise<TableScan> {
    const whole = isGuarded(table) ? table.whole : table;
    const stored = this.stored({
      ...whole.name,
      table: metadataTableName(whole.name.table)?.table ?? whole.name.table,
    });
    this.meter.onFile = (uri) => stored && this.guard.requireObject(uri, stored);
    try {
      if (!isGuarded(table)) return await this.base.scan(table, request);
      return { sql: await this.scanCells(table, request) };
    } finally {
      this.meter.onFile = undefined;
    }
  }

  private async scanCells({ whole, cells }: GuardedTable, request: ScanRequest): Promise<string> {
    const constraints = tellingNothing(cells, request.constraints, whole);
    if (!hasFilters(cells)) return (await this.base.scan(whole, { ...request, constraints })).sql;
    this.guard.readsPart = true;
    const { rows } = this.meter;
    const session = { now: this.now, timeZone: 'UTC' };
    const sql = await visibleCells(whole, cells, request.columns, session, (table, inner) =>
      this.base.scan(table, { ...inner, constraints: [...inner.constraints, ...constraints] }),
    );
    // How many rows the files have is no business of his.
    this.meter.rows = rows;
    return sql;
  }

  private requireName(schema: string, table: string): void {
    const target = this.databases(schema)?.TargetDatabase as { DatabaseName?: string } | undefined;
    if (target && !this.listsSchema(schema)) throw noPrivilege();
    this.guard.known({ database: target?.DatabaseName?.toLowerCase() ?? schema, table });
  }

  private listsSchema(schema: string): boolean {
    const database = this.databases(schema);
    return database !== undefined && this.guard.rights.listsDatabase(database);
  }

  private stored({ schema, table }: TableName): Table | undefined {
    return this.links.find(schema, table);
  }
}

const idOf = ({ DatabaseName, Name }: Table) => ({ database: DatabaseName.toLowerCase(), table: Name.toLowerCase() });

const hasFilters = ({ rows, columns }: Cells): boolean => rows !== undefined || columns.some(({ where }) => where);

const partly = (what: string, table: string): NotCoveredError =>
  new NotCoveredError(`${what} of ${table}, of which Lake Formation shows a part`);
