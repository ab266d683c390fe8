import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Crash, type Fault } from './memory-store';
import { START, type Version, World, type WorldOptions } from './world';

const OVERLAP = 30;
const SECOND = 1000;

/** A change: when, how far the source's clock is off, how long until the API shows it. Together within the overlap. */
const change = fc.record({
  id: fc.nat(12),
  // whole seconds half of the time: equal times, and times on the boundaries of intervals
  at: fc.oneof(
    fc.nat(120).map((seconds) => seconds * SECOND),
    fc.nat(120 * SECOND),
  ),
  skew: fc.integer({ min: -12 * SECOND, max: 12 * SECOND }),
  delay: fc.nat(15 * SECOND),
});

const run = fc.record({
  after: fc.integer({ min: 0, max: 40 * SECOND }),
  fault: fc.option(
    fc.record({ request: fc.nat(14), moment: fc.constantFrom<Fault['moment']>('before', 'after', 'repeated') }),
  ),
  retried: fc.boolean(),
});

const options: fc.Arbitrary<WorldOptions> = fc.record({
  pagination: fc.constantFrom('none', 'cursor', 'nextUrl', 'link', 'page', 'offset'),
  pageSize: fc.integer({ min: 1, max: 4 }),
  after: fc.boolean(),
  keyed: fc.boolean(),
  declared: fc.boolean(),
  latency: fc.constantFrom(0, 700),
  initial: fc.constantFrom(undefined, '2026-02-28T23:59:00Z'),
  overlapSeconds: fc.constant(OVERLAP),
});

/** Changes of one record must not share a time: they could not be told apart, nor ordered. */
function versions(changes: readonly Change[], update: boolean): Version[] {
  const made: Version[] = [];
  for (const [index, { id: chosen, at, skew, delay }] of changes.entries()) {
    const id = update ? chosen : index;
    const time = START + at + skew;
    if (made.some((version) => version.id === id && version.at === time)) continue;
    made.push({ id, at: time, visible: START + at + delay, text: `text ${index}` });
  }
  return made;
}

type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;
type Run = typeof run extends fc.Arbitrary<infer T> ? T : never;

async function live(world: World, runs: readonly Run[]): Promise<void> {
  for (const [index, { after, fault, retried }] of runs.entries()) {
    world.now += after;
    world.store.fault = fault ? { ...fault, request: world.store.requests + fault.request } : undefined;
    try {
      await world.run(`run-${index}`);
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      world.store.fault = undefined;
      if (retried) await world.run(`run-${index}`);
    }
  }
  world.store.fault = undefined;
  world.now = Math.max(world.now, ...world.versions.map(({ at, visible }) => Math.max(at, visible))) + 2 * SECOND;
  await world.run('last');
}

function rowsOf(shown: readonly Version[]) {
  return shown
    .map(({ id, at, text }) => ({ id, modified: at, text }))
    .sort((a, b) => a.id - b.id || a.modified - b.modified);
}

/** A record that comes in before the first page, of one record, makes the second page the same as the first. */
const INSERTED_BETWEEN_PAGES: [Change[], Run[], WorldOptions] = [
  [
    { id: 0, at: 60669, skew: 0, delay: 0 },
    { id: 0, at: 61000, skew: -332, delay: 0 },
    { id: 0, at: 0, skew: 0, delay: 0 },
  ],
  [19000, 11442, 26727].map((after) => ({ after, fault: null, retried: false })),
  { pagination: 'offset', pageSize: 1, after: true, keyed: false, declared: false, latency: 700, overlapSeconds: 30 },
];

describe('whatever is late, skewed, equal, empty, broken off or repeated', () => {
  test('of records that are only added, each one is delivered, and once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 14 }),
        fc.array(run, { maxLength: 6 }),
        options,
        async (changes, runs, of) => {
          const world = new World(of);
          world.versions.push(...versions(changes, false));
          await live(world, runs);
          expect(await world.delivered()).toEqual(rowsOf(world.versions));
        },
      ),
      { numRuns: 150, examples: [INSERTED_BETWEEN_PAGES] },
    );
  });

  test('of records that change, the last version of each is delivered, and no version twice', async () => {
    const byCursor = options.map((of) => ({ ...of, pagination: 'cursor' as const }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { maxLength: 14 }),
        fc.array(run, { maxLength: 6 }),
        byCursor,
        async (changes, runs, of) => {
          const world = new World(of);
          world.versions.push(...versions(changes, true));
          await live(world, runs);
          const delivered = await world.delivered();
          for (const row of rowsOf(world.shown())) expect(delivered).toContainEqual(row);
          const all = rowsOf(world.versions);
          for (const row of delivered) expect(all).toContainEqual(row);
          expect(new Set(delivered.map(({ id, modified }) => `${id} ${modified}`)).size).toBe(delivered.length);
        },
      ),
      { numRuns: 150 },
    );
  });

  test('runs that are interleaved in any way deliver each record once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), fc.scheduler(), async (changes, scheduler) => {
        const world = new World({ overlapSeconds: OVERLAP, pageSize: 3 });
        world.versions.push(...versions(changes, false));
        world.now += 70 * SECOND;
        world.store.gate = (label) => scheduler.schedule(Promise.resolve(), label);
        world.gate = world.store.gate;
        const runs = Promise.all([world.run('a'), world.run('b'), world.run('c')]);
        await scheduler.waitFor(runs);
        world.store.gate = async () => {};
        world.gate = world.store.gate;
        await live(world, []);
        expect(await world.delivered()).toEqual(rowsOf(world.versions));
        expect(world.keys('lake/_lakewright/things/staging/')).toEqual([]);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a crash at every single request to S3', () => {
  const changes: Version[] = [1, 2, 3, 3, 9, 10, 10, 11, 40, 55, 60, 60].map((second, id) => ({
    id,
    at: START + second * SECOND,
    visible: START + second * SECOND + (id % 4) * 5 * SECOND,
    text: `text ${id}`,
  }));

  async function scenario(fault: Fault | undefined, retry: 'same run' | 'next run') {
    const world = new World({ overlapSeconds: OVERLAP, stepSeconds: 20, initial: '2026-03-01T00:00:00Z' });
    world.versions.push(...changes);
    world.store.fault = fault;
    for (const [index, second] of [12, 12, 35, 62, 100].entries()) {
      world.now = START + second * SECOND;
      try {
        await world.run(`run-${index}`);
      } catch (error) {
        if (!(error instanceof Crash)) throw error;
        world.store.fault = undefined;
        world.now += 3 * SECOND;
        if (retry === 'same run') await world.run(`run-${index}`);
      }
    }
    world.store.fault = undefined;
    await world.run('last');
    return world;
  }

  test.each(['before', 'after', 'repeated'] as const)(
    '%s it takes effect loses nothing and doubles nothing',
    async (moment) => {
      const expected = rowsOf(changes);
      const count = (await scenario(undefined, 'next run')).store.requests;
      expect(count).toBeGreaterThan(20);
      for (let request = 0; request < count; request += 1) {
        for (const retry of ['same run', 'next run'] as const) {
          const world = await scenario({ request, moment }, retry);
          expect(await world.delivered(), `request ${request}, ${retry}`).toEqual(expected);
          expect(world.json('lake/_lakewright/things/watermark.json').publications).toEqual([]);
        }
      }
    },
  );
});
