import {
  BatchGrantPermissionsCommand,
  type BatchPermissionsFailureEntry,
  type BatchPermissionsRequestEntry,
  BatchRevokePermissionsCommand,
  type LakeFormationClient,
  ListPermissionsCommand,
  type PrincipalResourcePermissions,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import { type Grant, grantItems, keyOf } from './items';
import { type Fault, faultOf, isInvalidPrincipal, judge, type Patience, type Verdict } from './patience';
import { type Given, isKnown, withParts } from './resources';

/** As many as a call takes. */
const BATCH = 20;

/** What came of each. */
export interface Outcomes<T> {
  readonly done: readonly T[];
  /** What they are on isn't there. */
  readonly absent: readonly T[];
  readonly failed: readonly { readonly item: T; readonly fault: Fault }[];
}

/** Lake Formation's grants: listed a resource at a time, granted and revoked in batches, one after the other. */
export class Grants {
  public constructor(
    private readonly lakeFormation: LakeFormationClient,
    private readonly patience: Patience,
    private readonly account: string,
  ) {}

  /** Keys of all grants on the resources of some. */
  public async there(grants: readonly Grant[]): Promise<Set<string>> {
    const asked = new Map(grants.map((grant) => listed(grant)).map((input) => [JSON.stringify(input), input]));
    const keys = new Set<string>();
    for (const resource of asked.values()) {
      for (const one of await this.list(resource)) {
        for (const item of this.itemsOf(one)) keys.add(keyOf(item));
      }
    }
    return keys;
  }

  /** Who has anything on a resource. */
  public async holders(resource: Resource): Promise<string[]> {
    return (await this.list(resource)).map(({ Principal }) => Principal?.DataLakePrincipalIdentifier ?? '');
  }

  public async grant(grants: readonly Grant[]): Promise<Outcomes<Grant>> {
    return this.inBatches(grants, async (entries) => {
      const Entries = entries.map((entry) => requestOf(entry, true));
      return (await this.lakeFormation.send(new BatchGrantPermissionsCommand({ Entries }))).Failures ?? [];
    });
  }

  public async revoke(grants: readonly Grant[]): Promise<Outcomes<Grant>> {
    const send: Send = async (entries) => {
      const Entries = entries.map((entry) => requestOf(entry, false));
      return (await this.lakeFormation.send(new BatchRevokePermissionsCommand({ Entries }))).Failures ?? [];
    };
    return this.inBatches(grants, send, judgeRevoke);
  }

  private async list(resource: Resource): Promise<PrincipalResourcePermissions[]> {
    const found: PrincipalResourcePermissions[] = [];
    let NextToken: string | undefined;
    do {
      const input = { Resource: resource, ...(NextToken ? { NextToken } : {}) };
      try {
        const page = await this.patience.call(() => this.lakeFormation.send(new ListPermissionsCommand(input)));
        found.push(...(page.PrincipalResourcePermissions ?? []));
        NextToken = page.NextToken;
      } catch (error) {
        const fault = faultOf(error);
        // Lake Formation grants on tables of a link, but doesn't list them: github.com/hashicorp/terraform-provider-aws/issues/46951
        if (judge(fault) === 'absent' || /cannot be a link/.test(fault.message)) return [];
        throw error;
      }
    } while (NextToken);
    return found;
  }

  private itemsOf({ Principal, Resource, ...permissions }: PrincipalResourcePermissions): Grant[] {
    const principal = Principal?.DataLakePrincipalIdentifier ?? '';
    const given = (Resource ?? {}) as unknown as Given;
    return isKnown(given) ? grantItems(principal, given, permissions, this.account) : [];
  }

  private async inBatches(
    grants: readonly Grant[],
    send: Send,
    judged: (fault: Fault) => Verdict = judge,
  ): Promise<Outcomes<Grant>> {
    const [done, absent, failed]: [Grant[], Grant[], { item: Grant; fault: Fault }[]] = [[], [], []];
    const entries = entriesOf(grants);
    for (let start = 0; start < entries.length; start += BATCH) {
      let pending = entries.slice(start, start + BATCH);
      for (let attempt = 0; pending.length > 0; attempt += 1) {
        const faults = await faultsOf(pending, send);
        const again: Entry[] = [];
        let latest: Fault | undefined;
        for (const entry of pending) {
          const fault = faults.get(entry.id);
          const verdict = fault ? judged(fault) : 'nothing-to-do';
          if (verdict === 'nothing-to-do') done.push(...entry.items);
          else if (verdict === 'absent') absent.push(...entry.items);
          else if (fault && verdict !== 'final') {
            again.push(entry);
            // of several, the one that allows the most patience
            if (latest === undefined || verdict === 'transient') latest = fault;
          } else if (fault) failed.push(...entry.items.map((item) => ({ item, fault })));
        }
        if (latest && !(await this.patience.again(latest, attempt))) {
          for (const { id, items } of again) {
            const fault = faults.get(id) ?? latest;
            failed.push(...items.map((item) => ({ item, fault })));
          }
          again.length = 0;
        }
        pending = again;
      }
    }
    return { done, absent, failed };
  }
}

interface Entry {
  readonly id: string;
  readonly items: readonly Grant[];
}

type Send = (entries: readonly Entry[]) => Promise<BatchPermissionsFailureEntry[]>;

/** What a call that failed as a whole says is asked of each entry by itself, unless it is just not the time. */
async function faultsOf(entries: readonly Entry[], send: Send): Promise<Map<string, Fault>> {
  try {
    const failures = await send(entries);
    return new Map(
      failures.map(({ RequestEntry, Error: detail }) => [
        RequestEntry?.Id ?? '',
        { code: detail?.ErrorCode ?? '', message: detail?.ErrorMessage ?? '' },
      ]),
    );
  } catch (error) {
    const fault = faultOf(error);
    if (entries.length === 1 || judge(fault) === 'transient') return new Map(entries.map(({ id }) => [id, fault]));
    const each = new Map<string, Fault>();
    for (const entry of entries) for (const [id, one] of await faultsOf([entry], send)) each.set(id, one);
    return each;
  }
}

/** Grants of one principal on one resource together; columns that have the same permissions together. */
function entriesOf(grants: readonly Grant[]): Entry[] {
  const parts = group(grants, ({ principal, resource, part }) => JSON.stringify([principal, resource, part]));
  const alike = group(parts, (items) => {
    const [{ principal, resource, part } = {} as Grant] = items;
    const rights = items.map(({ permission, grantable }) => `${permission}${grantable ? '+' : ''}`).sort();
    return JSON.stringify([principal, resource, part === undefined, rights]);
  });
  return alike.map((entry, index) => ({ id: String(index), items: entry.flat() }));
}

function requestOf({ id, items }: Entry, granting: boolean): BatchPermissionsRequestEntry {
  const [{ principal, resource } = {} as Grant] = items;
  const parts = unique(items.flatMap(({ part }) => part ?? []));
  const rights = (those: readonly Grant[]) => unique(those.map(({ permission }) => permission));
  // what may be granted on has to be granted, too
  const Permissions = rights(granting ? items : items.filter(({ grantable }) => !grantable));
  const PermissionsWithGrantOption = rights(items.filter(({ grantable }) => grantable));
  return {
    Id: id,
    Principal: { DataLakePrincipalIdentifier: principal },
    Resource: withParts(resource, parts),
    ...(Permissions.length > 0 ? { Permissions } : {}),
    ...(PermissionsWithGrantOption.length > 0 ? { PermissionsWithGrantOption } : {}),
  };
}

/** Columns and filters of a table are listed with the table, tags one by one. */
function listed({ resource, part }: Grant): Resource {
  if (resource.TableWithColumns) {
    const { CatalogId, DatabaseName, Name } = resource.TableWithColumns;
    return { Table: { ...(CatalogId ? { CatalogId } : {}), DatabaseName, Name } };
  }
  return resource.LFTag && part ? withParts(resource, [part]) : resource;
}

function group<T>(all: readonly T[], by: (one: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(by(one), [...(groups.get(by(one)) ?? []), one]);
  return [...groups.values()];
}

function unique<T>(all: readonly T[]): T[] {
  return [...new Set(all)];
}

function judgeRevoke(fault: Fault): Verdict {
  // a principal that isn't known now won't be later
  if (isInvalidPrincipal(fault)) return 'final';
  return /non-existent column/.test(fault.message) ? 'nothing-to-do' : judge(fault);
}
