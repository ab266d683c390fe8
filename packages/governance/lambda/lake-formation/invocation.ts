import type { GlueClient } from '@aws-sdk/client-glue';
import type { LakeFormationClient } from '@aws-sdk/client-lakeformation';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { Administrators } from './administrators';
import { Catalog } from './catalog';
import { Filters } from './filters';
import { Grants } from './grants';
import { type Item, keyOf, nameOf, placeOfItem } from './items';
import { OptIns } from './opt-ins';
import { type Clock, Patience } from './patience';
import { carryOut, type Parts, type Plan, plan, type Result } from './reconcile';
import { placeName } from './resources';
import { type Kept, type State, StateStore, type Stored } from './state';
import { Tags } from './tags';

/** What the function works with. */
export interface Services extends Clock {
  readonly lakeFormation: LakeFormationClient;
  readonly glue: GlueClient;
  readonly ssm: SSMClient;
  readonly log: (line: string) => void;
}

/** Which states a resource has: administrators come before everything else and go after it. */
export type Kind = 'administrators' | 'settings' | 'permissions';

/** Whose, and for what. */
export interface Target {
  readonly owner: string;
  readonly holder: string;
  readonly account: string;
  readonly databases?: readonly string[];
}

/** What a request came to, over all that it did. */
export class Report {
  private readonly waiting = new Set<string>();
  private readonly keptFilters = new Set<string>();
  private readonly skipped = new Set<string>();

  public add({ waiting, keptFilters }: Result): void {
    for (const item of waiting) {
      const place = placeOfItem(item);
      if (place) this.waiting.add(placeName(place));
    }
    for (const filter of keptFilters) this.keptFilters.add(filter);
  }

  public wait(...databases: readonly string[]): void {
    for (const database of databases) this.waiting.add(database);
  }

  public skip(principals: Iterable<string>): void {
    for (const principal of principals) this.skipped.add(principal);
  }

  /** Attributes of the custom resource; CloudFormation takes 4 KB of them. */
  public data(): Record<string, string> {
    return {
      Waiting: shortened([...this.waiting].sort()),
      WaitingCount: String(this.waiting.size),
      KeptFilters: shortened([...this.keptFilters].sort()),
      SkippedPrincipals: shortened([...this.skipped].sort()),
    };
  }
}

/** One invocation: its time, and what it has asked already. */
export class Invocation {
  public readonly parts: Parts;
  private readonly patience: Patience;

  public constructor(
    private readonly services: Services,
    account: string,
    endsAt: number,
  ) {
    const { lakeFormation, glue, log } = services;
    const patience = new Patience(services, endsAt);
    const grants = new Grants(lakeFormation, patience, account);
    const pause = () => services.sleep(500 + 1000 * services.random());
    this.patience = patience;
    this.parts = {
      administrators: new Administrators(lakeFormation, patience, pause),
      catalog: new Catalog(glue, patience),
      filters: new Filters(lakeFormation, patience, grants),
      grants,
      optIns: new OptIns(lakeFormation, patience, account),
      tags: new Tags(lakeFormation, patience),
      log,
    };
  }

  /** Makes what is wanted so, once and for all of one state; starts again if another invocation was faster. */
  public async reconcile(kind: Kind, target: Target, wanted: readonly Item[], report: Report): Promise<void> {
    const store = this.store(kind, target.owner);
    const peers = () => store.peers();
    for (;;) {
      const stored = await store.read();
      const todo = await plan(wanted, stored?.state, this.parts, peers);
      const begun = await this.write(store, stored, stateOf(target, todo.records));
      if (!begun) continue;
      const result = await carryOut(todo, this.parts, peers);
      report.add(result);
      check(result);
      const ended = await this.write(store, begun, stateOf(target, afterwards(todo, result)));
      if (ended) return;
    }
  }

  /** Takes back all that is ours, and forgets it. */
  public async remove(kind: Kind, target: Target, report: Report): Promise<void> {
    const store = this.store(kind, target.owner);
    const stored = await store.read();
    if (!stored) {
      this.parts.log(`${target.owner}: nothing of ${kind} is known to be ours, nothing is taken back`);
    } else if (stored.state.holder !== target.holder) {
      this.parts.log(`${target.owner}: ${stored.state.holder} has taken over, nothing is taken back`);
      return;
    } else {
      await this.reconcile(kind, { ...target, databases: [] }, [], report);
      // short, so that one call removes it: half of a state would be none
      const last = await store.read();
      await this.write(store, last, stateOf({ ...target, databases: [] }, []));
    }
    await store.remove();
  }

  /** Databases that are closed to IAM_ALLOWED_PRINCIPALS. */
  public async closed(owner: string): Promise<string[]> {
    const stored = await this.store('settings', owner).read();
    return (stored?.state.databases ?? []).map((name) => name.toLowerCase());
  }

  /** Administrators that are ours now. */
  public async ours(owner: string): Promise<readonly Item[]> {
    const stored = await this.store('administrators', owner).read();
    return (stored?.state.records ?? []).filter(({ held }) => held === 'ours').map(({ item }) => item);
  }

  /**
   * What was ours under another owner's name stays so; CloudFormation will delete the former resource afterwards, which
   * must find nothing. Where nothing is known, what the former properties had is ours.
   */
  public async adopt(kind: Kind, target: Target, former: Former | undefined): Promise<void> {
    if (!former) return;
    const store = this.store(kind, target.owner);
    const formerStore = former.owner === target.owner ? undefined : this.store(kind, former.owner);
    const theirs = await formerStore?.read();
    if (!(await store.read())) {
      const records = theirs?.state.records ?? former.items.map((item): Kept => ({ item, held: 'ours' }));
      await store.write(stateOf(target, records), undefined);
    }
    await formerStore?.remove();
  }

  /**
   * Adds what is wanted but not there, of what a state has in a scope. Removes nothing.
   *
   * Unlike deployments this can run at the same time as another: what a deployment has taken away meanwhile is taken away
   * again.
   */
  public async complete(kind: Kind, owner: string, inScope: (item: Item) => boolean): Promise<void> {
    const store = this.store(kind, owner);
    const peers = () => store.peers();
    for (;;) {
      const stored = await store.read();
      if (!stored) return;
      const { state } = stored;
      const wanted = state.records.filter((record) => isWanted(record) && inScope(record.item));
      if (wanted.length === 0) return;
      const todo = await plan(
        wanted.map(({ item }) => item),
        { ...state, records: wanted },
        this.parts,
        peers,
      );
      const changed = byKey(todo.records);
      const records = state.records.map((record) => changed.get(keyOf(record.item)) ?? record);
      const begun = await this.write(store, stored, { ...state, records });
      if (!begun) continue;
      if (todo.adding.length === 0) return;
      const result = await carryOut(todo, this.parts, peers);
      const latest = await store.read();
      if (latest?.generation !== begun.generation) {
        const still = byKey((latest?.state.records ?? []).filter(isWanted));
        const removing = todo.adding.filter((item) => !still.has(keyOf(item)));
        await carryOut({ ...todo, adding: [], waiting: [], removing }, this.parts, peers);
      }
      check(result);
      return;
    }
  }

  private store(kind: Kind, owner: string): StateStore {
    const token = Math.floor(this.services.random() * 36 ** 8).toString(36);
    return new StateStore(this.services.ssm, this.patience, owner, kind, token);
  }

  /** Undefined if another invocation was faster. */
  private async write(store: StateStore, from: Stored | undefined, state: State): Promise<Stored | undefined> {
    return from && JSON.stringify(from.state) === JSON.stringify(state) ? from : store.write(state, from);
  }
}

/** What an update comes from. */
export interface Former {
  readonly owner: string;
  readonly items: readonly Item[];
}

function isWanted({ held }: Kept): boolean {
  return held !== 'leaving' && held !== 'left';
}

function byKey(records: readonly Kept[]): Map<string, Kept> {
  return new Map(records.map((record) => [keyOf(record.item), record]));
}

function stateOf({ holder, account, databases = [] }: Target, records: readonly Kept[]): State {
  return { holder, account, databases, records };
}

/** What has been taken away is remembered for a run: lists may still show it. */
function afterwards({ records }: Plan, { removed }: Result): Kept[] {
  const gone = new Set(removed);
  return records.map((record) => (gone.has(record.item) ? { ...record, held: 'left' } : record));
}

/** @throws Error that names everything that went wrong */
function check({ failures }: Result): void {
  const [first, ...more] = failures.map(({ item, fault }) => `${nameOf(item)}: ${fault.code}: ${fault.message}`);
  if (first === undefined) return;
  const others = more.length > 0 ? `; and ${more.length} more: ${more.slice(0, 3).join('; ')}` : '';
  throw new Error(
    `LakeFormationRefused: ${first}${others} → all else is done → mend it and deploy again: what is done stays`,
  );
}

function shortened(names: readonly string[]): string {
  let text = '';
  for (const [index, name] of names.entries()) {
    const longer = text === '' ? name : `${text}, ${name}`;
    if (longer.length > 900) return `${text} and ${names.length - index} more`;
    text = longer;
  }
  return text;
}
