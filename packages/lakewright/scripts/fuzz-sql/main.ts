import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Batch, fuzzInProcesses } from './workers';

const USAGE = `usage: npx tsx packages/lakewright/scripts/fuzz-sql/main.ts [--count N] [--seed N] [--resume FILE]

  Mutates the recorded statements (tokens deleted, doubled, swapped, replaced, cut off; random Unicode) and sends them
  through the parser and the analyzer. Anything but an answer or an error of SQL is a bug, as is a statement that takes
  longer than a second. Exit code 1 when one is found.

  --count N      statements (default 20000)
  --seed N       default 1; a statement is known by the seed and its number
  --processes N  at the same time (default: one per core)
  --resume FILE  keeps the number reached, and goes on from it
`;

const STEP = 1000;

export async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      count: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
      processes: { type: 'string', default: String(availableParallelism()) },
      resume: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  const out = (line: string) => process.stdout.write(`${line}\n`);
  if (values.help) {
    out(USAGE);
    return;
  }
  const [count, seed] = [Number(values.count), Number(values.seed)];
  const state = values.resume;
  const saved = state !== undefined && existsSync(state) ? JSON.parse(readFileSync(state, 'utf8')) : undefined;
  const start = saved?.seed === seed ? Number(saved.next) : 0;
  out(`seed ${seed}, statements ${start} to ${count}`);
  let bugs = 0;
  let next = start;
  const finished = new Set<number>();
  await fuzzInProcesses(batches(seed, start, count), Number(values.processes), (batch, found) => {
    for (const bug of found) out(`bug in ${bug.number}: ${bug.what}\n    ${JSON.stringify(bug.sql)}`);
    bugs += found.length;
    // Batches end in any order; what is kept is the number up to which all are done.
    finished.add(batch.from);
    while (finished.delete(next)) next = Math.min(count, next + STEP);
    out(`${next} of ${count}, ${bugs} bugs (seed ${seed})`);
    if (state !== undefined) writeFileSync(state, JSON.stringify({ seed, next }));
  });
  if (bugs > 0) process.exitCode = 1;
}

function* batches(seed: number, start: number, count: number): Generator<Batch> {
  for (let from = start; from < count; from += STEP) yield { seed, from, to: Math.min(count, from + STEP) };
}

if (require.main === module) void main(process.argv.slice(2));
