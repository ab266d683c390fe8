import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AccessModel, FunctionList, LakeModel, PersonaModel } from '../../src/console/contract';
import { Empty, Failure, Icon, Loading } from '../parts';
import { go, href, replace } from '../router';
import { persona, useResource, useShared } from '../store';
import type { Names } from './sql-completion';
import { Editor, type Mark } from './sql-editor';
import { spanOf } from './sql-mistake';
import { Outcomes } from './sql-outcomes';
import { Pane } from './sql-pane';
import { Result } from './sql-result';
import {
  asked,
  cancel,
  closeTab,
  isRunning,
  newTab,
  openTab,
  run,
  runAs,
  setSql,
  sqlName,
  tabs,
  writeSql,
} from './sql-state';
import { Tree } from './sql-tree';
import type { ViewProps } from './view';
import './sql.css';

export function SqlView({ rest, lake }: ViewProps) {
  const { data, error, reload } = lake;
  return (
    <>
      <h1 class="vh">SQL</h1>
      {data ? (
        data.problem ? (
          <Empty {...data.problem} />
        ) : (
          <Workbench rest={rest} lake={data} />
        )
      ) : error ? (
        <Failure title="The lake could not be read" error={error} retry={reload} />
      ) : (
        <Loading />
      )}
    </>
  );
}

/** `table/<database.table>` opens a query on it; else the tab's name. */
function useTab(rest: readonly string[]): string {
  const all = useShared(tabs);
  const [first, table] = rest;
  const isTable = first === 'table' && table !== undefined;
  useEffect(() => {
    if (!isTable) return;
    openTab(table, `SELECT *\nFROM   ${sqlName(table)}\nLIMIT  100`);
    replace(href('sql', table));
  }, [isTable, table]);
  const wanted = isTable ? table : first;
  return (all.find(({ name }) => name === wanted) ?? all[0])?.name ?? '';
}

const NO_COLUMNS: readonly string[] = [];

/** What the editor may propose: nothing that the persona doesn't see. */
export function namesFor(access: AccessModel | undefined, chosen: PersonaModel | undefined): Names {
  const cells = new Map(access?.cells.flatMap((cell) => (cell.persona === chosen?.name ? [[cell.table, cell]] : [])));
  return new Map(
    (access?.tables ?? []).flatMap(({ id, columns }) => {
      if (chosen?.kind === 'admin') return [[id, columns] as const];
      const sights = cells.get(id)?.columns ?? [];
      const seen = columns.filter((_, place) => sights[place] === 'full' || sights[place] === 'some');
      return seen.length === 0 ? [] : [[id, seen] as const];
    }),
  );
}

function Workbench({ rest, lake }: { rest: readonly string[]; lake: LakeModel }) {
  const name = useTab(rest);
  const sql = useShared(tabs).find((tab) => tab.name === name)?.sql ?? '';
  const chosenName = useShared(persona);
  const chosen = lake.personas.find((one) => one.name === chosenName);
  const access = useResource<AccessModel>('access').data;
  const functions = useResource<FunctionList>('functions').data?.functions ?? NO_COLUMNS;
  const names = useMemo(() => namesFor(access, chosen), [access, chosen]);
  const now = useShared(asked).get(name);
  const outcome = now?.outcomes.get(chosenName);
  const isBusy = isRunning(now);
  const start = (): void => void run(name, sql, lake.personas);

  // Somebody else is chosen, and nobody has asked in this name: what only reads is asked now.
  useEffect(() => {
    if (now && !now.outcomes.has(chosenName)) void runAs(name, chosenName);
  }, [chosenName, name]);

  const mark = useMemo((): Mark | undefined => {
    if (!outcome || typeof outcome === 'string' || !outcome.position || outcome.sql !== sql) return undefined;
    return { ...spanOf(sql, outcome.position.line, outcome.position.column), text: outcome.error ?? '' };
  }, [outcome, sql]);

  return (
    <div class="sql">
      <Tree lake={lake} names={names} sql={sql} chosen={chosen} />
      <div>
        <section class="panel" aria-label="Query">
          <header class="tabs">
            <Tabs name={name} />
            <span class="right">
              <span class="soft nowrap far">
                as <b>{chosenName}</b>
                {chosen?.workgroup && ` in ${chosen.workgroup}`}
              </span>
              {isBusy && (
                <button type="button" class="btn" onClick={() => cancel(name)}>
                  Cancel
                </button>
              )}
              <button type="button" class="btn primary" data-runsql onClick={start}>
                <Icon name="play" />
                Run <kbd>Ctrl Enter</kbd>
              </button>
            </span>
          </header>
          <div id="editor" role="tabpanel" aria-label={`Text of ${name}`}>
            <Editor
              tab={name}
              sql={sql}
              names={names}
              functions={functions}
              mark={mark}
              change={(text) => setSql(name, text)}
              run={start}
            />
          </div>
          <Outcomes personas={lake.personas} now={now} />
        </section>
        <div class="res">
          <Result
            now={now}
            outcome={outcome}
            chosen={chosen}
            names={names}
            fix={(text) => writeSql(name, text)}
            sql={sql}
            functions={functions}
          />
          <Pane outcome={outcome} sql={now?.sql ?? sql} load={(text) => writeSql(name, text)} />
        </div>
      </div>
    </div>
  );
}

/** Arrow keys choose; Delete closes. */
function Tabs({ name }: { name: string }) {
  const all = useShared(tabs);
  const [toFocus, setFocus] = useState(false);
  const list = useRef<HTMLDivElement>(null);
  const show = (other: string): void => go(href('sql', other));
  useEffect(() => {
    if (toFocus) list.current?.querySelector<HTMLElement>('[aria-selected=true]')?.focus();
    setFocus(false);
  }, [name, toFocus]);
  const onKeyDown = (event: KeyboardEvent): void => {
    const at = all.findIndex((tab) => tab.name === name);
    const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
    const next = to === undefined ? undefined : all[(to + all.length) % all.length];
    if (event.key === 'Delete' && all.length > 1) show(closeTab(name));
    else if (next) show(next.name);
    else return;
    event.preventDefault();
    setFocus(true);
  };
  return (
    <>
      <div class="seg" role="tablist" aria-label="Queries" ref={list} onKeyDown={onKeyDown}>
        {all.map((tab) => (
          <button
            type="button"
            role="tab"
            key={tab.name}
            aria-controls="editor"
            aria-selected={tab.name === name}
            tabIndex={tab.name === name ? 0 : -1}
            onClick={() => show(tab.name)}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <button type="button" class="btn ghost icon" aria-label="New query" onClick={() => show(newTab())}>
        <span aria-hidden="true">+</span>
      </button>
      {all.length > 1 && (
        <button type="button" class="btn ghost icon" aria-label={`Close ${name}`} onClick={() => show(closeTab(name))}>
          <span aria-hidden="true">×</span>
        </button>
      )}
    </>
  );
}
