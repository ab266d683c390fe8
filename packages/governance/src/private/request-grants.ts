import { createHash } from 'node:crypto';
import {
  AccessLevel,
  type AccessRequest,
  type DatabaseAccessRequest,
  type IDataset,
  type LocationAccessRequest,
} from '@lakewright/core';
import { refuse } from './refuse';
import * as resources from './resources';
import type { StackPermissions } from './stack-permissions';
import type { StagePermissions } from './stage-permissions';
import { tokenText } from './token-text';

const WRITES = ['ALTER', 'DELETE', 'DESCRIBE', 'DROP', 'INSERT', 'SELECT'];

/** Lake Formation's half of a grant on a data set. */
export function grantDataset(stage: StagePermissions, request: AccessRequest): void {
  const { dataset, grantee, level, grantable } = request;
  if (!dataset.permissions.usesLakeFormation) return;
  const stack = stage.forGrantee(grantee);
  stack.follow(() => stage.databaseNamed(dataset.databaseName));
  const seen =
    level === AccessLevel.READ
      ? visible(stack, request)
      : [[resources.tableResource(dataset), level === AccessLevel.WRITE ? WRITES : ['DESCRIBE']] as const];
  stack.grant(grantee, (principal) => {
    const give = (resource: resources.LakeResource, permissions: readonly string[]) =>
      stack.permissions.grant({ principal, resource, permissions, grantable });
    for (const [resource, permissions] of seen) give(resource, permissions);
    // the catalog shows no table without its database; who writes a table may also make it anew
    give(
      resources.databaseResource(dataset),
      level === AccessLevel.WRITE ? ['CREATE_TABLE', 'DESCRIBE'] : ['DESCRIBE'],
    );
    if (dataset.linkTarget) give(resources.linkResource(dataset), ['DESCRIBE']);
    if (level === AccessLevel.WRITE && dataset.location) {
      give(resources.locationResource(dataset.location), ['DATA_LOCATION_ACCESS']);
    }
    if (dataset.permissions.usesIam) {
      stack.checkHybrid(`${dataset.databaseName}.${dataset.tableName}`);
      stack.permissions.optIn({ principal, resource: resources.tableResource(dataset) });
    }
  });
}

/** Lake Formation's half of a grant on a database. */
export function grantDatabase(stage: StagePermissions, request: DatabaseAccessRequest): void {
  const { database, grantee, databasePermissions, tablePermissions = [], grantable } = request;
  if (!database.permissions.usesLakeFormation) return;
  const stack = stage.forGrantee(grantee);
  stack.follow(() => stage.databaseNamed(database.databaseName));
  const onDatabase = resources.databaseResource(database);
  const onTables = resources.allTables(database);
  stack.grant(grantee, (principal) => {
    const give = (resource: resources.LakeResource, permissions: string[]) => {
      stack.permissions.grant({ principal, resource, permissions, grantable });
      if (!database.permissions.usesIam) return;
      stack.checkHybrid(`"${database.databaseName}"`);
      stack.permissions.optIn({ principal, resource });
    };
    give(onDatabase, databasePermissions);
    if (tablePermissions.length > 0) give(onTables, tablePermissions);
    if (database.linkTarget) {
      stack.permissions.grant({ principal, resource: resources.linkResource(database), permissions: ['DESCRIBE'] });
    }
  });
}

/** Lake Formation's half of a grant on a location. */
export function grantLocation(stage: StagePermissions, request: LocationAccessRequest): void {
  const { location, grantee, permissions, grantable } = request;
  if (!permissions.usesLakeFormation) return;
  const stack = stage.forGrantee(grantee);
  const resource = resources.locationResource(location);
  stack.follow(() => stage.registering(tokenText(stack, resources.locationArn(location))));
  stack.grant(grantee, (principal) =>
    stack.permissions.grant({ principal, resource, permissions: ['DATA_LOCATION_ACCESS'], grantable }),
  );
}

/** What a reader sees, each part with its permissions; rows are seen by data cells filters only. */
function visible(
  stack: StackPermissions,
  { dataset, columns, excluding, rowFilter, dataFilters, grantable }: AccessRequest,
): (readonly [resources.LakeResource, readonly string[]])[] {
  checkColumns(dataset, [...(columns ?? []), ...(excluding ?? [])]);
  if (excluding && grantable) {
    refuse(
      'GrantOptionNeedsColumns',
      `columns left out on ${dataset.databaseName}.${dataset.tableName}, to be passed on`,
      'Lake Formation takes the grant option with included columns only',
      'list the columns with "columns"',
    );
  }
  if (dataFilters) return dataFilters.map((name) => [resources.filterResource(dataset, name), SELECT] as const);
  if (rowFilter !== undefined) {
    const { catalog, databaseName } = resources.targetOf(dataset);
    if (catalog.CatalogId) {
      refuse(
        'FilterOnLink',
        `a row filter on ${dataset.databaseName}.${dataset.tableName}, which is a resource link`,
        'Lake Formation has no data filters on resource links',
        'let the owner of the table make the filter',
      );
    }
    const filter = { databaseName, tableName: dataset.tableName, rowFilter, columns, excluding };
    const name = `cells_${digest(tokenText(stack, [stack.node.path, filter]))}`;
    stack.permissions.filter({ ...filter, name });
    return [[resources.filterResource(dataset, name), SELECT]];
  }
  if (columns) return [[resources.columnsResource(dataset, columns), SELECT]];
  if (excluding) return [[resources.otherColumnsResource(dataset, excluding), SELECT]];
  return [[resources.tableResource(dataset), ['DESCRIBE', 'SELECT']]];
}

/** @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html */
export function checkColumns({ databaseName, tableName }: IDataset, columns: readonly string[]): void {
  const nested = columns.find((name) => name.includes('.'));
  if (nested === undefined) return;
  refuse(
    'NestedColumn',
    `column "${nested}" on ${databaseName}.${tableName}`,
    'Lake Formation has no cell-level security on nested columns',
    'name the column that holds it',
  );
}

/** Short, and the same for the same filter. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

const SELECT = ['SELECT'];
