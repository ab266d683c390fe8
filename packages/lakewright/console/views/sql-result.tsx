import type { ComponentChildren } from 'preact';
import type { PersonaModel, QueryModel } from '../../src/console/contract';
import { part } from '../api';
import { bytes, counted, seconds } from '../format';
import { copyAll, Grid } from '../grid';
import { StateIcon } from '../parts';
import { href } from '../router';
import { say } from '../store';
import { mentions, type Names } from './sql-completion';
import { culprit, nearest, spanOf } from './sql-mistake';
import { type Asked, type Outcome, sourceOf } from './sql-state';

interface ResultProps {
  readonly now: Asked | undefined;
  readonly outcome: Outcome | undefined;
  readonly chosen: PersonaModel | undefined;
  readonly names: Names;
  readonly functions: readonly string[];
  readonly sql: string;
  readonly fix: (sql: string) => void;
}

export function Result(props: ResultProps) {
  const { outcome, chosen } = props;
  if (outcome === undefined || outcome === 'idle') return <Nothing />;
  if (outcome === 'apart') {
    return (
      <Note title={`Not run as ${chosen?.name}`}>
        A statement that writes runs only as the persona who is chosen. Press Run to run it as {chosen?.name}.
      </Note>
    );
  }
  if (outcome === 'waiting' || outcome.state === 'run') {
    return (
      <section class="panel" aria-label="Result" aria-busy="true">
        <header>
          <h2>
            <StateIcon state="run" label={false} /> Running as {chosen?.name}
          </h2>
        </header>
      </section>
    );
  }
  if (outcome.state === 'ok') return <Rows query={outcome} limit={chosen?.limit ?? null} />;
  if (outcome.state === 'cancelled')
    return <Note title="Cancelled">The query was stopped; nothing of it is kept.</Note>;
  return outcome.state === 'refused' ? (
    <Refused query={outcome} names={props.now} />
  ) : (
    <Failed query={outcome} {...props} />
  );
}

function Nothing() {
  return (
    <Note title="No result yet">Write a query and press Ctrl Enter. It runs as the persona chosen at the top.</Note>
  );
}

function Note({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="panel" aria-label="Result">
      <div class="state">
        <h2>{title}</h2>
        <p class="soft">{children}</p>
      </div>
    </section>
  );
}

/** `0.31 s · read 9.1 MB of the 10 GiB limit` */
export const costOf = ({ seconds: time, scanned }: QueryModel, limit: number | null): string =>
  `${time < 1 ? `${time.toFixed(2)} s` : seconds(time)} · read ${bytes(scanned)}${limit === null ? '' : ` of the ${binary(limit)} limit`}`;

function binary(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${Math.round((value / 1024 ** power) * 10) / 10} ${units[power]}`;
}

function Rows({ query, limit }: { query: QueryModel; limit: number | null }) {
  const { id, rows, columns } = query;
  const source = sourceOf(query);
  return (
    <section class="panel" aria-label="Result">
      <header>
        <h2>{rows === null ? 'Done' : counted(rows, 'row')}</h2>
        <span class="soft">{costOf(query, limit)}</span>
        {rows !== null && (
          <span class="right">
            <button
              type="button"
              class="btn ghost"
              onClick={() => void copyAll(columns, source).catch((error: unknown) => say(String(error)))}
            >
              Copy
            </button>
            <a class="btn ghost" href={`api/queries/${part(id)}/csv`} download={`${id}.csv`}>
              CSV
            </a>
          </span>
        )}
      </header>
      {rows === null ? (
        <p class="state soft">The statement has no rows.</p>
      ) : (
        <div class="grid-box">
          <Grid label={`Result, ${counted(rows, 'row')}`} columns={columns} source={source} />
        </div>
      )}
    </section>
  );
}

function Refused({ query }: { query: QueryModel; names: Asked | undefined }) {
  const [table] = [...query.sql.matchAll(/\b(?:from|join)\s+("?[\w-]+"?\."?[\w-]+"?)/gi)].map(([, id = '']) =>
    id.replaceAll('"', '').toLowerCase(),
  );
  return (
    <section class="panel" aria-label="Result">
      <header>
        <h2>
          <StateIcon state="deny" label={false} /> Refused for {query.persona}
        </h2>
      </header>
      <div class="state">
        <pre>{query.error}</pre>
        <p class="soft">This is the text Athena gives. No result file was written.</p>
        <a
          class="btn"
          href={table === undefined ? href('access', query.persona) : href('access', query.persona, table)}
        >
          See why
        </a>
      </div>
    </section>
  );
}

function Failed({ query, names, functions, sql, fix }: ResultProps & { query: QueryModel }) {
  const wrong = culprit(query.error ?? '');
  const columns = [...names].flatMap(([id, all]) => (mentions(query.sql, id) ? all : []));
  const others = /function/i.test(query.error ?? '')
    ? functions
    : /table|schema/i.test(query.error ?? '')
      ? tableNames(names)
      : columns;
  const meant = wrong === undefined ? [] : nearest(wrong, others);
  const correct = (name: string): void => {
    const { position } = query;
    const span = position && query.sql === sql ? spanOf(sql, position.line, position.column) : undefined;
    const word = span && sql.slice(span.from, span.to);
    if (span && word?.toLowerCase().endsWith((wrong ?? '').toLowerCase())) {
      fix(sql.slice(0, span.to - (wrong ?? '').length) + name + sql.slice(span.to));
    } else {
      fix(sql.replace(new RegExp(`\\b${wrong}\\b`, 'i'), name));
    }
    say(`${wrong} is now ${name}`);
  };
  return (
    <section class="panel" aria-label="Result">
      <header>
        <h2>
          <StateIcon state="fail" label={false} /> The query failed
        </h2>
        <span class="soft">{query.position && `line ${query.position.line}, column ${query.position.column}`}</span>
      </header>
      <div class="state">
        <pre>{query.error}</pre>
        {meant.length > 0 && (
          <p class="meant">
            Did you mean{' '}
            {meant.map((name) => (
              <button type="button" key={name} class="btn" onClick={() => correct(name)}>
                <code>{name}</code>
              </button>
            ))}
          </p>
        )}
        {columns.length > 0 && columns.length <= 40 && /column/i.test(query.error ?? '') && (
          <p class="soft">
            Columns that {query.persona} sees there: <code>{columns.join(', ')}</code>
          </p>
        )}
      </div>
    </section>
  );
}

const tableNames = (names: Names): string[] => [...names.keys()].flatMap((id) => id.split('.'));
