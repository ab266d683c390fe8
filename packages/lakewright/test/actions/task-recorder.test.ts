import { describe, expect, test } from 'vitest';
import { renderTask } from '../../src/actions/run/render';
import { TaskRecorder } from '../../src/actions/run/task-recorder';
import type { TaskReport } from '../../src/report/report';
import type { TraceEvent } from '../../src/services/states/trace';

function exited(more: Partial<TraceEvent>): TraceEvent {
  return {
    kind: 'exited',
    executionArn: 'e',
    stateMachineArn: 'm',
    id: more.name ?? '',
    name: '',
    type: 'Task',
    time: new Date(0),
    lakeTime: new Date(0),
    seconds: 1.25,
    outcome: 'SUCCEEDED',
    ...more,
  };
}

describe('a task recorder', () => {
  test('hangs what ran inside of a Map or Parallel state below it', () => {
    const done: TaskReport[] = [];
    const recorder = new TaskRecorder('Lake/Nightly', (task) => done.push(task));
    recorder.record(exited({ name: 'Copy one', parent: 'Copy', resource: 'aws-sdk:s3:copyObject' }));
    recorder.record(exited({ name: 'Copy other', parent: 'Copy' }));
    recorder.record(exited({ name: 'Copy', type: 'Map' }));
    expect(done.map(({ name }) => name)).toEqual(['Copy']);
    expect(recorder.tasks[0].items?.map(({ name, type }) => [name, type])).toEqual([
      ['Copy one', 'aws-sdk:s3:copyObject'],
      ['Copy other', 'Task'],
    ]);
  });

  test('hangs the parts that a task has measured below it', () => {
    const recorder = new TaskRecorder('Lake/Nightly', () => {});
    const item = { name: 'orders', type: 'dbt:model', state: 'SUCCEEDED', seconds: 2, rowsOut: 7 } as const;
    recorder.record(exited({ name: 'Dbt', measures: { rowsOut: 7, items: [item] } }));
    expect(recorder.tasks[0]).toMatchObject({
      name: 'Dbt',
      rowsOut: 7,
      items: [{ ...item, rowsIn: null, filesIn: null }],
    });
  });

  test('knows who wrote a table last', () => {
    const recorder = new TaskRecorder('Lake/Nightly', () => {});
    recorder.record(exited({ name: 'First', measures: { tables: ['raw.t'] } }));
    recorder.record(exited({ name: 'Second', measures: { tables: ['raw.t'], rowsOut: 3 } }));
    expect([...recorder.writers]).toEqual([['raw.t', 'Second']]);
    expect(recorder.tasks.map(({ rowsOut }) => rowsOut)).toEqual([null, 3]);
  });

  test('reports a failure with its cause, and leaves out states that only steer', () => {
    const recorder = new TaskRecorder('Lake/Nightly', () => {});
    recorder.record(exited({ name: 'Which?', type: 'Choice' }));
    recorder.record(exited({ name: 'Query', outcome: 'FAILED', error: 'Athena.Failed', cause: 'no table' }));
    expect(recorder.tasks).toHaveLength(1);
    expect(recorder.tasks[0]).toMatchObject({ state: 'FAILED', error: 'Athena.Failed: no table' });
    expect(renderTask(recorder.tasks[0], 1)).toMatch(/^ {2}Query .* 1\.[23] s {2}FAILED: Athena\.Failed: no table$/);
  });

  test('shows the branch or item, quarantined rows and what was up to date', () => {
    const recorder = new TaskRecorder('Lake/Nightly', () => {});
    recorder.record(
      exited({ name: 'Copy', parent: 'Each', iteration: 1, measures: { rowsOut: 5, rowsQuarantined: 2 } }),
    );
    recorder.record(exited({ name: 'Each', type: 'Map', measures: { filesIn: 0 } }));
    expect(recorder.tasks[0].items?.[0]).toMatchObject({ iteration: 1, rowsQuarantined: 2 });
    const [each, copy] = renderTask(recorder.tasks[0], 1).split('\n');
    expect(each).toMatch(/^ {2}Each .* s {2}up to date$/);
    expect(copy).toMatch(/^ {4}Copy #1 .* 5 rows .* s {2}2 quarantined$/);
  });
});
