import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropArrived, dropRun } from '../../lambda/file-drop/drop-run';
import { configOf, MemoryDrop, rowsOf, runOf, text } from './memory-drop';

const CONFIG = configOf([text('name'), text('n', { type: 'integer', required: true })]);

describe('a run', () => {
  test('takes what is new in the inbox, keeps the originals, and touches nothing else', async () => {
    const store = new MemoryDrop();
    for (const name of ['a.csv', 'sub/b.csv', 'sub/']) store.put(name, `name,n\n${name},1\n`);
    expect(await dropRun(runOf(store, CONFIG), 'one')).toMatchObject({ taken: 2, rowsOut: 2 });
    store.put('c.csv', 'name,n\nc,1\n');
    expect(await dropRun(runOf(store, CONFIG), 'two')).toMatchObject({ taken: 1, rowsOut: 1 });
    const originals = [...store.state.keys()].filter((name) => name.startsWith('originals/'));
    expect(originals.map((name) => name.slice(27)).sort()).toEqual(['a.csv', 'c.csv', 'sub/b.csv']);
    expect(store.inbox.size).toBe(4);
    expect(store.document('reports/two.json')).toMatchObject({ state: 'SUCCEEDED', unchanged: 2, taken: 1 });
  });

  test('takes the same content once, under whatever name it comes', async () => {
    const store = new MemoryDrop();
    store.put('a.csv', 'name,n\na,1\n');
    await dropRun(runOf(store, CONFIG), 'one');
    store.put('b.csv', 'name,n\na,1\n');
    expect(await dropRun(runOf(store, CONFIG), 'two')).toMatchObject({ taken: 0, again: 1, rowsOut: 0 });
    expect(store.target.size).toBe(1);
  });

  test('takes what was refused again when the schema has changed, or the file', async () => {
    const store = new MemoryDrop();
    store.put('a.csv', 'name,n,x\na,1,2\n');
    store.put('b.csv', 'name\n');
    expect(await dropRun(runOf(store, CONFIG), 'one')).toMatchObject({ refused: 2 });
    expect(await dropRun(runOf(store, CONFIG), 'two')).toMatchObject({ refused: 0, taken: 0 });
    store.put('b.csv', 'name,n\nb,2\n');
    expect(await dropRun(runOf(store, { ...CONFIG, ignoreUnknown: true }), 'three')).toMatchObject({ taken: 2 });
    expect(store.target.size).toBe(2);
  });

  test('that must stop fails for a bad file or row, after the others, and again until it is mended', async () => {
    const store = new MemoryDrop();
    const stop = { ...CONFIG, stop: true };
    store.put('a.csv', 'name,n\na,x\n');
    store.put('b.csv', 'name,n\nb,2\n');
    const message =
      '1 files were refused, 1 taken: "a.csv" (BadRow: row 2: n: "x" is not a whole number of 64 bits → all rows fit the schema → mend the row in the file); all of them: s3://lake/state/reports/one.json';
    await expect(dropRun(runOf(store, stop), 'one')).rejects.toThrow(message);
    expect(await store.rows()).toEqual([{ name: 'b', n: 2n }]);
    await expect(dropRun(runOf(store, stop), 'one')).rejects.toThrow('1 files were refused, 0 taken');
    store.put('a.csv', 'name,n\na,1\n');
    expect(await dropRun(runOf(store, stop), 'two')).toMatchObject({ taken: 1 });
  });

  test('goes on where the time ended', async () => {
    const store = new MemoryDrop();
    for (let i = 0; i < 8; i++) store.put(`${i}.csv`, `name,n\na,${i}\n`);
    const run = runOf(store, CONFIG, { timeIsUp: () => true });
    const taken: number[] = [];
    for (let more = true; more; ) {
      const answer = await dropRun(run, 'one');
      taken.push(answer.taken);
      more = answer.continue;
    }
    expect(taken).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await store.rows()).map(({ n }) => n).sort()).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n]);
  });

  test('of an object that is overwritten meanwhile takes one version', async () => {
    const store = new MemoryDrop();
    store.put('a.csv', 'name,n\na,1\n');
    let changes = 1;
    store.gate = (call) => {
      if (call === 'download' && changes-- > 0) store.put('a.csv', 'name,n\na,2\n');
    };
    await dropRun(runOf(store, CONFIG), 'one');
    expect(await store.rows()).toEqual([{ name: 'a', n: 2n }]);
  });
});

test('an event that comes twice takes its object once, and leaves its report', async () => {
  const store = new MemoryDrop();
  store.put('a.csv', 'name,n\na,1\n');
  expect(await dropArrived(runOf(store, CONFIG), 'a.csv', 'event-1')).toMatchObject({ taken: 1, rowsOut: 1 });
  expect(await dropArrived(runOf(store, CONFIG), 'a.csv', 'event-2')).toMatchObject({ taken: 0, rowsOut: 0 });
  expect(store.uploads).toHaveLength(1);
  expect(store.document('reports/event-1.json')).toMatchObject({ state: 'SUCCEEDED', taken: 1 });
});

test('whatever call a run dies at, the next one ends with each content once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(3), { minLength: 1, maxLength: 5 }),
      fc.array(fc.nat(40), { maxLength: 4 }),
      async (contents, crashes) => {
        const store = new MemoryDrop();
        for (const [i, n] of contents.entries()) store.put(`${i}.csv`, `name,n\nbad,x\na,${n}\n`);
        for (const at of crashes) {
          let call = 0;
          store.gate = () => {
            if (call++ >= at) throw new Error('crash');
          };
          await dropRun(runOf(store, CONFIG), 'run').catch(() => undefined);
        }
        store.gate = () => {};
        await dropRun(runOf(store, CONFIG), 'run');
        const distinct = [...new Set(contents)].sort();
        const rows = await Promise.all([...store.target.values()].map(rowsOf));
        expect(
          rows
            .flat()
            .map(({ n }) => Number(n))
            .sort(),
        ).toEqual(distinct);
        const bad = [...store.state.keys()].filter((name) => name.startsWith('quarantine/rows/'));
        expect(bad).toHaveLength(distinct.length);
      },
    ),
    { numRuns: 60 },
  );
});
