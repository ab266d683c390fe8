import type { Database } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Operation } from '../../service';
import { alreadyExists, notLocal } from '../errors';
import { checkParameters, compact, pick, requiredName, requiredObject } from '../input';
import { page } from '../paging';
import type { CatalogContext } from './context';

const MEMBERS = ['Description', 'LocationUri', 'Parameters', 'CreateTableDefaultPermissions', 'TargetDatabase'];

/** CreateDatabase … GetDatabases. */
export function databaseOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;

  /** A link shows its target's description, location and parameters. */
  const shown = (database: Database): Database => {
    const target = database.TargetDatabase as { CatalogId?: string } | undefined;
    if (!target || (target.CatalogId && target.CatalogId !== context.lake.account)) return database;
    const real = catalog.database(links.databaseName(database.Name));
    return compact({ ...pick(real, ['Description', 'LocationUri', 'Parameters']), ...database }) as Database;
  };

  return {
    CreateDatabase: async (input, caller) => {
      context.checkCatalog(input);
      context.rights(caller)?.requireCreateDatabase();
      context.rights(caller)?.requireLocation(input.DatabaseInput?.LocationUri);
      const { name, members } = databaseInput(input.DatabaseInput);
      if (catalog.database(name)) throw alreadyExists('Database');
      const times = { CreateTime: context.now(), CatalogId: context.lake.account };
      context.actAs(caller, () => catalog.putDatabase({ Name: name, ...members, ...times }));
      context.tag(`database/${name}`, input.Tags);
      return {};
    },

    GetDatabase: async (input, caller) => {
      context.checkCatalog(input);
      context.rights(caller)?.requireDatabase('DESCRIBE', requiredName(input.Name, 'name'));
      return { Database: shown(links.requireDatabase(requiredName(input.Name, 'name'))) };
    },

    GetDatabases: async (input, caller) => {
      context.checkCatalog(input);
      const rights = context.rights(caller);
      const listed = rights
        ? catalog.databases().filter((database) => rights.listsDatabase(database))
        : catalog.databases();
      const { items, NextToken } = page(listed, (database) => database.Name, input, 100);
      return compact({ DatabaseList: items.map(shown), NextToken });
    },

    UpdateDatabase: async (input, caller) => {
      context.checkCatalog(input);
      context.rights(caller)?.requireDatabase('ALTER', requiredName(input.Name, 'name'));
      context.rights(caller)?.requireLocation(input.DatabaseInput?.LocationUri);
      const former = links.requireDatabase(requiredName(input.Name, 'name'));
      const { members } = databaseInput(input.DatabaseInput);
      catalog.putDatabase({
        Name: former.Name,
        ...members,
        CreateTime: former.CreateTime,
        CatalogId: context.lake.account,
      });
      return {};
    },

    /** Takes the tables along, as Glue does. */
    DeleteDatabase: async (input, caller) => {
      context.checkCatalog(input);
      const rights = context.rights(caller);
      rights?.requireDatabase('DROP', requiredName(input.Name, 'name'));
      const { Name, TargetDatabase } = links.requireDatabase(requiredName(input.Name, 'name'));
      const tables = TargetDatabase ? [] : catalog.tables(Name);
      for (const table of tables) rights?.requireTable('DROP', { database: Name, table: table.Name });
      for (const table of tables) catalog.deleteTable(Name, table.Name);
      catalog.deleteDatabase(Name);
      return {};
    },
  };
}

/** Checks a DatabaseInput; `members` is what is stored beside the name. */
export function databaseInput(input: ApiShape): { name: string; members: Record<string, ApiShape> } {
  requiredObject(input, 'databaseInput');
  const name = requiredName(input.Name, 'databaseInput.name');
  checkParameters(input.Parameters, 'databaseInput.parameters');
  if (input.TargetDatabase)
    requiredName(input.TargetDatabase.DatabaseName, 'databaseInput.targetDatabase.databaseName');
  if (input.FederatedDatabase) {
    throw notLocal('a federated database', 'Declare its tables in a database of the Data Catalog.');
  }
  return { name, members: pick(input, MEMBERS) };
}
