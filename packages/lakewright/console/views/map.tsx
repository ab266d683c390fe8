import { useMemo } from 'preact/hooks';
import type { EdgeModel, LakeModel, NodeModel, NoticeModel, PipelineModel, State } from '../../src/console/contract';
import { post } from '../api';
import { age, ago, counted, number } from '../format';
import { breakable, Graph, type Line } from '../graph';
import { layout, type Placed } from '../layout';
import { Empty, Failure, Icon, Loading, StateIcon, useNarrow, useNow, WORD } from '../parts';
import { href, replace } from '../router';
import { say } from '../store';
import { act, StartButton } from './actions';
import { Dock } from './dock';
import type { ViewProps } from './view';

const MOST_NOTICES = 3;
const LEGEND: readonly State[] = ['ok', 'run', 'wait', 'stale', 'fail'];

export function MapView({ rest: [chosen], lake }: ViewProps) {
  const { data, error, reload } = lake;
  if (!data) {
    return (
      <>
        <h1 class="vh">Map</h1>
        {error ? <Failure title="The lake could not be read" error={error} retry={reload} /> : <Loading />}
      </>
    );
  }
  return (
    <>
      <Head lake={data} />
      {data.problem ? (
        <Empty {...data.problem} />
      ) : data.nodes.length === 0 ? (
        <NoTables />
      ) : (
        <Lake lake={data} chosen={chosen} />
      )}
    </>
  );
}

function NoTables() {
  return (
    <Empty
      title="No tables yet"
      text="The lake has resources, and none of them is a table or brings one about. Its pipelines are under Runs."
      command="npx lakewright run"
    />
  );
}

function Head({ lake }: { lake: LakeModel }) {
  const now = useNow();
  const tables = lake.nodes.filter(({ kind }) => kind === 'table' || kind === 'view');
  const rows = tables.reduce((sum, { rows }) => sum + (rows ?? 0), 0);
  const times = tables.flatMap(({ updated }) => updated ?? []).sort();
  const newest = times.at(-1);
  const facts = [
    ...lake.pipelines.slice(0, 2).map(statusOf),
    `${counted(tables.length, 'table')}, ${inMillions(rows)} rows`,
    ...(newest ? [`freshest ${age(newest, now)}, oldest ${age(times[0] ?? null, now)}`] : []),
  ];
  const running = lake.pipelines.find(({ last }) => last?.state === 'run')?.last;
  return (
    <div class="head">
      <h1>{lake.name}</h1>
      <p>{facts.join(' · ')}</p>
      <span class="right">
        {running ? (
          <a class="btn" href={href('runs', running.pipeline, running.number)}>
            Open run {running.number}
          </a>
        ) : (
          lake.pipelines
            .slice(0, 1)
            .map(({ id, name }) => <StartButton key={id} pipeline={id} name={name} label="Run pipeline" />)
        )}
      </span>
    </div>
  );
}

function statusOf({ name, last }: PipelineModel): string {
  if (!last) return `${name} has not run`;
  const { counts, state } = last;
  const total = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const word = { ok: 'succeeded', fail: 'failed', run: 'is running', skip: 'ended early' }[state];
  const failed = counts.fail > 0 ? `, ${counts.fail} failed` : '';
  return state === 'ok' ? `${name} succeeded` : `${name} ${word}: ${counts.ok} of ${total} tasks done${failed}`;
}

const inMillions = (rows: number): string => (rows >= 1e6 ? `${(rows / 1e6).toFixed(2)} million` : number(rows));

function Lake({ lake, chosen }: { lake: LakeModel; chosen: string | undefined }) {
  const { zones, nodes, edges } = lake;
  const isNarrow = useNarrow();
  const isDense = zones.length > 6;
  const placed = useMemo(() => layout(zones, nodes, edges), [zones, nodes, edges]);
  const fallback = nodes.find(({ state }) => state === 'fail') ?? nodes.findLast(({ kind }) => kind !== 'dashboard');
  const selected = nodes.find(({ id }) => id === chosen) ?? (isNarrow ? undefined : fallback);
  const states = useMemo(() => new Map(nodes.map(({ id, state }) => [id, state])), [nodes]);
  const lines = useMemo(() => edges.map((edge) => lineOf(edge, states)), [edges, states]);
  const select = (id: string): void => {
    const node = nodes.find((one) => one.id === id);
    replace(href('map', id));
    if (node) say(`${node.label}, ${WORD[node.state]}`);
  };
  const dock = selected && <Dock node={selected} lake={lake} select={select} />;
  const depth = (index: number): number => Math.round(18 + (82 * index) / Math.max(1, zones.length - 1));
  return (
    <>
      <Notices notices={lake.notices} />
      <div class="graph-scroll">
        <Graph
          id="mapgraph"
          label="Map of the lake"
          lines={lines}
          selected={selected?.id}
          select={select}
          columns={`repeat(${zones.length}, minmax(${isDense ? 146 : 0}px, 1fr))`}
          isDense={isDense}
        >
          {zones.map((zone, column) => (
            <>
              <h2
                key={zone.id}
                class="col-h"
                style={{
                  gridColumn: column + 1,
                  gridRow: 1,
                  '--depth': `color-mix(in oklab, var(--accent) ${depth(column)}%, var(--line))`,
                }}
              >
                {zone.title}
                <span>{zone.hint}</span>
              </h2>
              {placed
                .filter((one) => one.column === column)
                .map((one) => (
                  <>
                    <NodeCard key={one.node.id} placed={one} isChosen={one.node.id === selected?.id} select={select} />
                    {isNarrow && one.node.id === selected?.id && dock}
                  </>
                ))}
            </>
          ))}
        </Graph>
      </div>
      <p class="legend key">
        {LEGEND.map((state) => (
          <span key={state}>
            <StateIcon state={state} label={false} still />
            {WORD[state]}
          </span>
        ))}
        <span class="right">Numbers in cards are rows. A thicker line carries more of them.</span>
      </p>
      {!isNarrow && dock}
    </>
  );
}

/** Wider by the logarithm of its rows. */
function lineOf({ from, to, rows }: EdgeModel, states: ReadonlyMap<string, State>): Line {
  const width = rows === null || rows < 10 ? 1 : Math.min(4, Math.max(1, Math.log10(rows) * 0.62));
  const [source, target] = [states.get(from), states.get(to)];
  const state = target === 'run' ? 'run' : target === 'fail' || source === 'fail' ? 'fail' : undefined;
  return { from, to, width, ...(state && { state }) };
}

function NodeCard({ placed, isChosen, select }: { placed: Placed; isChosen: boolean; select: (id: string) => void }) {
  const { node, column, row, span } = placed;
  const { id, label, state, rows, holds, kind } = node;
  const isTable = kind === 'table' || kind === 'view';
  return (
    <button
      type="button"
      class={`node ${state === 'skip' ? 'skipd' : state}${state === 'wait' ? ' is-wait' : ''}`}
      data-id={id}
      data-col={column}
      aria-pressed={isChosen}
      style={{ gridColumn: column + 1, gridRow: `${row + 2} / span ${span}` }}
      onClick={() => select(id)}
    >
      <StateIcon state={state} />
      <span class="nm">{breakable(label)}</span>
      <span />
      <span class="sub">
        <span>
          {isTable ? (rows === null ? '–' : number(rows)) : (holds ?? '')}
          {isTable && <span class="vh"> rows</span>}
        </span>
        <em class={state === 'stale' ? 'stale' : ''}>
          <Note node={node} />
        </em>
      </span>
      {state === 'run' && <i class="prog" />}
    </button>
  );
}

function Note({ node }: { node: NodeModel }) {
  const now = useNow();
  if (node.kind === 'source') return node.format;
  if (node.state === 'run') return 'being written';
  return node.updated === null ? (node.kind === 'view' ? 'view' : '') : ago(node.updated, now);
}

function Notices({ notices }: { notices: readonly NoticeModel[] }) {
  const now = useNow();
  return (
    <>
      {notices.slice(0, MOST_NOTICES).map(({ title, text, run, keeps, canRetry }) => (
        <section class="notice" key={run.task} aria-label={`Needs attention: ${title}`}>
          <StateIcon state="fail" label={false} />
          <span>
            <b>{title}:</b> {text.length > 220 ? `${text.slice(0, 220)}…` : text}
            {keeps && ` Data of ${keeps.updated ? ago(keeps.updated, now) : 'before'} stays in use.`}
          </span>
          <span class="right">
            <a class="btn" href={href('runs', run.pipeline, run.run ?? 1, run.task)}>
              Open task
            </a>
            {canRetry && (
              <button
                type="button"
                class="btn"
                data-retry
                onClick={() =>
                  void act(`Retrying ${run.task}`, () =>
                    post('runs/redrive', { pipeline: run.pipeline, number: run.run }),
                  )
                }
              >
                <Icon name="retry" />
                Retry
              </button>
            )}
          </span>
        </section>
      ))}
      {notices.length > MOST_NOTICES && (
        <p class="soft more">
          <a href={href('runs', notices[0]?.run.pipeline ?? '')}>
            {counted(notices.length - MOST_NOTICES, 'more')} under Runs
          </a>
        </p>
      )}
    </>
  );
}
