import type { CreateDatabase, CreateTable, DdlStatement, Properties } from '../../../engines/sql/ddl/statement';
import { SqlError } from '../../../engines/sql/errors';
import type { Column, Database, Table } from '../../../workspace/catalog-store';
import { icebergTables } from '../../iceberg';
import { parseLocation } from '../tables/data-files';
import { isIceberg } from '../tables/lake-catalog';
import { isView } from '../tables/presto-view';
import { alterTable } from './alter';
import { requireRights } from './ddl-rights';
import { describeTable } from './describe';
import { createIceberg } from './iceberg-ddl';
import { optimizeIceberg, vacuumIceberg } from './iceberg-maintenance';
import { ddlName, refuseLink, requireTable } from './names';
import { repairTable } from './repair';
import { done, type StatementOutcome, type StatementRun } from './run';
import { show } from './show';

/** Hive's words for a statement that can't be carried out. */
export const failed = (text: string): SqlError => new SqlError('FAILED', text);

/** Carries out a DDL statement on the catalog. */
export async function runDdl(run: StatementRun, statement: DdlStatement): Promise<StatementOutcome> {
  if (run.guard) requireRights(run.guard, run.database, statement);
  switch (statement.kind) {
    case 'create database':
      return createDatabase(run, statement);
    case 'alter database':
      return alterDatabase(run, statement.database, statement.properties);
    case 'drop database':
      return dropDatabase(run, statement);
    case 'create table':
      return createTable(run, statement);
    case 'drop table':
    case 'drop view':
      return dropTable(run, statement);
    case 'alter table':
      return alterTable(run, statement);
    case 'repair table':
      return repairTable(run, ddlName(statement.table, run.database));
    case 'show':
      return show(run, statement);
    case 'describe':
      return describeTable(run, statement);
    case 'optimize':
    case 'vacuum': {
      const name = ddlName(statement.table, run.database);
      const table = requireTable(run.lake.catalog, name);
      if (isIceberg(table)) {
        await (statement.kind === 'optimize' ? optimizeIceberg : vacuumIceberg)(run, name, table);
        return { ...done(statement.kind.toUpperCase()), tables: [`${name.database}.${name.table}`] };
      }
      const verb = statement.kind.toUpperCase();
      throw new SqlError('NOT_SUPPORTED', `${verb} is only supported for Iceberg tables`, statement.position);
    }
  }
}

function createDatabase({ lake, guard }: StatementRun, statement: CreateDatabase): StatementOutcome {
  const { database: name, ifNotExists, comment, location, properties } = statement;
  if (lake.catalog.database(name)) {
    if (ifNotExists) return done('CREATE_DATABASE');
    throw failed(`Execution Error, return code 1. Database ${name} already exists`);
  }
  if (!/^[a-z0-9_-]+$/.test(name)) throw failed(`SemanticException: ${name} is not a valid database name`);
  if (location !== undefined) parseLocation(location);
  guard?.requireLocation(location);
  lake.catalog.putDatabase({
    Name: name,
    ...(comment !== undefined && { Description: comment }),
    ...(location !== undefined && { LocationUri: location }),
    Parameters: { ...properties },
  });
  return done('CREATE_DATABASE');
}

function requireDatabase({ lake }: StatementRun, name: string): Database {
  const database = lake.catalog.database(name);
  if (!database) throw failed(`SemanticException [Error 10072]: Database does not exist: ${name}`);
  return database;
}

function alterDatabase(run: StatementRun, name: string, properties: Properties): StatementOutcome {
  const database = requireDatabase(run, name);
  run.lake.catalog.putDatabase({ ...database, Parameters: { ...database.Parameters, ...properties } });
  return done('ALTER_DATABASE');
}

function dropDatabase(run: StatementRun, statement: DdlStatement & { kind: 'drop database' }): StatementOutcome {
  const { database: name, ifExists, cascade } = statement;
  if (ifExists && !run.lake.catalog.database(name)) return done('DROP_DATABASE');
  requireDatabase(run, name);
  const tables = run.lake.catalog.tables(name);
  if (tables.length && !cascade) {
    throw failed(
      `Execution Error, return code 1. InvalidOperationException(message:Database ${name} is not empty. One or more tables exist.)`,
    );
  }
  for (const table of tables)
    run.guard?.requireTable('DROP', { database: name, table: table.Name }, 'glue:DeleteTable');
  for (const table of tables) run.lake.catalog.deleteTable(name, table.Name);
  run.lake.catalog.deleteDatabase(name);
  return done('DROP_DATABASE');
}

/** An external table: the folder it points to may be empty, or not be there. Iceberg's are Athena's own. */
async function createTable(run: StatementRun, statement: CreateTable): Promise<StatementOutcome> {
  const { catalog, clock } = run.lake;
  const name = ddlName(statement.table, run.database);
  const iceberg = statement.properties.table_type?.toUpperCase() === 'ICEBERG';
  if (!statement.external && !iceberg) {
    throw failed(
      "SemanticException: CREATE TABLE without EXTERNAL is for Iceberg tables ('table_type'='ICEBERG'); for other tables write CREATE EXTERNAL TABLE",
    );
  }
  requireDatabase(run, name.database);
  refuseLink(catalog, { database: name.database });
  if (catalog.table(name.database, name.table)) {
    if (statement.ifNotExists) return done('CREATE_TABLE');
    throw failed(`Execution Error, return code 1. AlreadyExistsException(message:Table ${name.table} already exists)`);
  }
  if (iceberg) {
    await createIceberg(run, statement, name);
    return { ...done('CREATE_TABLE'), tables: [`${name.database}.${name.table}`] };
  }
  if (statement.transforms.length) {
    throw failed("SemanticException: partition transforms are for Iceberg tables ('table_type'='ICEBERG')");
  }
  if (!statement.location) throw failed('SemanticException: No location provided: an external table needs LOCATION');
  parseLocation(statement.location);
  run.guard?.requireLocation(statement.location, name.database);
  if (!statement.columns.length) throw failed('SemanticException: at least one column must be specified for the table');
  catalog.putTable(newTable(name, statement, statement.location, Math.floor(clock.now().getTime() / 1_000)));
  return { ...done('CREATE_TABLE'), tables: [`${name.database}.${name.table}`] };
}

function newTable(
  name: { readonly database: string; readonly table: string },
  statement: CreateTable,
  location: string,
  seconds: number,
): Table {
  const { format, clusteredBy } = statement;
  return {
    DatabaseName: name.database,
    Name: name.table,
    TableType: 'EXTERNAL_TABLE',
    Owner: 'hadoop',
    Retention: 0,
    PartitionKeys: statement.partitionKeys.map(toColumn),
    Parameters: {
      EXTERNAL: 'TRUE',
      transient_lastDdlTime: String(seconds),
      ...(statement.comment !== undefined && { comment: statement.comment }),
      ...statement.properties,
    },
    StorageDescriptor: {
      Columns: statement.columns.map(toColumn),
      Location: location,
      InputFormat: format.inputFormat,
      OutputFormat: format.outputFormat,
      Compressed: false,
      NumberOfBuckets: clusteredBy?.buckets ?? -1,
      BucketColumns: clusteredBy ? [...clusteredBy.columns] : [],
      SortColumns: [],
      StoredAsSubDirectories: false,
      SerdeInfo: { SerializationLibrary: format.serde, Parameters: { ...format.serdeParameters } },
    },
  };
}

export const toColumn = (column: { name: string; type: string; comment?: string }): Column => ({
  Name: column.name,
  Type: column.type,
  ...(column.comment !== undefined && { Comment: column.comment }),
});

/** The files stay: Athena's tables are external, but for Iceberg's. */
async function dropTable(
  run: StatementRun,
  statement: DdlStatement & { kind: 'drop table' | 'drop view' },
): Promise<StatementOutcome> {
  const { catalog } = run.lake;
  const name = ddlName(statement.table, run.database);
  const view = statement.kind === 'drop view';
  const substatement = view ? 'DROP_VIEW' : 'DROP_TABLE';
  refuseLink(catalog, { database: name.database });
  const table = catalog.table(name.database, name.table);
  if (!table) {
    if (statement.ifExists) return done(substatement);
    if (view) {
      throw new SqlError(
        'TABLE_NOT_FOUND',
        `View 'awsdatacatalog.${name.database}.${name.table}' does not exist`,
        statement.position,
      );
    }
    return requireTable(catalog, name) && done(substatement);
  }
  if (isView(table) !== view) {
    throw failed(
      view
        ? `SemanticException [Error 10001]: ${name.database}.${name.table} is a table, use DROP TABLE`
        : `SemanticException [Error 10001]: Cannot drop a view with DROP TABLE: ${name.database}.${name.table}`,
    );
  }
  // Iceberg's files are Athena's own: they go with the table.
  // https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-managing-tables.html
  if (isIceberg(table)) await icebergTables(run.lake).drop(name.database, name.table, true);
  else catalog.deleteTable(name.database, name.table);
  return done(substatement);
}
