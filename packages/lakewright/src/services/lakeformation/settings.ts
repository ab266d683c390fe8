import type { ApiShape } from '../api-shape';
import { requiredObject } from '../glue/input';
import type { Operation } from '../service';
import type { LakeFormationContext } from './context';
import { invalidInput } from './errors';
import { readPrincipal } from './input';

/** https://docs.aws.amazon.com/lake-formation/latest/APIReference/API_DataLakeSettings.html */
const MAX_PRINCIPALS = 30;
const MEMBERS = [
  'CreateDatabaseDefaultPermissions',
  'CreateTableDefaultPermissions',
  'Parameters',
  'TrustedResourceOwners',
  'AllowExternalDataFiltering',
  'AllowFullTableExternalDataAccess',
  'ExternalDataFilteringAllowList',
  'AuthorizedSessionTagValueList',
];

/** GetDataLakeSettings, PutDataLakeSettings, GetDataLakePrincipal. */
export function settingsOperations(context: LakeFormationContext): Record<string, Operation> {
  return {
    GetDataLakeSettings: async (input) => {
      context.checkCatalog(input.CatalogId);
      const { administrators, readOnlyAdministrators } = context.facts;
      const identifiers = (arns: readonly string[]) =>
        [...new Set(arns)].map((arn) => ({ DataLakePrincipalIdentifier: arn }));
      return {
        DataLakeSettings: {
          ...context.store.api.settings,
          DataLakeAdmins: identifiers(administrators),
          ReadOnlyAdmins: identifiers(readOnlyAdministrators),
        },
      };
    },

    /** Replaces all: an administrator that isn't named is none any longer. A template's comes back with the next run. */
    PutDataLakeSettings: async (input, caller) => {
      context.checkCatalog(input.CatalogId);
      context.requireAdministrator(caller, 'Data Lake Administrator on Catalog');
      putSettings(context, readSettings(input.DataLakeSettings));
      return {};
    },

    GetDataLakePrincipal: async (_, caller) => ({ Identity: context.arnOf(caller) ?? caller.principal }),
  };
}

export interface SettingsInput {
  readonly administrators: readonly string[];
  readonly readOnlyAdministrators: readonly string[];
  readonly settings: Readonly<Record<string, unknown>>;
}

/** Members that aren't given are empty, as the API takes them. */
export function readSettings(given: ApiShape): SettingsInput {
  requiredObject(given, 'dataLakeSettings');
  const settings = Object.fromEntries(
    MEMBERS.flatMap((name) => (given[name] === undefined ? [] : [[name, given[name]]])),
  );
  for (const member of ['CreateDatabaseDefaultPermissions', 'CreateTableDefaultPermissions']) {
    checkDefaults(given[member], member);
  }
  return {
    administrators: readPrincipals(given.DataLakeAdmins, 'DataLakeAdmins'),
    readOnlyAdministrators: readPrincipals(given.ReadOnlyAdmins, 'ReadOnlyAdmins'),
    settings: { CreateDatabaseDefaultPermissions: [], CreateTableDefaultPermissions: [], ...settings },
  };
}

export function putSettings(context: LakeFormationContext, wanted: SettingsInput): void {
  const { administrators, readOnlyAdministrators } = wanted;
  const kept = (arns: readonly string[] | undefined, of: readonly string[]) => arns?.filter((arn) => of.includes(arn));
  context.store.changeAll((part) =>
    strip({
      ...part,
      administrators: kept(part.administrators, administrators),
      readOnlyAdministrators: kept(part.readOnlyAdministrators, readOnlyAdministrators),
    }),
  );
  const declared = Object.values(context.store.declared);
  context.store.changeApi((part) => ({
    ...part,
    administrators: administrators.filter((arn) => !declared.some((other) => other.administrators?.includes(arn))),
    readOnlyAdministrators: readOnlyAdministrators.filter(
      (arn) => !declared.some((other) => other.readOnlyAdministrators?.includes(arn)),
    ),
    settings: wanted.settings,
  }));
}

const strip = <T extends object>(part: T): T =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as T;

function readPrincipals(given: ApiShape, member: string): readonly string[] {
  if (given === undefined || given === null) return [];
  if (!Array.isArray(given)) throw invalidInput(`${member} must be a list.`);
  if (given.length > MAX_PRINCIPALS) throw invalidInput(`${member} has at most ${MAX_PRINCIPALS} principals.`);
  return [...new Set(given.map(readPrincipal))];
}

/** Nothing, or ALL for the group. */
function checkDefaults(given: ApiShape, member: string): void {
  if (given === undefined || given === null || (Array.isArray(given) && given.length === 0)) return;
  const [only, ...others] = Array.isArray(given) ? given : [{}];
  const isAll = only?.Permissions?.length === 1 && only.Permissions[0] === 'ALL';
  const isGroup = only?.Principal?.DataLakePrincipalIdentifier === 'IAM_ALLOWED_PRINCIPALS';
  if (others.length > 0 || !isAll || !isGroup) {
    throw invalidInput(`${member} must be empty or grant ALL to IAM_ALLOWED_PRINCIPALS.`);
  }
}
