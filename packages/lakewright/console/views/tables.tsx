import { useState } from 'preact/hooks';
import type {
  AccessModel,
  ColumnProfile,
  ColumnSight,
  LakeModel,
  NodeModel,
  TableDetail,
  TableProfile,
} from '../../src/console/contract';
import { part } from '../api';
import { ago, bytes, counted, number, short } from '../format';
import { Empty, Failure, Icon, Loading, StateIcon, useNarrow, useNow, WORD } from '../parts';
import { href } from '../router';
import { persona, useResource, useShared } from '../store';
import { groupsOf } from './table-groups';
import { Sample } from './tables-sample';
import { Values } from './tables-values';
import type { ViewProps } from './view';
import './tables.css';

export function TablesView({ rest, lake }: ViewProps) {
  const { data, error, reload } = lake;
  if (!data) {
    return (
      <>
        <h1 class="vh">Tables</h1>
        {error ? <Failure title="The lake could not be read" error={error} retry={reload} /> : <Loading />}
      </>
    );
  }
  const groups = groupsOf(data);
  const all = groups.flatMap(({ tables }) => tables);
  const chosen = all.find(({ id }) => id === rest[0]?.toLowerCase()) ?? all[0];
  if (data.problem || !chosen) {
    return (
      <>
        <h1 class="vh">Tables</h1>
        <Empty
          {...(data.problem ?? {
            title: 'No tables yet',
            text: 'The catalog is defined but has no table. The first run brings them about.',
            command: 'npx lakewright run',
          })}
        />
      </>
    );
  }
  return (
    <div class="split">
      <List groups={groups} chosen={chosen.id} />
      <Detail
        key={chosen.id}
        node={chosen}
        lake={data}
        unknown={rest[0] !== undefined && rest[0] !== '' && chosen.id !== rest[0].toLowerCase() ? rest[0] : undefined}
      />
    </div>
  );
}

function List({ groups, chosen }: { groups: ReturnType<typeof groupsOf>; chosen: string }) {
  const [filter, setFilter] = useState('');
  const isNarrow = useNarrow();
  const wanted = filter.trim().toLowerCase();
  const shown = groups
    .map(({ database, tables }) => ({ database, tables: tables.filter(({ id }) => id.includes(wanted)) }))
    .filter(({ tables }) => tables.length > 0);
  return (
    <details class="panel side fold" open={!isNarrow}>
      <summary>All tables</summary>
      <input
        type="search"
        placeholder="Filter tables"
        aria-label="Filter tables"
        value={filter}
        onInput={({ currentTarget }) => setFilter(currentTarget.value)}
      />
      <nav aria-label="Tables">
        {shown.map(({ database, tables }) => (
          <section key={database} aria-label={database}>
            <h2 class="h">
              {database}
              <span class="mute">{tables.length}</span>
            </h2>
            {tables.map(({ id, label, state, rows }) => (
              <a key={id} href={href('tables', id)} aria-current={id === chosen ? 'page' : undefined}>
                <StateIcon state={state} />
                <span>{label}</span>
                <span class="num mute">{rows === null ? '–' : short(rows)}</span>
              </a>
            ))}
          </section>
        ))}
        {shown.length === 0 && <p class="hint">Nothing by that name</p>}
      </nav>
    </details>
  );
}

const path = (id: string): string => id.split('.').map(part).join('/');

function Detail({ node, lake, unknown }: { node: NodeModel; lake: LakeModel; unknown: string | undefined }) {
  const { data, error, reload } = useResource<TableDetail>(`tables/${path(node.id)}`);
  const access = useResource<AccessModel>('access').data;
  return (
    <div class="stack detail-col">
      {unknown !== undefined && (
        <p class="notice" role="alert">
          <StateIcon state="fail" label={false} />
          <span>
            The catalog has no table <code>{unknown}</code>.
          </span>
        </p>
      )}
      <Head node={node} detail={data} access={access} />
      {error && !data ? (
        <Failure title={`${node.id} could not be read`} error={error} retry={reload} />
      ) : data ? (
        <div class="two">
          <div class="stack">
            <Columns detail={data} access={access} lake={lake} />
            <Sample id={node.id} mark={`${node.rows} ${node.updated}`} />
            {data.sql !== undefined && (
              <section class="panel" aria-label="The view’s SQL">
                <header>
                  <h2>The view’s SQL</h2>
                </header>
                <pre class="viewsql">{data.sql}</pre>
              </section>
            )}
          </div>
          <div class="stack">
            <Partitions detail={data} />
            <Files detail={data} />
          </div>
        </div>
      ) : (
        <Loading />
      )}
    </div>
  );
}

const TAG: Readonly<Record<NodeModel['state'], string>> = {
  ok: '',
  run: ' run',
  fail: ' fail',
  stale: ' warn',
  wait: '',
  skip: '',
};

function Head({
  node,
  detail,
  access,
}: {
  node: NodeModel;
  detail: TableDetail | undefined;
  access: AccessModel | undefined;
}) {
  const now = useNow();
  const { id, label, state, reason, rows, bytes: size, format, updated, task, kind } = node;
  const cells = access?.cells.filter(({ table }) => table === id) ?? [];
  return (
    <div>
      <div class="head tight">
        <h1>{label}</h1>
        <span class="tag">{id.slice(0, -label.length - 1)}</span>
        {(state !== 'ok' || reason) && <span class={`tag${TAG[state]}`}>{reason ?? WORD[state]}</span>}
        <span class="right">
          <a class="btn" href={href('sql', 'table', id)}>
            <Icon name="sql" />
            Query
          </a>
          <a class="btn ghost" href={href('map', id)}>
            On the map
          </a>
        </span>
      </div>
      <p class="strip">
        <span>
          <b>{rows === null ? 'not counted' : number(rows)}</b> {rows !== null && 'rows'}
        </span>
        <span>
          {size === null ? '' : <b>{bytes(size)}</b>} {format}
        </span>
        {kind === 'table' && (
          <span>
            written <b>{state === 'run' ? 'right now' : updated === null ? 'never' : ago(updated, now)}</b>
          </span>
        )}
        {task && (
          <span>
            by{' '}
            {task.run === null ? task.task : <a href={href('runs', task.pipeline, task.run, task.task)}>{task.task}</a>}
          </span>
        )}
        {detail?.location && <code class="soft where">{detail.location}</code>}
        {cells.length > 0 && (
          <span>
            read by <b>{cells.filter(({ kind: sight }) => sight !== 'none').length}</b> of{' '}
            {counted(cells.length, 'persona')}
          </span>
        )}
      </p>
    </div>
  );
}

const SIGHT: Readonly<Record<ColumnSight, readonly [string, string]>> = {
  full: ['f', 'visible'],
  some: ['c', 'in some rows'],
  hidden: ['h', 'hidden'],
};
/** Personas that have a column in the schema; all are under Access. */
const SHOWN_PERSONAS = 5;

function Columns({ detail, access, lake }: { detail: TableDetail; access: AccessModel | undefined; lake: LakeModel }) {
  const chosen = useShared(persona);
  const { data: profile } = useResource<TableProfile>(`profile/${path(detail.node.id)}`);
  const profiles = new Map(profile?.columns.map((one) => [one.name, one]));
  const isAsking = new Map(lake.personas.map(({ name, workgroup }) => [name, workgroup !== null]));
  const cells = (access?.cells.filter(({ table }) => table === detail.node.id) ?? [])
    .sort((a, b) => Number(isAsking.get(b.persona)) - Number(isAsking.get(a.persona)))
    .slice(0, SHOWN_PERSONAS);
  const nearest = cells.some((cell) => cell.persona === chosen) ? chosen : cells[0]?.persona;
  return (
    <section class="panel cols">
      <header>
        <h2>{counted(detail.columns.length, 'column')}</h2>
        <span class="right legend">
          {Object.values(SIGHT).map(([mark, word]) => (
            <span key={mark}>
              <span class="sq" aria-hidden="true">
                <i class={mark} />
              </span>
              {word}
            </span>
          ))}
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key */}
      <section class="scroll" tabIndex={0} aria-label="Columns">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Type</th>
              <th scope="col" class="far">
                Values
              </th>
              {cells.map(({ persona: name }) => (
                <th key={name} scope="col" class={`eye${name === nearest ? '' : ' far'}`}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {detail.columns.map(({ name, type, tags, isPartition, comment }, place) => (
              <tr key={name}>
                <th scope="row" class="mono" title={comment}>
                  {name}
                  {isPartition && <span class="tag">partition</span>}
                  {tags.map((tag) => (
                    <span
                      key={tag}
                      class={`tag${/^(pii|sensitiv|confiden|private)/i.test(tag) && !/=(no|false|none|public)$/i.test(tag) ? ' warn' : ''}`}
                    >
                      {tag}
                    </span>
                  ))}
                </th>
                <td class="mono soft clip" title={type}>
                  {type}
                </td>
                <td class="far">
                  <Values column={{ name, type }} profile={profiles.get(name) as ColumnProfile | undefined} />
                </td>
                {cells.map(({ persona: who, columns }) => {
                  const [mark, word] = SIGHT[columns[place] ?? 'hidden'];
                  return (
                    <td key={who} class={`eye${who === nearest ? '' : ' far'}`}>
                      <span class="sq" role="img" aria-label={word}>
                        <i class={mark} />
                      </span>
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </section>
  );
}

/** Partitions that are listed; there may be thousands. */
const SHOWN_PARTITIONS = 40;

function Partitions({ detail: { partitions, partitionKeys, node } }: { detail: TableDetail }) {
  const { data: profile } = useResource<TableProfile>(`profile/${path(node.id)}`);
  const rows = new Map(profile?.partitions?.map((one) => [one.name, one.rows]));
  if (node.kind === 'view') return null;
  const most = Math.max(1, ...partitions.map(({ bytes: size }) => size));
  const short = (name: string): string => (partitionKeys.length === 1 ? name.replace(/^[^=]*=/, '') : name);
  return (
    <section class="panel">
      <header>
        <h2>{partitions.length === 0 ? 'Not partitioned' : counted(partitions.length, 'partition')}</h2>
        {partitionKeys.length > 0 && <span class="right mute">by {partitionKeys.join(', ')}</span>}
      </header>
      {partitions.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
        <section class="scroll tall" tabIndex={0} aria-label="Partitions">
          <table>
            <tbody>
              {partitions.slice(0, SHOWN_PARTITIONS).map(({ name, files, bytes: size }) => (
                <tr key={name}>
                  <td class="mono clip" title={name}>
                    {short(name)}
                  </td>
                  <td class="num">{rows.has(name) ? number(rows.get(name) ?? 0) : counted(files, 'file')}</td>
                  <td>
                    <i class="bar" style={{ width: `${Math.max(1, Math.round((size / most) * 48))}px` }} />
                  </td>
                  <td class="num mute">{bytes(size)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {partitions.length > SHOWN_PARTITIONS && (
            <p class="hint">
              The largest {SHOWN_PARTITIONS} of {number(partitions.length)}
            </p>
          )}
        </section>
      )}
    </section>
  );
}

function Files({ detail: { files, fileCount, node } }: { detail: TableDetail }) {
  const now = useNow();
  if (node.kind === 'view') return null;
  return (
    <section class="panel">
      <header>
        <h2>{counted(fileCount, 'file')}</h2>
      </header>
      {files.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by key
        <section class="scroll tall" tabIndex={0} aria-label="Files">
          <table>
            <tbody>
              {files.map(({ name, bytes: size, modified }) => (
                <tr key={name}>
                  <td class="mono clip" title={`${name}, ${ago(modified, now)}`}>
                    {name}
                  </td>
                  <td class="num soft">{bytes(size)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {files.length < fileCount && <p class="hint">The first {files.length}</p>}
        </section>
      )}
    </section>
  );
}
