import type { Administrators } from './administrators';
import type { Catalog } from './catalog';
import { definition, type Filters } from './filters';
import type { Grants, Outcomes } from './grants';
import {
  type Filter,
  type Grant,
  type Item,
  isAdministrator,
  keyOf,
  nameOf,
  type OptIn,
  placeOfItem,
  type Tag,
} from './items';
import type { OptIns } from './opt-ins';
import { type Fault, faultOf, isInvalidPrincipal, judge } from './patience';
import type { Kept, State } from './state';
import type { Tags } from './tags';

/** What can be asked and told, of one invocation. */
export interface Parts {
  readonly administrators: Administrators;
  readonly catalog: Catalog;
  readonly filters: Filters;
  readonly grants: Grants;
  readonly optIns: OptIns;
  readonly tags: Tags;
  readonly log: (line: string) => void;
}

/** What is to be done, and what has to be known before it is begun. */
export interface Plan {
  readonly records: readonly Kept[];
  readonly adding: readonly Item[];
  readonly removing: readonly Item[];
  /** What they are on isn't there. */
  readonly waiting: readonly Item[];
  /** Principals of administrators that were ours before. */
  readonly formerly: ReadonlySet<string>;
}

export interface Result {
  readonly removed: readonly Item[];
  readonly waiting: readonly Item[];
  readonly failures: readonly { readonly item: Item; readonly fault: Fault }[];
  readonly keptFilters: readonly string[];
}

/** Keys of what other stacks have as their own. */
export type Peers = () => Promise<ReadonlySet<string>>;

/** Compares what is wanted with what is there and what we know to be ours. Changes nothing. */
export async function plan(
  wanted: readonly Item[],
  known: State | undefined,
  parts: Parts,
  peers: Peers,
): Promise<Plan> {
  const before = new Map((known?.records ?? []).map((record) => [keyOf(record.item), record]));
  const unique = new Map([...wanted].reverse().map((item) => [keyOf(item), item]));
  const items = [...unique.values()].reverse();
  const look = await observe(items, parts);
  const [records, adding, waiting]: [Kept[], Item[], Item[]] = [[], [], []];
  let theirs: ReadonlySet<string> | undefined;
  for (const item of items) {
    const key = keyOf(item);
    const record = before.get(key);
    const held = record?.held ?? 'undecided';
    const mine = held === 'ours' || held === 'leaving' || held === 'left';
    const sight = look(key, item);
    if (sight === 'no place') {
      waiting.push(item);
      records.push({ item, held: mine ? 'ours' : held });
    } else if (sight.there) {
      // lists may show for a while what the last run has taken away
      if (held === 'left') adding.push(item);
      if (held === 'undecided') theirs ??= await peers();
      const ours = mine || (held === 'undecided' && theirs?.has(key) === true);
      records.push({ item: mine ? remembering(item, record?.item) : item, held: ours ? 'ours' : 'others' });
    } else {
      if (item.kind === 'filter' && sight.other !== undefined && !mine) throw filterTaken(item);
      const own = mine ? remembering(item, record?.item) : takenOver(item, sight.other);
      adding.push(own);
      records.push({ item: own, held: 'ours' });
    }
  }
  const leaving = [...before]
    .filter(([key, { held }]) => !unique.has(key) && (held === 'ours' || held === 'leaving'))
    .map(([, { item }]): Kept => ({ item, held: 'leaving' }));
  const formerly = new Set(
    (known?.records ?? []).flatMap(({ item }) => (isAdministrator(item) ? [item.principal] : [])),
  );
  const removing = leaving.map(({ item }) => item);
  return { records: [...records, ...leaving], adding, removing, waiting, formerly };
}

/**
 * Opt-ins go first and come last, so that nobody is held to permissions that aren't there; grants go before filters and
 * come after them.
 */
export async function carryOut(
  { adding, removing: leaving, waiting, formerly }: Plan,
  parts: Parts,
  peers: Peers,
): Promise<Result> {
  const { administrators, filters, grants, optIns, tags, log } = parts;
  const run = new Run(parts, [...waiting]);
  const shared = leaving.length > 0 ? await peers() : new Set<string>();
  const removing = leaving.filter((item) => !shared.has(keyOf(item)));
  run.leave(leaving.filter((item) => shared.has(keyOf(item))));
  await run.each('removed', of<OptIn>(removing, 'optIn'), (item) => optIns.delete(item));
  run.note('revoked', await grants.revoke(of<Grant>(removing, 'grant')));
  await run.each('removed', of<Tag>(removing, 'tag'), (item) => unset(item, tags, log));
  for (const item of of<Filter>(removing, 'filter')) {
    await run.each('deleted', [item], async () => {
      const users = await filters.delete(item);
      if (users.length > 0) run.keptFilters.push(`${nameOf(item)}, used by ${users.join(', ')}`);
    });
  }
  const [going, coming] = [removing.filter(isAdministrator), adding.filter(isAdministrator)];
  if (going.length > 0) await administrators.remove(going);
  if (coming.length > 0) await administrators.add(coming, formerly);
  run.done('removed', going);
  run.done('added', coming);
  await run.each('put', of<Filter>(adding, 'filter'), (item) => filters.put(item));
  await run.each('set', of<Tag>(adding, 'tag'), (item) => tags.set(item, item.value));
  await run.settle('granted', await grants.grant(of<Grant>(adding, 'grant')));
  await run.each('created', of<OptIn>(adding, 'optIn'), (item) => optIns.create(item));
  return run;
}

/** Gathers what came of everything: one failure doesn't stop the others. */
class Run implements Result {
  public readonly removed: Item[] = [];
  public readonly failures: { item: Item; fault: Fault }[] = [];
  public readonly keptFilters: string[] = [];

  public constructor(
    private readonly parts: Parts,
    public readonly waiting: Item[],
  ) {}

  /** Another stack has it, too. */
  public leave(items: readonly Item[]): void {
    this.removed.push(...items);
    for (const item of items) this.parts.log(`left ${nameOf(item)}, which another stack has as well`);
  }

  public async each<I extends Item>(
    verb: string,
    items: readonly I[],
    what: (item: I) => Promise<unknown>,
  ): Promise<void> {
    for (const item of items) {
      try {
        await what(item);
        this.done(verb, [item]);
      } catch (error) {
        const fault = faultOf(error);
        const failed = { done: [], absent: [], failed: [{ item, fault }] };
        if (!isRemoval(verb)) await this.settle(verb, failed);
        else if (judge(fault) === 'absent') this.done(verb, [item]);
        else this.note(verb, failed);
      }
    }
  }

  /** Of a removal: what isn't there any longer is done. */
  public note(verb: string, { done, absent, failed }: Outcomes<Item>): void {
    // the permissions of a principal that is gone are nobody's
    const gone = failed.filter(({ fault }) => isInvalidPrincipal(fault)).map(({ item }) => item);
    this.done(verb, [...done, ...absent, ...gone]);
    this.failures.push(...failed.filter(({ item }) => !gone.includes(item)));
  }

  /** Of an addition: what waits for its table, and what is wrong with all the others. */
  public async settle(verb: string, { done, absent, failed }: Outcomes<Item>): Promise<void> {
    this.done(verb, done);
    const fault = { code: 'EntityNotFoundException', message: 'Entity not found' };
    for (const one of [...absent.map((item) => ({ item, fault })), ...failed]) {
      const place = judge(one.fault) === 'absent' ? placeOfItem(one.item) : undefined;
      if (place && !(await this.parts.catalog.has(place))) this.waiting.push(one.item);
      else this.failures.push(one);
    }
  }

  public done(verb: string, items: readonly Item[]): void {
    if (isRemoval(verb)) this.removed.push(...items);
    for (const item of items) this.parts.log(`${verb} ${nameOf(item)}`);
  }
}

function isRemoval(verb: string): boolean {
  return ['removed', 'revoked', 'deleted'].includes(verb);
}

type Sight = 'no place' | { readonly there: boolean; readonly other?: string };

async function observe(items: readonly Item[], parts: Parts): Promise<(key: string, item: Item) => Sight> {
  const sights = new Map<string, Sight>();
  const present: Item[] = [];
  for (const item of items) {
    const place = placeOfItem(item);
    if (place && !(await parts.catalog.has(place))) sights.set(keyOf(item), 'no place');
    else present.push(item);
  }
  const granted = await parts.grants.there(of<Grant>(present, 'grant'));
  const administrators = present.some(isAdministrator) ? await parts.administrators.there() : new Set<string>();
  for (const item of present) {
    const key = keyOf(item);
    if (item.kind === 'filter') {
      const current = await parts.filters.get(item);
      const is = current && definition(current);
      const there = is === definition(item.filter);
      sights.set(key, { there, ...(is && !there ? { other: is } : {}) });
    } else if (item.kind === 'tag') {
      const value = await parts.tags.value(item);
      sights.set(key, { there: value === item.value, ...(value && value !== item.value ? { other: value } : {}) });
    } else if (item.kind === 'optIn') {
      sights.set(key, { there: await parts.optIns.has(item) });
    } else {
      sights.set(key, { there: granted.has(key) || administrators.has(key) });
    }
  }
  return (key) => sights.get(key) ?? { there: false };
}

/** A tag keeps what it has to bring back, and what it may have been set to by us. */
function remembering(item: Item, known: Item | undefined): Item {
  if (item.kind !== 'tag' || known?.kind !== 'tag') return item;
  const { before, value } = known;
  const was = value === item.value ? known.was : value;
  return { ...item, ...(before ? { before } : {}), ...(was ? { was } : {}) };
}

function takenOver(item: Item, other: string | undefined): Item {
  return item.kind === 'tag' && other ? { ...item, before: other } : item;
}

/** Somebody else may have set it since: then it is theirs. */
async function unset(item: Tag, tags: Tags, log: (line: string) => void): Promise<void> {
  const current = await tags.value(item);
  if (current !== item.value && current !== item.was) {
    if (current) log(`left ${item.tag}=${current}, which somebody else has set`);
  } else if (current !== undefined) {
    if (item.before) await tags.set(item, item.before);
    else await tags.remove({ ...item, value: current });
  }
}

function filterTaken({ filter }: Filter): Error {
  return new Error(
    `FilterTaken: "${filter.Name}" of ${filter.DatabaseName}.${filter.TableName} → a filter of this name exists, shows ` +
      'something else, and is not of this stack → give yours another name',
  );
}

function of<I extends Item>(items: readonly Item[], kind: I['kind']): I[] {
  return items.filter((item) => item.kind === kind) as I[];
}
