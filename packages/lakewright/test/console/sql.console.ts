import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launch, open, type Watched } from '../chromium';
import { sideways, violations, WIDTHS } from './axe';
import { CUSTOMERS, type ServedConsole, serveConsole } from './console-lake';

const EVERYBODY = 'SELECT *\nFROM   datasets.customers\nORDER BY customer_id';
const SERIES = `SELECT * FROM (VALUES ${['ATL', 'DEN', 'ORD']
  .flatMap((airport, place) => [1, 2, 3].map((month) => `('2001-0${month}', '${airport}', ${place * 4 + month}.5)`))
  .join(', ')}) AS t (month, airport, delay)`;
const MILLION =
  'SELECT (a - 1) * 1000 + b - 1 AS place, a % 7 AS week FROM UNNEST(sequence(1, 1000)) AS x (a) CROSS JOIN UNNEST(sequence(1, 1000)) AS y (b) ORDER BY 1';

const seenByAnalyst = CUSTOMERS.filter(({ country }) => country !== 'DE');

let browser: Browser;
let lake: ServedConsole;
let watched: Watched;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lake = await serveConsole();
  watched = await open(browser, `${lake.url}#sql`, { permissions: ['clipboard-read', 'clipboard-write'] });
  page = watched.page;
  page.setDefaultTimeout(8_000);
  await page.locator('.cm-content').waitFor();
});

afterAll(async () => {
  await browser?.close();
  await lake?.close();
});

/** Pasted, as people do: the browser's own way to put text there gives it styles, which the content policy refuses. */
async function write(sql: string): Promise<void> {
  await page.evaluate((text) => navigator.clipboard.writeText(text), sql);
  await page.locator('.cm-content').focus();
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.press('ControlOrMeta+v');
  await page.keyboard.press('Escape');
}

async function as(name: string): Promise<void> {
  await page.locator('#persona').selectOption(name);
}

/** As `name`, with everybody's outcome. */
async function run(sql: string, name = 'Analyst'): Promise<void> {
  await as(name);
  await write(sql);
  await page.locator('[data-runsql]').click();
  await settled();
}

const settled = (on: Page = page): Promise<unknown> =>
  on.waitForFunction(() => {
    const cards = [...document.querySelectorAll('.outcomes small')].map((one) => one.textContent ?? '');
    return cards.length > 0 && cards.every((text) => !/^(waits|runs|not asked yet)$/.test(text));
  });

const outcome = (name: string): Promise<string> => page.locator(`[data-as=${name}] small`).innerText();
const cells = (): Promise<string[][]> =>
  page
    .locator('.vbody .vrow')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
const header = (): Promise<string[]> => page.locator('.vhead [role=columnheader]').allInnerTexts();

describe('one SQL', () => {
  beforeEach(() => run(EVERYBODY));

  it('has an outcome for each persona', async () => {
    expect(await outcome('Analyst')).toBe(`${seenByAnalyst.length} rows, no email, phone`);
    expect(await outcome('PrivacyAnalyst')).toBe(`${CUSTOMERS.length} rows, all 5 columns`);
    expect(await outcome('Guest')).toBe('refused, 0 bytes read');
    expect(await header()).toEqual(['customer_id', 'country', 'tier']);
    const [first] = await cells();
    expect(first).toEqual([String(CUSTOMERS[0]?.customer_id), CUSTOMERS[0]?.country, CUSTOMERS[0]?.tier]);
    expect(await page.locator('#live').innerText()).toBe(`${seenByAnalyst.length} rows as Analyst`);
  });

  it('changes the persona everywhere by a choice among them', async () => {
    await page.locator('[data-as=PrivacyAnalyst]').click();
    expect(await page.locator('#persona').inputValue()).toBe('PrivacyAnalyst');
    expect(await page.locator('.res h2').first().innerText()).toBe(`${CUSTOMERS.length} rows`);
    expect(await header()).toContain('email');
    await page.locator('[data-as=Guest]').click();
    await page.locator('h2', { hasText: 'Refused for Guest' }).waitFor();
    expect(await page.locator('.res pre').first().innerText()).toContain(
      'You are not authorized to perform: athena:StartQueryExecution on the resource',
    );
    await page.getByRole('link', { name: 'See why' }).click();
    await page.waitForFunction(() => location.hash === '#access/Guest/datasets.customers');
    await page.goto(`${lake.url}#sql`);
  });

  it('goes to a file and to the clipboard as it is in the grid', async () => {
    const link = await page.getByRole('link', { name: 'CSV' }).getAttribute('href');
    const text = await (await fetch(new URL(link ?? '', lake.url))).text();
    const lines = text.trim().split('\n');
    expect(lines[0]).toBe('"customer_id","country","tier"');
    expect(lines).toHaveLength(seenByAnalyst.length + 1);
    const rows = (await cells()).map((row) => row.map((cell) => `"${cell}"`).join(','));
    expect(rows.length).toBeGreaterThan(5);
    expect(lines.slice(1, rows.length + 1)).toEqual(rows);

    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.waitForFunction(
      (said) => document.querySelector('#live')?.textContent === said,
      `${seenByAnalyst.length} rows copied`,
    );
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const wanted = seenByAnalyst.map(({ customer_id, country, tier }) => [customer_id, country, tier].join('\t'));
    expect(copied.split('\n')).toEqual(['customer_id\tcountry\ttier', ...wanted]);
  });

  it('says in its plan what governance put below it', async () => {
    await page.locator('#p-plan').click();
    await page.locator('.plan .gov').waitFor();
    expect(await page.locator('.plan').innerText()).toContain("country <> 'DE'");
    expect(await page.locator('.plan').innerText()).toContain('Scan datasets.customers');
    await page.locator('[data-as=PrivacyAnalyst]').click();
    await page.locator('.plan', { hasText: 'no data filter' }).waitFor();
    await page.locator('#p-chart').click();
  });

  it('is in the history, and comes back from there', async () => {
    await write('SELECT 1');
    await page.locator('#p-history').click();
    const first = page.locator('.hist li').first();
    await first.waitFor();
    expect(await first.innerText()).toMatch(/Analyst|PrivacyAnalyst|Guest/);
    await page.locator('.hist button', { hasText: 'datasets.customers' }).first().click();
    await expect.poll(() => page.locator('.cm-content').innerText()).toContain('ORDER BY customer_id');
    await page.locator('#p-chart').click();
  });
});

describe('a statement that writes', () => {
  it('runs once, as the persona who is chosen', async () => {
    await run('CREATE DATABASE made_here', 'local-admin');
    expect(await outcome('local-admin')).toBe('done');
    expect(await outcome('Analyst')).toBe('not run: it writes');
    const { queries } = await (await fetch(`${lake.url}api/queries`)).json();
    expect(queries.filter(({ sql }: { sql: string }) => sql.includes('made_here'))).toHaveLength(1);
  });
});

describe('a mistake', () => {
  it('is marked where it is, and the name that was meant is offered to who may see it', async () => {
    await run('SELECT emial,\n       country\nFROM datasets.customers', 'PrivacyAnalyst');
    expect(await page.locator('.res pre').first().innerText()).toBe(
      "COLUMN_NOT_FOUND: line 1:8: Column 'emial' cannot be resolved",
    );
    expect(await page.locator('.cm-lintRange-error').innerText()).toBe('emial');
    expect(await violations(page)).toEqual([]);
    await page.locator('.meant button', { hasText: 'email' }).click();
    await expect.poll(() => page.locator('.cm-content').innerText()).toContain('SELECT email,');
    await page.locator('[data-runsql]').click();
    await settled();
    expect(await outcome('PrivacyAnalyst')).toContain(`${CUSTOMERS.length} rows`);

    await run('SELECT emial FROM datasets.customers', 'Analyst');
    await page.locator('h2', { hasText: 'The query failed' }).waitFor();
    expect(await page.locator('.res').innerText()).not.toMatch(/\bemail\b/);
  });
});

describe('the editor', () => {
  const proposals = async (sql: string): Promise<string[]> => {
    await page.locator('.cm-content').fill('');
    await page.locator('.cm-content').pressSequentially(sql);
    await page.locator('.cm-tooltip-autocomplete').waitFor();
    return await page.locator('.cm-tooltip-autocomplete .cm-completionLabel').allInnerTexts();
  };

  it('proposes tables, columns that the persona sees, and functions of Athena', async () => {
    await as('Analyst');
    expect(await proposals('SELECT * FROM datasets.')).toContain('customers');
    expect(await proposals('SELECT approx_per')).toContain('approx_percentile');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await write('SELECT  FROM datasets.customers');
    const at = async (): Promise<string[]> => {
      await page.keyboard.press('Control+Home');
      for (let step = 0; step < 'SELECT '.length; step++) await page.keyboard.press('ArrowRight');
      await page.keyboard.press('Control+Space');
      await page.locator('.cm-tooltip-autocomplete').waitFor();
      const found = await page.locator('.cm-tooltip-autocomplete .cm-completionLabel').allInnerTexts();
      await page.keyboard.press('Escape');
      return found;
    };
    await page.locator('.cm-content').focus();
    const analyst = await at();
    expect(analyst).toContain('country');
    expect(analyst).not.toContain('email');
    await as('PrivacyAnalyst');
    await page.locator('.cm-content').focus();
    expect(await at()).toContain('email');
  });

  it('runs by key, and Escape, then Tab leaves it', async () => {
    await as('Analyst');
    await write('SELECT 42 AS answer');
    await page.keyboard.press('Control+Enter');
    await settled();
    expect(await cells()).toEqual([['42']]);
    await page.locator('.cm-content').focus();
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.className)).toContain('cm-content');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-as'))).toBe('Analyst');
  });

  it('has a text for each tab, kept over a reload', async () => {
    await write('SELECT 1 AS first');
    await page.getByRole('button', { name: 'New query' }).click();
    await page.locator('[role=tab][aria-selected=true]', { hasText: 'query 2' }).waitFor();
    await write('SELECT 2 AS second');
    await page.reload();
    await page.locator('.cm-content', { hasText: 'second' }).waitFor();
    await page.locator('[role=tab][aria-selected=true]').first().focus();
    await page.keyboard.press('ArrowLeft');
    await page.locator('.cm-content', { hasText: 'first' }).waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Delete');
    await page.locator('.cm-content', { hasText: 'first' }).waitFor();
    expect(await page.locator('[aria-label=Queries] [role=tab]').count()).toBe(1);
  });
});

describe('a chart', () => {
  it('is guessed, drawn, labelled, and can be another', async () => {
    await run(SERIES);
    const svg = page.locator('.chart svg');
    await svg.waitFor();
    expect(await svg.locator('path.ser').count()).toBe(3);
    expect(await svg.locator('text.name').allTextContents()).toEqual(expect.arrayContaining(['ATL', 'DEN', 'ORD']));
    expect(await svg.getAttribute('aria-label')).toBe(
      'delay by month, 3 series by airport. Highest 11.5: ORD in 2001-03. Lowest 1.5: ATL in 2001-01.',
    );
    await page.getByLabel('Mark').selectOption('heatmap');
    expect(await svg.locator('rect.heat').count()).toBe(9);
    await page.getByLabel('Mark').selectOption('bar');
    await page.locator('.enc select').nth(1).selectOption({ label: 'airport' });
    expect(await svg.locator('rect').count()).toBe(3);
    expect(await page.locator('#pane').innerText()).toContain('Sums of the rows');
  });

  it('says why there is none, and the plan is there instead', async () => {
    await run(EVERYBODY);
    await page.locator('#p-plan[aria-selected=true]').waitFor();
    await page.locator('#p-chart').click();
    expect(await page.locator('#pane').innerText()).toContain('No measure to draw');
  });
});

describe('a result', () => {
  it('shows null as no value, and numbers that count with separators', async () => {
    await run(
      "SELECT CAST(NULL AS varchar) AS nothing, '' AS empty, 1234567 AS flights, 2001 AS flight_id, 1.5E0 AS share",
    );
    expect(await cells()).toEqual([['null', '', '1,234,567', '2001', '1.5']]);
    expect(await page.locator('.vbody em.hidden-val').count()).toBe(1);
  });

  it('of a query that goes on is cancelled', async () => {
    await as('Analyst');
    await write(
      'SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a (x) CROSS JOIN UNNEST(sequence(1, 10000)) AS b (y) CROSS JOIN UNNEST(sequence(1, 1000)) AS c (z) WHERE x + y > z',
    );
    await page.locator('[data-runsql]').click();
    await page.locator('[data-as=Analyst] small', { hasText: 'runs' }).waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('h2', { hasText: 'Cancelled' }).waitFor();
    await expect
      .poll(async () => {
        const { queries } = await (await fetch(`${lake.url}api/queries`)).json();
        return queries[0].state;
      })
      .toBe('cancelled');
  });

  it('of 1,000,000 rows is scrolled to its end without a pause', async () => {
    page.setDefaultTimeout(60_000);
    await run(MILLION);
    expect(await page.locator('.res h2').first().innerText()).toBe('1,000,000 rows');
    expect(await page.locator('.vgrid').getAttribute('aria-rowcount')).toBe('1000001');
    const far = page.locator('[role=row][aria-rowindex="1000001"]');
    // In the thread's own time: a busy machine's pauses aren't the page's.
    const inspector = await page.context().newCDPSession(page);
    await inspector.send('Performance.enable', { timeDomain: 'threadTicks' });
    const spent = async (): Promise<number> => {
      const { metrics } = await inspector.send('Performance.getMetrics');
      return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1000;
    };
    const steps: number[] = [];
    for (let step = 0; step <= 40; step++) {
      const before = await spent();
      const rows = await page.evaluate(async (part) => {
        const grid = document.querySelector('.vgrid') as HTMLElement;
        grid.scrollTop = (grid.scrollHeight - grid.clientHeight) * part;
        await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        return grid.querySelectorAll('.vrow').length;
      }, step / 40);
      steps.push((await spent()) - before);
      expect(rows).toBeLessThanOrEqual(200);
    }
    await inspector.detach();
    expect(Math.max(...steps)).toBeLessThan(50);
    await far.waitFor();
    await page.waitForFunction(() =>
      document.querySelector('[role=row][aria-rowindex="1000001"]')?.textContent?.includes('999,999'),
    );

    await page.locator('.vgrid').focus();
    await page.keyboard.press('Control+Home');
    await page.locator('[role=row][aria-rowindex="2"]').waitFor();
    for (let step = 0; step < 40; step++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    const active = await page.evaluate(
      () => document.getElementById(document.activeElement?.getAttribute('aria-activedescendant') ?? '')?.dataset.at,
    );
    expect(active).toBe('40 1');
    await page.keyboard.press('Control+End');
    await far.waitFor();
    expect(await violations(page)).toEqual([]);
  });

  it('shows its first rows within 300 ms of the first page', async () => {
    await page.evaluate(() => {
      const seen: { at?: number } = {};
      Object.assign(window, { seen });
      new MutationObserver(() => {
        const first = document.querySelector('.vbody .vrow')?.textContent;
        if (first === 'n 1') seen.at ??= performance.now();
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    });
    await run("SELECT concat('n ', CAST(n AS varchar)) AS n FROM UNNEST(sequence(1, 9000)) AS t (n)");
    await page.locator('.vbody .vrow', { hasText: 'n 1' }).first().waitFor();
    const late = await page.evaluate(() => {
      const pages = performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('/rows?from=0'));
      const { at } = (window as unknown as { seen: { at: number } }).seen;
      return at - (pages.at(-1) as PerformanceResourceTiming).responseEnd;
    });
    expect(late).toBeLessThan(300);
  });
});

describe('the view', () => {
  for (const theme of ['light', 'dark'] as const) {
    for (const width of [1280, 390]) {
      it(`has no finding of axe, ${theme} at ${width} px`, async () => {
        const other = await open(browser, `${lake.url}#sql/table/datasets.customers`, {
          colorScheme: theme,
          viewport: { width, height: 844 },
        });
        await other.page.locator('.cm-content', { hasText: 'datasets.customers' }).waitFor();
        expect(await violations(other.page)).toEqual([]);
        await other.page.locator('[data-runsql]').click();
        await settled(other.page);
        await other.page.locator('.vbody .vrow').first().waitFor();
        for (const pane of ['chart', 'plan', 'history']) {
          await other.page.locator(`#p-${pane}`).click();
          await other.page.waitForTimeout(200);
          expect(await violations(other.page), pane).toEqual([]);
        }
        await other.page.locator('[data-as=Guest]').click();
        expect(await violations(other.page), 'refused').toEqual([]);
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
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('is in no trap: Tab goes through and out of it', async () => {
    await page.reload();
    await page.locator('.cm-content').waitFor();
    const names = new Set<string>();
    for (let step = 0; step < 40; step++) {
      const isEditor = await page.evaluate(() => document.activeElement?.classList.contains('cm-content'));
      if (isEditor) await page.keyboard.press('Escape');
      await page.keyboard.press('Tab');
      names.add(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160) ?? ''));
    }
    expect([...names].some((html) => html.includes('p-chart'))).toBe(true);
    expect([...names].some((html) => html.startsWith('<body'))).toBe(true);
  });

  it('left no error behind, kept to its content policy, and asked nobody else', () => {
    expect(watched.problems).toEqual([]);
    expect(watched.requests.filter((url) => !url.startsWith(lake.url))).toEqual([]);
  });
});
