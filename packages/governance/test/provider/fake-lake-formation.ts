import type {
  BatchPermissionsRequestEntry,
  DataCellsFilter,
  DataLakeSettings,
  LFTagPair,
  Resource,
} from '@aws-sdk/client-lakeformation';
import { FakeCatalog, FakeParameters, refuse } from './fake-catalog';
import { ACCOUNT, filterKey, listed, resourceKeys } from './fake-resources';

/** Whose credentials the function has. */
export const FUNCTION = role('Provider');

export function role(name: string): string {
  return `arn:aws:iam::${ACCOUNT}:role/${name}`;
}

type Operation = (input: never) => unknown;

/**
 * Lake Formation, Glue's catalog and the Parameter Store, as far as the function uses them: a model of their state that
 * refuses what they refuse, in their words.
 *
 * Permissions are kept one by one (`principal|resource|PERMISSION`, `+` for the grant option) and listed as Lake
 * Formation lists them: SELECT apart from the rest, columns together, in pages.
 */
export class FakeLakeFormation {
  public readonly principals = new Set([FUNCTION, 'IAM_ALLOWED_PRINCIPALS', '444455556666']);
  public settings: DataLakeSettings = { DataLakeAdmins: [{ DataLakePrincipalIdentifier: FUNCTION }] };
  public readonly permissions = new Set<string>();
  public readonly filters = new Map<string, DataCellsFilter>();
  public readonly tagValues = new Map<string, readonly string[]>();
  /** `resource|key` → value */
  public readonly tags = new Map<string, string>();
  public readonly optIns = new Map<string, { readonly principal: string; readonly resource: Resource }>();
  public readonly catalog = new FakeCatalog();
  public readonly parameters = new FakeParameters();

  /** Names of the operations, in order. */
  public readonly calls: string[] = [];
  /** Entries of each batch, by `principal|resource`. */
  public readonly batches: { readonly verb: 'grant' | 'revoke'; readonly entries: readonly string[] }[] = [];
  /** The name of an error that a call (or an entry of a batch) ends with instead; `after` its work is done. */
  public chaos: (call: string) => { readonly name: string; readonly after?: boolean } | undefined = () => undefined;
  /** Number of the call at which the function dies, before or after the call's work. */
  public crash: { readonly at: number; readonly when: 'before' | 'after' } | undefined;
  public namesInvalidPrincipals = true;
  /** Resources of which Lake Formation lists nothing. */
  public unlisted = /^$/;
  /** Permissions that are gone, and that lists still show. */
  public readonly ghosts = new Set<string>();
  /** What happens elsewhere while a call is on its way. */
  public pause: (moment: 'before' | 'after') => Promise<void> = async () => undefined;
  private dead = false;

  /** A new process, with a memory of its own. */
  public revive(): void {
    this.dead = false;
    this.crash = undefined;
    this.calls.length = 0;
  }

  public call(operation: string, input: unknown): unknown {
    if (this.dead) throw refuse('Crash', 'the function is dead');
    this.calls.push(operation);
    const dies = this.crash?.at === this.calls.length ? this.crash.when : undefined;
    if (dies) this.dead = true;
    if (dies === 'before') throw refuse('Crash', 'the function is dead');
    const trouble = this.chaos(operation);
    if (trouble && !trouble.after) throw refuse(trouble.name, 'try again');
    const work =
      (this.operations as Record<string, Operation>)[operation] ??
      this.catalog.operations[operation] ??
      this.parameters.operations[operation];
    if (!work) throw refuse('UnknownOperation', operation);
    // as over the wire: what is answered is a copy
    const answer = JSON.parse(JSON.stringify(work(JSON.parse(JSON.stringify(input ?? {})) as never) ?? {}));
    if (dies === 'after') throw refuse('Crash', 'the function is dead');
    if (trouble) throw refuse(trouble.name, 'try again');
    return answer;
  }

  /** What others do. */
  public give(
    principal: string,
    resource: Resource,
    permissions: readonly string[],
    grantable: readonly string[] = [],
  ) {
    for (const key of this.keys(
      { Id: '', Principal: { DataLakePrincipalIdentifier: principal }, Resource: resource },
      permissions,
      grantable,
    )) {
      this.permissions.add(key);
    }
  }

  /** What is lost with a table. */
  public dropTable(database: string, table: string): void {
    this.catalog.databases.get(database)?.delete(table);
    const isOn = (key: string) =>
      key
        .split('|')
        .some((part) => new RegExp(`^(table|column|except|filter):${database}\\.${table}(\\.|:|$)`).test(part));
    for (const key of this.permissions) if (isOn(key)) this.permissions.delete(key);
    for (const key of this.tags.keys()) if (isOn(key)) this.tags.delete(key);
    for (const key of this.filters.keys()) if (key.startsWith(`${database}.${table}.`)) this.filters.delete(key);
  }

  /** Everything that somebody could miss or be surprised by, as text. */
  public snapshot(): string[] {
    const { DataLakeAdmins = [], ReadOnlyAdmins = [] } = this.settings;
    return [
      ...DataLakeAdmins.map((one) => `administrator ${one.DataLakePrincipalIdentifier}`),
      ...ReadOnlyAdmins.map((one) => `reader ${one.DataLakePrincipalIdentifier}`),
      ...[...this.permissions].filter((key) => !key.startsWith(`${FUNCTION}|filter:`)),
      ...[...this.filters].map(([key, { RowFilter, ColumnNames, ColumnWildcard }]) =>
        JSON.stringify(['filter', key, RowFilter, ColumnNames ?? ColumnWildcard]),
      ),
      ...[...this.tags].map(([key, value]) => `tag ${key}=${value}`),
      ...[...this.optIns.keys()].map((key) => `opt-in ${key}`),
    ].sort();
  }

  /** The keys that a grant comes to. */
  public keys(
    { Principal, Resource }: BatchPermissionsRequestEntry,
    permissions: readonly string[],
    grantable: readonly string[],
  ): string[] {
    const principal = Principal?.DataLakePrincipalIdentifier ?? '';
    return resourceKeys(Resource ?? {}).flatMap((resource) => [
      ...permissions.map((permission) => `${principal}|${resource}|${permission}`),
      ...grantable.map((permission) => `${principal}|${resource}|${permission}+`),
    ]);
  }

  private readonly operations = {
    GetDataLakeSettings: () => ({ DataLakeSettings: this.settings }),
    PutDataLakeSettings: ({ DataLakeSettings }: { DataLakeSettings: DataLakeSettings }) => {
      for (const list of [DataLakeSettings.DataLakeAdmins, DataLakeSettings.ReadOnlyAdmins]) {
        for (const { DataLakePrincipalIdentifier: principal = '' } of list ?? []) this.know(principal);
      }
      this.settings = DataLakeSettings;
    },
    GetDataLakePrincipal: () => ({
      Identity: `${FUNCTION.replace(':iam:', ':sts:').replace('role/', 'assumed-role/')}/x`,
    }),
    BatchGrantPermissions: ({ Entries }: { Entries: BatchPermissionsRequestEntry[] }) =>
      this.batch('grant', Entries, (entry, permissions, grantable) => {
        this.check(entry.Resource ?? {});
        if (grantable.some((one) => !permissions.includes(one))) {
          throw refuse('InvalidInputException', 'Grantable permissions must be a subset of permissions');
        }
        for (const key of this.keys(entry, permissions, grantable)) this.permissions.add(key);
      }),
    BatchRevokePermissions: ({ Entries }: { Entries: BatchPermissionsRequestEntry[] }) =>
      this.batch('revoke', Entries, (entry, permissions, grantable) => {
        this.check(entry.Resource ?? {});
        const keys = this.keys(entry, permissions, grantable);
        if (keys.filter((key) => this.permissions.delete(key)).length === 0) {
          throw refuse(
            'InvalidInputException',
            'No permissions revoked. Grantee has no permissions and no grantable permissions on resource.',
          );
        }
      }),
    ListPermissions: ({ Resource = {}, NextToken = '0' }: { Resource?: Resource; NextToken?: string }) => {
      this.administrator();
      if (Resource.TableWithColumns) throw refuse('InvalidInputException', 'TableWithColumns is not supported');
      this.check(Resource);
      const [wanted = ''] = resourceKeys(Resource);
      if (this.unlisted.test(wanted)) {
        throw refuse('InvalidInputException', 'Database cannot be a link for this operation when called on a table.');
      }
      const all = listed([...this.permissions, ...this.ghosts], (key) =>
        Resource.Table?.Name
          ? [wanted, wanted.replace('table:', 'column:'), wanted.replace('table:', 'except:')].some((prefix, index) =>
              index === 0 ? key === prefix : new RegExp(`^${prefix}[.:]`).test(key),
            )
          : key === wanted,
      );
      const start = Number(NextToken);
      return {
        PrincipalResourcePermissions: all.slice(start, start + 3),
        ...(start + 3 < all.length ? { NextToken: String(start + 3) } : {}),
      };
    },
    GetDataCellsFilter: (names: DataCellsFilter) => ({ DataCellsFilter: this.filter(names) }),
    CreateDataCellsFilter: ({ TableData }: { TableData: DataCellsFilter }) => {
      this.administrator();
      this.catalog.table(TableData.DatabaseName ?? '', TableData.TableName ?? '', TableData.ColumnNames);
      if (this.filters.has(filterKey(TableData)))
        throw refuse('AlreadyExistsException', 'DataCellsFilter already exists');
      this.filters.set(filterKey(TableData), TableData);
      this.permissions.add(`${FUNCTION}|filter:${filterKey(TableData)}|DESCRIBE`);
    },
    UpdateDataCellsFilter: ({ TableData }: { TableData: DataCellsFilter }) => {
      this.administrator();
      this.filter(TableData);
      this.catalog.table(TableData.DatabaseName ?? '', TableData.TableName ?? '', TableData.ColumnNames);
      this.filters.set(filterKey(TableData), TableData);
    },
    DeleteDataCellsFilter: (names: DataCellsFilter) => {
      this.administrator();
      this.filter(names);
      const suffix = `|filter:${filterKey(names)}|`;
      const users = [...this.permissions].filter((key) => key.includes(suffix));
      if (users.some((key) => !key.startsWith(FUNCTION))) throw refuse('InvalidInputException', 'The filter is in use');
      for (const key of users) this.permissions.delete(key);
      this.filters.delete(filterKey(names));
    },
    GetResourceLFTags: ({ Resource }: { Resource: Resource }) => {
      this.administrator();
      this.check(Resource);
      const pairs = (resource: string) =>
        [...this.tags]
          .filter(([key]) => key.startsWith(`${resource}|`))
          .map(([key, value]) => ({ CatalogId: ACCOUNT, TagKey: key.split('|')[1], TagValues: [value] }));
      const [key = ''] = resourceKeys(Resource);
      if (Resource.Database) return { LFTagOnDatabase: pairs(key) };
      if (Resource.Table) return { LFTagsOnTable: pairs(key) };
      const Name = Resource.TableWithColumns?.ColumnNames?.[0];
      return { LFTagsOnColumns: pairs(key).length > 0 ? [{ Name, LFTags: pairs(key) }] : [] };
    },
    AddLFTagsToResource: ({ Resource, LFTags }: { Resource: Resource; LFTags: LFTagPair[] }) => {
      this.administrator();
      this.check(Resource);
      const Failures: unknown[] = [];
      for (const LFTag of LFTags) {
        const [value = ''] = LFTag.TagValues ?? [];
        if (!this.tagValues.get(LFTag.TagKey ?? '')?.includes(value)) {
          Failures.push({
            LFTag,
            Error: { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Tag key or value not found' },
          });
        } else for (const key of resourceKeys(Resource)) this.tags.set(`${key}|${LFTag.TagKey}`, value);
      }
      return { Failures };
    },
    RemoveLFTagsFromResource: ({ Resource, LFTags }: { Resource: Resource; LFTags: LFTagPair[] }) => {
      this.administrator();
      this.check(Resource);
      const missing = LFTags.filter(
        ({ TagKey }) => !resourceKeys(Resource).every((key) => this.tags.delete(`${key}|${TagKey}`)),
      );
      const detail = { ErrorCode: 'EntityNotFoundException', ErrorMessage: 'Tag is not on the resource' };
      return { Failures: missing.map((LFTag) => ({ LFTag, Error: detail })) };
    },
    ListLakeFormationOptIns: ({ Principal }: { Principal: { DataLakePrincipalIdentifier: string } }) => ({
      LakeFormationOptInsInfoList: [...this.optIns.values()]
        .filter(({ principal }) => principal === Principal.DataLakePrincipalIdentifier)
        .map(({ resource }) => ({ Principal, Resource: resource })),
    }),
    CreateLakeFormationOptIn: ({ Principal, Resource }: OptInInput) => {
      this.administrator();
      this.know(Principal.DataLakePrincipalIdentifier);
      this.check(Resource);
      const key = optInKey({ Principal, Resource });
      if (this.optIns.has(key)) throw refuse('InvalidInputException', 'Opt-in already exists');
      this.optIns.set(key, { principal: Principal.DataLakePrincipalIdentifier, resource: Resource });
    },
    DeleteLakeFormationOptIn: (input: OptInInput) => {
      this.administrator();
      if (!this.optIns.delete(optInKey(input))) throw refuse('EntityNotFoundException', 'Entity not found');
    },
  };

  private batch(
    verb: 'grant' | 'revoke',
    entries: readonly BatchPermissionsRequestEntry[],
    work: (entry: BatchPermissionsRequestEntry, permissions: string[], grantable: string[]) => void,
  ) {
    if (entries.length > 20) throw refuse('InvalidInputException', 'More than 20 entries');
    if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw refuse('InvalidInputException', 'Ids repeat');
    const applied: string[] = [];
    const Failures = entries.flatMap((RequestEntry) => {
      const { Principal, Resource, Permissions = [], PermissionsWithGrantOption = [] } = RequestEntry;
      const principal = Principal?.DataLakePrincipalIdentifier ?? '';
      try {
        const trouble = this.chaos('entry');
        if (trouble && !trouble.after) throw refuse(trouble.name, 'try again');
        this.administrator();
        this.know(principal);
        work(RequestEntry, Permissions, PermissionsWithGrantOption);
        if (trouble) throw refuse(trouble.name, 'try again');
        applied.push(...resourceKeys(Resource ?? {}).map((key) => `${principal}|${key}`));
        return [];
      } catch (error) {
        const { name, message } = error as Error;
        return [{ RequestEntry, Error: { ErrorCode: name, ErrorMessage: message } }];
      }
    });
    this.batches.push({ verb, entries: applied });
    return { Failures };
  }

  private know(principal: string): void {
    if (this.principals.has(principal)) return;
    const named = this.namesInvalidPrincipals ? `, arn: ${principal}` : '';
    throw refuse('InvalidInputException', `Invalid principal${named}`);
  }

  private administrator(): void {
    const { DataLakeAdmins = [] } = this.settings;
    if (DataLakeAdmins.some((one) => one.DataLakePrincipalIdentifier === FUNCTION)) return;
    throw refuse('AccessDeniedException', 'Insufficient Lake Formation permission(s) on Catalog');
  }

  private filter(names: DataCellsFilter): DataCellsFilter {
    const found = this.filters.get(filterKey(names));
    if (!found) throw refuse('EntityNotFoundException', 'Entity not found');
    return found;
  }

  /** Whether what a resource names is there. */
  private check({ Database, Table, TableWithColumns, DataCellsFilter, LFTag, LFTagPolicy }: Resource): void {
    if (Database) this.catalog.database(Database.Name ?? '');
    if (Table?.Name) this.catalog.table(Table.DatabaseName ?? '', Table.Name);
    else if (Table) this.catalog.database(Table.DatabaseName ?? '');
    if (TableWithColumns) {
      const { DatabaseName = '', Name = '', ColumnNames, ColumnWildcard } = TableWithColumns;
      this.catalog.table(DatabaseName, Name, ColumnNames ?? ColumnWildcard?.ExcludedColumnNames);
    }
    if (DataCellsFilter) this.filter(DataCellsFilter as DataCellsFilter);
    for (const { TagKey = '', TagValues = [] } of [...(LFTag ? [LFTag] : []), ...(LFTagPolicy?.Expression ?? [])]) {
      const values = this.tagValues.get(TagKey) ?? [];
      if (TagValues.some((value) => !values.includes(value)))
        throw refuse('EntityNotFoundException', 'Entity not found');
    }
  }
}

interface OptInInput {
  readonly Principal: { readonly DataLakePrincipalIdentifier: string };
  readonly Resource: Resource;
}

function optInKey({ Principal, Resource }: OptInInput): string {
  return `${Principal.DataLakePrincipalIdentifier} ${resourceKeys(Resource).sort().join(',')}`;
}
