import { Fragment } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { AccessCell, AccessModel, AccessReasons, LakeModel, ReasonStep } from '../../src/console/contract';
import { part } from '../api';
import { choosePersona } from '../app';
import { counted, number } from '../format';
import { Empty, Failure, Loading, Marks, type Shape, StateIcon, useNarrow } from '../parts';
import { go, href, replace } from '../router';
import { persona, useResource, useShared } from '../store';
import { Compare } from './access-compare';
import { databaseOf, groupsOf } from './table-groups';
import type { ViewProps } from './view';
import './access.css';

export function AccessView({ rest, lake }: ViewProps) {
  const { data, error, reload } = useResource<AccessModel>('access');
  const [isComparing, setComparing] = useState(false);
  return (
    <>
      <div class="head">
        <h1>Who sees what</h1>
        <p>Evaluated from the template for every persona, table, column and row</p>
        <span class="right">
          <button type="button" class="btn" onClick={() => setComparing(true)}>
            Compare with another cdk.out
          </button>
        </span>
      </div>
      {isComparing && <Compare close={() => setComparing(false)} />}
      {data && lake.data ? (
        lake.data.problem ? (
          <Empty {...lake.data.problem} />
        ) : data.personas.length === 0 ? (
          <Empty
            title="No personas in this app"
            text="Add a role that people take; until then every query runs as the administrator."
            command="new Persona(this, 'Analyst', { … })"
          />
        ) : (
          <Matrix rest={rest} access={data} lake={lake.data} />
        )
      ) : (error ?? lake.error) ? (
        <Failure
          title="The access could not be evaluated"
          error={(error ?? lake.error) as NonNullable<typeof error>}
          retry={error ? reload : lake.reload}
        />
      ) : (
        <Loading />
      )}
    </>
  );
}

const WORDS = { all: 'all columns, all rows', none: 'none' };

const wordsOf = ({ kind, columns, writes }: AccessCell): string =>
  kind === 'part'
    ? `${seenOf(columns)} of ${counted(columns.length, 'column')}${columns.includes('some') ? ', in some rows' : ''}`
    : `${WORDS[kind]}${writes ? ', writes' : ''}`;

const seenOf = (columns: AccessCell['columns']): number => columns.filter((one) => one !== 'hidden').length;

interface Row {
  readonly id: string;
  readonly cells: readonly AccessCell[];
}

function Matrix({ rest, access, lake }: { rest: readonly string[]; access: AccessModel; lake: LakeModel }) {
  const isNarrow = useNarrow();
  const shared = useShared(persona);
  const personas = useMemo(
    () => [...access.personas].sort((a, b) => Number(a.workgroup === null) - Number(b.workgroup === null)),
    [access],
  );
  const groups = useMemo(() => rowsOf({ ...access, personas }, lake), [access, personas, lake]);
  const rows = groups.flatMap((group) => group.rows);
  const wanted = rest[0] ?? shared;
  const who = personas.find(({ name }) => name === wanted)?.name ?? personas[0]?.name ?? '';
  const fallback = rows.find(({ cells }) => cells.some(({ persona: name, kind }) => name === who && kind === 'part'));
  const table = rows.find(({ id }) => id === rest[1])?.id ?? (isNarrow ? undefined : (fallback ?? rows[0])?.id);
  const place = useRef<HTMLTableElement>(null);
  const isMoved = useRef(false);

  // Who is chosen in the top bar is looked at here.
  const last = useRef(shared);
  useEffect(() => {
    if (last.current !== shared) replace(href('access', shared, ...(table ? [table] : [])));
    last.current = shared;
  }, [shared, table]);
  useEffect(() => {
    if (isMoved.current) place.current?.querySelector<HTMLElement>('[aria-pressed=true]')?.focus();
    isMoved.current = false;
  }, [who, table]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const by = STEPS[event.key];
    if (!by || !(event.target as Element).closest('.mk')) return;
    event.preventDefault();
    const y = rows.findIndex(({ id }) => id === table) + by[0];
    const x = personas.findIndex(({ name }) => name === who) + by[1];
    const [row, column] = [rows[y], personas[x]];
    if (!row || !column || (isNarrow && by[1] !== 0)) return;
    isMoved.current = true;
    replace(href('access', column.name, row.id));
  };
  const why = table && <Why key={`${who} ${table}`} who={who} table={table} />;
  const focusable = table ?? rows[0]?.id;
  return (
    <div class="acc">
      <section class="panel" aria-label="Matrix">
        <header>
          <Legend />
        </header>
        <div class="scroll">
          <table class="mx" ref={place} onKeyDown={onKeyDown}>
            <thead>
              <tr>
                <th scope="col">Table</th>
                {personas.map(({ name }) => (
                  <th scope="col" key={name} class={`p${name === who ? ' sel' : ''}`}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            {groups.map(({ database, rows: own }) => (
              <tbody key={database}>
                <tr class="grp">
                  <th scope="rowgroup">{database}</th>
                  {personas.map(({ name }) => (
                    <td key={name} class={`p${name === who ? ' sel' : ''}`}>
                      <span class="cnt">
                        {
                          own.filter(({ cells }) => cells.some((cell) => cell.persona === name && cell.kind !== 'none'))
                            .length
                        }
                        {' of '}
                        {counted(own.length, 'table')}
                      </span>
                    </td>
                  ))}
                </tr>
                {own.map(({ id, cells }) => (
                  <Fragment key={id}>
                    <tr>
                      <th scope="row">{id.slice(database.length + 1)}</th>
                      {cells.map((cell) => (
                        <CellButton
                          key={cell.persona}
                          cell={cell}
                          isColumn={cell.persona === who}
                          isChosen={cell.persona === who && id === table}
                          isFocusable={cell.persona === who && id === focusable}
                        />
                      ))}
                    </tr>
                    {isNarrow && id === table && (
                      <tr>
                        <td class="inline" colSpan={personas.length + 1}>
                          {why}
                        </td>
                      </tr>
                    )}
                  </Fragment>
                ))}
              </tbody>
            ))}
          </table>
        </div>
      </section>
      {!isNarrow && why}
    </div>
  );
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
};

function rowsOf({ tables, cells, personas }: AccessModel, lake: LakeModel): { database: string; rows: Row[] }[] {
  const byTable = new Map<string, AccessCell[]>();
  const order = new Map(personas.map(({ name }, index) => [name, index]));
  for (const cell of cells) byTable.set(cell.table, [...(byTable.get(cell.table) ?? []), cell]);
  const rowOf = (id: string): Row => ({
    id,
    cells: (byTable.get(id) ?? []).sort((a, b) => (order.get(a.persona) ?? 0) - (order.get(b.persona) ?? 0)),
  });
  const known = new Set(tables.map(({ id }) => id));
  const groups = groupsOf(lake).map(({ database, tables: own }) => ({
    database,
    rows: own.filter(({ id }) => known.has(id)).map(({ id }) => rowOf(id)),
  }));
  const shown = new Set(groups.flatMap(({ rows }) => rows.map(({ id }) => id)));
  for (const { id } of tables) {
    if (shown.has(id)) continue;
    const group = groups.find(({ database }) => database === databaseOf(id));
    if (group) group.rows.push(rowOf(id));
    else groups.push({ database: databaseOf(id), rows: [rowOf(id)] });
  }
  return groups.filter(({ rows }) => rows.length > 0);
}

export function Legend() {
  return (
    <div class="legend">
      <span>
        <span class="sq" aria-hidden="true">
          <i class="f" />
        </span>
        column visible
      </span>
      <span>
        <span class="sq" aria-hidden="true">
          <i class="c" />
        </span>
        in some rows
      </span>
      <span>
        <span class="sq" aria-hidden="true">
          <i class="h" />
        </span>
        hidden
      </span>
    </div>
  );
}

function CellButton(given: { cell: AccessCell; isColumn: boolean; isChosen: boolean; isFocusable: boolean }) {
  const { cell, isColumn, isChosen, isFocusable } = given;
  const { persona: who, table, kind, columns, writes } = cell;
  const isCounted = columns.length > 24;
  return (
    <td class={`p${isColumn ? ' sel' : ''}`}>
      <button
        type="button"
        class={`mk${kind === 'none' ? ' none' : ''}`}
        data-cell={`${who}/${table}`}
        tabIndex={isFocusable ? 0 : -1}
        aria-pressed={isChosen}
        aria-label={`${who} on ${table}: ${wordsOf(cell)}`}
        onClick={() => replace(href('access', who, table))}
      >
        {kind !== 'none' && <Marks columns={columns} />}
        <span>
          {kind === 'none'
            ? 'none'
            : kind === 'part' && !isCounted
              ? `${seenOf(columns)} of ${columns.length}`
              : writes
                ? 'writes'
                : ''}
        </span>
      </button>
    </td>
  );
}

const SHAPE: Readonly<Record<ReasonStep['state'], Shape>> = { ok: 'ok', part: 'half', deny: 'deny', off: 'off' };
const STEP_WORD: Readonly<Record<ReasonStep['state'], string>> = {
  ok: 'allowed',
  part: 'narrowed',
  deny: 'refused',
  off: 'not reached',
};

/** The chain of reasons, up to the step that refuses. */
function Why({ who, table }: { who: string; table: string }) {
  const { data, error, reload } = useResource<AccessReasons>(
    `access/${[who, ...table.split('.')].map(part).join('/')}`,
  );
  return (
    <section class="panel why" aria-label="Why" aria-live="polite" aria-busy={!data && !error}>
      <div class="verdict">
        <span class="soft">
          {who} on <code>{table}</code>
        </span>
        <b>{data ? verdictOf(data) : '…'}</b>
      </div>
      {error && !data ? (
        <Failure title="The reasons could not be found" error={error} retry={reload} />
      ) : (
        data && <Chain reasons={data} who={who} table={table} />
      )}
    </section>
  );
}

function Chain({ reasons: { steps, error }, who, table }: { reasons: AccessReasons; who: string; table: string }) {
  const query = (): void => {
    choosePersona(who);
    go(href('sql', 'table', table));
  };
  return (
    <>
      <ol class="chain">
        {steps.map(({ state, text, note, source }, index) => (
          <li key={index} class={state === 'off' ? 'off' : ''}>
            <StateIcon state={SHAPE[state]} label={STEP_WORD[state]} />
            <span>
              {text}
              {note && <small class={state === 'off' ? '' : 'soft'}>{note}</small>}
              {source && <code>{source}</code>}
            </span>
          </li>
        ))}
      </ol>
      <div class="verdict last">
        {error === null ? (
          <button type="button" class="btn" onClick={query}>
            Query as {who}
          </button>
        ) : (
          <>
            <p class="soft">A query is answered with</p>
            <pre>{error}</pre>
          </>
        )}
      </div>
    </>
  );
}

function verdictOf({ cell: { kind, columns, writes }, rows, total }: AccessReasons): string {
  if (kind === 'none') return 'Sees nothing';
  const isAll = kind === 'all' && (rows === null || total === null || rows >= total);
  if (isAll) return writes ? 'Reads and writes everything' : 'Sees everything';
  const sight = `${seenOf(columns)} of ${counted(columns.length, 'column')}`;
  return rows === null || total === null
    ? `Sees ${sight}`
    : `Sees ${sight}, ${number(rows)} of ${counted(total, 'row')}`;
}
