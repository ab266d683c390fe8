import type { Column, Database, Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import { CatalogLinks } from '../../glue/catalog/resource-links';
import { CatalogRights } from '../../glue/catalog/rights';
import { type Caller, type LakeContext, type Operation, ServiceError } from '../../service';
import { invalidRequest, metadataError } from '../errors';
import { page, requiredText } from '../input';
import type { Tags } from './tags';

const FILE = 'athena/data-catalogs';
const LAKE = { Name: 'AwsDataCatalog', Type: 'GLUE', Description: 'The Glue Data Catalog of the lake' };

/** Data catalogs other than the lake's are kept, and have no tables here. */
export class DataCatalogs {
  public constructor(private readonly lake: LakeContext) {}

  public all(): Record<string, ApiShape> {
    const stored = this.lake.workspace.readState<Record<string, ApiShape>>(FILE) ?? {};
    return { AwsDataCatalog: LAKE, ...stored };
  }

  public get(name: string): ApiShape {
    const found = Object.values(this.all()).find((catalog) => catalog.Name.toLowerCase() === name.toLowerCase());
    if (!found) throw invalidRequest(`DataCatalog ${name} was not found`);
    return found;
  }

  public put(catalog: ApiShape): void {
    const { AwsDataCatalog: _, ...stored } = this.all();
    this.lake.workspace.writeState(FILE, { ...stored, [catalog.Name]: catalog });
  }

  public delete(name: string): void {
    const { AwsDataCatalog: _, [this.get(name).Name]: __, ...rest } = this.all();
    this.lake.workspace.writeState(FILE, rest);
  }

  /** Only the Glue Data Catalog can be looked into. */
  public requireLake(input: ApiShape): void {
    const { Name } = this.get(requiredText(input, 'CatalogName'));
    if (Name !== LAKE.Name) {
      throw metadataError(`Lakewright: data catalog ${Name} is recorded only, its metadata can't be read locally`);
    }
  }
}

/** The metadata operations, which read the Glue Data Catalog. */
export function metadataOperations(lake: LakeContext, catalogs: DataCatalogs, tags: Tags): Record<string, Operation> {
  return { ...catalogOperations(catalogs, tags), ...tableOperations(lake, catalogs) };
}

function catalogOperations(catalogs: DataCatalogs, tags: Tags): Record<string, Operation> {
  return {
    CreateDataCatalog: async (input) => {
      const Name = requiredText(input, 'Name');
      if (Object.keys(catalogs.all()).some((name) => name.toLowerCase() === Name.toLowerCase())) {
        throw invalidRequest(`DataCatalog ${Name} already exists`);
      }
      const { Description, Parameters } = input;
      catalogs.put({ Name, Type: requiredText(input, 'Type'), Description, Parameters });
      tags.put(tags.arn('datacatalog', Name), input.Tags);
      return {};
    },
    GetDataCatalog: async (input) => ({ DataCatalog: catalogs.get(requiredText(input, 'Name')) }),
    ListDataCatalogs: async (input) => {
      const { items, NextToken } = page(Object.values(catalogs.all()), input, 50);
      return {
        DataCatalogsSummary: items.map(({ Name, Type }) => ({ CatalogName: Name, Type })),
        NextToken,
      };
    },
    UpdateDataCatalog: async (input) => {
      const { Name } = catalogs.get(requiredText(input, 'Name'));
      if (Name === LAKE.Name) throw invalidRequest(`${LAKE.Name} can't be changed`);
      const { Type, Description, Parameters } = input;
      catalogs.put({ Name, Type, Description, Parameters });
      return {};
    },
    DeleteDataCatalog: async (input) => {
      const { Name } = catalogs.get(requiredText(input, 'Name'));
      if (Name === LAKE.Name) throw invalidRequest(`${LAKE.Name} can't be deleted`);
      catalogs.delete(Name);
      return {};
    },
  };
}

function tableOperations(lake: LakeContext, catalogs: DataCatalogs): Record<string, Operation> {
  const { catalog } = lake;
  const links = new CatalogLinks(catalog, lake.account);
  const requireDatabase = (input: ApiShape, caller: Caller): Database => {
    catalogs.requireLake(input);
    const name = requiredText(input, 'DatabaseName').toLowerCase();
    asMetadata(() => CatalogRights.of(lake, caller)?.requireDatabase('DESCRIBE', name));
    const database = catalog.database(name);
    if (!database) {
      throw metadataError(
        `EntityNotFoundException: Database ${name} not found. (Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException)`,
      );
    }
    return database;
  };
  return {
    GetDatabase: async (input, caller) => ({ Database: describeDatabase(requireDatabase(input, caller)) }),

    ListDatabases: async (input, caller) => {
      catalogs.requireLake(input);
      const rights = CatalogRights.of(lake, caller);
      const listed = catalog.databases().filter((database) => rights?.listsDatabase(database) ?? true);
      const { items, NextToken } = page(listed, input, 50);
      return { DatabaseList: items.map(describeDatabase), NextToken };
    },

    GetTableMetadata: async (input, caller) => {
      const rights = CatalogRights.of(lake, caller);
      const name = requiredText(input, 'TableName').toLowerCase();
      const database = requireDatabase(input, caller).Name;
      asMetadata(() => rights?.requireDescribe({ database: links.databaseName(database), table: name }));
      const table = links.find(database, name);
      if (!table) {
        throw metadataError(
          'EntityNotFoundException: Entity Not Found (Service: AWSGlue; Status Code: 400; Error Code: EntityNotFoundException)',
        );
      }
      asMetadata(() => rights?.requireDescribe({ database: table.DatabaseName, table: table.Name }));
      return { TableMetadata: describeTable({ ...(rights?.shown(table) ?? table), Name: name }) };
    },

    ListTableMetadata: async (input, caller) => {
      const rights = CatalogRights.of(lake, caller);
      const database = requireDatabase(input, caller).Name;
      const expression = input.Expression ? new RegExp(`^(?:${input.Expression})$`, 'i') : undefined;
      const listed = (table: Table) => (!expression || expression.test(table.Name)) && (rights?.lists(table) ?? true);
      const { items, NextToken } = page(links.listed(database).filter(listed), input, 50);
      const shown = items.map((table) => rights?.through(links, table, table) ?? table);
      return { TableMetadataList: shown.map(describeTable), NextToken };
    },
  };
}

/** Athena passes on what the Glue Data Catalog says. */
function asMetadata(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    throw metadataError(
      `${error.code}: ${error.message} (Service: AWSGlue; Status Code: 400; Error Code: ${error.code})`,
    );
  }
}

const describeDatabase = ({ Name, Description, Parameters }: Database) => ({ Name, Description, Parameters });

const describeColumns = (columns: readonly Column[] | undefined) =>
  (columns ?? []).map(({ Name, Type, Comment }) => ({ Name, Type, Comment }));

function describeTable(table: Table): ApiShape {
  const storage = table.StorageDescriptor ?? {};
  const { SerializationLibrary, Parameters } = storage.SerdeInfo ?? {};
  const prefixed = Object.entries(Parameters ?? {}).map(([key, value]) => [`serde.param.${key}`, value]);
  return {
    Name: table.Name,
    CreateTime: table.CreateTime,
    LastAccessTime: table.LastAccessTime ?? 0,
    TableType: table.TableType,
    Columns: describeColumns(storage.Columns),
    PartitionKeys: describeColumns(table.PartitionKeys),
    // Athena puts what the storage says among the parameters.
    Parameters: {
      ...table.Parameters,
      ...(storage.Location && { location: storage.Location }),
      ...(storage.InputFormat && { inputformat: storage.InputFormat }),
      ...(storage.OutputFormat && { outputformat: storage.OutputFormat }),
      ...(SerializationLibrary && { 'serde.serialization.lib': SerializationLibrary }),
      ...Object.fromEntries(prefixed),
    },
  };
}
