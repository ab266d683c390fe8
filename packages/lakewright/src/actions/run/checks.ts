import { LakewrightError } from '../../host/host';
import type { LocalLake } from '../../local-lake';
import type { PersonaReport } from '../../report/report';
import type { CheckConfig } from '../../workspace/config';
import { personaCaller, workgroupOf } from '../query/persona';
import { type Call, runQuery } from '../query/query';
import { resultsLocation } from '../query/results-bucket';
import { expectation, SAMPLE_ROWS } from './expectation';
import { type Due, outcomeOf } from './refusal';
import { type Done, unlessUnmade } from './unmade';

/** Runs the checks of lakewright.config.json, in order, each as its personas. */
export async function runChecks(lake: LocalLake, done: Done, signal?: AbortSignal): Promise<readonly PersonaReport[]> {
  const reports: PersonaReport[] = [];
  for (const check of lake.config.checks) {
    for (const persona of check.as ?? [undefined]) {
      const report = await answer(lake, check, persona, signal);
      reports.push(await unlessUnmade(lake, report, dueOf(check, persona), done));
    }
  }
  return reports;
}

/** @throws LakewrightError LW_NO_SUCH_PERSONA, LW_WHICH_WORKGROUP, LW_CHECK_REFUSED: before anything runs */
export function verifyChecks(lake: LocalLake): void {
  for (const { name, as = [], refused = [] } of lake.config.checks) {
    for (const persona of as) workgroupOf(lake.access, lake.resources, personaCaller(lake, persona));
    const stranger = refused.find((persona) => !as.includes(persona));
    if (stranger === undefined) continue;
    throw new LakewrightError(
      'LW_CHECK_REFUSED',
      `check "${name}": refused "${stranger}" → one of "as": ${as.join(', ') || 'it has none'} → add it to "as"`,
      2,
    );
  }
}

async function answer(
  lake: LocalLake,
  check: CheckConfig,
  persona: string | undefined,
  signal?: AbortSignal,
): Promise<PersonaReport> {
  const { query, expected } = check;
  const caller = personaCaller(lake, persona);
  const call: Call = (service, operation, input) => lake.call(service, operation, input, caller);
  const about = { check: check.name, name: persona ?? 'local-admin', query };
  const due = dueOf(check, persona);
  try {
    const workgroup = workgroupOf(lake.access, lake.resources, caller);
    const { columns, rows } = await runQuery(call, query, { workgroup, outputLocation: resultsLocation(lake), signal });
    const answered = {
      ...about,
      columns: columns.map(({ name }) => name),
      rows: rows.length,
      sample: rows.slice(0, SAMPLE_ROWS),
    };
    if (due === 'refusal')
      return { ...answered, outcome: 'failed', reason: `${persona} must be refused, and was answered` };
    if (!expected) return { ...answered, outcome: 'succeeded' };
    const places = { directory: lake.config.directory, services: lake.programs.running(), signal };
    const compared = await expectation(expected, { columns, rows }, places);
    if (compared.outcome === 'equal') return { ...answered, outcome: 'succeeded', expected: compared };
    return { ...answered, outcome: 'failed', reason: `expected: ${compared.reason}`, expected: compared };
  } catch (error) {
    return { ...about, ...outcomeOf(error, due), columns: null, rows: null };
  }
}

/** local-admin is never refused; where a check doesn't say who is, a persona's refusal is an outcome like another. */
function dueOf({ refused }: CheckConfig, persona: string | undefined): Due {
  if (persona === undefined) return 'answer';
  if (refused === undefined) return 'either';
  return refused.includes(persona) ? 'refusal' : 'answer';
}
