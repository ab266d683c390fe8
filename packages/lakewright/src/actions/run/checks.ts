import type { LocalLake } from '../../local-lake';
import type { PersonaReport } from '../../report/report';
import { type Call, QueryFailedError, runQuery } from '../query/query';
import { resultsLocation } from '../query/results-bucket';

const SAMPLE_ROWS = 20;

/** Runs the checks of lakewright.config.json, in order. A check that names personas is refused until they are enforced. */
export async function runChecks(lake: LocalLake): Promise<readonly PersonaReport[]> {
  const reports: PersonaReport[] = [];
  for (const { name: check, query, as = [] } of lake.config.checks) {
    if (as.length === 0) reports.push(await answer(lake, check, query));
    for (const persona of as) reports.push(refused(check, query, persona));
  }
  return reports;
}

async function answer(lake: LocalLake, check: string, query: string): Promise<PersonaReport> {
  const call: Call = (service, operation, input) => lake.call(service, operation, input);
  const about = { check, name: 'local-admin', query };
  try {
    const { columns, rows } = await runQuery(call, query, { outputLocation: resultsLocation(lake) });
    return {
      ...about,
      outcome: 'succeeded',
      columns: columns.map(({ name }) => name),
      rows: rows.length,
      sample: rows.slice(0, SAMPLE_ROWS),
    };
  } catch (error) {
    if (!(error instanceof QueryFailedError)) throw error;
    return { ...about, outcome: 'failed', reason: error.reason, columns: null, rows: null };
  }
}

function refused(check: string, query: string, persona: string): PersonaReport {
  const reason = 'personas are not enforced yet: the check was not run';
  return { check, name: persona, query, outcome: 'refused', reason, columns: null, rows: null };
}
