import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { SqlError } from '../../src/engines/sql';
import { parseStatement } from '../../src/engines/sql/parse/index';
import { translate } from '../../src/engines/sql/translate';
import { loadCorpus } from '../corpus/run';
import { FuzzCatalog } from './catalog';
import { mutate } from './mutate';
import { type Random, randomFrom } from './random';

const corpus = join(__dirname, '../../test/corpus');

const USAGE = `usage: npx tsx scripts/fuzz-sql/main.ts [--count N] [--seed N] [--resume FILE]

  Mutates the recorded statements (tokens deleted, doubled, swapped, replaced, cut off; random Unicode) and sends them
  through the parser and the analyzer. Anything but an answer or an error of SQL is a bug, as is a statement that takes
  longer than a second. Exit code 1 when one is found.

  --count N      statements (default 20000)
  --seed N       default 1; a statement is known by the seed and its number
  --resume FILE  keeps the number reached, and goes on from it
`;

const LIMIT_MS = 1000;
const STEP = 1000;

export interface Bug {
  readonly number: number;
  readonly sql: string;
  readonly what: string;
}

export async function main(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      count: { type: 'string', default: '20000' },
      seed: { type: 'string', default: '1' },
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
  for (let from = start; from < count; from += STEP) {
    const to = Math.min(count, from + STEP);
    const found = await fuzz(seed, from, to);
    for (const bug of found) out(`bug in ${bug.number}: ${bug.what}\n    ${JSON.stringify(bug.sql)}`);
    bugs += found.length;
    out(`${to} of ${count}, ${bugs} bugs (seed ${seed})`);
    if (state !== undefined) writeFileSync(state, JSON.stringify({ seed, next: to }));
  }
  if (bugs > 0) process.exitCode = 1;
}

/** The bugs among the statements `from` to `to` of a seed. */
export async function fuzz(seed: number, from: number, to: number): Promise<Bug[]> {
  const statements = sources();
  const catalog = new FuzzCatalog();
  await attempt('SELECT 1', catalog);
  const bugs: Bug[] = [];
  for (let number = from; number < to; number++) {
    const random: Random = randomFrom(seed * 0x9e3779b1 + number);
    const sql = mutate(random.pick(statements), random, statements);
    // A machine that does other work is slow once, a bug always.
    const what = (await attempt(sql, catalog)) && (await attempt(sql, catalog));
    if (what !== undefined) bugs.push({ number, sql, what });
  }
  return bugs;
}

function sources(): string[] {
  const recorded = join(corpus, 'recorded');
  const files = readdirSync(recorded)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => join(recorded, name));
  return [join(corpus, 'corpus.jsonl'), ...files].flatMap((file) => loadCorpus(file).map(({ sql }) => sql));
}

/** What is wrong, if anything is. */
async function attempt(sql: string, catalog: FuzzCatalog): Promise<string | undefined> {
  const start = performance.now();
  try {
    const statement = parseStatement(sql);
    if (statement.kind === 'query statement') {
      const { query, parameters: parameterCount } = statement;
      await translate(query, catalog.session(), { parameterCount });
    }
  } catch (error) {
    if (!(error instanceof SqlError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const elapsed = performance.now() - start;
  return elapsed > LIMIT_MS ? `took ${Math.round(elapsed)} ms` : undefined;
}

if (require.main === module) void main(process.argv.slice(2));
