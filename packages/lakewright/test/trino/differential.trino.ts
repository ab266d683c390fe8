import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compareRandom } from '../../scripts/differential/compare';
import { installTrino } from '../../src/engines/trino/install';
import { findJava } from '../../src/engines/trino/java';
import { startTrino } from '../../src/engines/trino/server';
import { whatIsMissing } from './requirements';

const COUNT = Number(process.env.LAKEWRIGHT_RANDOM_QUERIES ?? 5000);
/** Another one each day; a failure is repeated by setting it. */
const SEED = Number(process.env.LAKEWRIGHT_RANDOM_SEED ?? Math.floor(Date.now() / 86_400_000));
/** Queries between two judgings, so that no answer is held for long. */
const CHUNK = 500;

const missing = await whatIsMissing();

describe.skipIf(missing)(`random queries on a real Trino${missing ? ` (skipped: there is no ${missing})` : ''}`, () => {
  test(`${COUNT} queries of seed ${SEED} are answered as Trino answers them, or refused`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lakewright-trino-'));
    // The queries bring their rows along: nothing asks for a lake.
    const lake = { url: 'http://127.0.0.1:9', region: 'us-east-1' };
    const server = await startTrino({ java: await findJava(), trino: await installTrino(), folder, lake });
    try {
      const silent: string[] = [];
      const planned: string[] = [];
      let rows = 0;
      for (let from = 0; from < COUNT; from += CHUNK) {
        const count = Math.min(CHUNK, COUNT - from);
        const compared = await compareRandom(server.url, { seed: SEED, from, count });
        rows += compared.items.filter((item) => item.error === undefined).length;
        planned.push(...compared.planned.map(({ item }) => item.id));
        silent.push(...compared.silent.map(({ item, verdict }) => `${verdict} ${item.id} ${item.sql}`));
      }
      if (planned.length > 0) console.log(`Trino fails while it plans, not over a relation: ${planned.join(', ')}`);
      expect(silent).toEqual([]);
      // Queries that fail in Trino, too, would prove little.
      expect(rows / COUNT).toBeGreaterThan(0.7);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 7_200_000);
});
