import type { LocalLake } from '../../local-lake';
import type { PersonaReport } from '../../report/report';
import type { CheckConfig } from '../../workspace/config';
import { type Call, QueryFailedError, runQuery } from '../query/query';
import { resultsLocation } from '../query/results-bucket';
import { expectation, SAMPLE_ROWS } from './expectation';

/** Runs the checks of lakewright.config.json, in order. A check that names personas is refused until they are enforced. */
export async function runChecks(lake: LocalLake, signal?: AbortSignal): Promise<readonly PersonaReport[]> {
  const reports: PersonaReport[] = [];
  for (const check of lake.config.checks) {
    const { name, query, as = [] } = check;
    if (as.length === 0) reports.push(await answer(lake, check, signal));
    for (const persona of as) reports.push(refused(name, query, persona));
  }
  return reports;
}

async function answer(
  lake: LocalLake,
  { name: check, query, expected }: CheckConfig,
  signal?: AbortSignal,
): Promise<PersonaReport> {
  const call: Call = (service, operation, input) => lake.call(service, operation, input);
  const about = { check, name: 'local-admin', query };
  try {
    const { columns, rows } = await runQuery(call, query, { outputLocation: resultsLocation(lake), signal });
    const answered = {
      ...about,
      columns: columns.map(({ name }) => name),
      rows: rows.length,
      sample: rows.slice(0, SAMPLE_ROWS),
    };
    if (!expected) return { ...answered, outcome: 'succeeded' };
    const places = { directory: lake.config.directory, services: lake.programs.running(), signal };
    const compared = await expectation(expected, { columns, rows }, places);
    if (compared.outcome === 'equal') return { ...answered, outcome: 'succeeded', expected: compared };
    return { ...answered, outcome: 'failed', reason: `expected: ${compared.reason}`, expected: compared };
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return { ...about, outcome: 'failed', reason: error.reason, columns: null, rows: null };
  }
}

function refused(check: string, query: string, persona: string): PersonaReport {
  const reason = 'personas are not enforced yet: the check was not run';
  return { check, name: persona, query, outcome: 'refused', reason, columns: null, rows: null };
}
