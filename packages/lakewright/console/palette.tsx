import { useMemo, useState } from 'preact/hooks';
import type { LakeModel, RunGraph } from '../src/console/contract';
import { choosePersona, switchTheme } from './app';
import { Dialog } from './dialog';
import { go, href, VIEWS } from './router';
import { useResource } from './store';

interface Target {
  readonly name: string;
  readonly kind: string;
  take(): void;
}

const MOST = 12;

/** Views, tables, tasks and personas by name. */
export function Palette({ lake, close }: { lake: LakeModel | undefined; close: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const last = lake?.pipelines.find((one) => one.last)?.last;
  const run = useResource<RunGraph>(last ? `runs/${encodeURIComponent(last.pipeline)}/${last.number}` : undefined);
  const targets = useMemo(() => targetsOf(lake, run.data), [lake, run.data]);
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = targets.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word))).slice(0, MOST);
  const chosen = Math.max(0, Math.min(at, found.length - 1));
  const take = (target: Target | undefined): void => {
    close();
    target?.take();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setAt((chosen + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      take(found[chosen]);
    }
  };
  return (
    <Dialog id="palette" label="Go to a view, table or action" close={close}>
      <input
        id="palette-q"
        type="text"
        placeholder="Table, task, view or action"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-list"
        aria-autocomplete="list"
        aria-activedescendant={found.length > 0 ? `o${chosen}` : undefined}
        aria-label="Go to"
        autocomplete="off"
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => {
          setText(currentTarget.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <div id="palette-list" role="listbox" aria-label="Matches">
        {found.map((target, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the combobox's
          <div
            key={`${target.kind} ${target.name}`}
            id={`o${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            onClick={() => take(target)}
          >
            {target.name}
            <span>{target.kind}</span>
          </div>
        ))}
        {found.length === 0 && (
          <div role="option" tabIndex={-1} aria-selected={false}>
            Nothing by that name
          </div>
        )}
      </div>
    </Dialog>
  );
}

function targetsOf(lake: LakeModel | undefined, run: RunGraph | undefined): readonly Target[] {
  const target = (name: string, kind: string, hash: string): Target => ({ name, kind, take: () => go(hash) });
  const nodes = lake?.nodes ?? [];
  return [
    ...VIEWS.map(([view, title]) => target(title, 'view', href(view))),
    ...nodes
      .filter(({ kind }) => kind === 'table' || kind === 'view')
      .map(({ id }) => target(id, 'table', href('tables', id))),
    ...nodes
      .filter(({ kind }) => kind === 'source' || kind === 'dashboard')
      .map(({ id, label, kind }) => target(label, kind, href('map', id))),
    ...(lake?.pipelines ?? []).map(({ id, name, last }) =>
      target(name, 'pipeline', last ? href('runs', id, last.number) : href('runs', id)),
    ),
    ...(run?.tasks ?? []).map(({ id, label }) =>
      target(label, 'task', href('runs', run?.run.pipeline ?? '', run?.run.number ?? 1, id)),
    ),
    ...(lake?.personas ?? []).map(({ name }) => ({
      name: `See as ${name}`,
      kind: 'action',
      take: () => choosePersona(name),
    })),
    { name: 'Switch between light and dark', kind: 'action', take: switchTheme },
  ];
}
