import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CorpusItem, Verdict } from '../../src/engines/trino/compare';
import { formatReport, runCorpus } from '../corpus/run';
import { recordRandom, recordSignatures } from './record';

const USAGE = `usage: npx tsx scripts/differential/main.ts --server URL [--count N] [--from N] [--seed N] [--out FILE]

  Asks random typed queries of a real Trino 476 and of this engine, and prints where they differ. Exit code 1 when an
  answer is silently another.

  --server URL   a running Trino, http://127.0.0.1:8080
  --count N      queries (default 5000)
  --from N       the number of the first one (default 0): a query is known by the seed and its number
  --seed N       default 1
  --out FILE     write the queries with Trino's answers as JSON lines, in the form of the corpus
  --signatures   instead of random queries, those that go through the signature table
  --refused      print what was refused here, too
`;

const DATA = join(__dirname, '../../test/corpus/data');
const SHOWN = 40;

async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      server: { type: 'string' },
      count: { type: 'string', default: '5000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string', default: '1' },
      out: { type: 'string' },
      signatures: { type: 'boolean' },
      refused: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help || values.server === undefined) {
    process.stdout.write(USAGE);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const range = { seed: Number(values.seed), from: Number(values.from), count: Number(values.count) };
  const items = values.signatures ? await recordSignatures(values.server) : await recordRandom(values.server, range);
  if (values.out) writeFileSync(values.out, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  const alive = setInterval(() => {}, 60_000);
  const report = await runCorpus(items, DATA);
  clearInterval(alive);
  process.stdout.write(`${formatReport(report)}\nTrino: ${answersByName(items)}\n`);
  const print = (title: string, ...verdicts: readonly Verdict[]): number => {
    const found = report.outcomes.filter(({ verdict }) => verdicts.includes(verdict));
    for (const { item, answer } of found.slice(0, SHOWN)) {
      const own = 'error' in answer ? answer.error : answer.rows;
      const trino = show(item.error ?? item.rows);
      process.stdout.write(`${title} ${item.id} ${item.sql}\n    Trino ${trino}\n    here  ${show(own)}\n`);
    }
    return found.length;
  };
  if (values.refused) print('refused', 'loud', 'type-only');
  if (print('silent', 'wrong', 'accepted') > 0) process.exitCode = 1;
}

/** How many answers were rows, and how many an error of which name. */
function answersByName(items: readonly CorpusItem[]): string {
  const counts = new Map<string, number>();
  for (const { error = 'rows' } of items) counts.set(error, (counts.get(error) ?? 0) + 1);
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

const show = (value: unknown): string => JSON.stringify(value).slice(0, 400);

if (require.main === module) main(process.argv.slice(2));
