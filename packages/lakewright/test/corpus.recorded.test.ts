import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exactOf, loadCorpus, type Outcome, runCorpus, sizeOf } from '../scripts/corpus/run';

/**
 * Statements recorded on Trino 476 area by area: signatures × literal and column arguments × NULL in each position ×
 * edge values and errors. `npm run corpus -- FILE --show wrong` judges one file by hand.
 */
const folder = join(__dirname, 'corpus/recorded');
const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));

const ids = (outcomes: readonly Outcome[], ...verdicts: string[]) =>
  outcomes.filter(({ verdict }) => verdicts.includes(verdict)).map(({ item, verdict }) => `${verdict} ${item.id}`);

describe.each(files)('recorded answers of Trino: %s', (file) => {
  test('each is exact or refused, 97 % exact', async () => {
    const { outcomes, total } = await runCorpus(loadCorpus(join(folder, file)), join(__dirname, 'corpus/data'));
    expect(ids(outcomes, 'wrong', 'accepted')).toEqual([]);
    const bugs = outcomes.filter(({ answer }) => 'error' in answer && answer.error.name === 'BUG');
    expect(bugs.map(({ item }) => item.id)).toEqual([]);
    const short = ids(outcomes, 'loud', 'type-only').join(', ');
    expect(exactOf(total) / sizeOf(total), short).toBeGreaterThanOrEqual(0.97);
  }, 300_000);
});
