import type { TableDetail } from '../../src/console/contract';
import { part } from '../api';
import { bytes, counted, number } from '../format';
import { Empty, Failure, Loading, StateIcon } from '../parts';
import { href } from '../router';
import { useResource } from '../store';
import type { ViewProps } from './view';

export function TablesView({ rest: [chosen], lake }: ViewProps) {
  const tables = lake.data?.nodes.filter(({ kind }) => kind === 'table' || kind === 'view') ?? [];
  const id = chosen ?? tables[0]?.id;
  const [database, name] = id?.split('.') ?? [];
  const detail = useResource<TableDetail>(
    id === undefined ? undefined : `tables/${part(database ?? '')}/${part(name ?? '')}`,
  );
  if (lake.data && tables.length === 0) {
    return (
      <>
        <h1 class="vh">Tables</h1>
        <Empty title="No tables yet" text="The first run creates them." command="npx lakewright run" />
      </>
    );
  }
  return (
    <div class="split">
      <nav class="panel side" aria-label="Tables">
        {tables.map((table) => (
          <a key={table.id} href={href('tables', table.id)} aria-current={table.id === id ? 'page' : undefined}>
            <StateIcon state={table.state} />
            <span>{table.id}</span>
            <span class="num mute">{table.rows === null ? '' : number(table.rows)}</span>
          </a>
        ))}
      </nav>
      {detail.data ? (
        <Detail detail={detail.data} />
      ) : detail.error ? (
        <>
          <h1 class="vh">Tables</h1>
          <Failure title={`${id} could not be read`} error={detail.error} retry={detail.reload} />
        </>
      ) : (
        <>
          <h1 class="vh">Tables</h1>
          <Loading />
        </>
      )}
    </div>
  );
}

function Detail({ detail: { node, columns, location, files, fileCount } }: { detail: TableDetail }) {
  return (
    <div class="stack">
      <div class="head">
        <h1>{node.label}</h1>
        <p>
          {[
            node.rows === null ? '' : counted(node.rows, 'row'),
            node.format,
            location ?? '',
            counted(fileCount, 'file'),
          ]
            .filter(Boolean)
            .join(' · ')}
        </p>
      </div>
      <section class="panel">
        <table>
          <tbody>
            {columns.map(({ name, type }) => (
              <tr key={name}>
                <th scope="row" class="mono">
                  {name}
                </th>
                <td class="mono soft">{type}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      <section class="panel">
        <table>
          <tbody>
            {files.map((file) => (
              <tr key={file.name}>
                <td class="mono">{file.name}</td>
                <td class="num">{bytes(file.bytes)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}
