import { useState } from 'preact/hooks';
import type { QueryModel, QueryRows } from '../../src/console/contract';
import { get, post } from '../api';
import { counted } from '../format';
import { Icon } from '../parts';
import { persona, useShared } from '../store';
import type { ViewProps } from './view';

export function SqlView({ rest: [kind, table] }: ViewProps) {
  const as = useShared(persona);
  const [sql, setSql] = useState(kind === 'table' && table ? `SELECT *\nFROM ${table}\nLIMIT 100` : 'SELECT 1 AS one');
  const [query, setQuery] = useState<QueryModel>();
  const [page, setPage] = useState<QueryRows>();
  const run = async (): Promise<void> => {
    let now = await post<QueryModel>('queries', { sql, persona: as });
    while (now.state === 'run') now = await get<QueryModel>(`queries/${now.id}`);
    setQuery(now);
    setPage(now.state === 'ok' ? await get<QueryRows>(`queries/${now.id}/rows?from=0`) : undefined);
  };
  return (
    <div class="stack">
      <div class="head">
        <h1>SQL</h1>
        <span class="right">
          <button type="button" class="btn primary" onClick={() => void run()}>
            <Icon name="play" />
            Run
          </button>
        </span>
      </div>
      <textarea
        aria-label="SQL"
        rows={8}
        class="mono"
        value={sql}
        onInput={({ currentTarget }) => setSql(currentTarget.value)}
      />
      {query?.error && <pre class="panel">{query.error}</pre>}
      {query && page && (
        <section class="panel scroll" aria-label="Result">
          <header>
            <h2>{counted(query.rows ?? 0, 'row')}</h2>
          </header>
          <table>
            <thead>
              <tr>
                {query.columns.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {page.rows.slice(0, 100).map((row, index) => (
                <tr key={index}>
                  {row.map((cell, column) => (
                    <td key={column} class="mono">
                      {cell ?? 'null'}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}
