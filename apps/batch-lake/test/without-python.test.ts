import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lake, type RunReport, type TaskReport } from 'lakewright';
import { afterAll, beforeAll, expect, test } from 'vitest';

const workspace = mkdtempSync(path.join(tmpdir(), 'batch-lake-without-python-'));
const lake = new Lake({ directory: path.join(__dirname, '..'), workspace });
let report: RunReport;

beforeAll(async () => {
  process.env.LAKEWRIGHT_PYTHON = path.join(workspace, 'no-python');
  process.env.LAKEWRIGHT_CACHE = path.join(workspace, 'cache');
  report = await lake.run();
}, 600_000);

afterAll(async () => {
  await lake.close();
  rmSync(workspace, { recursive: true, force: true });
});

const all = (tasks: readonly TaskReport[]): TaskReport[] => tasks.flatMap((one) => [one, ...all(one.items ?? [])]);

test('the lake runs without Python, and says what it left out and how to get it', () => {
  expect(report).toMatchObject({ state: 'SUCCEEDED', error: null });
  expect(report.leftOut).toMatchObject([{ tool: 'python', missing: 'Python 3.10 or 3.11' }]);
  expect(report.leftOut[0]?.tasks).toEqual([expect.stringMatching(/Nightly.*: Convert flights$/)]);
  expect(report.leftOut[0]?.get.join('\n')).toMatch(/LAKEWRIGHT_PYTHON/);
});

test('all that has no need of it is done: sources, crawlers, views', async () => {
  const states = new Map(all(report.tasks).map(({ name, state }) => [name, state]));
  for (const name of ['Replicate flights and airports', 'Extract bird strikes', 'Pull customers', 'Crawl-weather']) {
    expect(states.get(name), name).toBe('SUCCEEDED');
  }
  expect(report.personas[0]?.expected?.outcome).toBe('equal');
  expect((await lake.query('SELECT count(*) FROM converted.current_flights')).rows).toEqual([['3000000']]);
});

test('what follows is skipped because of it, and so are the checks of what was not made', () => {
  const skipped = all(report.tasks).filter(({ state }) => state === 'SKIPPED');
  for (const name of ['Build models', 'Make customers', 'Judge customers', 'Publish worst_routes']) {
    const found = skipped.find((one) => one.name === name);
    expect(found, name).toMatchObject({ reason: 'Convert flights was left out' });
  }
  const outcomes = report.personas.map(({ name, outcome }) => `${name} ${outcome}`);
  const skip = 'local-admin skipped';
  expect(outcomes.slice(1)).toEqual([skip, skip, skip, 'PrivacyAnalyst skipped', 'Analyst skipped', 'Guest refused']);
});
