import { runOnTrino, type TrinoAnswer } from '../../src/engines/trino/client';
import type { CorpusItem } from '../../src/engines/trino/compare';
import { type RowForm, randomQuery } from './queries';
import { signatureQueries } from './signatures';

/** Statements that Trino is asked at once. */
const AT_ONCE = 6;

/** Queries of a seed, by their numbers. */
export interface Range {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

/** Trino's answers to a range of random queries, in the order of their numbers. */
export function recordRandom(server: string, { seed, from, count }: Range, form?: RowForm): Promise<CorpusItem[]> {
  const queries = Array.from({ length: count }, (_, index) => ({
    id: `random-${seed}-${from + index}`,
    area: 'random',
    sql: randomQuery(seed, from + index, form),
  }));
  return record(server, queries);
}

/** Trino's answers to the queries that go through the signature table. */
export function recordSignatures(server: string): Promise<CorpusItem[]> {
  const numbered = (sql: string, index: number) => ({
    id: `signatures-r${String(index + 1).padStart(4, '0')}`,
    area: 'signatures',
    sql,
  });
  return record(server, signatureQueries().map(numbered));
}

async function record(server: string, queries: readonly Query[]): Promise<CorpusItem[]> {
  const items: CorpusItem[] = new Array(queries.length);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < queries.length) {
      const index = next++;
      const query = queries[index] as Query;
      items[index] = { ...query, ...answerOf(await runOnTrino(server, query.sql, { catalog: 'system' }), query.sql) };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return items.filter(({ error = '' }) => !UNANSWERED.has(error));
}

/** A busy server says these of any statement; and with some valid ones Trino itself can't cope. */
const UNANSWERED = new Set([
  'CLUSTER_OUT_OF_MEMORY',
  'COMPILER_ERROR',
  'EXCEEDED_TIME_LIMIT',
  'GENERIC_INTERNAL_ERROR',
  'NO_NODES_AVAILABLE',
  'OPTIMIZER_TIMEOUT',
  'SERIALIZATION_ERROR',
]);

type Query = Pick<CorpusItem, 'id' | 'area' | 'sql'>;

/** A query of random tables is ordered where it ends in its ORDER BY. */
function answerOf(
  answer: TrinoAnswer,
  sql: string,
): Pick<CorpusItem, 'columns' | 'rows' | 'ordered' | 'error'> & { message?: string } {
  if ('error' in answer) return { error: answer.error.name, message: answer.error.message };
  return { ...answer, ordered: / ORDER BY k[^()]*$/.test(sql) };
}
