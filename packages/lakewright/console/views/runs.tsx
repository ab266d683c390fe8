import { useEffect, useMemo } from 'preact/hooks';
import type { LakeModel, RunGraph, RunList, RunModel, StageModel, State, TaskModel } from '../../src/console/contract';
import { part, post } from '../api';
import { moment, seconds } from '../format';
import { breakable, Graph, type Line } from '../graph';
import { Empty, Failure, Fold, Icon, Loading, StateIcon, useNarrow, WORD } from '../parts';
import { href, replace } from '../router';
import { type Resource, say, useResource } from '../store';
import { act, StartButton } from './actions';
import { TaskPanel } from './task';
import type { ViewProps } from './view';

/** How often a run is looked at while it goes on, besides its events: durations move, logs grow. */
const LOOK_MS = 1_000;

export function RunsView({ rest: [pipeline, number, task], lake }: ViewProps) {
  const list = useResource<RunList>('runs');
  const runs = list.data?.runs ?? [];
  const chosen =
    runs.find((one) => one.pipeline === pipeline && String(one.number) === number) ??
    runs.find((one) => pipeline === undefined || one.pipeline === pipeline);
  const path = chosen && `runs/${part(chosen.pipeline)}/${chosen.number}`;
  const run = useResource<RunGraph>(path);
  useLook(run, chosen?.state === 'run');
  if (!list.data) {
    return (
      <>
        <h1 class="vh">Runs</h1>
        {list.error ? (
          <Failure title="The runs could not be read" error={list.error} retry={list.reload} />
        ) : (
          <Loading />
        )}
      </>
    );
  }
  if (runs.length === 0) return <NoRuns list={list.data} />;
  return (
    <div class="split">
      <Side list={list.data} chosen={chosen} />
      <div class="stack">
        {run.data ? (
          <Run graph={run.data} chosen={task} lake={lake.data} />
        ) : run.error ? (
          <>
            <h1 class="vh">Runs</h1>
            <Failure title="The run could not be read" error={run.error} retry={run.reload} />
          </>
        ) : (
          <>
            <h1 class="vh">Runs</h1>
            <Loading />
          </>
        )}
      </div>
    </div>
  );
}

/** Asks again while something goes on. */
export function useLook(resource: Resource<unknown>, isOn: boolean): void {
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(resource.reload, LOOK_MS);
    return () => clearInterval(timer);
  }, [isOn, resource.reload]);
}

function NoRuns({ list: { pipelines } }: { list: RunList }) {
  const [first] = pipelines;
  return (
    <>
      <h1 class="vh">Runs</h1>
      {first ? (
        <Empty
          title="Nothing has run"
          text={`${pipelines.map(({ name }) => name).join(', ')}: defined, and never started. Start here or on the command line.`}
          command="npx lakewright run"
        >
          {pipelines.map(({ id, name }) => (
            <StartButton key={id} pipeline={id} name={name} label={`Run ${name}`} />
          ))}
        </Empty>
      ) : (
        <Empty title="No pipelines" text="The app has no state machine that something would start." />
      )}
    </>
  );
}

function Side({ list: { pipelines, runs }, chosen }: { list: RunList; chosen: RunModel | undefined }) {
  return (
    <Fold title="All runs">
      <nav aria-label="Runs">
        {pipelines.map(({ id, name, schedule, last }) => (
          <>
            <h2 class="h" key={id}>
              {name}
              <span class="mute">{schedule ?? (last ? '' : 'never ran')}</span>
            </h2>
            {runs
              .filter(({ pipeline }) => pipeline === id)
              .map((run) => (
                <a
                  key={run.number}
                  class="runrow"
                  href={href('runs', id, run.number)}
                  aria-current={run.pipeline === chosen?.pipeline && run.number === chosen.number ? 'page' : undefined}
                >
                  <StateIcon state={run.state} />
                  <span>
                    <b>Run {run.number}</b>
                  </span>
                  <span class="num soft">{run.seconds === null ? '' : seconds(run.seconds)}</span>
                  <small>{[moment(run.started), run.note, failedText(run)].filter(Boolean).join(' · ')}</small>
                </a>
              ))}
          </>
        ))}
      </nav>
      <p class="hint">The bar in a task shows when it ran, on the scale of the whole run.</p>
    </Fold>
  );
}

const failedText = ({ counts: { fail } }: RunModel): string =>
  fail === 0 ? '' : fail === 1 ? '1 task failed' : `${fail} tasks failed`;

function Run({ graph, chosen, lake }: { graph: RunGraph; chosen: string | undefined; lake: LakeModel | undefined }) {
  const { run, tasks, edges, span, stages } = graph;
  const isNarrow = useNarrow();
  const isDense = stages.length > 4;
  const first = tasks.find(({ state }) => state === 'fail') ?? tasks.find(({ state }) => state === 'run') ?? tasks[0];
  const selected = tasks.find(({ id }) => id === chosen) ?? (isNarrow && chosen === undefined ? undefined : first);
  const lines = useMemo(() => linesOf(edges, tasks), [edges, tasks]);
  const select = (id: string): void => {
    const task = tasks.find((one) => one.id === id);
    replace(href('runs', run.pipeline, run.number, id));
    if (task) say(`${task.label}, ${WORD[task.state]}`);
  };
  const panel = selected && <TaskPanel key={selected.id} run={run} task={selected} lake={lake} />;
  return (
    <>
      <RunHead run={run} />
      {tasks.length === 0 && run.error !== null && <pre class="panel state">{run.error}</pre>}
      <div class="graph-scroll">
        <Graph
          id="rungraph"
          label={`Pipeline ${run.pipeline}, run ${run.number}`}
          lines={lines}
          selected={selected?.id}
          select={select}
          columns={`repeat(${stages.length}, minmax(${isDense ? 148 : 0}px, 1fr))`}
          isDense={isDense}
          bundled
        >
          {stages.map((stage, column) => (
            <>
              <Stage key={`stage ${column}`} stage={stage} column={column} />
              {tasks
                .filter((one) => one.stage === column)
                .map((task) => (
                  <>
                    <TaskCard
                      key={task.id}
                      task={task}
                      span={span}
                      isChosen={task.id === selected?.id}
                      select={select}
                    />
                    {isNarrow && task.id === selected?.id && panel}
                  </>
                ))}
            </>
          ))}
        </Graph>
      </div>
      {!isNarrow && panel}
    </>
  );
}

function linesOf(edges: RunGraph['edges'], tasks: readonly TaskModel[]): Line[] {
  const states = new Map(tasks.map(({ id, state }) => [id, state]));
  return edges.map(([from, to]): Line => {
    const state = states.get(to) === 'run' ? 'run' : states.get(from) === 'fail' ? 'fail' : undefined;
    return { from, to, ...(state && { state }) };
  });
}

const COUNTS: readonly (readonly [State, string])[] = [
  ['ok', 'succeeded'],
  ['fail', 'failed'],
  ['run', 'running'],
  ['wait', 'waiting'],
  ['skip', 'skipped'],
];

function RunHead({ run }: { run: RunModel }) {
  const total = Object.values(run.counts).reduce((sum, one) => sum + one, 0);
  const counts = COUNTS.filter(([state]) => run.counts[state] > 0).map(([state, word]) =>
    state === 'ok' ? `${run.counts.ok} of ${total} succeeded` : `${run.counts[state]} ${word}`,
  );
  const name = run.pipeline.split('/').at(-1) ?? run.pipeline;
  const choice = { pipeline: run.pipeline, number: run.number };
  return (
    <div class="head flush">
      <h1>Run {run.number}</h1>
      <p>{[...counts, ...(run.seconds === null ? [] : [seconds(run.seconds)])].join(' · ')}</p>
      <span class="right">
        {run.state === 'run' ? (
          <button
            type="button"
            class="btn"
            onClick={() => void act(`Stopping run ${run.number}`, () => post('runs/stop', choice))}
          >
            Stop run
          </button>
        ) : (
          <>
            {run.canRedrive && (
              <button
                type="button"
                class="btn"
                onClick={() => void act(`Redriving run ${run.number}`, () => post('runs/redrive', choice))}
              >
                <Icon name="retry" />
                Redrive from failure
              </button>
            )}
            <StartButton pipeline={run.pipeline} name={name} label="Run again" />
          </>
        )}
      </span>
    </div>
  );
}

function Stage({ stage: { title, hint }, column }: { stage: StageModel; column: number }) {
  return (
    <h2 class="col-h stage" style={{ gridColumn: column + 1, gridRow: 1, '--depth': 'var(--line)' }}>
      {title}
      <span>{hint}</span>
    </h2>
  );
}

function TaskCard(given: { task: TaskModel; span: number; isChosen: boolean; select: (id: string) => void }) {
  const { task, span, isChosen, select } = given;
  const { id, label, state, stage, row, at, seconds: took, note } = task;
  const tone = state === 'skip' ? 'skipd' : state;
  const share = (value: number): string => `${span > 0 ? Math.min(100, (value / span) * 100) : 0}%`;
  return (
    <button
      type="button"
      class={`node tnode ${tone}${state === 'wait' ? ' is-wait' : ''}`}
      data-id={id}
      data-col={stage}
      aria-pressed={isChosen}
      style={{ gridColumn: stage + 1, gridRow: row + 2 }}
      onClick={() => select(id)}
    >
      <StateIcon state={state} />
      <span class="nm">{breakable(label)}</span>
      <span class="num soft took">{took === null ? '' : seconds(took)}</span>
      <span class="sub">
        <em>{note}</em>
      </span>
      <span class={`strip-t ${tone}`} aria-hidden="true">
        {at !== null && took !== null && <i style={{ left: share(at), width: share(took) }} />}
      </span>
    </button>
  );
}
