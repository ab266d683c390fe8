import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { QueryHistoryModel, QueryModel, QueryPlan } from '../../src/console/contract';
import { ApiError, post } from '../api';
import type { Cells } from '../cells';
import { Chart } from '../chart';
import { ago, bytes, counted, number } from '../format';
import { type Shape, StateIcon, useNow } from '../parts';
import { persona, say, useResource, useShared } from '../store';
import { type Encoding, guess, kindOf, MARKS, type Mark, pointsOf } from './sql-chart-data';
import { costOf } from './sql-result';
import { type Outcome, sourceOf } from './sql-state';

/** Rows that a chart is drawn of. */
const CHARTED = 5_000;
const PANES = ['chart', 'plan', 'history'] as const;
type PaneName = (typeof PANES)[number];

interface PaneProps {
  readonly outcome: Outcome | undefined;
  /** The SQL that was asked. */
  readonly sql: string;
  readonly load: (sql: string) => void;
}

/** More about the result: the chart where there is something to measure, else the plan. */
export function Pane(props: PaneProps) {
  const { outcome } = props;
  const [chosen, setChosen] = useState<PaneName | undefined>();
  const query = outcome && typeof outcome !== 'string' && outcome.state === 'ok' ? outcome : undefined;
  const rows = useFirstRows(query);
  const canDraw = query !== undefined && rows !== undefined && guess(query.columns, rows) !== undefined;
  const shown = chosen ?? (query && rows && !canDraw ? 'plan' : 'chart');
  const list = useRef<HTMLDivElement>(null);
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const next = PANES[(PANES.indexOf(shown) + by + PANES.length) % PANES.length] as PaneName;
    setChosen(next);
    list.current?.querySelector<HTMLElement>(`#p-${next}`)?.focus();
  };
  return (
    <section class="panel" aria-label="More about the result">
      <header class="tabs">
        <div class="seg" role="tablist" aria-label="More about the result" ref={list} onKeyDown={onKeyDown}>
          {PANES.map((name) => (
            <button
              type="button"
              role="tab"
              key={name}
              id={`p-${name}`}
              aria-controls="pane"
              aria-selected={shown === name}
              tabIndex={shown === name ? 0 : -1}
              onClick={() => setChosen(name)}
            >
              {`${name[0]?.toUpperCase()}${name.slice(1)}`}
            </button>
          ))}
        </div>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key */}
      <div id="pane" role="tabpanel" aria-labelledby={`p-${shown}`} tabIndex={0}>
        {shown === 'chart' && <ChartPane query={query} rows={rows} outcome={outcome} />}
        {shown === 'plan' && <PlanPane sql={props.sql} query={query} />}
        {shown === 'history' && <HistoryPane load={props.load} outcome={outcome} />}
      </div>
    </section>
  );
}

function useFirstRows(query: QueryModel | undefined): readonly Cells[] | undefined {
  const [held, setHeld] = useState<{ id: string; rows: readonly Cells[] }>();
  useEffect(() => {
    if (!query || query.rows === null) return;
    let isOver = false;
    sourceOf(query)
      .fetch(0, Math.min(query.rows, CHARTED))
      .then((rows) => !isOver && setHeld({ id: query.id, rows }))
      .catch(() => {}); // the grid says it
    return () => {
      isOver = true;
    };
  }, [query?.id, query?.rows]);
  return held?.id === query?.id ? held?.rows : undefined;
}

function ChartPane({
  query,
  rows,
  outcome,
}: {
  query: QueryModel | undefined;
  rows: readonly Cells[] | undefined;
  outcome: Outcome | undefined;
}) {
  const [own, setOwn] = useState<{ shape: string; encoding: Encoding }>();
  if (!query) {
    const isRefused = outcome && typeof outcome !== 'string' && outcome.state === 'refused';
    return <Why>{isRefused ? 'Nothing to draw: the query was refused.' : 'Nothing to draw yet.'}</Why>;
  }
  if (!rows) return null;
  const { columns } = query;
  const shape = columns.map(({ name, type }) => `${name} ${type}`).join();
  const first = guess(columns, rows);
  if (!first) {
    return (
      <Why>
        {rows.length === 0
          ? 'Nothing to draw: the result has no rows.'
          : 'No measure to draw: this result has no numbers besides an id. Add a count or an average.'}
      </Why>
    );
  }
  const encoding = own?.shape === shape ? own.encoding : first;
  const set = (change: Partial<Encoding>): void => setOwn({ shape, encoding: { ...encoding, ...change } });
  const kinds = columns.map((column, place) =>
    kindOf(
      column,
      rows.map((row) => row[place] ?? null),
    ),
  );
  const { points, together } = pointsOf(columns, rows, encoding);
  const name = (place: number): string => columns[place]?.name ?? '';
  const notes = [
    ...(together ? [`${together === 'sum' ? 'Sums' : 'Means'} of the rows that share their place.`] : []),
    ...(rows.length < (query.rows ?? 0)
      ? [`Drawn from the first ${number(rows.length)} of ${number(query.rows ?? 0)} rows.`]
      : []),
  ];
  return (
    <>
      <div class="enc">
        <Select
          label="Mark"
          value={encoding.mark}
          options={MARKS.map((mark) => [mark, mark])}
          choose={(mark) => set({ mark: mark as Mark })}
        />
        <Select
          label="x"
          value={String(encoding.x)}
          options={columns.map((column, place) => [String(place), column.name])}
          choose={(x) => set({ x: Number(x) })}
        />
        <Select
          label="y"
          value={String(encoding.y)}
          options={columns.flatMap((column, place) =>
            kinds[place] === 'measure' ? [[String(place), column.name] as const] : [],
          )}
          choose={(y) => set({ y: Number(y) })}
        />
        {encoding.mark !== 'bar' && encoding.mark !== 'point' && (
          <Select
            label="by"
            value={String(encoding.by ?? '')}
            options={[['', 'nothing'], ...columns.map((column, place) => [String(place), column.name] as const)]}
            choose={(by) => set({ by: by === '' ? null : Number(by) })}
          />
        )}
      </div>
      <Sized>
        {(width) => (
          <Chart
            mark={encoding.mark}
            points={points}
            isTime={kinds[encoding.x] === 'time'}
            names={{ x: name(encoding.x), y: name(encoding.y), by: encoding.by === null ? null : name(encoding.by) }}
            width={width}
            height={Math.round(Math.max(220, Math.min(300, width * 0.62)))}
          />
        )}
      </Sized>
      {notes.length > 0 && <p class="hint">{notes.join(' ')}</p>}
    </>
  );
}

function Why({ children }: { children: ComponentChildren }) {
  return (
    <div class="state">
      <p class="soft">{children}</p>
    </div>
  );
}

function Select(given: {
  label: string;
  value: string;
  options: readonly (readonly [string, string])[];
  choose: (value: string) => void;
}) {
  const { label, value, options, choose } = given;
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** As wide as there is room: text keeps its size. */
function Sized({ children }: { children: (width: number) => ComponentChildren }) {
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth - 24));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <div class="chart" ref={box}>
      {width > 0 && children(width)}
    </div>
  );
}

/** What is read, and what governance put between it and the query. */
function PlanPane({ sql, query }: { sql: string; query: QueryModel | undefined }) {
  const chosen = useShared(persona);
  const [held, setHeld] = useState<{ key: string; plan?: QueryPlan; error?: string }>();
  const key = `${chosen} ${sql}`;
  useEffect(() => {
    if (sql.trim() === '' || chosen === '') return;
    let isOver = false;
    post<QueryPlan>('plan', { sql, persona: chosen })
      .then((plan) => !isOver && setHeld({ key, plan }))
      .catch(
        (error: unknown) =>
          !isOver && setHeld({ key, error: error instanceof ApiError ? error.message : String(error) }),
      );
    return () => {
      isOver = true;
    };
  }, [key]);
  if (sql.trim() === '') return <Why>Nothing to explain yet.</Why>;
  if (held?.key !== key) return null;
  const { plan, error } = held;
  if (!plan) return <Why>{error}</Why>;
  if (plan.error !== null) {
    return (
      <div class="state">
        <pre>{plan.error}</pre>
      </div>
    );
  }
  return (
    <>
      <ol class="plan">
        {query && query.rows !== null && (
          <li>
            <span>
              <b>Result</b>
              <small>{counted(query.columns.length, 'column')}</small>
            </span>
            <span class="num soft">{counted(query.rows, 'row')}</span>
          </li>
        )}
        {plan.reads.map((table) => (
          <PlanTable key={table} table={table} plan={plan} />
        ))}
        <li>
          <span>
            <b>Read</b>
            <small>{counted(plan.files, 'file')} after partitions that don’t match</small>
          </span>
          <span class="num soft">{bytes(plan.bytes)}</span>
        </li>
      </ol>
      {plan.sql !== null && (
        <details class="engine">
          <summary>The engine’s SQL</summary>
          <pre>{plan.sql}</pre>
        </details>
      )}
    </>
  );
}

function PlanTable({ table, plan }: { table: string; plan: QueryPlan }) {
  const filters = plan.filters.filter((one) => one.table === table);
  return (
    <>
      {filters.map(({ text }) => (
        <li key={text} class="d1 gov">
          <span>
            <b>Filter of governance</b>
            <small>{text}</small>
          </span>
        </li>
      ))}
      <li class={filters.length > 0 ? 'd2' : 'd1'}>
        <span>
          <b>Scan {table}</b>
          <small>{filters.length === 0 ? 'no data filter' : 'below the filter'}</small>
        </span>
      </li>
    </>
  );
}

const SHAPE: Readonly<Record<QueryModel['state'], Shape>> = {
  ok: 'ok',
  run: 'run',
  fail: 'fail',
  refused: 'deny',
  cancelled: 'skip',
};

function HistoryPane({ load, outcome }: { load: (sql: string) => void; outcome: Outcome | undefined }) {
  const { data, reload } = useResource<QueryHistoryModel>('queries');
  const now = useNow();
  const mark = outcome && typeof outcome !== 'string' ? `${outcome.id} ${outcome.state}` : outcome;
  useEffect(() => reload(), [mark]);
  if (!data) return null;
  if (data.queries.length === 0) return <Why>No query has run here yet.</Why>;
  return (
    <ul class="hist">
      {data.queries.map((query) => (
        <li key={query.id}>
          <StateIcon state={SHAPE[query.state]} label={query.state === 'ok' ? 'Succeeded' : query.state} />
          <button
            type="button"
            class="linkish"
            title={query.sql}
            onClick={() => {
              load(query.sql);
              say('The query is in the editor');
            }}
          >
            <code>{query.sql.replace(/\s+/g, ' ')}</code>
          </button>
          <span class="mute">{ago(query.submitted, now)}</span>
          <small>
            {query.persona} ·{' '}
            {query.error ?? `${query.rows === null ? 'done' : counted(query.rows, 'row')} · ${costOf(query, null)}`}
          </small>
        </li>
      ))}
    </ul>
  );
}
