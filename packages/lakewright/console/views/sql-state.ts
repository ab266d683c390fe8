import type { PersonaModel, QueryModel, QueryStart } from '../../src/console/contract';
import { ApiError, get, part, post } from '../api';
import { counted } from '../format';
import { QueryPages, type RowSource } from '../rows';
import { invalidate, persona, Shared, say } from '../store';

export interface Tab {
  /** Also its place in the address. */
  readonly name: string;
  readonly sql: string;
}

/** What came of one SQL for one persona: nobody asked yet, not asked because it would write, or Athena's answer. */
export type Outcome = 'idle' | 'waiting' | 'apart' | QueryModel;

export interface Asked {
  readonly sql: string;
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

const KEY = 'lakewright.sql';
/** Queries of other personas that run beside one another. */
const BESIDE = 2;
const HOLD_MS = 60;

const START: readonly Tab[] = [{ name: 'query', sql: '' }];

export const tabs = new Shared<readonly Tab[]>(readTabs());
tabs.subscribe(() => localStorage.setItem(KEY, JSON.stringify(tabs.value)));

/** By tab. */
export const asked = new Shared<ReadonlyMap<string, Asked>>(new Map());

function readTabs(): readonly Tab[] {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? '[]') as Tab[];
    return kept.length > 0 ? kept : START;
  } catch {
    return START;
  }
}

export function setSql(name: string, sql: string): void {
  if (tabs.value.find((tab) => tab.name === name)?.sql === sql) return;
  tabs.value = tabs.value.map((tab) => (tab.name === name ? { name, sql } : tab));
}

/** What the page wrote into a tab, not its editor: a correction, a query of the history. */
export const written = new Shared<Tab | undefined>(undefined);

export function writeSql(name: string, sql: string): void {
  setSql(name, sql);
  written.value = { name, sql };
}

/** Opens it, or the one that is there. */
export function openTab(name: string, sql: string): void {
  if (tabs.value.some((tab) => tab.name === name)) return;
  // The first one, still empty, makes room.
  const kept = tabs.value.filter((tab) => tab.sql.trim() !== '' || tab.name !== 'query');
  tabs.value = [...kept, { name, sql }];
}

export function newTab(): string {
  let index = tabs.value.length + 1;
  while (tabs.value.some(({ name }) => name === `query ${index}`)) index++;
  tabs.value = [...tabs.value, { name: `query ${index}`, sql: '' }];
  return `query ${index}`;
}

/** The neighbour that is seen instead. */
export function closeTab(name: string): string {
  cancel(name);
  const at = tabs.value.findIndex((tab) => tab.name === name);
  const rest = tabs.value.filter((tab) => tab.name !== name);
  tabs.value = rest.length > 0 ? rest : START;
  return (tabs.value[Math.max(0, at - 1)] as Tab).name;
}

const plainName = /^[a-z_][a-z0-9_]*$/;
const quoted = (name: string): string => (plainName.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

/** `"2024".events` for `2024.events` */
export const sqlName = (id: string): string => id.split('.').map(quoted).join('.');

/** Statements that leave everything as it is: these may run in everybody's name. */
export function isRead(sql: string): boolean {
  const text = sql.replace(/--[^\n]*|\/\*[\s\S]*?\*\//g, ' ').replace(/^[\s(]+/, '');
  return /^(select|with|values|table|show|describe|desc|explain)\b/i.test(text);
}

/** Who is shown beside one another: who may ask first, without the administrator unless chosen. */
export function audience(personas: readonly PersonaModel[], chosen: string): readonly PersonaModel[] {
  const shown = personas.filter(({ name, kind }) => kind !== 'admin' || name === chosen);
  return [...shown].sort((a, b) => Number(a.workgroup === null) - Number(b.workgroup === null));
}

let latest = 0;
const turns = new Map<string, number>();

/** As the chosen persona first, then, if it only reads, as all others. */
export async function run(tab: string, sql: string, personas: readonly PersonaModel[]): Promise<void> {
  if (sql.trim() === '') return say('There is no SQL yet');
  cancel(tab);
  const turn = ++latest;
  turns.set(tab, turn);
  const chosen = persona.value;
  const others = audience(personas, chosen).flatMap(({ name }) => (name === chosen ? [] : [name]));
  const start = (): Outcome => (isRead(sql) ? 'waiting' : 'apart');
  const outcomes = new Map<string, Outcome>([[chosen, 'waiting'], ...others.map((name) => [name, start()] as const)]);
  put(tab, { sql, outcomes });
  const own = await ask(tab, turn, sql, chosen);
  if (own) say(sentence(own));
  if (!isRead(sql)) invalidate();
  else await inTurns(others, (name) => ask(tab, turn, sql, name));
}

/** One persona more, for a result that is here for others. */
export async function runAs(tab: string, name: string): Promise<void> {
  const now = asked.value.get(tab);
  const turn = turns.get(tab);
  if (!now || turn === undefined) return;
  put(tab, { ...now, outcomes: new Map(now.outcomes).set(name, 'waiting') });
  await ask(tab, turn, now.sql, name);
}

async function inTurns(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
  const rest = [...names];
  const worker = async (): Promise<void> => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) await work(name);
  };
  await Promise.all(Array.from({ length: BESIDE }, worker));
}

async function ask(tab: string, turn: number, sql: string, name: string): Promise<QueryModel | undefined> {
  const isOver = (): boolean => turns.get(tab) !== turn;
  if (isOver()) return undefined;
  let query: QueryModel;
  try {
    query = await post<QueryModel>('queries', { sql, persona: name } satisfies QueryStart);
    for (;;) {
      if (isOver()) {
        if (query.state === 'run') void post(`queries/${part(query.id)}/cancel`).catch(() => {});
        return undefined;
      }
      record(tab, name, query);
      if (query.state !== 'run') return query;
      const before = Date.now();
      query = await get<QueryModel>(`queries/${part(query.id)}`);
      if (query.state === 'run' && Date.now() - before < HOLD_MS)
        await new Promise((next) => setTimeout(next, HOLD_MS));
    }
  } catch (error) {
    const message = error instanceof ApiError ? error.message : String(error);
    query = failed(sql, name, message);
    if (!isOver()) record(tab, name, query);
    return query;
  }
}

/** The server doesn't answer: nothing is known of the query. */
const failed = (sql: string, name: string, error: string): QueryModel => ({
  ...{ id: '', persona: name, sql, state: 'fail', error, position: null, columns: [], rows: null },
  ...{ seconds: 0, scanned: 0, submitted: new Date().toISOString() },
});

function record(tab: string, name: string, query: QueryModel): void {
  const now = asked.value.get(tab);
  if (now) put(tab, { ...now, outcomes: new Map(now.outcomes).set(name, query) });
}

function put(tab: string, next: Asked): void {
  asked.value = new Map(asked.value).set(tab, next);
}

/** All that still runs for a tab. */
export function cancel(tab: string): void {
  turns.delete(tab);
  const now = asked.value.get(tab);
  if (!now) return;
  const outcomes = [...now.outcomes].map(([name, outcome]): [string, Outcome] => {
    if (outcome === 'waiting') return [name, 'idle'];
    if (typeof outcome === 'string' || outcome.state !== 'run') return [name, outcome];
    void post(`queries/${part(outcome.id)}/cancel`).catch(() => {});
    return [name, { ...outcome, state: 'cancelled', error: 'Query has been cancelled' }];
  });
  put(tab, { ...now, outcomes: new Map(outcomes) });
}

export const isRunning = (now: Asked | undefined): boolean =>
  [...(now?.outcomes.values() ?? [])].some(
    (outcome) => outcome === 'waiting' || (typeof outcome !== 'string' && outcome.state === 'run'),
  );

const sources = new Map<string, RowSource>();
const MOST_SOURCES = 12;

/** The rows of a result, kept while one looks at others. */
export function sourceOf({ id, rows }: QueryModel): RowSource {
  const kept = sources.get(id);
  const source = kept ?? new QueryPages(id, rows ?? 0);
  sources.delete(id);
  sources.set(id, source);
  if (sources.size > MOST_SOURCES) sources.delete(sources.keys().next().value as string);
  return source;
}

export function sentence({ state, rows, persona: name, error }: QueryModel): string {
  if (state === 'ok') return rows === null ? `Done as ${name}` : `${counted(rows, 'row')} as ${name}`;
  if (state === 'cancelled') return 'Cancelled';
  return state === 'refused' ? `Refused for ${name}` : `The query failed: ${error}`;
}
