import { describe, expect, test } from 'vitest';
import type { ColumnConfiguration } from '../../src/private/extraction-configuration';
import { START, type Version, World } from './world';

const SECOND = 1000;

function version(id: number, second: number, visible = second): Version {
  return { id, at: START + second * SECOND, visible: START + visible * SECOND, text: `text ${id}` };
}

function at(second: number): number {
  return START + second * SECOND;
}

describe('an interval', () => {
  test('is half-open: a change at its end belongs to the next one', async () => {
    const world = new World({ overlapSeconds: 0 });
    world.versions.push(version(1, 9), version(2, 10), version(3, 10), version(4, 11));
    world.now = at(10);
    expect(await world.run('one')).toMatchObject({ rows: 1, outside: 2 });
    world.now = at(20);
    expect(await world.run('two')).toMatchObject({ rows: 3, interval: { from: '2026-03-01T00:00:10.000Z' } });
    expect((await world.delivered()).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  test('is repeated as far as the overlap goes, and what is later than that is lost', async () => {
    const world = new World({ overlapSeconds: 5 });
    world.versions.push(version(1, 4, 12), version(2, 6, 12));
    world.now = at(10);
    await world.run('one');
    world.now = at(20);
    expect(await world.run('two')).toMatchObject({ rows: 1 });
    expect((await world.delivered()).map(({ id }) => id)).toEqual([2]);
  });

  test('ends before the present by the lag', async () => {
    const world = new World({ lagSeconds: 60 });
    world.versions.push(version(1, 10), version(2, 50));
    world.now = at(80);
    expect(await world.run('one')).toMatchObject({ rows: 1, interval: { from: null, to: '2026-03-01T00:00:20.000Z' } });
  });

  test('without changes writes nothing into the target, and the next one begins where it ended', async () => {
    const world = new World();
    world.now = at(10);
    expect(await world.run('one')).toMatchObject({ rows: 0, files: [] });
    expect(world.keys('lake/things/')).toEqual([]);
    expect(world.json('lake/_lakewright/things/watermark.json').to).toBe('2026-03-01T00:00:10.000Z');
    world.now = at(20);
    expect(await world.run('two')).toMatchObject({ interval: { from: '2026-03-01T00:00:10.000Z' } });
  });

  test('may be divided into steps, each with files of its own', async () => {
    const world = new World({ initial: '2026-03-01T00:00:00Z', stepSeconds: 10 });
    world.versions.push(version(1, 1), version(2, 12), version(3, 25));
    world.now = at(30);
    const report = await world.run('one');
    expect(report.files).toEqual([
      'things/20260301T000000Z_20260301T000010Z-00000.parquet',
      'things/20260301T000010Z_20260301T000020Z-00000.parquet',
      'things/20260301T000020Z_20260301T000030Z-00000.parquet',
    ]);
    expect(report).toMatchObject({ rows: 3, continue: false, state: 'SUCCEEDED' });
  });

  test('that begins at "initial" asks for nothing before it', async () => {
    const world = new World({ initial: '2026-03-01T00:00:05Z' });
    world.versions.push(version(1, 1), version(2, 5));
    world.now = at(10);
    expect(await world.run('one')).toMatchObject({ rows: 1, outside: 0 });
    expect(world.asked[0]?.searchParams.get('since')).toBe('2026-03-01T00:00:04Z');
  });

  test('has its files in the folder of its day, if that is wanted', async () => {
    const world = new World();
    world.versions.push(version(1, 1));
    world.now = at(10);
    const { files } = await world.run('one', { dateFolder: 'extracted_on' });
    expect(files).toEqual(['things/extracted_on=2026-03-01/start_20260301T000010Z-00000.parquet']);
  });
});

describe('a run', () => {
  test('that is repeated after it succeeded answers the same, asks nothing and writes nothing new', async () => {
    const world = new World();
    world.versions.push(version(1, 1));
    world.now = at(10);
    const first = await world.run('one');
    const [calls, keys] = [world.calls, world.keys('lake/things/')];
    world.versions.push(version(2, 12));
    world.now = at(20);
    const nothing = { rowsIn: 0, rowsOut: 0, quarantined: 0, requests: 0 };
    expect(first.measures).toMatchObject({ rowsIn: 1, rowsOut: 1 });
    expect(await world.run('one')).toEqual({ ...first, measures: nothing });
    expect(JSON.parse(world.logged[1] ?? '').Rows).toBe(0);
    expect(world.calls).toBe(calls);
    expect(world.keys('lake/things/')).toEqual(keys);
  });

  test('leaves a report, and counts for CloudWatch in its log', async () => {
    const world = new World();
    world.versions.push(...[1, 2, 3, 4, 5].map((id) => version(id, id)));
    world.now = at(10);
    const answer = await world.run('one');
    const { continue: more, measures: _, ...report } = answer;
    expect(more).toBe(false);
    expect(world.json('lake/_lakewright/things/reports/one.json')).toEqual(report);
    expect(report).toMatchObject({ run: 'one', received: 5, rows: 5, duplicates: 0, quarantined: 0, requests: 2 });
    expect(report.files).toHaveLength(2);
    const bytes = world.keys('lake/things/').map((key) => world.store.objects.get(key)?.body.length ?? 0);
    expect(report.bytes).toBe(bytes.reduce((sum, each) => sum + each, 0));
    const metrics = JSON.parse(world.logged[0] ?? '');
    expect(metrics).toMatchObject({ Extraction: 'Lake/Things', Rows: 5, Quarantined: 0, Requests: 2 });
    expect(metrics._aws.CloudWatchMetrics[0].Namespace).toBe('Lakewright/Ingestion');
  });

  test('remembers what it delivered within the overlap, and nothing older', async () => {
    const world = new World({ overlapSeconds: 5 });
    world.versions.push(version(1, 1), version(2, 6), version(3, 9));
    world.now = at(10);
    await world.run('one');
    const { delivered, remembersFrom } = world.json('lake/_lakewright/things/watermark.json');
    expect(remembersFrom).toBe('2026-03-01T00:00:05.000Z');
    expect((delivered as [string, number][]).map(([, time]) => time)).toEqual([at(6), at(9)]);
  });

  test.each([
    ['a longer overlap', { watermark: { field: 'modified', format: 'iso', overlapSeconds: 3600, lagSeconds: 0 } }],
    ['another key', { key: ['id', 'text'] }],
  ] as const)('delivers nothing twice after a deployment with %s', async (_, change) => {
    const world = new World({ overlapSeconds: 5 });
    world.versions.push(version(1, 1), version(2, 6), version(3, 9));
    world.now = at(10);
    await world.run('one');
    world.versions.push(version(4, 12));
    world.now = at(20);
    await world.run('two', change);
    expect((await world.delivered()).map(({ id }) => id)).toEqual([1, 2, 3, 4]);
  });

  test('removes after a day what a run left behind that broke off', async () => {
    const world = new World();
    world.now = at(10);
    await world.store.put({ bucket: 'lake', key: '_lakewright/things/staging/dead/0' }, 'x');
    await world.run('one');
    expect(world.keys('lake/_lakewright/things/staging/')).toHaveLength(1);
    world.now = at(25 * 3600);
    await world.run('two');
    expect(world.keys('lake/_lakewright/things/staging/')).toEqual([]);
  });

  test('refuses a watermark that it can not read, and changes nothing', async () => {
    const world = new World();
    await world.store.put({ bucket: 'lake', key: '_lakewright/things/watermark.json' }, '{"version": 9}');
    await expect(world.run('one')).rejects.toThrow(/^WatermarkUnreadable: s3:\/\/lake.*has the version "9"/);
    expect(world.keys('lake/')).toEqual(['lake/_lakewright/things/watermark.json']);
  });
});

describe('columns', () => {
  test('that are declared keep their types, and records that do not fit go to the quarantine with the reason', async () => {
    const world = new World({ keyed: false });
    world.versions.push(version(1, 1), { ...version(2, 2), text: 'many' }, version(3, 3));
    world.now = at(10);
    const columns: ColumnConfiguration[] = [
      ['ID', 'int'],
      ['modified', 'timestamp'],
      ['text', 'date'],
    ];
    world.versions[0] = { ...version(1, 1), text: '2026-02-28' };
    const report = await world.run('one', { columns });
    expect(report).toMatchObject({ rows: 1, quarantined: 2, reasons: { 'column "text" is no date': 2 } });
    const [key = ''] = world.keys('lake/_lakewright/things/quarantine/');
    const lines = new TextDecoder().decode(world.store.objects.get(key)?.body).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).reason)).toEqual([
      'column "text" is "many" and no date',
      'column "text" is "text 3" and no date',
    ]);
    const [file = ''] = world.keys('lake/things/');
    expect(await world.rows(file)).toEqual([
      { ID: 1, modified: new Date(at(1)), text: new Date('2026-02-28T00:00:00Z') },
    ]);
  });

  test('a bad record that the overlap brings again is quarantined once', async () => {
    const world = new World();
    world.versions.push(version(1, 1));
    const columns: ColumnConfiguration[] = [['text', 'int']];
    for (const second of [10, 20, 30]) {
      world.now = at(second);
      await world.run(`run at ${second}`, { columns });
    }
    expect(world.keys('lake/_lakewright/things/quarantine/')).toHaveLength(1);
  });

  test('that are learnt are only ever widened, and the report says so', async () => {
    const world = new World({ declared: false });
    world.versions.push(version(1, 1));
    world.now = at(10);
    expect(await world.run('one')).toMatchObject({ widened: [] });
    expect(world.json('lake/_lakewright/things/watermark.json').columns).toEqual([
      ['id', 'bigint'],
      ['modified', 'string'],
      ['text', 'string'],
    ]);
    world.versions.push({ ...version(2, 11), id: 2.5 });
    world.now = at(20);
    expect(await world.run('two')).toMatchObject({ widened: ['id'], rows: 1 });
    world.versions.push(version(3, 21));
    world.now = at(30);
    expect(await world.run('three')).toMatchObject({ widened: [], rows: 1 });
    const types = await Promise.all(
      world.keys('lake/things/').map(async (key) => (await world.rows(key)).map(({ id }) => [typeof id, Number(id)])),
    );
    expect(types.flat()).toEqual([
      ['bigint', 1],
      ['number', 2.5],
      ['number', 3],
    ]);
  });
});
