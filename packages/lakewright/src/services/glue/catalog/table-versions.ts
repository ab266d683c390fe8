import type { TablePermission } from '../../../access/contract';
import type { Table } from '../../../workspace/catalog-store';
import type { ApiShape } from '../../api-shape';
import type { Caller, Operation } from '../../service';
import { versionNotFound } from '../errors';
import { compact, requiredName, requiredString, requiredStrings } from '../input';
import { page } from '../paging';
import type { CatalogContext } from './context';
import { errorDetail } from './tables';

/** GetTableVersion(s), DeleteTableVersion, BatchDeleteTableVersion. */
export function tableVersionOperations(context: CatalogContext): Record<string, Operation> {
  const { catalog, links } = context;

  const named = (input: ApiShape, caller: Caller, permission?: TablePermission): Table => {
    context.checkCatalog(input);
    const database = requiredName(input.DatabaseName, 'databaseName');
    const name = requiredName(input.TableName, 'tableName');
    if (permission) context.requireTable(caller, permission, database, name);
    else context.requireDescribe(caller, database, name);
    return links.requireTable(database, name);
  };

  /** The current state and the archived ones, by version id. */
  const versionsOf = (table: Table): Map<string, Table> => {
    const archived = catalog.versions(table.DatabaseName, table.Name);
    return new Map([...archived, table].map((version) => [version.VersionId ?? '0', version]));
  };

  const drop = (table: Table, versionId: string) => {
    if (!versionsOf(table).has(versionId)) throw versionNotFound();
    catalog.deleteVersion(table.DatabaseName, table.Name, versionId);
  };

  return {
    GetTableVersion: async (input, caller) => {
      const table = named(input, caller);
      const id = input.VersionId ?? table.VersionId ?? '0';
      const version = versionsOf(table).get(String(id));
      if (!version) throw versionNotFound();
      return { TableVersion: { Table: context.shown(caller, table, version), VersionId: version.VersionId ?? '0' } };
    },

    /** Newest first. */
    GetTableVersions: async (input, caller) => {
      const table = named(input, caller);
      const versions = [...versionsOf(table)];
      const { items, NextToken } = page(versions, ([id]) => id.padStart(20, '0'), input, 100, true);
      return compact({
        TableVersions: items.map(([VersionId, version]) => ({
          Table: context.shown(caller, table, version),
          VersionId,
        })),
        NextToken,
      });
    },

    DeleteTableVersion: async (input, caller) => {
      drop(named(input, caller, 'ALTER'), requiredString(input.VersionId, 'versionId'));
      return {};
    },

    BatchDeleteTableVersion: async (input, caller) => {
      const table = named(input, caller, 'ALTER');
      const Errors: ApiShape[] = [];
      for (const VersionId of requiredStrings(input.VersionIds, 'versionIds', 100)) {
        try {
          drop(table, VersionId);
        } catch (error) {
          Errors.push({ TableName: table.Name, VersionId, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },
  };
}
