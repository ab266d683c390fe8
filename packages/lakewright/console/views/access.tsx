import type { AccessModel } from '../../src/console/contract';
import { Failure, Loading, Marks } from '../parts';
import { useResource } from '../store';
import type { ViewProps } from './view';

export function AccessView(_: ViewProps) {
  const { data, error, reload } = useResource<AccessModel>('access');
  if (!data)
    return (
      <>
        <h1 class="vh">Access</h1>
        {error ? <Failure title="Access could not be worked out" error={error} retry={reload} /> : <Loading />}
      </>
    );
  return (
    <>
      <div class="head">
        <h1>Who sees what</h1>
      </div>
      <section class="panel scroll">
        <table class="mx">
          <thead>
            <tr>
              <th scope="col">Table</th>
              {data.personas.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {data.tables.map(({ id }) => (
              <tr key={id}>
                <th scope="row">{id}</th>
                {data.personas.map(({ name }) => {
                  const cell = data.cells.find((one) => one.table === id && one.persona === name);
                  return <td key={name}>{cell && cell.kind !== 'none' ? <Marks columns={cell.columns} /> : 'none'}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
