import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, open, type Watched } from '../chromium';
import { sideways, violations, WIDTHS } from './axe';
import { CUSTOMERS, type ServedConsole, serveConsole } from './console-lake';

const seen = CUSTOMERS.filter(({ country }) => country !== 'DE').length;

let browser: Browser;
let lake: ServedConsole;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lake = await serveConsole();
  watched = await open(browser, `${lake.url}#access/Analyst/datasets.customers`);
  page = watched.page;
  page.setDefaultTimeout(10_000);
  await page.locator('.chain').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await lake?.close();
});

const verdict = (): Promise<string> => page.locator('.verdict b').innerText();
const cell = (name: string) => page.locator(`[data-cell="${name}"]`);

describe('the matrix', () => {
  it('has a cell for each persona and table, with what it means in words', async () => {
    expect(await page.locator('.mx thead th').allInnerTexts()).toEqual(['Table', 'Analyst', 'PrivacyAnalyst', 'Guest']);
    const label = (name: string): Promise<string | null> => cell(name).getAttribute('aria-label');
    expect(await label('Analyst/datasets.customers')).toBe(
      'Analyst on datasets.customers: 3 of 5 columns, in some rows',
    );
    expect(await label('PrivacyAnalyst/datasets.customers')).toBe(
      'PrivacyAnalyst on datasets.customers: all columns, all rows',
    );
    expect(await label('Guest/datasets.customers')).toBe('Guest on datasets.customers: none');
  });

  it('says why, up to the step that narrows or refuses', async () => {
    await page.locator('.verdict b', { hasText: `Sees 3 of 5 columns, ${seen} of ${CUSTOMERS.length} rows` }).waitFor();
    const steps = await page.locator('.chain li').allInnerTexts();
    expect(steps.join('\n')).toContain('Columns: all except email, phone');
    expect(steps.join('\n')).toContain("Rows: country <> 'DE'");
    await cell('Guest/datasets.customers').click();
    await page.locator('.verdict b', { hasText: 'Sees nothing' }).waitFor();
    const states = await page
      .locator('.chain svg')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')));
    expect(states).toEqual(['refused', 'not reached', 'not reached', 'not reached']);
    expect(await page.locator('.verdict pre').innerText()).toContain('athena:StartQueryExecution');
    await cell('PrivacyAnalyst/datasets.customers').click();
    await page.locator('.verdict b', { hasText: 'Sees everything' }).waitFor();
  });

  it('has one stop for Tab; arrows move in it, and the cell survives a reload', async () => {
    await cell('Analyst/datasets.customers').click();
    expect(await page.locator('.mk[tabindex="0"]').count()).toBe(1);
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => (document.activeElement as HTMLElement).dataset.cell);
    await cell('Analyst/datasets.customers').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(focused).toBe('PrivacyAnalyst/datasets.customers');
    await page.keyboard.press('ArrowDown');
    await expect.poll(focused).toBe('PrivacyAnalyst/datasets.delays');
    await page.keyboard.press('Tab');
    expect(await focused()).toBeUndefined();
    await page.reload();
    await page.locator('[data-cell="PrivacyAnalyst/datasets.delays"][aria-pressed=true]').waitFor();
  });

  it('leads to a query as that persona', async () => {
    await cell('Analyst/datasets.customers').click();
    await page.getByRole('button', { name: 'Query as Analyst' }).click();
    await page.locator('.cm-content', { hasText: 'datasets.customers' }).waitFor();
    expect(await page.locator('#persona').inputValue()).toBe('Analyst');
    await page.goto(`${lake.url}#access/Analyst/datasets.customers`);
    await page.locator('.chain').waitFor();
  });
});

describe('another assembly', () => {
  it('is compared: who gains what since then; a place that is none is said to be none', async () => {
    await page.getByRole('button', { name: 'Compare with another cdk.out' }).click();
    const dialog = page.locator('#compare');
    await dialog.getByLabel('Below the app’s folder').fill('before.json');
    await dialog.getByRole('button', { name: 'Compare', exact: true }).click();
    await dialog.getByText('2 changes since before.json').waitFor();
    expect(await dialog.locator('li').allInnerTexts()).toEqual([
      expect.stringMatching(/^Analyst on datasets\.customers\s+gains .*SELECT.*column country where country <> 'DE'/),
      expect.stringMatching(/^Analyst on datasets\.delays\s+gains DESCRIBE/),
    ]);
    expect(await violations(page)).toEqual([]);
    await dialog.getByLabel('Below the app’s folder').fill('AviationLake.json');
    await page.keyboard.press('Enter');
    await dialog.getByText('Nobody sees more or less than in AviationLake.json').waitFor();
    await page.keyboard.press('Escape');
    expect(await dialog.count()).toBe(0);
  });
});

describe('a narrow screen', () => {
  it('shows the chosen persona alone, with the reasons below the row that was touched', async () => {
    const { page: narrow } = await open(browser, `${lake.url}#access`, { viewport: { width: 390, height: 844 } });
    await narrow.locator('.mx').waitFor();
    expect(await narrow.locator('.mx thead th:visible').allInnerTexts()).toEqual(['Table', 'Analyst']);
    expect(await narrow.locator('.why').count()).toBe(0);
    await narrow.locator('[data-cell="Analyst/datasets.customers"]').click();
    await narrow.locator('.why').waitFor();
    const below = await narrow.evaluate(
      () =>
        document.querySelector('[data-cell="Analyst/datasets.customers"]')?.closest('tr')?.nextElementSibling
          ?.firstElementChild?.className,
    );
    expect(below).toBe('inline');
    await narrow.locator('#persona').selectOption('Guest');
    await narrow.locator('.why', { hasText: 'Sees nothing' }).waitFor();
    expect(await narrow.locator('.mx thead th:visible').allInnerTexts()).toEqual(['Table', 'Guest']);
    await narrow.context().close();
  });
});

describe('the view', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      it(`has no finding of axe, ${theme} at ${width} px`, async () => {
        const other = await open(browser, `${lake.url}#access/Analyst/datasets.customers`, {
          colorScheme: theme,
          viewport: { width, height: 844 },
        });
        await other.page.locator('.chain').waitFor();
        expect(await violations(other.page)).toEqual([]);
        expect(other.problems).toEqual([]);
        await other.page.context().close();
      });
    }
  }

  it('never scrolls sideways', async () => {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 });
      expect(await sideways(page), `${width} px`).toBeLessThanOrEqual(0);
    }
  });

  it('left no error behind', async () => {
    expect(await verdict()).toContain('Sees');
    expect(watched.problems).toEqual([]);
  });
});
