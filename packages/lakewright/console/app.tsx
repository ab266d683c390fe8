import { useEffect, useRef, useState } from 'preact/hooks';
import type { LakeModel, LiveEvent, RunModel } from '../src/console/contract';
import { Help } from './help';
import { onKey } from './keys';
import { Palette } from './palette';
import { Icon, StateIcon } from './parts';
import { href, route, VIEWS } from './router';
import { connected, listen, persona, said, say, theme, useResource, useShared } from './store';
import { AccessView } from './views/access';
import { CoverageView } from './views/coverage';
import { MapView } from './views/map';
import { RunsView } from './views/runs';
import { SqlView } from './views/sql';
import { TablesView } from './views/tables';

const VIEW = {
  map: MapView,
  tables: TablesView,
  sql: SqlView,
  runs: RunsView,
  access: AccessView,
  coverage: CoverageView,
};

export function App() {
  const { view, rest } = useShared(route);
  const lake = useResource<LakeModel>('lake');
  const [dialog, setDialog] = useState<'palette' | 'help' | undefined>();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);

  useEffect(() => listen(announce), []);
  useEffect(() => {
    const handler = (event: KeyboardEvent): void => onKey(event, setDialog);
    addEventListener('keydown', handler);
    return () => removeEventListener('keydown', handler);
  }, []);
  useEffect(() => {
    const title = VIEWS.find(([name]) => name === view)?.[1];
    document.title = `${title} · ${lake.data?.name ?? 'lake'} · lakewright`;
  }, [view, lake.data?.name]);
  // A new view begins at its top, for the eyes and for a screen reader.
  useEffect(() => {
    if (!isFirst.current) {
      scrollTo(0, 0);
      main.current?.focus({ preventScroll: true });
    }
    isFirst.current = false;
  }, [view]);
  useEffect(() => {
    const personas = lake.data?.personas ?? [];
    if (personas.length > 0 && !personas.some(({ name }) => name === persona.value)) {
      persona.value =
        (personas.find(({ workgroup, kind }) => workgroup !== null && kind !== 'admin') ?? personas[0])?.name ?? '';
    }
  }, [lake.data]);

  const Chosen = VIEW[view];
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <Top lake={lake.data} openPalette={() => setDialog('palette')} />
      <main id="main" tabIndex={-1} ref={main}>
        <Gone />
        <Chosen rest={rest} lake={lake} />
      </main>
      <Live />
      {dialog === 'palette' && <Palette lake={lake.data} close={() => setDialog(undefined)} />}
      {dialog === 'help' && <Help close={() => setDialog(undefined)} />}
    </>
  );
}

function Top({ lake, openPalette }: { lake: LakeModel | undefined; openPalette: () => void }) {
  const { view } = useShared(route);
  const chosen = useShared(persona);
  return (
    <header class="top">
      <a class="brand" href={href('map')} aria-label="lakewright, map of the lake">
        <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
          <path d="M2 6c2.7-2 5.3-2 8 0s5.3 2 8 0" opacity=".45" />
          <path d="M2 10.5c2.7-2 5.3-2 8 0s5.3 2 8 0" opacity=".7" />
          <path d="M2 15c2.7-2 5.3-2 8 0s5.3 2 8 0" />
        </svg>
        <b>lakewright</b>
      </a>
      <nav id="nav" aria-label="Views">
        {VIEWS.map(([name, title]) => (
          <a key={name} href={href(name)} aria-current={name === view ? 'page' : undefined}>
            <Icon name={name} />
            {title}
          </a>
        ))}
      </nav>
      <div class="tools">
        <RunChip lake={lake} />
        <button
          type="button"
          class="btn ghost"
          id="open-palette"
          aria-keyshortcuts="Control+K Meta+K"
          onClick={openPalette}
        >
          <Icon name="search" />
          <span class="lbl">Go to</span>
          <kbd>Ctrl K</kbd>
        </button>
        <label class="persona">
          <span>as</span>
          <select
            id="persona"
            aria-label="See the lake as"
            value={chosen}
            onChange={({ currentTarget }) => choosePersona(currentTarget.value)}
          >
            {(lake?.personas ?? []).map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="btn ghost icon"
          id="theme"
          aria-label="Switch between light and dark"
          onClick={switchTheme}
        >
          <Icon name="theme" />
        </button>
      </div>
    </header>
  );
}

export function choosePersona(name: string): void {
  persona.value = name;
  say(`Now as ${name}`);
}

export function switchTheme(): void {
  const shown = theme.value || (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
  theme.value = shown === 'dark' ? 'light' : 'dark';
}

/** The pipeline that matters most now, in sight of every view. */
function RunChip({ lake }: { lake: LakeModel | undefined }) {
  const runs = (lake?.pipelines ?? []).flatMap(({ last, name }) => (last ? [{ last, name }] : []));
  const rank = ({ last }: { last: RunModel }): number => ['run', 'fail', 'skip', 'ok'].indexOf(last.state);
  const [first] = runs.sort((a, b) => rank(a) - rank(b) || b.last.started.localeCompare(a.last.started));
  if (!first) return <span class="runchip" />;
  const { last, name } = first;
  const total = Object.values(last.counts).reduce((sum, one) => sum + one, 0);
  const words = { ok: 'succeeded', skip: 'stopped', fail: 'failed', run: `${last.counts.ok}/${total}` };
  return (
    <a class="runchip" id="runchip" href={href('runs', last.pipeline, last.number)}>
      <StateIcon state={last.state} />
      <span>
        {name} {words[last.state]}
      </span>
      {last.counts.fail > 0 && <span class="tag fail">{last.counts.fail} failed</span>}
    </a>
  );
}

function Gone() {
  const isConnected = useShared(connected);
  if (isConnected) return null;
  return (
    <div class="notice" role="alert">
      <StateIcon state="fail" label={false} />
      <span>
        <b>“lakewright serve” doesn’t answer.</b> What is shown is as it was. The page goes on when it is back.
      </span>
    </div>
  );
}

function Live() {
  const text = useShared(said);
  return (
    <div id="live" class="vh" role="status" aria-live="polite">
      {text}
    </div>
  );
}

const states = new Map<string, string>();

/** Says what changed its state, never how far something is. */
function announce(event: LiveEvent): void {
  if (event.kind !== 'run') return;
  const { run } = event.graph;
  const key = `${run.pipeline} ${run.number}`;
  const now = `${run.state} ${run.counts.fail}`;
  const before = states.get(key);
  states.set(key, now);
  if (before === now || (before === undefined && run.state !== 'run')) return;
  const name = run.pipeline.split('/').at(-1);
  const isFailing = run.state === 'run' && before !== undefined && run.counts.fail > 0;
  const word = { run: 'started', ok: 'succeeded', fail: 'failed', skip: 'ended early' }[run.state];
  say(isFailing ? `${name}: ${run.counts.fail} failed` : `${name} ${word}`);
}
