import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { SqlError } from '../../src/engines/sql';
import { parseStatement } from '../../src/engines/sql/parse/index';
import { translate } from '../../src/engines/sql/translate';
import { loadCorpus } from '../corpus/run';
import { FuzzCatalog } from './catalog';
import { mutate } from './mutate';
import { randomFrom } from './random';

/** Of the processor's time: a machine that does other work doesn't make a bug. */
const LIMIT_MS = 1000;

export interface Bug {
  readonly number: number;
  readonly sql: string;
  readonly what: string;
}

/** The bugs among the statements `from` to `to` of a seed. */
export async function fuzz(seed: number, from: number, to: number): Promise<Bug[]> {
  const catalog = new FuzzCatalog();
  await attempt('SELECT 1', catalog);
  const bugs: Bug[] = [];
  for (let number = from; number < to; number++) {
    const sql = statementOf(seed, number);
    // The second time, everything is warm: what is slow once isn't a bug.
    const what = (await attempt(sql, catalog)) && (await attempt(`${sql} `, catalog));
    if (what !== undefined) bugs.push({ number, sql, what });
  }
  return bugs;
}

/** A statement by its seed and number. */
export function statementOf(seed: number, number: number): string {
  const random = randomFrom(seed * 0x9e3779b1 + number);
  return mutate(random.pick(sources()), random, sources());
}

let recorded: readonly string[] | undefined;

function sources(): readonly string[] {
  const corpus = join(__dirname, '../../test/corpus');
  recorded ??= [
    join(corpus, 'corpus.jsonl'),
    ...readdirSync(join(corpus, 'recorded'))
      .filter((name) => name.endsWith('.jsonl'))
      .map((name) => join(corpus, 'recorded', name)),
  ].flatMap((file) => loadCorpus(file).map(({ sql }) => sql));
  return recorded;
}

/** What is wrong, if anything is. */
async function attempt(sql: string, catalog: FuzzCatalog): Promise<string | undefined> {
  const start = process.cpuUsage();
  try {
    const statement = parseStatement(sql);
    if (statement.kind === 'query statement') {
      const { query, parameters: parameterCount } = statement;
      await translate(query, catalog.session(), { parameterCount });
    }
  } catch (error) {
    if (!(error instanceof SqlError)) return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const { user, system } = process.cpuUsage(start);
  const elapsed = (user + system) / 1000;
  return elapsed > LIMIT_MS ? `took ${Math.round(elapsed)} ms` : undefined;
}
