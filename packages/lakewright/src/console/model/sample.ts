import type { LocalLake } from '../../local-lake';
import type { AthenaService } from '../../services/athena';
import type { Table } from '../../workspace/catalog-store';
import type { PersonaModel, TableSample } from '../contract';

const SAMPLED = 100;

export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const sqlNameOf = ({ DatabaseName, Name }: Table): string => `${quoted(DatabaseName)}.${quoted(Name)}`;

export const principalOf = ({ kind, arn, name }: PersonaModel): string =>
  kind === 'admin' ? name : (arn.split('/').at(-1) ?? name);

interface Answered {
  readonly columns?: TableSample['columns'];
  readonly rows?: readonly (readonly unknown[])[];
  readonly error?: string;
}

/** What a principal would be answered, without a record in Athena's history and without a result file. */
export async function ask(lake: LocalLake, sql: string, principal: string, maxRows?: number): Promise<Answered> {
  const input = { QueryString: sql, ...(maxRows !== undefined && { MaxRows: maxRows }) };
  try {
    const athena = lake.service('athena') as AthenaService;
    const answer = await athena.rows(input, { principal, requestId: 'console' });
    if ('notAQuery' in answer) return { error: `${answer.notAQuery} is no query` };
    return 'error' in answer ? { error: textOfError(answer.error) } : answer;
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** As Athena puts it: a right that is missing without the engine's name of the error. */
const textOfError = ({ name, message }: { name: string; message: string }): string =>
  /permission/i.test(name) ? message : `${name}: ${message}`;

/** Some rows, as the persona would be answered. */
export async function sampleOf(lake: LocalLake, table: Table, persona: PersonaModel): Promise<TableSample> {
  const refused = (error: string): TableSample => ({ columns: [], rows: [], error });
  if (persona.workgroup === null) {
    return refused(
      'AccessDeniedException: You are not authorized to perform: athena:StartQueryExecution on the resource.',
    );
  }
  const sql = `SELECT * FROM ${sqlNameOf(table)} LIMIT ${SAMPLED}`;
  const { columns = [], rows = [], error } = await ask(lake, sql, principalOf(persona), SAMPLED);
  return error === undefined ? { columns, rows: rows.map((row) => row.map(textOf)), error: null } : refused(error);
}

export function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
