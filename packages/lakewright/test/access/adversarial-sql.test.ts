import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FAMILIES, FILTERS, SECRETS, STATEMENTS } from './adversary';
import { openWorld, type World } from './adversary/world';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());

const hasSecret = (text: string) => SECRETS.some((secret) => text.toLowerCase().includes(secret));

/** Everything that comes back of a statement, results and statistics included. */
async function attempt(sql: string): Promise<{ rows?: (string | null)[][]; reason?: string; all: string }> {
  const { analyst } = world;
  try {
    const rows = await analyst.rows(sql);
    return { rows, all: JSON.stringify(rows) };
  } catch (error) {
    const reason = (error as Error).message;
    return { reason, all: reason };
  }
}

/** An error repeats what its statement says: that is no news to him who wrote it. */
function withoutOwnWords(text: string, sql: string): string {
  const own = SECRETS.filter((secret) => sql.toLowerCase().includes(secret));
  return own.reduce((rest, word) => rest.replaceAll(new RegExp(word, 'gi'), ''), text);
}

describe.each(Object.entries(FAMILIES))('%s', (_family, { control, attempts }) => {
  test('is there: Privacy sees it', async () => {
    const seen = await world.privacy.rows(control).then(JSON.stringify, (error: Error) => error.message);
    expect(hasSecret(seen) || /DIVISION_BY_ZERO/.test(seen), seen).toBe(true);
  });

  test.each(attempts.map(([name, sql, gets]) => ({ name, sql, gets })))('$name', async ({ sql, gets }) => {
    const { rows, reason, all } = await attempt(sql);
    expect(withoutOwnWords(all, sql)).not.toMatch(new RegExp(SECRETS.join('|'), 'i'));
    if (gets instanceof RegExp) expect(reason).toMatch(gets);
    else if (gets) expect(rows ?? reason).toEqual(gets);
  });
});

test.each(STATEMENTS)('no statement of the engine: %s', async (sql) => {
  const { reason, all } = await attempt(sql);
  expect(reason).toBeDefined();
  expect(withoutOwnWords(all, sql)).not.toMatch(new RegExp(SECRETS.join('|'), 'i'));
});

describe('an injected filter', () => {
  test.each(FILTERS)('%s', async (text) => {
    world.filter(text);
    const { reason, all } = await attempt('SELECT * FROM people');
    expect(reason).toMatch(/data cells filter us of db\.people can't be applied/);
    expect(hasSecret(all)).toBe(false);
  });

  test('the filter that is meant shows rows', async () => {
    world.filter("region = 'US'");
    expect((await attempt('SELECT * FROM people')).rows).toHaveLength(2);
  });
});
