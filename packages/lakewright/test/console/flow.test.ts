import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { layersOf, reduced } from '../../src/console/layers';
import { statementsIn } from '../../src/console/model/lineage';
import { tablesInSql } from '../../src/console/model/sql-tables';
import { bundleDashboards } from '../../src/console/model/superset-bundle';
import { flowOf } from '../../src/console/runs/flow';
import { temporaryFolder } from '../workspace/temporary-workspace';

const task = (Next?: string, more = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::athena:startQueryExecution.sync',
  ...(Next ? { Next } : { End: true }),
  ...more,
});
const sequence = (States: Record<string, unknown>, StartAt = Object.keys(States)[0]) => ({ StartAt, States });
const flow = (definition: unknown, others: Record<string, unknown> = {}) =>
  flowOf('main', (arn) => (arn === 'main' ? definition : others[arn]));

describe('the flow of a pipeline', () => {
  it('leaves out what only steers, and what follows it follows what came before it', () => {
    const definition = sequence({
      name: { Type: 'Pass', Next: 'load' },
      load: task('ended?'),
      'ended?': { Type: 'Choice', Choices: [{ Next: 'check' }], Default: 'wait' },
      wait: { Type: 'Wait', Seconds: 5, Next: 'ended?' },
      check: task(),
    });
    const { tasks, edges } = flow(definition);
    expect(tasks.map(({ id }) => id)).toEqual(['load', 'check']);
    expect(edges).toEqual([['load', 'check']]);
  });

  it('opens stages with several branches, and takes one with a single branch for a task', () => {
    const stage = { Type: 'Parallel', Branches: [sequence({ a: task() }), sequence({ b: task() })], Next: 'c' };
    const wrapped = {
      Type: 'Parallel',
      Branches: [sequence({ 'c start': task('c look'), 'c look': task() })],
      End: true,
    };
    const { tasks, edges } = flow(sequence({ Load: stage, c: wrapped }));
    expect(tasks.map(({ id, stage: name }) => [id, name])).toEqual([
      ['a', 'Load'],
      ['b', 'Load'],
      ['c', undefined],
    ]);
    expect(tasks[2]?.states).toEqual(['c', 'c start', 'c look']);
    expect(edges).toEqual([
      ['a', 'c'],
      ['b', 'c'],
    ]);
  });

  it('opens a state machine that it starts, and one that starts itself once', () => {
    const start = (arn: string) =>
      task(undefined, {
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: { StateMachineArn: arn },
      });
    const { tasks } = flow(sequence({ Ingest: start('inner') }), {
      inner: sequence({ a: task('again'), again: start('inner') }),
    });
    expect(tasks.map(({ id, machineArn, stage }) => [id, machineArn, stage])).toEqual([
      ['a', 'inner', 'Ingest'],
      ['again', 'inner', 'Ingest'],
    ]);
  });

  it('knows what only a failure leads to', () => {
    const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'tell' }] };
    const { tasks } = flow(sequence({ load: task(undefined, caught), tell: task('stop'), stop: { Type: 'Fail' } }));
    expect(tasks.map(({ id, isHandler }) => [id, isHandler])).toEqual([
      ['load', false],
      ['tell', true],
    ]);
  });
});

describe('layers', () => {
  it('are the longest way, and a circle ends', () => {
    const layers = layersOf(
      ['a', 'b', 'c', 'd'],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
        ['c', 'b'],
        ['c', 'd'],
      ],
    );
    expect([...layers]).toEqual(
      expect.arrayContaining([
        ['a', 0],
        ['b', 1],
        ['c', 2],
        ['d', 3],
      ]),
    );
  });

  it('need no edge that a longer way says as well', () => {
    expect(
      reduced([
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ]),
    ).toEqual([
      ['a', 'b'],
      ['b', 'c'],
    ]);
  });
});

describe('tables in SQL', () => {
  const known = new Set(['raw.flights', 'converted.flights', 'datasets.worst_routes']);

  it('are those read and written, by whatever case and quotes', () => {
    const sql = 'INSERT INTO datasets.worst_routes SELECT * FROM "Converted"."FLIGHTS" f JOIN raw.flights USING (id)';
    expect(tablesInSql(sql, known)).toEqual({
      reads: ['converted.flights', 'raw.flights'],
      writes: ['datasets.worst_routes'],
    });
  });

  it('are none in comments and texts', () => {
    expect(tablesInSql("SELECT 'FROM raw.flights' -- FROM raw.flights\n/* FROM raw.flights */", known)).toEqual({
      reads: [],
      writes: [],
    });
  });

  it('are found in a text that a state machine puts together while it runs', () => {
    const definition = {
      QueryString:
        '{% "CREATE TABLE " & "converted" & ".flights_" & $run & "\\nWITH (format = \'PARQUET\') AS SELECT * FROM raw.flights" %}',
    };
    const [statement = ''] = statementsIn(definition);
    expect(tablesInSql(statement, known)).toEqual({ reads: ['raw.flights'], writes: ['converted.flights'] });
  });

  it('have no version that a run gave them', () => {
    const sql = 'SELECT * FROM converted.flights_ebe3cd966f7cd66322c3f41f45d4d021';
    expect(tablesInSql(sql, known).reads).toEqual(['converted.flights']);
  });
});

it('a dashboard of a bundle reads what the data sets of its charts do', () => {
  const folder = temporaryFolder();
  const files = {
    'datasets/Lake/routes.yaml': 'uuid: d1\nschema: datasets\ntable_name: worst_routes\nsql: null',
    'datasets/Lake/virtual.yaml': 'uuid: d2\nschema: raw\ntable_name: v\nsql: SELECT * FROM flights',
    'charts/a.yaml': 'uuid: c1\ndataset_uuid: d1',
    'charts/b.yaml': 'uuid: c2\ndataset_uuid: d2',
    'charts/elsewhere.yaml': 'uuid: c3\ndataset_uuid: d1',
    'dashboards/Delays.yaml':
      'uuid: b1\ndashboard_title: Delays\nposition:\n  A: { meta: { uuid: c1 } }\n  B: { meta: { uuid: c2 } }\n  V: v2',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  const known = new Set(['raw.flights', 'datasets.worst_routes']);
  expect(bundleDashboards(folder, known)).toEqual([
    {
      ...{ id: 'dashboard:b1', label: 'Delays', holds: '2 charts', format: 'Superset' },
      reads: ['datasets.worst_routes', 'raw.flights'],
    },
  ]);
});
