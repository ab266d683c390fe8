import type { LocalLake } from '../../local-lake';
import type { PersonaReport } from '../../report/report';
import { explain } from '../explain/explain';
import type { Call } from '../query/query';
import type { Due } from './refusal';
import { countRows, type Writers } from './tables';

/** What a run has done before its checks. */
export interface Done {
  /** Whether tasks were left out. */
  readonly leftOut: boolean;
  readonly writers: Writers;
}

/**
 * A check that asks for what wasn't made is skipped: tasks were left out, and a table that it reads isn't there or has no
 * rows, and no task of the run has written it. A refusal that is due is one all the same.
 */
export async function unlessUnmade(
  lake: LocalLake,
  report: PersonaReport,
  due: Due,
  { leftOut, writers }: Done,
): Promise<PersonaReport> {
  if (!leftOut || due === 'refusal' || report.outcome === 'refused') return report;
  const lacking = await lackingTable(lake, report.query, writers);
  if (lacking === undefined) return report;
  const { check, name, query } = report;
  const reason = `${lacking}, and tasks were left out`;
  return { check, name, query, outcome: 'skipped', reason, columns: null, rows: null };
}

async function lackingTable(lake: LocalLake, query: string, writers: Writers): Promise<string | undefined> {
  const call: Call = (service, operation, input) => lake.call(service, operation, input);
  const { reads, refusal } = await explain(call, query, {});
  if (refusal) return /^(TABLE|SCHEMA)_NOT_FOUND$/.test(refusal.name) ? refusal.reason : undefined;
  for (const table of reads.filter((one) => !writers.has(one))) {
    const [database = '', ...name] = table.split('.');
    if ((await countRows(lake, database, name.join('.'))) === 0) return `${table} has no rows`;
  }
  return undefined;
}
