import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SOURCE_ETAG } from '../../lambda/s3-copy/copy-object';
import { type CopyRun, copyArrived, copyRun } from '../../lambda/s3-copy/copy-run';
import { keyFilter } from '../../lambda/s3-copy/glob';
import { MemoryS3, MemoryState, s3Error } from './memory-s3';

/** Parts of 4 characters, for all that has more than 10. */
function setUp(pageSize = 3, more: Partial<CopyRun> = {}) {
  const source = new MemoryS3(pageSize);
  const target = new MemoryS3(pageSize, 'another key');
  const state = new MemoryState();
  const run: CopyRun = {
    source: source.source(),
    target: target.target(source),
    state,
    sourcePrefix: 'in/',
    targetPrefix: 'raw/weather/',
    sourceUri: 's3://source/in/',
    targetUri: 's3://target/raw/weather/',
    partsAbove: 10,
    partSize: 4,
    concurrency: 4,
    wanted: (key) => key !== '',
    now: () => new Date(0),
    timeIsUp: () => false,
    ...more,
  };
  return { source, target, state, run };
}

const bodies = (bucket: MemoryS3, prefix: string) =>
  Object.fromEntries(
    [...bucket.objects]
      .filter(([key]) => key.startsWith(prefix) && key !== prefix)
      .map(([key, { body }]) => [key.slice(prefix.length), body])
      .sort(),
  );

async function toTheEnd(run: CopyRun, runId: string): Promise<number> {
  for (let invocation = 1; ; invocation++) {
    if (!(await copyRun(run, runId)).continue) return invocation;
    if (invocation > 5000) throw new Error('the run gets no further');
  }
}

describe('a copy', () => {
  test('keeps the structure of the keys, metadata and tags, and nothing else of the source', async () => {
    const { source, target, run } = setUp();
    source.put('in/2024/01/a.csv', 'a', { metadata: { by: 'station' }, contentType: 'text/csv', tags: 'pii=no' });
    source.put('in/2024/01/large.csv', 'more than ten characters', { metadata: { by: 'ship' }, tags: 'pii=yes' });
    source.put('in/', '');
    source.put('inside/b.csv', 'b');
    const { copied, bytes } = await copyRun(run, 'one');
    expect({ copied, bytes }).toEqual({ copied: 2, bytes: 25 });
    expect(bodies(target, '')).toEqual({
      'raw/weather/2024/01/a.csv': 'a',
      'raw/weather/2024/01/large.csv': 'more than ten characters',
    });
    const [small, large] = [...target.objects.values()];
    expect(small).toMatchObject({ contentType: 'text/csv', tags: 'pii=no', metadata: { by: 'station' } });
    expect(large).toMatchObject({ tags: 'pii=yes', metadata: { by: 'ship' } });
    expect(large?.metadata[SOURCE_ETAG]).toBe(source.objects.get('in/2024/01/large.csv')?.etag);
    expect(target.calls.filter((call) => call === 'copyPart')).toHaveLength(6);
  });

  test('never deletes in the target, and overwrites what differs', async () => {
    const { source, target, run } = setUp();
    source.put('in/a', 'new');
    target.put('raw/weather/a', 'old');
    target.put('raw/weather/gone-in-source', 'kept');
    await copyRun(run, 'one');
    expect(bodies(target, 'raw/weather/')).toEqual({ a: 'new', 'gone-in-source': 'kept' });
  });

  test('of objects with the same length notices other bytes by their ETag', async () => {
    const { source, target, run } = setUp();
    source.put('in/a', 'one');
    await copyRun(run, 'one');
    source.put('in/a', 'two');
    expect((await copyRun(run, 'two')).copied).toBe(1);
    expect(bodies(target, 'raw/weather/')).toEqual({ a: 'two' });
    expect(await copyRun(run, 'three')).toMatchObject({ copied: 0, skipped: 1 });
  });

  test('asks for no metadata where the ETags of both listings are equal', async () => {
    const { source, target, run } = setUp();
    source.put('in/a', 'same', { etag: 'e' });
    target.put('raw/weather/a', 'same', { etag: 'e' });
    await copyRun(run, 'one');
    expect(target.calls).toEqual(['list']);
  });

  test('takes what the filters leave', async () => {
    const wanted = keyFilter({ include: ['*.csv', '2024/**'], exclude: ['**/tmp/*', '_*'] });
    const { source, target, run } = setUp(3, { wanted });
    for (const key of ['a.csv', 'x/b.csv', 'x/tmp/c.csv', '2024/d.txt', '2024/_SUCCESS', 'e.txt', 'f.csv.gz']) {
      source.put(`in/${key}`, key.slice(0, 9));
    }
    await copyRun(run, 'one');
    expect(Object.keys(bodies(target, 'raw/weather/'))).toEqual(['2024/d.txt', 'a.csv', 'x/b.csv']);
  });

  test('copies all others when objects fail, and then fails with their names', async () => {
    const { source, target, state, run } = setUp();
    for (const key of ['a', 'b', 'c', 'd', 'e']) source.put(`in/${key}`, key);
    target.gate = (call, key) => {
      if (call === 'copy' && /[bd]$/.test(key)) throw s3Error('AccessDenied');
    };
    await expect(copyRun(run, 'one')).rejects.toThrow(
      '2 objects were not copied, 3 were: "in/b" (AccessDenied: AccessDenied of the test), "in/d" (AccessDenied: AccessDenied of the test); all of them: s3://state/reports/one.json',
    );
    expect(Object.keys(bodies(target, 'raw/weather/'))).toEqual(['a', 'c', 'e']);
    target.gate = () => {};
    expect(await copyRun(run, 'one')).toMatchObject({ copied: 2, skipped: 3, failed: 0 });
    expect(JSON.parse(state.documents.get('reports/one.json') ?? '')).toMatchObject({ state: 'SUCCEEDED', failed: 0 });
  });

  test('that may not list fails at once', async () => {
    const { source, run } = setUp();
    source.gate = () => {
      throw s3Error('AccessDenied');
    };
    await expect(copyRun(run, 'one')).rejects.toThrow('AccessDenied');
  });

  test('of an object that is overwritten meanwhile is a copy of one version', async () => {
    const { source, target, run } = setUp();
    source.put('in/large', 'aaaabbbbcccc');
    let changes = 1;
    target.gate = (call, key) => {
      if (call === 'copyPart' && key.endsWith('#2') && changes-- > 0) source.put('in/large', 'xxxxyyyyzzzz');
    };
    await copyRun(run, 'one');
    expect(bodies(target, 'raw/weather/')).toEqual({ large: 'xxxxyyyyzzzz' });
  });

  test('of an object that never rests fails by name', async () => {
    const { source, target, run } = setUp();
    source.put('in/a', 'a');
    let version = 0;
    target.gate = (call) => {
      if (call === 'copy') source.put('in/a', `${version++}`);
    };
    await expect(copyRun(run, 'one')).rejects.toThrow(
      '"in/a" (Error: the object changed during each of three attempts',
    );
  });

  test('of an object that was deleted meanwhile goes on', async () => {
    const { source, target, state, run } = setUp();
    source.put('in/a', 'a');
    source.put('in/b', 'b');
    target.gate = (call, key) => {
      if (call === 'copy' && key.endsWith('a')) source.delete('in/a');
    };
    expect(await copyRun(run, 'one')).toMatchObject({ copied: 1, failed: 0 });
    expect(JSON.parse(state.documents.get('reports/one.json') ?? '')).toMatchObject({ gone: 1 });
  });

  test('repeated with the run id of a run that succeeded does nothing', async () => {
    const { source, target, run } = setUp();
    source.put('in/a', 'a');
    const first = await copyRun(run, 'one');
    const calls = target.calls.length;
    expect(await copyRun(run, 'one')).toEqual(first);
    expect(target.calls.length).toBe(calls);
  });
});

describe('an object that arrives', () => {
  test('is copied once, however often its event comes', async () => {
    const { source, target, run } = setUp();
    source.put('in/x/a b+ü.csv', 'a');
    expect(await copyArrived(run, 'in/x/a b+ü.csv')).toBe('copied');
    expect(await copyArrived(run, 'in/x/a b+ü.csv')).toBe('skipped');
    expect(bodies(target, 'raw/weather/')).toEqual({ 'x/a b+ü.csv': 'a' });
  });

  test('is left alone outside of the prefix, and when it is gone', async () => {
    const { source, target, run } = setUp();
    source.put('other/a', 'a');
    expect(await copyArrived(run, 'other/a')).toBe('excluded');
    expect(await copyArrived(run, 'in/gone')).toBe('gone');
    expect(target.written).toEqual([]);
  });

  test('and is too large for one invocation goes on with the parts that are missing', async () => {
    let parts = 0;
    const { source, target, run } = setUp(3, { timeIsUp: () => parts >= 2, concurrency: 1 });
    target.gate = (call) => {
      if (call === 'copyPart') parts++;
    };
    source.put('in/large', 'aaaabbbbccccdddd');
    await expect(copyArrived(run, 'in/large')).rejects.toThrow('copied in parts and not complete');
    parts = 0;
    expect(await copyArrived(run, 'in/large')).toBe('copied');
    expect(target.calls.filter((call) => call === 'copyPart')).toHaveLength(4);
    expect(bodies(target, 'raw/weather/')).toEqual({ large: 'aaaabbbbccccdddd' });
  });
});

describe('whatever happens, the target equals the source in the end', () => {
  const key = fc.oneof(
    fc.string({
      unit: fc.constantFrom('a', 'b', '/', '-', '.', ' ', '+', 'é', '\uffee', '😀'),
      minLength: 1,
      maxLength: 6,
    }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  );
  const body = fc.string({ unit: fc.constantFrom('x', 'y'), maxLength: 24 });
  const contents = fc.dictionary(key, body, { maxKeys: 14 });

  test('with pauses at any point and changes of the source between them', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents,
        contents,
        fc.array(fc.boolean(), { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (before, after, pauses, pageSize, concurrency) => {
          const pausing = [...pauses];
          const { source, target, run } = setUp(pageSize, { concurrency, timeIsUp: () => pausing.pop() ?? false });
          for (const [name, text] of Object.entries(before)) source.put(`in/${name}`, text);
          await copyRun(run, 'first');
          for (const [name, text] of Object.entries(after)) source.put(`in/${name}`, text);
          await toTheEnd(run, 'first');
          await toTheEnd(run, 'second');
          expect(bodies(target, 'raw/weather/')).toEqual(bodies(source, 'in/'));
          const settled = target.written.length;
          await toTheEnd(run, 'third');
          expect(target.written.length).toBe(settled);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('with a crash at any call, before or after its effect, and twice nothing is copied', async () => {
    await fc.assert(
      fc.asyncProperty(
        contents,
        fc.array(fc.nat(60), { maxLength: 5 }),
        fc.boolean(),
        async (objects, crashes, serial) => {
          const { source, target, state, run } = setUp(3, { concurrency: serial ? 1 : 3 });
          for (const [name, text] of Object.entries(objects)) source.put(`in/${name}`, text);
          for (const at of crashes) {
            let call = 0;
            // a process that died makes no further call
            const crash = () => {
              if (call++ >= at) throw new Error('crash');
            };
            source.gate = target.gate = state.gate = crash;
            await copyRun(run, 'one').catch(() => undefined);
          }
          source.gate = target.gate = state.gate = () => {};
          await toTheEnd(run, 'one');
          expect(bodies(target, 'raw/weather/')).toEqual(bodies(source, 'in/'));
          // at most what was lost with the answer of a call that had its effect is nothing: the target shows it
          expect(target.written.length).toBe(target.objects.size);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('50,000 keys go through in pages of a thousand, with no call for those that are there', async () => {
  const { source, target, run } = setUp(1000, { concurrency: 32 });
  for (let i = 0; i < 50_000; i++) {
    source.put(`in/day=${i % 365}/part-${i}.parquet`, 'x', { etag: `${i}` });
    if (i % 10 !== 0) target.put(`raw/weather/day=${i % 365}/part-${i}.parquet`, 'x', { etag: `${i}` });
  }
  expect(await copyRun(run, 'one')).toMatchObject({ copied: 5000, skipped: 45_000, failed: 0 });
  expect(source.calls.filter((call) => call === 'list')).toHaveLength(50);
  expect(target.calls.filter((call) => call === 'head')).toHaveLength(0);
});
