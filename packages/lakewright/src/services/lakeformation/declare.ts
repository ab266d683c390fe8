import type { Filter, Grant, TagAssignment } from '../../access/lake-formation/facts';
import type { Part } from '../../access/lake-formation/store';
import type { ApiShape } from '../api-shape';
import { ServiceError } from '../service';
import type { LakeFormationContext } from './context';
import { readFilter } from './filters';
import { readResource, readTag } from './input';
import { readRegistration } from './locations';
import { readOptIn } from './opt-ins';
import { checkResource, readGrant, requireColumns } from './permissions';
import { tagged, taggedPlaces } from './resource-tags';
import type { SettingsInput } from './settings';

/** What a resource of a template declares, in the API's shapes. */
export interface Declaration {
  readonly administrators?: readonly string[];
  readonly readOnlyAdministrators?: readonly string[];
  readonly grants?: readonly ApiShape[];
  readonly filters?: readonly ApiShape[];
  readonly tags?: readonly ApiShape[];
  readonly associations?: readonly { readonly Resource: ApiShape; readonly Tags: readonly ApiShape[] }[];
  readonly optIns?: readonly ApiShape[];
  readonly locations?: readonly ApiShape[];
}

/**
 * Keeps what a resource declares in the place of what it declared before. What isn't there yet is said; `onAws` is what
 * becomes of that there.
 *
 * @throws ServiceError for what Lake Formation would refuse
 */
export function declare(
  context: LakeFormationContext,
  owner: string,
  given: Declaration,
  onAws: 'waits' | 'fails',
): void {
  const part: Part = stripped({
    administrators: given.administrators,
    readOnlyAdministrators: given.readOnlyAdministrators,
    tags: given.tags?.map(readTag),
    locations: given.locations?.map((location) => ({
      ...readRegistration(context, location),
      LastModified: undefined,
    })),
    filters: given.filters?.map((filter) => ({ ...readFilter(context, filter), VersionId: undefined })),
    grants: given.grants?.map((grant) => readGrant(context, grant)),
    optIns: given.optIns?.map((optIn) => readOptIn(context, optIn)),
    assignments: given.associations && readAssociations(context, given.associations),
  });
  context.store.declare(owner, JSON.parse(JSON.stringify(part)));
  const missing = [...(part.filters ?? []).map(filterCheck(context)), ...(part.grants ?? []).map(grantCheck(context))]
    .map(whatIsMissing)
    .filter((reason) => reason !== undefined);
  if (missing.length === 0) return;
  const fate = onAws === 'waits' ? 'holds when it is there' : 'holds when it is there; on AWS this resource fails';
  context.lake.host.notify({
    code: 'LW_LAKE_FORMATION_WAITS',
    level: onAws === 'waits' ? 'info' : 'warning',
    text: `${owner}: ${[...new Set(missing)].join(' ')} → what is granted on it ${fate}`,
  });
}

/** Adds to the account's settings. */
export function addSettings(context: LakeFormationContext, added: SettingsInput): void {
  const union = (a: readonly string[] = [], b: readonly string[] = []) => [...new Set([...a, ...b])];
  context.store.changeApi((part) => ({
    ...part,
    administrators: union(part.administrators, added.administrators),
    readOnlyAdministrators: union(part.readOnlyAdministrators, added.readOnlyAdministrators),
  }));
}

const filterCheck = (context: LakeFormationContext) => (filter: Filter) => () => {
  const columns = context.requireTable(filter.DatabaseName, filter.TableName);
  requireColumns(columns, [...(filter.ColumnNames ?? []), ...(filter.ExcludedColumnNames ?? [])]);
};

const grantCheck = (context: LakeFormationContext) => (grant: Grant) => () => checkResource(context, grant);

function whatIsMissing(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'EntityNotFoundException') return error.message;
    throw error;
  }
}

function readAssociations(
  context: LakeFormationContext,
  associations: readonly { readonly Resource: ApiShape; readonly Tags: readonly ApiShape[] }[],
): readonly TagAssignment[] {
  return associations.reduce<readonly TagAssignment[]>((all, { Resource, Tags }) => {
    const places = taggedPlaces(readResource(Resource, (id) => context.checkCatalog(id)));
    const values = Object.fromEntries(Tags.map(readTag).map(({ TagKey, TagValues }) => [TagKey, TagValues[0]]));
    return places.reduce((so, place) => tagged(so, place, values), all);
  }, []);
}

const stripped = <T extends object>(part: T): T =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as T;
