import { matchesPattern } from '../../../engines/sql/ddl/show';
import type { Show } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import type { Table } from '../../../workspace/catalog-store';
import { CatalogLinks } from '../../glue/catalog/resource-links';
import { isIceberg } from '../tables/lake-catalog';
import { decodeView, isView } from '../tables/presto-view';
import { isProjected, projectPartitions } from '../tables/projection/projection';
import { selectPartitions } from './alter';
import { createTableText } from './create-table-text';
import { icebergTableText } from './iceberg-ddl';
import { ddlName, readTable } from './names';
import { lines, type StatementOutcome, type StatementRun } from './run';

/** SHOW …: one line a thing. */
export function show(run: StatementRun, statement: Show): StatementOutcome {
  const { catalog } = run.lake;
  switch (statement.what) {
    case 'databases': {
      const listed = catalog.databases().filter((database) => run.guard?.rights.listsDatabase(database) ?? true);
      const names = listed.map((database) => database.Name);
      return lines(
        'SHOW_DATABASES',
        ['database_name'],
        names.filter((name) => matchesPattern(name, statement.pattern)),
      );
    }
    case 'tables':
      return lines(
        'SHOW_TABLES',
        ['tab_name'],
        tableNames(run, statement.database, statement.pattern, () => true),
      );
    case 'views':
      return lines('SHOW_VIEWS', ['views'], tableNames(run, statement.database, statement.pattern, isView));
    case 'columns': {
      const table = tableOf(run, statement);
      const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
      // Hive pads the names.
      return lines(
        'SHOW_COLUMNS',
        ['field'],
        columns.map((column) => column.Name.padEnd(20)),
      );
    }
    case 'partitions':
      return showPartitions(run, statement);
    case 'properties':
      return showProperties(tableOf(run, statement), statement.property);
    case 'create view': {
      const table = tableOf(run, statement);
      if (!isView(table)) throw new SqlError('NOT_SUPPORTED', `Relation '${table.Name}' is a table, not a view`);
      const text = `CREATE VIEW ${table.DatabaseName}.${table.Name} AS\n${decodeView(table).originalSql}`;
      return lines('SHOW_CREATE_VIEW', ['Create View'], text.split('\n'));
    }
    default: {
      const table = tableOf(run, statement);
      if (isView(table))
        throw new SqlError(
          'FAILED',
          `SemanticException: ${table.DatabaseName}.${table.Name} is a view, use SHOW CREATE VIEW`,
        );
      return lines(
        'SHOW_CREATE_TABLE',
        ['createtab_stmt'],
        (isIceberg(table) ? icebergTableText(run, table) : createTableText(table)).split('\n'),
      );
    }
  }
}

const tableOf = (run: StatementRun, statement: Extract<Show, { table: unknown }>): Table =>
  readTable(run, ddlName(statement.table, run.database));

function tableNames(
  run: StatementRun,
  database: string | undefined,
  pattern: string | undefined,
  test: (table: Table) => boolean,
): string[] {
  const name = database ?? run.database;
  if (!run.lake.catalog.database(name)) {
    throw new SqlError('FAILED', `SemanticException [Error 10072]: Database does not exist: ${name}`);
  }
  return new CatalogLinks(run.lake.catalog, run.lake.account)
    .listed(name)
    .filter((table) => test(table) && (run.guard?.rights.lists(table) ?? true))
    .map((table) => table.Name)
    .filter((table) => matchesPattern(table, pattern))
    .sort();
}

function showPartitions(run: StatementRun, statement: Extract<Show, { what: 'partitions' }>): StatementOutcome {
  const table = tableOf(run, statement);
  run.guard?.requirePartitions(table);
  const keys = table.PartitionKeys ?? [];
  if (!keys.length) {
    throw new SqlError('FAILED', `Execution Error, return code 1. Table ${table.Name} is not a partitioned table`);
  }
  const text = (values: readonly string[]) => keys.map((key, index) => `${key.Name}=${values[index]}`).join('/');
  if (isProjected(table)) {
    const projected = projectPartitions(table, [], run.session.now).map((partition) => text(partition.values));
    return lines('SHOW_PARTITIONS', ['partition'], projected);
  }
  const all = run.lake.catalog.partitions(table.DatabaseName, table.Name);
  const chosen = statement.terms ? selectPartitions(table, all, statement.terms) : all;
  return lines('SHOW_PARTITIONS', ['partition'], chosen.map((partition) => text(partition.Values)).sort());
}

function showProperties(table: Table, property: string | undefined): StatementOutcome {
  const columns = ['prpt_name', 'prpt_value'];
  const parameters = table.Parameters ?? {};
  if (property === undefined) {
    return lines(
      'SHOW_TBLPROPERTIES',
      columns,
      Object.entries(parameters).map(([key, value]) => `${key}\t${value}`),
    );
  }
  const value = parameters[property] ?? `Table ${table.DatabaseName}.${table.Name} does not have property: ${property}`;
  return lines('SHOW_TBLPROPERTIES', columns, [value]);
}
