import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { AccessReasons, TableSample } from '../../src/console/contract';
import { part } from '../api';
import { csv } from '../cells';
import { counted, number } from '../format';
import { copyAll, Grid } from '../grid';
import { Failure, Icon, StateIcon } from '../parts';
import { href } from '../router';
import { fixedRows } from '../rows';
import { persona, say, useResource, useShared } from '../store';

/** The first rows, as the chosen persona sees them. */
export function Sample({ id, mark }: { id: string; mark: string }) {
  const who = useShared(persona);
  const place = [who, ...id.split('.')].map(part).join('/');
  const { data, error, reload } = useResource<TableSample>(who === '' ? undefined : `sample/${place}`);
  const isFirst = useRef(true);
  useEffect(() => {
    if (!isFirst.current) reload();
    isFirst.current = false;
  }, [mark]);
  const source = useMemo(() => fixedRows(data?.rows ?? []), [data]);
  return (
    <section class="panel" aria-label={`Sample as ${who}`} aria-busy={!data && !error}>
      <header>
        <h2>Sample as {who}</h2>
        {data?.error === null && <Hidden who={who} id={id} shown={data.columns.map(({ name }) => name)} />}
        {data && data.rows.length > 0 && (
          <span class="right">
            <button type="button" class="btn ghost" onClick={() => void copyAll(data.columns, source)}>
              Copy
            </button>
            <button type="button" class="btn ghost" onClick={() => save(`${id}.csv`, csv(data.columns, data.rows))}>
              CSV
            </button>
          </span>
        )}
      </header>
      {error && !data ? (
        <Failure title="No sample could be read" error={error} retry={reload} />
      ) : !data ? null : data.error !== null ? (
        <div class="state">
          <h3>
            <StateIcon state="deny" label={false} /> {who} can’t read this table
          </h3>
          <pre>{data.error}</pre>
          <a class="btn" href={href('access', who, id)}>
            See why
          </a>
        </div>
      ) : data.rows.length === 0 ? (
        <div class="state">
          <p class="soft">The table has no rows that {who} sees.</p>
          <button type="button" class="btn" onClick={reload}>
            <Icon name="retry" />
            Read 100 rows
          </button>
        </div>
      ) : (
        <div class="sample-box">
          <Grid
            label={`Sample as ${who}, ${counted(data.rows.length, 'row')}`}
            columns={data.columns}
            source={source}
          />
        </div>
      )}
    </section>
  );
}

/** `624 rows and 2 columns (email, phone) are hidden. Why` */
function Hidden({ who, id, shown }: { who: string; id: string; shown: readonly string[] }) {
  const place = [who, ...id.split('.')].map(part).join('/');
  const { data } = useResource<AccessReasons>(`access/${place}`);
  if (!data || data.cell.kind === 'all') return null;
  const rows = data.rows === null || data.total === null ? 0 : Math.max(0, data.total - data.rows);
  const count = data.cell.columns.filter((sight) => sight === 'hidden').length;
  const parts = [...(rows > 0 ? [`${number(rows)} rows`] : []), ...(count > 0 ? [`${counted(count, 'column')}`] : [])];
  if (parts.length === 0 || shown.length === 0) return null;
  return (
    <span class="soft">
      {parts.join(' and ')} {rows + count === 1 ? 'is' : 'are'} hidden. <a href={href('access', who, id)}>Why</a>
    </span>
  );
}

function save(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
  say(`${name} saved`);
}
