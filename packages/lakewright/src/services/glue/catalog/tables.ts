import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import { type Caller, type Operation, ServiceError } from '../../service';
import { alreadyExists, invalidInput, notLocal } from '../errors';
import { compact, requiredName, requiredStrings } from '../input';
import { page } from '../paging';
import type { CatalogContext } from './context';
import { tableInput } from './table-input';

/** CreateTable … BatchDeleteTable. */
export function tableOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;

  const drop = (database: string, name: string, caller: Caller) => {
    context.requireTable(caller, 'DROP', database, name);
    const table = links.requireTable(database, name);
    catalog.deleteTable(table.DatabaseName, table.Name);
  };

  return {
    CreateTable: async (input, caller) => {
      context.checkCatalog(input);
      const rights = context.rights(caller);
      rights?.requireDatabase('CREATE_TABLE', requiredName(input.DatabaseName, 'databaseName'));
      const database = links.databaseName(requiredName(input.DatabaseName, 'databaseName'));
      rights?.requireDatabase('CREATE_TABLE', database);
      refuseOpenTableFormat(input.OpenTableFormatInput);
      const { name, members } = tableInput(input.TableInput ?? (input.Name ? input : undefined));
      rights?.requireLocation(members.StorageDescriptor?.Location, database);
      if (catalog.table(database, name)) throw alreadyExists('Table');
      const now = context.now();
      const table: Table = {
        ...members,
        DatabaseName: database,
        Name: name,
        CreateTime: now,
        UpdateTime: now,
        CatalogId: context.lake.account,
        CreatedBy: `arn:${context.lake.partition}:iam::${context.lake.account}:root`,
        IsRegisteredWithLakeFormation: false,
      };
      context.actAs(caller, () => catalog.putTable(table));
      return {};
    },

    GetTable: async (input, caller) => {
      context.checkCatalog(input);
      const database = requiredName(input.DatabaseName, 'databaseName');
      const name = requiredName(input.Name, 'name');
      context.requireDescribe(caller, database, name);
      const table = links.requireTable(database, name);
      return { Table: context.shown(caller, table, links.shownTable(database, table)) };
    },

    GetTables: async (input, caller) => {
      context.checkCatalog(input);
      const database = links.databaseName(requiredName(input.DatabaseName, 'databaseName'));
      const matches = nameFilter(input.Expression);
      const rights = context.rights(caller);
      const listed = (table: Table) => rights?.lists(table) ?? true;
      const found = catalog.tables(database).filter((table) => matches(table.Name) && listed(table));
      const { items, NextToken } = page(found, (table) => table.Name, input, 100);
      const shown = items.map((table) => context.shown(caller, table, shownInList(context, database, table)));
      return compact({ TableList: project(shown, input.AttributesToGet), NextToken });
    },

    /** A replaced table's former state becomes a version, unless SkipArchive. */
    UpdateTable: async (input, caller) => {
      context.checkCatalog(input);
      if (input.UpdateOpenTableFormatInput) refuseOpenTableFormat(input.UpdateOpenTableFormatInput);
      const { name, members } = tableInput(input.TableInput);
      const database = requiredName(input.DatabaseName, 'databaseName');
      context.requireTable(caller, 'ALTER', database, name);
      const former = links.requireTable(database, name);
      const place = members.StorageDescriptor?.Location;
      if (place !== former.StorageDescriptor?.Location)
        context.rights(caller)?.requireLocation(place, former.DatabaseName);
      if (input.VersionId !== undefined && input.VersionId !== null && input.VersionId !== former.VersionId) {
        throw new ServiceError(
          'ConcurrentModificationException',
          `Update table failed due to concurrent modifications: version ${former.VersionId} is current, not ${input.VersionId}.`,
        );
      }
      const { CreateTime, CatalogId, CreatedBy, IsRegisteredWithLakeFormation, DatabaseName, Name } = former;
      catalog.putTable(
        {
          ...compact({ CreateTime, CatalogId, CreatedBy, IsRegisteredWithLakeFormation }),
          ...members,
          DatabaseName,
          Name,
          UpdateTime: context.now(),
        },
        { skipArchive: input.SkipArchive === true },
      );
      return {};
    },

    DeleteTable: async (input, caller) => {
      context.checkCatalog(input);
      drop(requiredName(input.DatabaseName, 'databaseName'), requiredName(input.Name, 'name'), caller);
      return {};
    },

    BatchDeleteTable: async (input, caller) => {
      context.checkCatalog(input);
      const database = requiredName(input.DatabaseName, 'databaseName');
      links.requireDatabase(database);
      const Errors: ApiShape[] = [];
      for (const TableName of requiredStrings(input.TablesToDelete, 'tablesToDelete', 100)) {
        try {
          drop(database, TableName.toLowerCase(), caller);
        } catch (error) {
          Errors.push({ TableName, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },
  };
}

/** The per-item error of a batch answer; anything that isn't a service error goes on. */
export function errorDetail(error: unknown): { ErrorCode: string; ErrorMessage: string } {
  if (!(error instanceof ServiceError)) throw error;
  return { ErrorCode: error.code, ErrorMessage: error.message };
}

/** A link whose target is gone is still listed, as itself: one broken link must not hide the other tables. */
function shownInList({ links }: CatalogContext, database: string, table: Table): Table {
  try {
    return links.shownTable(database, table);
  } catch (error) {
    if (error instanceof ServiceError) return table;
    throw error;
  }
}

/** GetTables' Expression: a regular expression that the whole name matches; `*` alone is everything, as clients send it. */
function nameFilter(expression: ApiShape): (name: string) => boolean {
  if (expression === undefined || expression === null || expression === '' || expression === '*') return () => true;
  try {
    const pattern = new RegExp(`^(?:${String(expression)})$`, 'i');
    return (name) => pattern.test(name);
  } catch {
    throw invalidInput(`The Expression "${expression}" is not a regular expression.`);
  }
}

/** AttributesToGet: NAME and TABLE_TYPE alone make a short list. */
function project(tables: Table[], attributes: ApiShape): Partial<Table>[] {
  if (!Array.isArray(attributes) || attributes.length === 0) return tables;
  return tables.map(({ Name, DatabaseName, TableType }) =>
    compact({ Name, DatabaseName, TableType: attributes.includes('TABLE_TYPE') ? TableType : undefined }),
  );
}

function refuseOpenTableFormat(input: ApiShape): void {
  if (!input) return;
  throw notLocal('a table made by OpenTableFormatInput (Iceberg)', 'Iceberg tables come with a later release.');
}
