import { readFileSync } from 'node:fs';
import { NotCoveredError, SqlError, type SqlSession } from '../../src/engines/sql';
import type { Expression, Query } from '../../src/engines/sql/parse/ast';
import { parseStatement } from '../../src/engines/sql/parse/index';
import { DuckDbEngine } from '../../src/engines/sql/runtime';
import { translate } from '../../src/engines/sql/translate';
import { metadataText } from '../../src/engines/sql/types/text';
import {
  type Answer,
  type CorpusItem,
  judge,
  type Value,
  VERDICTS,
  type Verdict,
} from '../../src/engines/trino/compare';
import { CorpusLake } from './lake';

/** A statement's verdict, with what it was judged by. */
export interface Outcome {
  readonly item: CorpusItem;
  readonly verdict: Verdict;
  readonly answer: Answer;
  /** The DuckDB SQL that was run. */
  readonly via?: string;
  /** Milliseconds from text to DuckDB SQL. */
  readonly translation: number;
}

export type Counts = Record<Verdict, number>;

export interface CorpusReport {
  readonly outcomes: readonly Outcome[];
  readonly areas: ReadonlyMap<string, Counts>;
  readonly total: Counts;
}

export function loadCorpus(file: string): CorpusItem[] {
  const text = readFileSync(file, 'utf8').trim();
  const items = text.startsWith('[') ? JSON.parse(text) : text.split('\n').map((line) => JSON.parse(line));
  return items.map((item: CorpusItem) => ({ ...item, area: item.area ?? 'cases' }));
}

/** Names of the catalog in which the corpora were recorded, and Athena's. */
const CATALOGS = ['awsdatacatalog', 'hive'];
const TIME_LIMIT_MS = 20_000;

/** Runs every statement on an engine of its own and judges the answers. */
export async function runCorpus(items: readonly CorpusItem[], data: string): Promise<CorpusReport> {
  const engine = await DuckDbEngine.open({ threads: 2, memoryLimit: '4GB' });
  try {
    const lake = await CorpusLake.open(data, engine, CATALOGS);
    const outcomes: Outcome[] = [];
    for (const item of items) outcomes.push(await runItem(item, lake, engine));
    return report(outcomes);
  } finally {
    await engine.close();
  }
}

function report(outcomes: readonly Outcome[]): CorpusReport {
  const none = (): Counts => Object.fromEntries(VERDICTS.map((verdict) => [verdict, 0])) as Counts;
  const areas = new Map<string, Counts>();
  const total = none();
  for (const { item, verdict } of outcomes) {
    const counts = areas.get(item.area) ?? none();
    counts[verdict]++;
    total[verdict]++;
    areas.set(item.area, counts);
  }
  return { outcomes, areas, total };
}

async function runItem(item: CorpusItem, lake: CorpusLake, engine: DuckDbEngine): Promise<Outcome> {
  const start = performance.now();
  let translation = 0;
  let via: string | undefined;
  let answer: Answer;
  try {
    const { query, parameterCount, parameters } = resolveStatement(item.sql, item.prepared ?? {});
    const translated = await translate(query, sessionOf(item, lake), { parameterCount, parameters });
    translation = performance.now() - start;
    via = translated.sql;
    const { rows } = await engine.rows(translated.sql, translated.columns, {
      maxRows: 5000,
      timeLimitMs: TIME_LIMIT_MS,
    });
    const columns = translated.columns.map(({ name, type }) => ({ name, type: metadataText(type) }));
    answer = { columns, rows: rows as readonly (readonly Value[])[] };
  } catch (error) {
    translation ||= performance.now() - start;
    answer = { error: errorOf(error) };
  }
  return { item, verdict: judge(item, answer), answer, via, translation };
}

function sessionOf(item: CorpusItem, catalog: CorpusLake): SqlSession {
  return {
    catalog,
    catalogName: item.catalog,
    schema: item.schema ?? 'default',
    timeZone: 'UTC',
    now: new Date(),
    queryId: item.id,
    user: 'corpus',
  };
}

interface Runnable {
  readonly query: Query;
  readonly parameterCount: number;
  readonly parameters: readonly Expression[];
}

/** A query, directly or through EXECUTE. */
function resolveStatement(sql: string, prepared: Readonly<Record<string, string>>): Runnable {
  const statement = parseStatement(sql);
  switch (statement.kind) {
    case 'query statement':
      return { query: statement.query, parameterCount: statement.parameters, parameters: [] };
    case 'execute': {
      const text = prepared[statement.name] ?? prepared[statement.name.toLowerCase()];
      if (text === undefined) throw new SqlError('NOT_FOUND', `Prepared statement not found: ${statement.name}`);
      return { ...resolveStatement(text, {}), parameters: statement.args };
    }
    case 'execute immediate':
      return { ...resolveStatement(statement.text, {}), parameters: statement.args };
    default:
      throw new NotCoveredError(`statement ${statement.kind}`, statement.position);
  }
}

/** An error that isn't the engine's is our bug, under a name that no statement expects. */
function errorOf(error: unknown): { name: string; message: string } {
  if (error instanceof SqlError) return { name: error.errorName, message: error.reason };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { name: 'BUG', message: text };
}

/** The table of counts per area, and the line TOTAL. */
export function formatReport({ areas, total, outcomes }: CorpusReport): string {
  const line = (name: string, counts: Counts): string => {
    const n = VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0);
    const percent = (count: number) => `${((100 * count) / n).toFixed(1)}%`;
    const cells = VERDICTS.map((verdict) => String(counts[verdict]).padStart(10)).join('');
    const exact = percent(counts.strict + counts['error-ok']);
    const silent = percent(counts.wrong + counts.accepted);
    return `${name.padEnd(18)}${String(n).padStart(6)}${cells}   exact ${exact}  silent ${silent}`;
  };
  const header = `${'area'.padEnd(18)}     n${VERDICTS.map((verdict) => verdict.padStart(10)).join('')}`;
  const times = outcomes.map(({ translation }) => translation).sort((a, b) => a - b);
  const at = (q: number) => (times[Math.floor((times.length - 1) * q)] ?? 0).toFixed(2);
  return [
    header,
    ...[...areas].map(([name, counts]) => line(name, counts)),
    line('TOTAL', total),
    `translation ms: p50 ${at(0.5)} p95 ${at(0.95)} p99 ${at(0.99)}`,
  ].join('\n');
}

/** Exact answers: the right rows, or the right failure. */
export const exactOf = (counts: Counts): number => counts.strict + counts['error-ok'];
export const silentOf = (counts: Counts): number => counts.wrong + counts.accepted;
export const sizeOf = (counts: Counts): number => VERDICTS.reduce((sum, verdict) => sum + counts[verdict], 0);
