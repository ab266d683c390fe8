import { useCallback, useEffect, useState } from 'preact/hooks';
import type { LiveEvent, RunList, RunModel } from '../src/console/contract';
import { ApiError, get, part } from './api';

/** A value that parts of the page share; setting it draws those again. */
export class Shared<T> {
  private readonly listeners = new Set<() => void>();

  public constructor(private current: T) {}

  public get value(): T {
    return this.current;
  }

  public set value(next: T) {
    if (next === this.current) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }

  public subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

export function useShared<T>(shared: Shared<T>): T {
  const [, draw] = useState({});
  useEffect(() => shared.subscribe(() => draw({})), [shared]);
  return shared.value;
}

/** One that the browser keeps. */
function kept<T extends string>(name: string, fallback: T): Shared<T> {
  const key = `lakewright.${name}`;
  const shared = new Shared<T>((localStorage.getItem(key) as T | null) ?? fallback);
  shared.subscribe(() => localStorage.setItem(key, shared.value));
  return shared;
}

/** `PersonaModel.name`; empty until the lake is known. */
export const persona = kept<string>('persona', '');
export const theme = kept<'' | 'light' | 'dark'>('theme', '');
/** WCAG 2.1.4: keys without a modifier can be switched off. */
export const singleKeys = kept<'on' | 'off'>('single-keys', 'on');
/** What a screen reader hears next. */
export const said = new Shared('');
export const say = (text: string): void => {
  said.value = text;
};
/** Whether the server's events come. */
export const connected = new Shared(true);

// ── What the server answers, kept until it says that it is something else ───

interface Entry {
  data?: unknown;
  error?: ApiError;
  request?: Promise<void>;
  isOld: boolean;
  readonly listeners: Set<() => void>;
}

const entries = new Map<string, Entry>();

export interface Resource<T> {
  readonly data: T | undefined;
  /** Of the newest request; `data` may still be there. */
  readonly error: ApiError | undefined;
  reload(): void;
}

/** `path` below `api/`, asked for once by all who use it and again whenever the lake changes; undefined asks nothing. */
export function useResource<T>(path: string | undefined): Resource<T> {
  const [, draw] = useState({});
  useEffect(() => {
    if (path === undefined) return;
    const entry = entryOf(path);
    const listener = (): void => draw({});
    entry.listeners.add(listener);
    if (entry.data === undefined || entry.isOld) void load(path);
    return () => entry.listeners.delete(listener);
  }, [path]);
  const reload = useCallback(() => {
    if (path !== undefined) void load(path);
  }, [path]);
  const entry = path === undefined ? undefined : entries.get(path);
  return { data: entry?.data as T | undefined, error: entry?.error, reload };
}

function entryOf(path: string): Entry {
  const known = entries.get(path);
  if (known) return known;
  const entry: Entry = { isOld: false, listeners: new Set() };
  entries.set(path, entry);
  return entry;
}

async function load(path: string): Promise<void> {
  const entry = entryOf(path);
  if (entry.request) {
    entry.isOld = true; // asked again when this one has been answered
    return;
  }
  entry.isOld = false;
  entry.request = get(path)
    .then((data) => {
      // The same answer draws nothing: selections and scroll positions stay.
      const isSame = entry.error === undefined && JSON.stringify(data) === JSON.stringify(entry.data);
      entry.data = isSame ? entry.data : data;
      entry.error = undefined;
    })
    .catch((error: unknown) => {
      entry.error = error instanceof ApiError ? error : new ApiError('PageError', String(error));
    })
    .finally(() => {
      entry.request = undefined;
      for (const listener of [...entry.listeners]) listener();
      if (entry.isOld && entry.listeners.size > 0) void load(path);
    });
  await entry.request;
}

/** What begins so is asked for again: at once if it is on the page, else when it is needed. */
export function invalidate(isConcerned: (path: string) => boolean = () => true): void {
  for (const [path, entry] of entries) {
    if (!isConcerned(path)) continue;
    if (entry.listeners.size > 0) void load(path);
    else entry.isOld = true;
  }
}

/** The server has said it without being asked. */
function put(path: string, data: unknown): void {
  const entry = entryOf(path);
  entry.data = data;
  entry.error = undefined;
  for (const listener of [...entry.listeners]) listener();
}

function onRun({ graph }: Extract<LiveEvent, { kind: 'run' }>): void {
  const { run } = graph;
  const isSame = (one: RunModel): boolean => one.pipeline === run.pipeline && one.number === run.number;
  const list = entries.get('runs')?.data as RunList | undefined;
  if (list) {
    const runs = list.runs.some(isSame) ? list.runs.map((one) => (isSame(one) ? run : one)) : [run, ...list.runs];
    put('runs', { ...list, runs });
  }
  put(`runs/${part(run.pipeline)}/${run.number}`, graph);
}

/** Without rows and files, what runs change. */
const OF_RUNS = /^(lake$|runs)/;
/** What doesn't change while the server runs. */
const FIXED = /^(coverage|functions|queries)/;

/** Listens to the server until the page is closed. */
export function listen(onEvent: (event: LiveEvent) => void): void {
  const source = new EventSource('api/events');
  source.onopen = () => {
    if (!connected.value) invalidate();
    connected.value = true;
  };
  source.onerror = () => {
    connected.value = false;
  };
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data) as LiveEvent;
    if (event.kind === 'run') onRun(event);
    else invalidate((path) => (event.data ? !FIXED.test(path) : OF_RUNS.test(path)));
    onEvent(event);
  };
}
