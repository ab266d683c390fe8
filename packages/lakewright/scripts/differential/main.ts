import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runOnTrino, type TrinoAnswer } from '../../src/engines/trino/client';
import type { CorpusItem } from '../../src/engines/trino/compare';
import { formatReport, runCorpus } from '../corpus/run';
import { randomQuery } from './queries';

const USAGE = `usage: npx tsx scripts/differential/main.ts --server URL [--count N] [--from N] [--seed N] [--out FILE]

  Asks random typed queries of a real Trino 476 and of this engine, and prints where they differ. Exit code 1 when an
  answer is silently another.

  --server URL   a running Trino, http://127.0.0.1:8080
  --count N      queries (default 5000)
  --from N       the number of the first one (default 0): a query is known by the seed and its number
  --seed N       default 1
  --out FILE     write the queries with Trino's answers as JSON lines, in the form of the corpus
`;

const DATA = join(__dirname, '../../test/corpus/data');
const AT_ONCE = 4;
const SHOWN = 40;

export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      server: { type: 'string' },
      count: { type: 'string', default: '5000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.server === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const range = { seed: Number(values.seed), from: Number(values.from), count: Number(values.count) };
  const items = await recordRandom(values.server, range);
  if (values.out) writeFileSync(values.out, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const alive = setInterval(() => {}, 60_000);
  const report = await runCorpus(items, DATA);
  clearInterval(alive);
  process.stdout.write(`${formatReport(report)}\n`);
  const silent = report.outcomes.filter(({ verdict }) => verdict === 'wrong' || verdict === 'accepted');
  for (const { item, answer } of silent.slice(0, SHOWN)) {
    const own = 'error' in answer ? answer.error : answer.rows;
    process.stdout.write(
      `${item.id} ${item.sql}\n    Trino ${show(item.error ?? item.rows)}\n    here  ${show(own)}\n`,
    );
  }
  if (silent.length > 0) process.exitCode = 1;
}

const show = (value: unknown): string => JSON.stringify(value).slice(0, 400);

/** Trino's answers to a range of random queries, in the order of their numbers. */
export async function recordRandom(server: string, { seed, from, count }: Range): Promise<CorpusItem[]> {
  const items: CorpusItem[] = new Array(count);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      const number = from + index;
      const sql = randomQuery(seed, number);
      const id = `random-${seed}-${number}`;
      items[index] = {
        id,
        area: 'random',
        sql,
        ...answerOf(await runOnTrino(server, sql, { catalog: 'system' }), sql),
      };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items;
}

/** A query of random tables is ordered where it ends in its ORDER BY. */
function answerOf(answer: TrinoAnswer, sql: string): Pick<CorpusItem, 'columns' | 'rows' | 'ordered' | 'error'> {
  if ('error' in answer) return { error: answer.error.name };
  return { ...answer, ordered: / ORDER BY k[^()]*$/.test(sql) };
}

if (require.main === module) main(process.argv.slice(2));
