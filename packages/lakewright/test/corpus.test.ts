import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Ratchet } from '../scripts/corpus/main';
import { type CorpusReport, exactOf, loadCorpus, runCorpus, silentOf, sizeOf } from '../scripts/corpus/run';

const folder = join(__dirname, 'corpus');
const ratchet: Ratchet = JSON.parse(readFileSync(join(folder, 'ratchet.json'), 'utf8'));

/** Which statements fell short, to find the cause. */
function shortfall(report: CorpusReport, area: string): string[] {
  return report.outcomes
    .filter(({ item, verdict }) => item.area === area && verdict !== 'strict' && verdict !== 'error-ok')
    .map(({ item, verdict }) => `${verdict} ${item.id}`);
}

describe('against recorded answers of Trino', () => {
  let report: CorpusReport;
  beforeAll(async () => {
    report = await runCorpus(loadCorpus(join(folder, 'corpus.jsonl')), join(folder, 'data'));
  }, 300_000);

  test('no area has fewer exact answers than before', () => {
    for (const [area, counts] of report.areas) {
      const before = ratchet[area] ?? 0;
      expect(exactOf(counts), `${area}: ${shortfall(report, area).join(', ')}`).toBeGreaterThanOrEqual(before);
    }
  });

  test('no answer is silently wrong, and none is given where Trino fails', () => {
    const silent = report.outcomes.filter(({ verdict }) => verdict === 'wrong' || verdict === 'accepted');
    expect(silent.map(({ item, verdict }) => `${verdict} ${item.id}`)).toEqual([]);
  });

  test('97 % of the answers are exact', () => {
    expect(exactOf(report.total) / sizeOf(report.total)).toBeGreaterThanOrEqual(0.97);
  });

  test('no failure is a bug of the translation', () => {
    const bugs = report.outcomes.filter(({ answer }) => 'error' in answer && answer.error.name === 'BUG');
    expect(bugs.map(({ item }) => item.id)).toEqual([]);
  });
});

describe('what people run on logs, billing and clickstreams', () => {
  test('is answered as Trino answers it, nothing silently wrong', async () => {
    const items = loadCorpus(join(folder, 'real/queries.jsonl'));
    const { total } = await runCorpus(items, join(folder, 'real/data'));
    expect(silentOf(total)).toBe(0);
    expect(exactOf(total)).toBeGreaterThanOrEqual(140);
  }, 120_000);

  test('the everyday queries are exact', async () => {
    const { total } = await runCorpus(loadCorpus(join(folder, 'everyday.json')), join(folder, 'data'));
    expect(silentOf(total)).toBe(0);
    expect(exactOf(total)).toBeGreaterThanOrEqual(89);
  }, 120_000);
});
