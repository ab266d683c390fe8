import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { exactOf, formatReport, loadCorpus, type Outcome, runCorpus } from './run';

const corpus = join(__dirname, '../../test/corpus');

const USAGE = `usage: npm run corpus -- [FILE.jsonl] [options]

  FILE                statements with Trino's answers; default: the repository's own corpus
  --data DIR          tables: bucket-<schema>/<table>/ of Parquet, tables.json; default: the corpus's own
  --area a,b          only these areas
  --id a,b            only these statements
  --show CLASS[:N]    print the first N (20) statements of a class: wrong, accepted, loud, type-only, error-ok
  --out FILE          write every verdict as JSON lines
  --update-ratchet    raise test/corpus/ratchet.json to the counts of this run
`;

/** Judges a corpus and prints the counts; fails only when it can't run. */
export async function main(argv: readonly string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      area: { type: 'string' },
      id: { type: 'string' },
      show: { type: 'string' },
      out: { type: 'string' },
      'update-ratchet': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return;
  }
  const areas = values.area?.split(',');
  const ids = values.id?.split(',');
  const items = loadCorpus(positionals[0] ?? join(corpus, 'corpus.jsonl')).filter(
    (item) => (!areas || areas.includes(item.area)) && (!ids || ids.includes(item.id)),
  );
  // An idle engine doesn't keep the process alive.
  const alive = setInterval(() => {}, 60_000);
  const report = await runCorpus(items, values.data ?? join(corpus, 'data'));
  clearInterval(alive);
  process.stdout.write(`${formatReport(report)}\n`);
  if (values.show) show(report.outcomes, values.show);
  if (values.out) writeFileSync(values.out, report.outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
  if (values['update-ratchet']) updateRatchet(report.areas);
}

function show(outcomes: readonly Outcome[], selector: string): void {
  const [verdict, count = '20'] = selector.split(':');
  const short = (value: unknown, length: number) => JSON.stringify(value).slice(0, length);
  for (const { item, answer, via } of outcomes
    .filter((outcome) => outcome.verdict === verdict)
    .slice(0, Number(count))) {
    const want = item.error ?? { types: item.columns?.map(({ type }) => type), rows: item.rows?.slice(0, 8) };
    const got =
      'error' in answer
        ? `${answer.error.name} ${answer.error.message}`
        : { types: answer.columns.map(({ type }) => type), rows: answer.rows.slice(0, 8) };
    process.stdout.write(
      `- ${item.id} ${item.sql.slice(0, 220)}\n    want ${short(want, 220)}\n    got  ${short(got, 320)}\n`,
    );
    if (verdict === 'wrong' && via) process.stdout.write(`    via  ${via.slice(0, 400)}\n`);
  }
}

/** Counts per area, which may only rise. */
export type Ratchet = Readonly<Record<string, number>>;

function updateRatchet(areas: Awaited<ReturnType<typeof runCorpus>>['areas']): void {
  const file = join(corpus, 'ratchet.json');
  const before: Ratchet = JSON.parse(readFileSync(file, 'utf8'));
  const after = { ...before };
  for (const [area, counts] of areas) after[area] = Math.max(before[area] ?? 0, exactOf(counts));
  writeFileSync(file, `${JSON.stringify(after, undefined, 2)}\n`);
}
