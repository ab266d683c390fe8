/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, type Watched } from '../chromium';
import { sideways, violations, WIDTHS } from './axe';
import { GOOD_FLEET, type ServedConsole, serveConsole } from './console-lake';

const VIEWS = ['map', 'tables', 'sql', 'runs', 'access', 'coverage'];

let browser: Browser;
let lake: ServedConsole;

beforeAll(async () => {
  browser = await launch();
  lake = await serveConsole();
});

afterAll(async () => {
  await browser?.close();
  await lake?.close();
});

const shown = async (page: Page, view: string): Promise<void> => {
  await page.goto(`${lake.url}#${view}`);
  await page.locator('main h1').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));
};

const focused = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement)?.dataset.id);

describe('a run', () => {
  let watched: Watched;
  let page: Page;
  beforeAll(async () => {
    watched = await open(browser, lake.url);
    page = watched.page;
  });
  afterAll(() => page?.context().close());

  it('is started on the map, fails, and says why', async () => {
    await page.getByRole('button', { name: 'Run pipeline' }).click();
    const notice = page.getByRole('region', { name: 'Needs attention: convert-fleet failed' });
    await notice.waitFor();
    expect(await notice.innerText()).toContain('INVALID_CAST_ARGUMENT');
    await page.locator('[data-id="converted.fleet"].fail').waitFor();
    await notice.getByRole('link', { name: 'Open task' }).click();
    await page.locator('.err', { hasText: 'INVALID_CAST_ARGUMENT: Cannot cast varchar to integer' }).waitFor();
    expect(page.url()).toMatch(/#runs\/AviationLake%2FNightly\/1\/convert-fleet$/);
    expect(await page.locator('.log .ERROR').first().innerText()).toContain('convert-fleet failed');
  });

  it('goes on with what failed when it is retried, and the focus stays', async () => {
    await lake.put('lake-raw', 'fleet/part-0.json', GOOD_FLEET);
    await page.getByRole('button', { name: 'Retry task' }).click();
    await page.locator('#runchip', { hasText: 'Nightly succeeded' }).waitFor();
    await page.locator('[data-id="convert-fleet"].ok').waitFor();
    expect(await page.locator('.node.wait, .node.skipd, .node.run').count()).toBe(0);
    expect(await focused(page)).toBe('convert-fleet');
    await page.goto(`${lake.url}#map`);
    await page.locator('[data-id="datasets.delays"].ok').waitFor();
    expect(await page.locator('.notice').count()).toBe(0);
  });

  it('is seen as it goes: within 250 ms of what happens', async () => {
    await page.goto(`${lake.url}#runs`);
    await page.getByRole('button', { name: 'Run again' }).waitFor();
    await page.evaluate(() => {
      const seen: Record<string, number> = {};
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const marts = document.querySelector('[data-id="marts"]');
        if (marts?.classList.contains('run')) seen.marts ??= Date.now();
      }).observe(document.body, { subtree: true, childList: true, attributes: true });
    });
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.locator('h1', { hasText: 'Run 2' }).waitFor();
    await page.locator('[data-id="gate"].ok').waitFor();
    const run = await (await fetch(`${lake.url}api/runs/AviationLake%2FNightly/2`)).json();
    const marts = run.tasks.find(({ id }: { id: string }) => id === 'marts');
    const seen = await page.evaluate(() => (window as unknown as { seen: { marts: number } }).seen.marts);
    // The scale begins where the run does.
    expect(seen - (Date.parse(run.run.started) + marts.at * 1000)).toBeLessThan(250);
    expect(await page.locator('#live').innerText()).toBe('Nightly succeeded');
  });

  it('can be stopped while it goes on, and what does not apply is not there', async () => {
    await page.getByRole('button', { name: 'Run again' }).click();
    const stop = page.getByRole('button', { name: 'Stop run' });
    await stop.waitFor();
    expect(await page.getByRole('button', { name: 'Run again' }).count()).toBe(0);
    await page.locator('[data-id="marts"].run').waitFor();
    await stop.click();
    await page.locator('#runchip', { hasText: 'Nightly stopped' }).waitFor();
    await page.getByRole('button', { name: 'Redrive from failure' }).waitFor();
    expect(await page.getByRole('button', { name: 'Stop run' }).count()).toBe(0);
  });

  it('left no error behind, and asked nobody else', () => {
    expect(watched.problems).toEqual([]);
    expect(watched.requests.filter((url) => !url.startsWith(lake.url))).toEqual([]);
  });
});

describe('every view', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      it(`has no finding of axe, ${theme} at ${width} px`, async () => {
        const { page, problems } = await open(browser, lake.url, {
          colorScheme: theme,
          viewport: { width, height: 844 },
        });
        for (const view of VIEWS) {
          await shown(page, view);
          expect(await violations(page), view).toEqual([]);
        }
        expect(problems).toEqual([]);
        await page.context().close();
      });
    }
  }

  it('never scrolls sideways', async () => {
    const { page } = await open(browser, lake.url);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      for (const view of VIEWS) {
        await shown(page, view);
        expect(await sideways(page), `${view} at ${width} px`).toBeLessThanOrEqual(0);
      }
    }
    await page.context().close();
  });

  it('says what is the matter while it waits, where there is nothing, and where something fails; axe agrees', async () => {
    const { page } = await open(browser, lake.url);
    const nothing = {
      zones: [],
      nodes: [],
      edges: [],
      notices: [],
      pipelines: [],
      runs: [],
      personas: [],
      tables: [],
      cells: [],
      groups: [],
      problems: [],
      queries: [],
    };
    const answers = {
      empty: { status: 200, body: JSON.stringify({ ...nothing, name: 'Lake' }) },
      error: { status: 500, body: JSON.stringify({ code: 'LW_BROKEN', message: 'cdk.out/manifest.json is broken' }) },
    };
    for (const [name, answer] of Object.entries(answers)) {
      await page.unrouteAll();
      await page.route(/\/api\/(?!events)/, (route) => route.fulfill({ contentType: 'application/json', ...answer }));
      for (const view of VIEWS) {
        await page.goto('about:blank');
        await page.goto(`${lake.url}#${view}`);
        await page.locator('main h1').first().waitFor({ state: 'attached' });
        await page.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));
        if (name === 'error' && view !== 'sql')
          expect(await page.locator('main').innerText()).toContain('manifest.json is broken');
        expect(await violations(page), `${name} ${view}`).toEqual([]);
      }
    }
    await page.unrouteAll();
    await page.route(/\/api\/(?!events)/, () => {}); // never answered
    for (const view of VIEWS) {
      await page.goto('about:blank');
      await page.goto(`${lake.url}#${view}`);
      await page.locator('main [aria-busy=true]').first().waitFor({ state: 'attached' });
      await page.waitForTimeout(350);
      expect(await violations(page), `loading ${view}`).toEqual([]);
    }
    await page.context().close();
  });
});

describe('the keyboard', () => {
  it('opens each view by its number, and the list of keys', async () => {
    const { page } = await open(browser, lake.url);
    await shown(page, 'map');
    for (const [index, view] of VIEWS.entries()) {
      await page.locator('main').focus();
      await page.keyboard.press(String(index + 1));
      await page.waitForFunction((name) => location.hash === `#${name}`, view);
    }
    await page.locator('main').focus();
    await page.keyboard.press('?');
    await page.locator('#help[open]').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.locator('#single').uncheck();
    await page.keyboard.press('Escape');
    await page.locator('main').focus();
    await page.keyboard.press('1');
    expect(page.url()).toMatch(/#coverage$/);
    await page.reload();
    await page.locator('main').focus();
    await page.keyboard.press('1');
    expect(page.url()).toMatch(/#coverage$/);
    await page.context().close();
  });

  it('comes to a table in three actions', async () => {
    const { page } = await open(browser, lake.url);
    await shown(page, 'map');
    await page.keyboard.press('Control+k');
    await page.locator('#palette[open]').waitFor();
    await page.keyboard.type('sets.cust');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#tables/datasets.customers');
    await page.context().close();
  });

  it('follows the lines of the map, and the chosen node survives a reload', async () => {
    const { page } = await open(browser, lake.url);
    await shown(page, 'map');
    await page.locator('[data-id="raw.flights"]').focus();
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('converted.flights');
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toBe('datasets.delays');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await focused(page)).toBe('raw.flights');
    await page.keyboard.press('Tab');
    expect(await focused(page)).not.toBe('raw.flights');
    await page.reload();
    await page.locator('[data-id="raw.flights"][aria-pressed=true]').waitFor();
    expect(await page.locator('#dock h2').innerText()).toBe('raw.flights');
    await page.context().close();
  });

  it('is in no trap: Tab goes through a view and out of it', async () => {
    const { page } = await open(browser, lake.url);
    for (const view of VIEWS.filter((one) => one !== 'sql')) {
      await shown(page, view);
      const names = new Set<string>();
      for (let step = 0; step < 60; step++) {
        await page.keyboard.press('Tab');
        names.add(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? ''));
      }
      expect(names.size, view).toBeGreaterThan(10);
    }
    await page.context().close();
  });

  it('retries by R, and goes through the runs by J and K', async () => {
    const { page } = await open(browser, lake.url);
    await shown(page, 'runs');
    await page.locator('.side a').first().waitFor();
    await page.locator('main').focus();
    await page.keyboard.press('j');
    await page.locator('h1', { hasText: 'Run 2' }).waitFor();
    await page.keyboard.press('k');
    await page.locator('h1', { hasText: 'Run 3' }).waitFor();
    await page.context().close();
  });
});

describe('a large lake', () => {
  it('has its map on the screen within 500 ms: 300 nodes', async () => {
    const { page } = await open(browser, 'about:blank');
    const zones = ['raw', 'converted', 'datasets'].map((id) => ({ id, title: id, hint: '' }));
    const nodes = zones.flatMap(({ id: zone }) =>
      Array.from({ length: 100 }, (_, at) => ({
        ...{ id: `${zone}.table_${at}`, kind: 'table', label: `table_${at}`, zone, state: 'ok', rows: at * 1000 },
        ...{ columns: 9, bytes: 1, format: 'Parquet', updated: new Date().toISOString() },
      })),
    );
    const edge = (from: string, to: string) => (at: number) => ({
      from: `${from}.table_${at}`,
      to: `${to}.table_${at}`,
      rows: 9,
    });
    const edges = Array.from({ length: 100 }, (_, at) => [
      edge('raw', 'converted')(at),
      edge('converted', 'datasets')(at),
    ]);
    const body = JSON.stringify({
      name: 'Large',
      zones,
      nodes,
      edges: edges.flat(),
      pipelines: [],
      notices: [],
      personas: [],
    });
    await page.route(/\/api\/lake$/, (route) => route.fulfill({ contentType: 'application/json', body }));
    const times: number[] = [];
    for (let attempt = 0; attempt < 3; attempt++) {
      await page.goto('about:blank');
      await page.goto(`${lake.url}#map`);
      await page.waitForFunction(() => document.querySelectorAll('.node').length === 300);
      // From the answer to the frame that shows it: what the page itself takes.
      times.push(
        await page.evaluate(async () => {
          const [entry] = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/api/lake'));
          const paths = () => document.querySelectorAll('.edge').length;
          while (paths() < 200) await new Promise(requestAnimationFrame);
          return performance.now() - ((entry as PerformanceResourceTiming)?.responseEnd ?? 0);
        }),
      );
    }
    expect(Math.min(...times)).toBeLessThan(500);
    await page.context().close();
  });
});

describe('a narrow screen', () => {
  it('has lists for graphs; the details open right below what was touched', async () => {
    const { page } = await open(browser, lake.url, { viewport: { width: 390, height: 844 } });
    await shown(page, 'map');
    expect(await page.locator('svg.edges').first().isVisible()).toBe(false);
    expect(await page.locator('#dock').count()).toBe(0);
    await page.locator('[data-id="converted.flights"]').click();
    await page.locator('#dock').waitFor();
    const below = await page.evaluate(
      () => document.querySelector('[data-id="converted.flights"]')?.nextElementSibling?.id,
    );
    expect(below).toBe('dock');
    await page.getByRole('link', { name: 'Runs' }).click();
    await page.locator('[data-id="marts"]').click();
    await page.locator('[aria-label="Task marts"]').waitFor();
    await page.context().close();
  });
});

describe('motion and theme', () => {
  it('nothing moves where less motion is wished', async () => {
    const { page } = await open(browser, lake.url, { reducedMotion: 'reduce' });
    await shown(page, 'runs');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.locator('.node.run').first().waitFor();
    expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
    await page.locator('#runchip', { hasText: 'Nightly succeeded' }).waitFor();
    await page.context().close();
  });

  it('the theme is kept', async () => {
    const { page } = await open(browser, lake.url, { colorScheme: 'light' });
    await shown(page, 'map');
    await page.keyboard.press('t');
    await page.reload();
    await page.locator('main h1').waitFor();
    expect(await page.evaluate(() => document.documentElement.style.colorScheme)).toBe('dark');
    await page.context().close();
  });
});

describe('the bundle', () => {
  it('has no more than 600 kB, and its parts have licences', async () => {
    const { gzipSync } = await import('node:zlib');
    const file = (name: string) =>
      readFileSync(fileURLToPath(new URL(`../../assets/console/${name}`, import.meta.url)));
    const size = ['index.html', 'app.css', 'app.js'].reduce((sum, name) => sum + gzipSync(file(name)).length, 0);
    expect(size).toBeLessThan(600_000);
    expect(file('THIRD-PARTY-LICENSES.txt').toString()).toMatch(/^preact [\d.]+ \(MIT\)/m);
  });
});
