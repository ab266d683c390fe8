import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findChromium, NO_CHROMIUM } from '../../../../scripts/chromium.mjs';
import type { RunningSuperset } from '../../src/actions/superset/superset';
import { ensureEnvironment } from '../../src/engines/python/environment';
import { launch } from '../chromium';
import { APP, type SampleLake, sampleLake } from './sample-lake';

const made = await ensureEnvironment('superset').then(
  () => undefined,
  (error: Error) => error.message.split('\n')[0],
);
const missing = made ?? (findChromium() ? undefined : NO_CHROMIUM);
const CHARTS = 8;
const PERSONAL = ['first_name', 'last_name', 'email', 'phone', 'birth_date'];

interface Seen {
  readonly page: Page;
  /** Rows of each chart, by the name of its first column or metric. */
  readonly answers: { readonly status: number; readonly rows: number; readonly text: string }[];
  /** Requests that left this machine: the content policy stops them before. */
  readonly outside: string[];
}

describe.skipIf(missing)(`a real Superset on the sample lake${missing ? ` (not run: ${missing})` : ''}`, () => {
  let sample: SampleLake;
  let browser: Browser;
  let superset: RunningSuperset;
  let seen: Seen;

  beforeAll(async () => {
    sample = await sampleLake();
    browser = await launch();
    superset = await sample.lake.superset({ port: 0 }); // as the app says: its role, its dashboards
    seen = await dashboard(browser, superset);
  });
  afterAll(async () => {
    await browser?.close();
    await superset?.close();
    await sample?.close();
  });

  test('shows every chart of the dashboard, with rows of the local lake', async () => {
    const charts = seen.answers.filter(({ text }) => text.includes('colnames'));
    expect(charts.map(({ status }) => status)).toEqual(charts.map(() => 200));
    expect(charts.length).toBeGreaterThanOrEqual(CHARTS);
    for (const { rows, text } of charts) expect(rows, text).toBeGreaterThan(0);
    const { page } = seen;
    expect(await page.locator('[data-test="chart-container"]').count()).toBe(CHARTS);
    expect(
      await page.locator('.dashboard-chart canvas, .dashboard-chart svg path, .dashboard-chart table').count(),
    ).toBeGreaterThanOrEqual(5);
    expect(await page.getByText(/Unexpected error|No results|See more|error occurred/i).count()).toBe(0);
  });

  test('counts as an independent query does, in the months that the filter names', async () => {
    const [[flights]] = await sample.independently(
      "SELECT sum(flights) FROM {delays_by_airport_month} WHERE month BETWEEN '2001-01' AND '2001-06'",
    );
    const shown = Number(flights).toLocaleString('en-US');
    await expect.poll(() => seen.page.getByText(shown, { exact: true }).count()).toBe(1);
    const [[worst]] = await sample.independently(
      "SELECT origin || ' → ' || destination FROM {worst_routes} WHERE route_rank = 1",
    );
    expect(await seen.page.getByText(String(worst), { exact: true }).count()).toBe(1);
  });

  test('sends nothing to other machines', () => {
    expect(seen.outside).toEqual([]);
  });

  test("knows no personal column as the app's role: not in the catalog, nor in a row, nor by its name", async () => {
    expect(superset.persona).toMatch(/Superset/);
    await withoutPersonalColumns(seen.page, superset.url);
  });

  test('knows none as the analyst', async () => {
    await superset.close();
    superset = await sample.lake.superset({ as: 'Analyst', port: 0 });
    const { page } = await dashboard(browser, superset);
    await withoutPersonalColumns(page, superset.url);
  });

  test('knows them as the privacy analyst, on the same database: the same dashboards, other rows', async () => {
    await superset.close();
    const again = await sample.lake.superset({ as: 'PrivacyAnalyst', port: 0 });
    superset = again;
    expect(again.password).toHaveLength(16);
    const { page } = await dashboard(browser, again);
    const { api } = await session(page, again.url);
    expect((await api('GET', '/api/v1/dashboard/')).count).toBe(1);
    expect((await api('GET', '/api/v1/chart/')).count).toBe(CHARTS);
    const { data } = await sql(api, 'SELECT * FROM datasets.customers');
    expect(Object.keys(data[0])).toEqual(expect.arrayContaining(PERSONAL));
    expect(new Set(data.map(({ region }: { region: string }) => region))).toEqual(new Set(['EU', 'NA']));
  });

  test('keeps the log-in from other users of the machine, and off the command line', () => {
    const file = path.join(sample.workspace, 'superset', 'log-in.json');
    expect(JSON.parse(readFileSync(file, 'utf8')).password).toBe(superset.password);
    const processes = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
    for (const pid of processes) expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(superset.password);
  });

  test('a bundle with a broken reference is refused by name, and nothing goes on running', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'lakewright-broken-'));
    cpSync(path.join(APP, 'dashboards'), folder, { recursive: true });
    mkdirSync(path.join(folder, 'charts'), { recursive: true });
    writeFileSync(path.join(folder, 'charts', 'Lost.yaml'), 'slice_name: Lost\nuuid: a\ndataset_uuid: gone\n');
    await expect(sample.lake.superset({ as: 'Analyst', bundle: folder, port: 0 })).rejects.toMatchObject({
      code: 'LW_SUPERSET_FAILED',
      message: expect.stringContaining('charts/Lost.yaml: dataset_uuid is gone → which no file of the bundle has'),
    });
    expect((await fetch(`${superset.url}/health`)).status).toBe(200);
  });
});

async function withoutPersonalColumns(page: Page, url: string): Promise<void> {
  const { api } = await session(page, url);
  const { columns } = await api(
    'GET',
    `/api/v1/database/${await lakeId(api)}/table_metadata/?name=customers&schema=datasets`,
  );
  const names = columns.map(({ name }: { name: string }) => name);
  expect(names).toEqual(['customer_id', 'region', 'home_airport', 'miles', 'newsletter']);
  const all = await sql(api, 'SELECT * FROM datasets.customers');
  expect(Object.keys(all.data[0])).toEqual(names);
  expect(new Set(all.data.map(({ region }: { region: string }) => region))).toEqual(new Set(['NA']));
  for (const column of PERSONAL) {
    const refused = await sql(api, `SELECT ${column} FROM datasets.customers`);
    expect(refused.errors[0].message).toMatch(
      new RegExp(`COLUMN_NOT_FOUND: line \\d+:\\d+: Column '${column}' cannot be resolved`), // Superset formats what it sends
    );
  }
}

/** Logs in, opens the dashboard, and waits until no chart loads any more. */
async function dashboard(browser: Browser, { url, username, password }: RunningSuperset): Promise<Seen> {
  const page = await (await browser.newContext({ viewport: { width: 1400, height: 2000 } })).newPage();
  const seen: Seen = { page, answers: [], outside: [] };
  page.on('response', async (response) => {
    if (!new URL(response.url()).host.startsWith('127.0.0.1') && /^https?:/.test(response.url()))
      seen.outside.push(response.url());
    if (!response.url().includes('/api/v1/chart/data')) return;
    const text = await response.text().catch(() => '');
    const rows = [...text.matchAll(/"rowcount": (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    seen.answers.push({ status: response.status(), rows, text: text.slice(0, 2_000) });
  });
  page.setDefaultTimeout(600_000); // a laptop that does other things besides
  await page.goto(`${url}/login/`);
  await page.locator('input[type="password"]').waitFor();
  await page.locator('input:not([type="password"]):not([type="hidden"])').first().fill(username);
  await page.locator('input[type="password"]').fill(password);
  await page.locator('button[type="submit"]').click();
  await page.waitForURL((where) => !where.pathname.includes('login'));
  await page.goto(`${url}/superset/dashboard/delays/`);
  await page
    .locator('[data-test="chart-container"]')
    .nth(CHARTS - 1)
    .waitFor({ timeout: 600_000 });
  await until(() => seen.answers.length >= CHARTS);
  await until(
    async () => (await page.locator('.dashboard [data-test="loading-indicator"], .dashboard .loading').count()) === 0,
  );
  await page.waitForTimeout(2_000); // charts are drawn with a movement
  const reports = path.join(__dirname, '../../test-reports');
  mkdirSync(reports, { recursive: true });
  await page.screenshot({ path: path.join(reports, 'superset-delays.png') });
  return seen;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 600_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`not within 10 minutes: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

// biome-ignore lint/suspicious/noExplicitAny: answers of Superset's API
type Api = (method: string, place: string, body?: unknown) => Promise<any>;

/** Superset's API, in the session of a page. */
async function session(page: Page, url: string): Promise<{ api: Api }> {
  const token = (await (await page.request.get(`${url}/api/v1/security/csrf_token/`)).json()).result;
  const headers = { 'X-CSRFToken': token, Referer: url };
  return {
    api: async (method, place, data) =>
      await (await page.request.fetch(`${url}${place}`, { method, headers, data })).json(),
  };
}

async function lakeId(api: Api): Promise<number> {
  return (await api('GET', '/api/v1/database/')).result[0].id;
}

async function sql(api: Api, text: string) {
  return await api('POST', '/api/v1/sqllab/execute/', {
    database_id: await lakeId(api),
    sql: text,
    schema: 'datasets',
    runAsync: false,
  });
}
