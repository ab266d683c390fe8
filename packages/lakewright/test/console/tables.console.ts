import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, type Watched } from '../chromium';
import { sideways, violations, WIDTHS } from './axe';
import { CUSTOMERS, type ServedConsole, serveConsole } from './console-lake';

const PERSONAS = ['Analyst', 'PrivacyAnalyst', 'Guest'];
const hidden = CUSTOMERS.filter(({ country }) => country === 'DE').length;

let browser: Browser;
let lake: ServedConsole;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lake = await serveConsole();
  watched = await open(browser, `${lake.url}#tables/datasets.customers`);
  page = watched.page;
  page.setDefaultTimeout(10_000);
  await page.locator('h1', { hasText: 'customers' }).waitFor();
});

afterAll(async () => {
  await browser?.close();
  await lake?.close();
});

const as = (name: string): Promise<string[]> => page.locator('#persona').selectOption(name);
const show = async (hash: string, on: Page = page): Promise<void> => {
  await on.goto(`${lake.url}#${hash}`);
  await on.waitForFunction(() => !document.querySelector('main [aria-busy=true]'));
};

describe('a table', () => {
  it('tells its columns, what is in them, and who sees them', async () => {
    await page.locator('td', { hasText: 'unique' }).first().waitFor();
    const rows = await page.locator('.cols tbody tr').evaluateAll((all) =>
      all.map((row) => ({
        name: row.querySelector('th')?.textContent,
        values: row.children[2]?.textContent?.trim(),
        seen: [...row.querySelectorAll('[role=img]')].map((mark) => mark.getAttribute('aria-label')),
      })),
    );
    expect(await page.locator('.cols th.eye').allInnerTexts()).toEqual(PERSONAS);
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(CUSTOMERS[0] ?? {}));
    expect(rows[0]).toEqual({ name: 'customer_id', values: 'unique', seen: ['in some rows', 'visible', 'hidden'] });
    expect(rows[1]).toEqual({ name: 'email', values: 'unique', seen: ['hidden', 'visible', 'hidden'] });
    expect(rows[4]?.values).toBe('basic, gold, silver');
    expect(await page.locator('.strip').innerText()).toMatch(/60\s+rows.*read by\s+2\s+of 3 personas/s);
  });

  it('is sampled as the persona who is chosen', async () => {
    await as('Analyst');
    await page.locator('h2', { hasText: 'Sample as Analyst' }).waitFor();
    await page.getByText(`${hidden} rows and 2 columns are hidden.`).waitFor();
    expect(await page.locator('.vhead [role=columnheader]').allInnerTexts()).toEqual([
      'customer_id',
      'country',
      'tier',
    ]);
    await as('PrivacyAnalyst');
    await page.locator('.vhead', { hasText: 'email' }).waitFor();
    expect(await page.locator('.vgrid').getAttribute('aria-rowcount')).toBe(String(CUSTOMERS.length + 1));
    await as('Guest');
    await page.getByText('Guest can’t read this table').waitFor();
    expect(await page.locator('.stack pre').first().innerText()).toContain('athena:StartQueryExecution');
    const { queries } = await (await fetch(`${lake.url}api/queries`)).json();
    expect(queries).toEqual([]);
  });

  it('is found by the filter, and opened by J and K', async () => {
    await page.getByLabel('Filter tables').fill('sets.cust');
    expect(await page.locator('.side a').count()).toBe(1);
    await page.getByLabel('Filter tables').fill('');
    await page.locator('main').focus();
    await page.keyboard.press('j');
    await page.locator('h1', { hasText: 'delays' }).waitFor();
    await page.keyboard.press('k');
    await page.locator('h1', { hasText: 'customers' }).waitFor();
    await page.reload();
    await page.locator('h1', { hasText: 'customers' }).waitFor();
  });

  it('that is not there is named', async () => {
    await show('tables/datasets.nothing');
    await page.getByText('The catalog has no table').waitFor();
  });

  it('comes with its SQL into the editor', async () => {
    await show('tables/raw.flights');
    await page.locator('main').getByRole('link', { name: 'Query' }).click();
    await page.locator('.cm-content', { hasText: 'raw.flights' }).waitFor();
  });
});

describe('the view', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      it(`has no finding of axe, ${theme} at ${width} px`, async () => {
        const other = await open(browser, lake.url, { colorScheme: theme, viewport: { width, height: 844 } });
        for (const table of ['datasets.customers', 'raw.fleet']) {
          await show(`tables/${table}`, other.page);
          expect(await violations(other.page), table).toEqual([]);
        }
        expect(other.problems).toEqual([]);
        await other.page.context().close();
      });
    }
  }

  it('never scrolls sideways', async () => {
    await show('tables/datasets.customers');
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      expect(await sideways(page), `${width} px`).toBeLessThanOrEqual(0);
    }
  });

  it('left no error behind', () => {
    expect(watched.problems).toEqual([]);
  });
});
