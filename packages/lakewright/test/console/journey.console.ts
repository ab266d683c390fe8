import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launch, open, picture } from '../chromium';
import { violations } from './axe';
import { CUSTOMERS, FLIGHTS, GOOD_FLEET, serveConsole } from './console-lake';

const BY_TIER = 'SELECT tier, count(*) AS customers FROM datasets.customers GROUP BY tier ORDER BY tier';
const countsOf = (customers: typeof CUSTOMERS): string[][] =>
  ['basic', 'gold', 'silver'].map((tier) => [tier, String(customers.filter((one) => one.tier === tier).length)]);

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

it.each([
  [1280, 'light'],
  [390, 'dark'],
] as const)('from the map to an answer, a failed run and a green one, at %i px', async (width, colorScheme) => {
  const lake = await serveConsole();
  const { page, problems } = await open(browser, lake.url, {
    colorScheme,
    viewport: { width, height: 844 },
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  page.setDefaultTimeout(20_000);
  const seen = async (name: string): Promise<void> => {
    expect(await violations(page), name).toEqual([]);
    expect(problems, name).toEqual([]);
    await picture(page, `console-${name}-${width}`);
    problems.length = 0; // a picture is taken without the caret, by a style that the content policy refuses
  };
  try {
    await page.locator('[data-id="raw.flights"]').waitFor();
    await page.locator('[data-id="datasets.customers"].ok').waitFor();
    await seen('map');

    await page.getByRole('link', { name: 'SQL' }).click();
    await page.evaluate((text) => navigator.clipboard.writeText(text), BY_TIER);
    await page.locator('.cm-content').focus();
    await page.keyboard.press('ControlOrMeta+v');
    await page.keyboard.press('Escape');
    for (const [persona, customers] of [
      ['Analyst', CUSTOMERS.filter(({ country }) => country !== 'DE')],
      ['PrivacyAnalyst', CUSTOMERS],
    ] as const) {
      await page.locator('#persona').selectOption(persona);
      await page.locator('[data-runsql]').click();
      await page.locator('#live', { hasText: `3 rows as ${persona}` }).waitFor({ state: 'attached' });
      const cells = (): Promise<string[][]> =>
        page
          .locator('.vbody .vrow')
          .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
      await expect.poll(cells).toEqual(countsOf(customers));
      await expect.poll(() => page.locator('.chart svg rect').count()).toBe(3);
      const most = Math.max(...countsOf(customers).map(([, count]) => Number(count)));
      expect(await page.locator('.chart svg').getAttribute('aria-label')).toContain(`Highest ${most}`);
      await seen(`sql-${persona}`);
    }

    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.getByRole('button', { name: 'Run pipeline' }).click();
    await page.locator('[data-id="converted.fleet"].fail').waitFor();
    await seen('map-failed');
    await page.getByRole('link', { name: 'Open task' }).click();
    await page.locator('.err', { hasText: 'INVALID_CAST_ARGUMENT: Cannot cast varchar to integer' }).waitFor();
    await seen('run-failed');

    await lake.put('lake-raw', 'fleet/part-0.json', GOOD_FLEET);
    await page.getByRole('button', { name: 'Retry task' }).click();
    for (const task of ['convert-flights', 'convert-fleet', 'marts', 'gate']) {
      await page.locator(`[data-id="${task}"].ok`).waitFor();
    }
    await page.locator('#live', { hasText: 'Nightly succeeded' }).waitFor({ state: 'attached' });
    await seen('run-green');
    await page.getByRole('link', { name: 'Map', exact: true }).click();
    await page.locator('[data-id="datasets.delays"].ok', { hasText: `${groupsOf(FLIGHTS)}` }).waitFor();
    await seen('map-green');
  } finally {
    await page.context().close();
    await lake.close();
  }
});

const groupsOf = (flights: typeof FLIGHTS): number =>
  new Set(flights.map(({ origin, month }) => `${origin} ${month}`)).size;
