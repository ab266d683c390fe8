import { LakeError } from '@lakewright/core';
import type { IConstruct } from 'constructs';
import { refuse } from './refuse';
import type { LakeResource } from './resources';
import { tokenText } from './token-text';

/** Permissions of one principal on one resource. */
export interface LakeGrant {
  readonly principal: string;
  readonly resource: LakeResource;
  readonly permissions: readonly string[];
  readonly grantable?: boolean;
}

/** A data cells filter; without columns it shows all of them. */
export interface LakeFilter {
  readonly databaseName: string;
  readonly tableName: string;
  readonly name: string;
  /** Undefined = all rows. */
  readonly rowFilter?: string;
  readonly columns?: readonly string[];
  readonly excluding?: readonly string[];
}

/** One LF-Tag with one value on a database, a table or columns. */
export interface LakeTagAssociation {
  readonly resource: LakeResource;
  readonly key: string;
  readonly value: string;
}

export interface LakeOptIn {
  readonly principal: string;
  readonly resource: LakeResource;
}

/** A grant of a set, everything merged. */
export interface MergedGrant {
  readonly key: string;
  readonly principal: string;
  readonly resource: LakeResource;
  readonly permissions: string[];
  readonly grantable: string[];
}

/** @see https://docs.aws.amazon.com/lake-formation/latest/dg/data-filtering-notes.html */
const MAX_FILTERS_OF_A_PRINCIPAL = 100;
/** @see https://docs.aws.amazon.com/lake-formation/latest/dg/lf-tag-considerations.html */
const MAX_TAGS_OF_A_RESOURCE = 50;

/** All that a stack grants: each thing once and sorted, however often and in whatever order it was said. */
export class PermissionSet {
  private readonly allGrants: LakeGrant[] = [];
  private readonly allFilters: LakeFilter[] = [];
  private readonly allTags: LakeTagAssociation[] = [];
  private readonly allOptIns: LakeOptIn[] = [];

  public constructor(private readonly scope: IConstruct) {}

  public grant(...grants: LakeGrant[]): void {
    this.allGrants.push(...grants);
  }

  public filter(filter: LakeFilter): void {
    this.allFilters.push(filter);
  }

  public tag(association: LakeTagAssociation): void {
    this.allTags.push(association);
  }

  public optIn(optIn: LakeOptIn): void {
    this.allOptIns.push(optIn);
  }

  public get grants(): MergedGrant[] {
    const merged = new Map<string, { grant: LakeGrant; permissions: Set<string>; grantable: Set<string> }>();
    for (const grant of this.allGrants) {
      const key = this.text([grant.principal, grant.resource]);
      const entry = merged.get(key) ?? { grant, permissions: new Set(), grantable: new Set() };
      merged.set(key, entry);
      for (const permission of grant.permissions) {
        entry.permissions.add(permission);
        if (grant.grantable) entry.grantable.add(permission);
      }
    }
    return sorted([...merged]).map(([key, { grant, permissions, grantable }]) => ({
      key,
      principal: grant.principal,
      resource: grant.resource,
      permissions: [...permissions].sort(),
      grantable: [...grantable].sort(),
    }));
  }

  public get filters(): (LakeFilter & { readonly key: string })[] {
    const byKey = new Map<string, LakeFilter>();
    for (const filter of this.allFilters) {
      byKey.set(this.text([filter.databaseName, filter.tableName, filter.name]), filter);
    }
    return sorted([...byKey]).map(([key, filter]) => ({ key, ...filter }));
  }

  public get tags(): { key: string; resource: LakeResource; tags: [string, string][] }[] {
    const byResource = new Map<string, { resource: LakeResource; tags: Map<string, string> }>();
    for (const { resource, key, value } of this.allTags) {
      const id = this.text(resource);
      const entry = byResource.get(id) ?? { resource, tags: new Map<string, string>() };
      byResource.set(id, entry);
      const other = entry.tags.get(key);
      if (other !== undefined && other !== value) {
        refuse(
          'TagWithTwoValues',
          `"${key}" = "${other}" and "${value}" on ${id}`,
          'a resource has one value of an LF-Tag',
          'decide for one of them',
        );
      }
      entry.tags.set(key, value);
      if (entry.tags.size > MAX_TAGS_OF_A_RESOURCE) {
        refuse(
          'TooManyTags',
          `more than ${MAX_TAGS_OF_A_RESOURCE} LF-Tags on ${id}`,
          `Lake Formation takes ${MAX_TAGS_OF_A_RESOURCE} on a resource`,
          'take some away',
        );
      }
    }
    return sorted([...byResource]).map(([key, { resource, tags }]) => ({ key, resource, tags: sorted([...tags]) }));
  }

  public get optIns(): LakeOptIn[] {
    const byKey = new Map(this.allOptIns.map((one) => [this.text([one.principal, one.resource]), one]));
    return sorted([...byKey]).map(([, optIn]) => optIn);
  }

  /** What AWS would refuse. */
  public validate(): string[] {
    const counts = new Map<string, number>();
    for (const { principal, resource } of this.grants) {
      const { DataCellsFilter: filter } = resource as { DataCellsFilter?: Record<string, string> };
      if (!filter) continue;
      const key = this.text([principal, filter.DatabaseName, filter.TableName]);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return [...counts]
      .filter(([, count]) => count > MAX_FILTERS_OF_A_PRINCIPAL)
      .map(([key, count]) =>
        LakeError.message(
          'TooManyFilters',
          `${count} data filters for ${key}`,
          `Lake Formation takes ${MAX_FILTERS_OF_A_PRINCIPAL} for one principal on a table`,
          'write several predicates as one, with OR',
        ),
      );
  }

  /** The properties of `Custom::LakewrightLakeFormationPermissions`; empty lists are there, empty objects aren't. */
  public render(): Record<string, unknown> {
    return {
      Grants: this.grants.map(({ principal, resource, permissions, grantable }) => ({
        Principal: principal,
        Resource: resource,
        Permissions: permissions,
        ...(grantable.length > 0 ? { PermissionsWithGrantOption: grantable } : {}),
      })),
      Filters: this.filters.map(({ databaseName, tableName, name, rowFilter, columns, excluding }) => ({
        DatabaseName: databaseName,
        TableName: tableName,
        Name: name,
        ...(rowFilter === undefined ? {} : { RowFilter: rowFilter }),
        ...(columns ? { ColumnNames: columns } : {}),
        ...(excluding ? { ExcludedColumnNames: excluding } : {}),
      })),
      TagAssociations: this.tags.map(({ resource, tags }) => ({
        Resource: resource,
        Tags: tags.map(([key, value]) => ({ TagKey: key, TagValues: [value] })),
      })),
      OptIns: this.optIns.map(({ principal, resource }) => ({ Principal: principal, Resource: resource })),
    };
  }

  private text(value: unknown): string {
    return tokenText(this.scope, value);
  }
}

function sorted<T>(entries: [string, T][]): [string, T][] {
  return entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
