import { actingArn } from '../../access/acting';
import type { LfResource } from '../../access/lake-formation/facts';
import { allToIam, newDatabasesByIam, newTablesByIam } from '../../access/lake-formation/lake-facts';
import type { Part } from '../../access/lake-formation/store';
import type { CatalogChange } from '../../workspace/catalog-store';
import type { LakeFormationContext } from './context';
import { addGrant, expanded } from './grant-rules';

/**
 * What a new database or table gets, and that what was granted on one goes with it. A template's grants stay, and hold for
 * a table that is made anew: on AWS the provider function grants them again.
 *
 * @see https://docs.aws.amazon.com/lake-formation/latest/dg/change-settings.html
 */
export function followCatalog(context: LakeFormationContext): void {
  context.lake.catalog.subscribe((change) => {
    context.store.changeApi((part) =>
      change.kind === 'created' ? created(context, part, change) : gone(part, change),
    );
  });
}

function created(context: LakeFormationContext, part: Part, { database, table }: CatalogChange): Part {
  const Resource: LfResource =
    table === undefined ? { Database: { Name: database } } : { Table: { DatabaseName: database, Name: table } };
  const byIam =
    table === undefined
      ? newDatabasesByIam([part])
      : newTablesByIam(context.lake.catalog.database(database)?.CreateTableDefaultPermissions, [part]);
  const creator = actingArn();
  let grants = part.grants ?? [];
  if (byIam) grants = addGrant(grants, allToIam(Resource));
  if (creator !== undefined) {
    const all = expanded(creator, Resource, ['ALL']);
    grants = addGrant(grants, { Principal: creator, Resource, Permissions: all, PermissionsWithGrantOption: all });
  }
  return grants === part.grants ? part : { ...part, grants };
}

function gone(part: Part, { database, table }: CatalogChange): Part {
  const isGone = (databaseName: string | undefined, tableName: string | undefined) =>
    databaseName === database && (table === undefined || tableName === table);
  const names = ({ Database, Table, TableWithColumns, DataCellsFilter }: LfResource) =>
    isGone(Database?.Name, undefined) ||
    isGone(Table?.DatabaseName, Table?.Name) ||
    isGone(TableWithColumns?.DatabaseName, TableWithColumns?.Name) ||
    isGone(DataCellsFilter?.DatabaseName, DataCellsFilter?.TableName);
  return {
    ...part,
    ...(part.grants && { grants: part.grants.filter(({ Resource }) => !names(Resource)) }),
    ...(part.optIns && { optIns: part.optIns.filter(({ Resource }) => !names(Resource)) }),
    ...(part.filters && { filters: part.filters.filter((filter) => !isGone(filter.DatabaseName, filter.TableName)) }),
    ...(part.assignments && {
      assignments: part.assignments.filter(({ DatabaseName, TableName }) => !isGone(DatabaseName, TableName)),
    }),
  };
}
