import type { AccessModel, LakeModel, NodeModel, RunList } from '../../src/console/contract';
import { ago, bytes, counted, moment, number } from '../format';
import { Marks, StateIcon, useNow, WORD } from '../parts';
import { href } from '../router';
import { useResource } from '../store';

/** Facts, lineage, who sees it, last runs of the node that is selected. */
export function Dock({ node, lake, select }: { node: NodeModel; lake: LakeModel; select: (id: string) => void }) {
  return (
    <section class="panel dock" id="dock" aria-label={`Selected: ${node.label}`}>
      <Facts node={node} />
      <div>
        <h3>Comes from</h3>
        <Neighbours
          ids={lake.edges.filter(({ to }) => to === node.id).map(({ from }) => from)}
          lake={lake}
          select={select}
        />
        <h3>Goes to</h3>
        <Neighbours
          ids={lake.edges.filter(({ from }) => from === node.id).map(({ to }) => to)}
          lake={lake}
          select={select}
        />
      </div>
      <div>
        <h3>Who sees it</h3>
        <Seen node={node} />
      </div>
      <div>
        <h3>Last runs</h3>
        <LastRuns node={node} />
      </div>
    </section>
  );
}

function Facts({ node }: { node: NodeModel }) {
  const now = useNow();
  const { id, label, kind, state, reason, rows, columns, bytes: size, format, updated, holds, task } = node;
  const isTable = kind === 'table' || kind === 'view';
  return (
    <div>
      <div class="title">
        <StateIcon state={state} />
        <h2>{isTable ? id : label}</h2>
      </div>
      <dl class="facts">
        <dt>State</dt>
        <dd>
          {WORD[state]}
          {reason && `: ${reason}`}
        </dd>
        {isTable ? (
          <>
            <dt>Rows</dt>
            <dd>
              {rows === null ? 'not counted' : number(rows)} in {counted(columns ?? 0, 'column')}
            </dd>
            <dt>Size</dt>
            <dd>{size === null ? format : `${bytes(size)}, ${format}`}</dd>
            <dt>Fresh as of</dt>
            <dd>
              {state === 'run'
                ? 'being written'
                : updated
                  ? ago(updated, now)
                  : kind === 'view'
                    ? 'what it reads'
                    : 'never written'}
            </dd>
          </>
        ) : (
          <>
            <dt>Kind</dt>
            <dd>{format}</dd>
            {holds && (
              <>
                <dt>Holds</dt>
                <dd>{holds}</dd>
              </>
            )}
          </>
        )}
      </dl>
      <div class="acts">
        {isTable && (
          <>
            <a class="btn" href={href('tables', id)}>
              Open table
            </a>
            <a class="btn" href={href('sql', 'table', id)}>
              Query
            </a>
          </>
        )}
        {task?.run && (
          <a class="btn ghost" href={href('runs', task.pipeline, task.run, task.task)}>
            Open run
          </a>
        )}
      </div>
    </div>
  );
}

function Neighbours({ ids, lake, select }: { ids: readonly string[]; lake: LakeModel; select: (id: string) => void }) {
  const nodes = ids.flatMap((id) => lake.nodes.find((one) => one.id === id) ?? []);
  if (nodes.length === 0) return <p class="mute none">none</p>;
  return (
    <ul class="list">
      {nodes.map(({ id, label, kind, state, rows, holds }) => (
        <li key={id}>
          <StateIcon state={state} />
          <button type="button" class="linkish grow" onClick={() => select(id)}>
            {kind === 'table' || kind === 'view' ? id : label}
          </button>
          <span class="num mute">{rows === null ? holds : number(rows)}</span>
        </li>
      ))}
    </ul>
  );
}

function Seen({ node }: { node: NodeModel }) {
  const isTable = node.kind === 'table' || node.kind === 'view';
  const { data } = useResource<AccessModel>(isTable ? 'access' : undefined);
  if (!isTable) return <p class="mute none">Not governed by the lake</p>;
  const cells = data?.cells.filter(({ table }) => table === node.id) ?? [];
  if (data && cells.length === 0) return <p class="mute none">The app has no personas</p>;
  return (
    <ul class="list">
      {cells.map(({ persona, columns, kind }) => (
        <li key={persona}>
          <a class="grow" href={href('access', persona, node.id)}>
            {persona}
          </a>
          {kind === 'none' ? <span class="mute">none</span> : <Marks columns={columns} />}
        </li>
      ))}
    </ul>
  );
}

function LastRuns({ node }: { node: NodeModel }) {
  const { data } = useResource<RunList>(node.task ? 'runs' : undefined);
  if (!node.task) return <p class="mute none">No pipeline writes it</p>;
  const runs = data?.runs.filter(({ pipeline }) => pipeline === node.task?.pipeline).slice(0, 4) ?? [];
  if (runs.length === 0) return <p class="mute none">never ran</p>;
  return (
    <ul class="list">
      {runs.map(({ pipeline, number: run, state, started }) => (
        <li key={run}>
          <StateIcon state={state} />
          <a class="grow" href={href('runs', pipeline, run)}>
            run {run}
          </a>
          <span class="mute">{moment(started)}</span>
        </li>
      ))}
    </ul>
  );
}
