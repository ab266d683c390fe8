import type { DataCellsFilter, Permission, Resource } from '@aws-sdk/client-lakeformation';
import { canonical, describe, type Given, type Place, placeOf } from './resources';

/** One permission on one resource (or one column or tag value of it) for one principal. */
export interface Grant {
  readonly kind: 'grant';
  readonly principal: string;
  readonly resource: Resource;
  /** A column or a tag value. */
  readonly part?: string;
  readonly permission: Permission;
  /** Whether it is the right to grant the permission on. */
  readonly grantable?: true;
}

export interface Filter {
  readonly kind: 'filter';
  readonly filter: DataCellsFilter;
}

/** One LF-Tag on one database, table or column. */
export interface Tag {
  readonly kind: 'tag';
  readonly resource: Resource;
  readonly column?: string;
  readonly tag: string;
  readonly value: string;
  /** The value that somebody else had set: it comes back when ours goes. */
  readonly before?: string;
  /** The value that we had set before this one. */
  readonly was?: string;
}

export interface OptIn {
  readonly kind: 'optIn';
  readonly principal: string;
  readonly resource: Resource;
  readonly columns?: readonly string[];
}

export interface Administrator {
  readonly kind: 'administrator' | 'readOnlyAdministrator';
  readonly principal: string;
}

/** The smallest thing that can be there or not, be ours or somebody else's. */
export type Item = Grant | Filter | Tag | OptIn | Administrator;

/** The same for items of which only one can be there; a tag's value and a filter's definition may differ. */
export function keyOf(item: Item): string {
  switch (item.kind) {
    case 'grant':
      return text('grant', item.principal, item.resource, item.part, item.permission, item.grantable);
    case 'filter':
      return text('filter', item.filter.DatabaseName, item.filter.TableName, item.filter.Name);
    case 'tag':
      return text('tag', item.resource, item.column, item.tag);
    case 'optIn':
      return text('optIn', item.principal, item.resource, item.columns);
    default:
      return text(item.kind, item.principal);
  }
}

/** What has to be in the catalog for the item to be. */
export function placeOfItem(item: Item): Place | undefined {
  if (item.kind === 'filter') return placeOf({ DataCellsFilter: item.filter });
  return 'resource' in item ? placeOf(item.resource) : undefined;
}

/** For the log and for errors: one line. */
export function nameOf(item: Item): string {
  switch (item.kind) {
    case 'grant': {
      const what = `${item.permission}${item.grantable ? ' (grantable)' : ''}`;
      return `${what} on ${describe(item.resource, item.part ? [item.part] : [])} to ${item.principal}`;
    }
    case 'filter':
      return `data cells filter ${item.filter.Name} of ${item.filter.DatabaseName}.${item.filter.TableName}`;
    case 'tag':
      return `${item.tag}=${item.value} on ${describe(item.resource, item.column ? [item.column] : [])}`;
    case 'optIn':
      return `opt-in of ${item.principal} on ${describe(item.resource, item.columns)}`;
    default:
      return `${item.kind === 'administrator' ? 'administrator' : 'read-only administrator'} ${item.principal}`;
  }
}

export function isAdministrator(item: Item): item is Administrator {
  return item.kind === 'administrator' || item.kind === 'readOnlyAdministrator';
}

/** What a grant comes to. */
export function grantItems(principal: string, given: Given, permissions: Permissions, account: string): Grant[] {
  const { resource, parts } = canonical(given, account);
  const { Permissions = [], PermissionsWithGrantOption = [] } = permissions;
  return parts.flatMap((part) => {
    const grant = { kind: 'grant', principal, resource, ...(part ? { part } : {}) } as const;
    return [
      ...Permissions.map((one): Grant => ({ ...grant, permission: one as Permission })),
      ...PermissionsWithGrantOption.map((one): Grant => ({ ...grant, permission: one as Permission, grantable: true })),
    ];
  });
}

export interface Permissions {
  readonly Permissions?: readonly string[];
  readonly PermissionsWithGrantOption?: readonly string[];
}

function text(...parts: unknown[]): string {
  return JSON.stringify(parts);
}
