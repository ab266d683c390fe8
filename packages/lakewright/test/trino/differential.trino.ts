import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCorpus } from '../../scripts/corpus/run';
import { recordRandom } from '../../scripts/differential/record';
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
      let rows = 0;
      for (let from = 0; from < COUNT; from += CHUNK) {
        const count = Math.min(CHUNK, COUNT - from);
        const items = await recordRandom(server.url, { seed: SEED, from, count });
        const { outcomes } = await runCorpus(items, join(__dirname, '../corpus/data'));
        rows += items.filter((item) => item.error === undefined).length;
        for (const { item, verdict } of outcomes) {
          if (verdict === 'wrong' || verdict === 'accepted') silent.push(`${verdict} ${item.id} ${item.sql}`);
        }
      }
      expect(silent).toEqual([]);
      // Queries that fail in Trino, too, would prove little.
      expect(rows / COUNT).toBeGreaterThan(0.7);
    } finally {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }, 7_200_000);
});
