import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { CorpusItem } from '../../src/engines/trino/compare';
import { formatReport, type Outcome } from '../corpus/run';
import { compareRandom, compareSignatures } from './compare';

const USAGE = `usage: npx tsx scripts/differential/main.ts --server URL [--count N] [--from N] [--seed N] [--out FILE]

  Asks random typed queries of a real Trino 476 and of this engine, and prints where they differ. Exit code 1 when an
  answer is silently another. "planned": Trino fails while it plans over rows that stand in the statement, and gives our
  answer over the same rows of a relation.

  --server URL   a running Trino, http://127.0.0.1:8080
  --count N      queries (default 5000)
  --from N       the number of the first one (default 0): a query is known by the seed and its number
  --seed N       default 1
  --out FILE     write the queries with Trino's answers as JSON lines, in the form of the corpus
  --signatures   instead of random queries, those that go through the signature table
  --refused      print what was refused here, too
`;

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
  const alive = setInterval(() => {}, 60_000);
  const compared = values.signatures
    ? await compareSignatures(values.server)
    : await compareRandom(values.server, range);
  clearInterval(alive);
  const { items, report, silent, planned } = compared;
  if (values.out) writeFileSync(values.out, items.map((item) => `${JSON.stringify(item)}\n`).join(''));
  process.stdout.write(`${formatReport(report)}\nTrino: ${answersByName(items)}\n`);
  if (values.refused) {
    print(
      'refused',
      report.outcomes.filter(({ verdict }) => verdict === 'loud' || verdict === 'type-only'),
    );
  }
  print('planned', planned);
  print('silent', silent);
  if (silent.length > 0) process.exitCode = 1;
}

function print(title: string, outcomes: readonly Outcome[]): void {
  for (const { item, answer } of outcomes.slice(0, SHOWN)) {
    const own = 'error' in answer ? answer.error : answer.rows;
    const trino = show(item.error ?? item.rows);
    process.stdout.write(`${title} ${item.id} ${item.sql}\n    Trino ${trino}\n    here  ${show(own)}\n`);
  }
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
