import { useState } from 'preact/hooks';
import type { LakeModel, PersonaModel, TableDetail } from '../../src/console/contract';
import { part } from '../api';
import { useNarrow } from '../parts';
import { useResource } from '../store';
import { mentions, type Names } from './sql-completion';
import { groupsOf } from './table-groups';

interface TreeProps {
  readonly lake: LakeModel;
  readonly names: Names;
  readonly sql: string;
  readonly chosen: PersonaModel | undefined;
}

/** What the persona may ask for; a table's columns are fetched when it is opened. */
export function Tree({ lake, names, sql, chosen }: TreeProps) {
  const [filter, setFilter] = useState('');
  const isNarrow = useNarrow();
  const wanted = filter.trim().toLowerCase();
  const groups = groupsOf(lake)
    .map(({ database, tables }) => ({
      database,
      tables: tables.filter(
        ({ id }) =>
          names.has(id) &&
          (wanted === '' || id.includes(wanted) || names.get(id)?.some((one) => one.toLowerCase().includes(wanted))),
      ),
    }))
    .filter(({ tables }) => tables.length > 0);
  return (
    <nav class="panel tree side" aria-label="Tables and columns">
      <details class="fold" open={!isNarrow}>
        <summary>Tables and columns</summary>
        <input
          type="search"
          placeholder="Filter"
          aria-label="Filter tables and columns"
          value={filter}
          onInput={({ currentTarget }) => setFilter(currentTarget.value)}
        />
        {groups.map(({ database, tables }) => (
          <section key={database} aria-label={database}>
            <h2 class="h">{database}</h2>
            {tables.map(({ id, label }) => (
              <TableEntry key={id} id={id} label={label} isOpen={mentions(sql, id)} seen={names.get(id) ?? []} />
            ))}
          </section>
        ))}
        {groups.length === 0 && (
          <p class="hint">{wanted === '' ? `${chosen?.name ?? 'Nobody'} sees no table.` : 'Nothing by that name'}</p>
        )}
      </details>
    </nav>
  );
}

function TableEntry(given: { id: string; label: string; isOpen: boolean; seen: readonly string[] }) {
  const { id, label, isOpen, seen } = given;
  const [own, setOwn] = useState<boolean | undefined>();
  const shown = own ?? isOpen;
  return (
    <details
      open={shown}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== shown) setOwn(currentTarget.open);
      }}
    >
      <summary>{label}</summary>
      {shown && <Columns id={id} seen={seen} />}
    </details>
  );
}

function Columns({ id, seen }: { id: string; seen: readonly string[] }) {
  const { data } = useResource<TableDetail>(`tables/${id.split('.').map(part).join('/')}`);
  const types = new Map(data?.columns.map(({ name, type }) => [name, type]));
  return (
    <ul>
      {(data?.columns.map(({ name }) => name) ?? seen).map((name) => (
        <li key={name} class={seen.includes(name) ? '' : 'mute'}>
          <span>{name}</span>
          <span>{seen.includes(name) ? types.get(name) : 'hidden'}</span>
        </li>
      ))}
    </ul>
  );
}
