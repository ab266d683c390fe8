import { join } from 'node:path';
import { type CorpusItem, judge } from '../../src/engines/trino/compare';
import { type CorpusReport, type Outcome, runCorpus } from '../corpus/run';
import { type Range, recordRandom, recordSignatures } from './record';

export interface Comparison {
  readonly items: readonly CorpusItem[];
  readonly report: CorpusReport;
  /** Answers that silently differ. */
  readonly silent: readonly Outcome[];
  /** Trino fails while it plans over rows in the statement, and gives our answer over the same rows of a relation. */
  readonly planned: readonly Outcome[];
}

const DATA = join(__dirname, '../../test/corpus/data');

/** Asks random queries of a Trino and of this engine. */
export async function compareRandom(server: string, range: Range): Promise<Comparison> {
  const items = await recordRandom(server, range);
  const report = await runCorpus(items, DATA);
  const silent: Outcome[] = [];
  const planned: Outcome[] = [];
  for (const outcome of report.outcomes) {
    if (outcome.verdict === 'wrong') silent.push(outcome);
    if (outcome.verdict !== 'accepted') continue;
    ((await isPlanned(server, range.seed, outcome)) ? planned : silent).push(outcome);
  }
  return { items, report, silent, planned };
}

async function isPlanned(server: string, seed: number, { item, answer }: Outcome): Promise<boolean> {
  const from = Number(/\d+$/.exec(item.id));
  const [again] = await recordRandom(server, { seed, from, count: 1 }, 'UNNEST');
  return again !== undefined && judge(again, answer) === 'strict';
}

/** Asks the queries that go through the signature table. */
export async function compareSignatures(server: string): Promise<Comparison> {
  const items = await recordSignatures(server);
  const report = await runCorpus(items, DATA);
  const silent = report.outcomes.filter(({ verdict }) => verdict === 'wrong' || verdict === 'accepted');
  return { items, report, silent, planned: [] };
}
