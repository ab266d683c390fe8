import { accessMatrix, type TableAccessEntry } from '../../actions/access/access';
import type { LocalLake } from '../../local-lake';
import type { Table } from '../../workspace/catalog-store';
import type { AccessCell, AccessModel, AccessReasons, ColumnSight, PersonaModel, ReasonStep } from '../contract';
import { ask, principalOf, sqlNameOf } from './sample';
import { idOf } from './table-facts';
import { columnsOf } from './tables';

const WRITES = new Set(['INSERT', 'DELETE', 'ALTER']);

/** Persona × table, without the administrator, who sees all. */
export function accessModel(lake: LocalLake, tables: readonly Table[], personas: readonly PersonaModel[]): AccessModel {
  const people = personas.filter(({ kind }) => kind !== 'admin');
  const { entries } = accessMatrix(lake);
  const known = new Map(entries.map((entry) => [`${entry.principal} ${entry.table.toLowerCase()}`, entry]));
  const cells = people.flatMap((persona) =>
    tables.map((table) => cellOf(persona, table, known.get(`${persona.name} ${idOf(table)}`))),
  );
  const shown = tables.map((table) => ({ id: idOf(table), columns: columnsOf(table).map(({ Name }) => Name) }));
  return { personas: people, tables: shown, cells };
}

function cellOf(persona: PersonaModel, table: Table, entry: TableAccessEntry | undefined): AccessCell {
  const sights = columnsOf(table).map(({ Name }) => sightOf(Name.toLowerCase(), persona, entry));
  const kind = sights.every((one) => one === 'hidden')
    ? 'none'
    : sights.every((one) => one === 'full')
      ? 'all'
      : 'part';
  const writes = kind !== 'none' && (entry?.permissions.some((one) => WRITES.has(one)) ?? false);
  return { persona: persona.name, table: idOf(table), kind, columns: sights, writes };
}

/** Without a workgroup nobody asks anything, whatever is granted. */
function sightOf(column: string, { workgroup }: PersonaModel, entry: TableAccessEntry | undefined): ColumnSight {
  if (workgroup === null || !entry) return 'hidden';
  const shown = entry.sees.filter(({ columns }) => columns.includes(column));
  if (shown.length === 0) return 'hidden';
  return shown.some(({ rows }) => rows === undefined || rows === 'TRUE') ? 'full' : 'some';
}

/** One cell of the matrix, step by step: where it narrows or stops, and by which rule. */
export async function accessReasons(
  lake: LocalLake,
  table: Table,
  persona: PersonaModel,
  total: number | null,
): Promise<AccessReasons> {
  const id = idOf(table);
  const [entry] = accessMatrix(lake, { as: persona.name, table: id }).entries;
  const cell = cellOf(persona, table, entry);
  const { rows, error } = await countAs(lake, table, persona);
  return { cell, rows, total, steps: stepsOf(lake, table, persona, entry, cell), error };
}

function stepsOf(
  lake: LocalLake,
  { DatabaseName, Name }: Table,
  persona: PersonaModel,
  entry: TableAccessEntry | undefined,
  cell: AccessCell,
): ReasonStep[] {
  const steps: ReasonStep[] = [];
  const later = ['Catalog: read the entry', 'Grant on the table', 'Columns, rows, cells'];
  const stop = (text: string, note: string, reached: number): ReasonStep[] => [
    ...steps,
    { state: 'deny', text, note },
    ...later.slice(reached).map((one): ReasonStep => ({ state: 'off', text: one, note: 'not reached' })),
  ];
  const caller = { principal: persona.arn.split('/').at(-1) ?? persona.name, requestId: 'console' };
  if (persona.workgroup === null) {
    return stop('No statement allows athena:StartQueryExecution', 'implicit deny in every workgroup', 0);
  }
  steps.push({ state: 'ok', text: `${persona.name} may query`, note: `workgroup ${persona.workgroup}` });
  const glue = (resource: string): string => `arn:${lake.partition}:glue:${lake.region}:${lake.account}:${resource}`;
  const resources = [glue('catalog'), glue(`database/${DatabaseName}`), glue(`table/${DatabaseName}/${Name}`)];
  const catalog = lake.access.decide(caller, { action: 'glue:GetTable', resources });
  if (!catalog.allowed) return stop('The catalog entry may not be read (glue:GetTable)', catalog.reason, 1);
  steps.push({ state: 'ok', text: 'Catalog entry may be read (glue:GetTable)', note: catalog.reason });
  const why = (entry?.why ?? []).filter((reason) => reason !== catalog.reason);
  if (!entry?.permissions.includes('SELECT')) {
    const [reason = 'no grant on database or table, no tag matches'] = [...(entry?.refused ?? []), ...why];
    return stop(`No SELECT on ${DatabaseName}.${Name}`, reason, 2);
  }
  const grants = entry.governed
    ? `${entry.permissions.join(', ')} granted`
    : 'Left to IAM: no grant of Lake Formation is needed';
  steps.push({
    state: 'ok',
    text: grants,
    note: why[0] ?? '',
    ...(why.length > 1 && { source: why.slice(1).join('\n') }),
  });
  if (cell.kind === 'all')
    return [...steps, { state: 'ok', text: 'No filter narrows it', note: 'all columns, all rows' }];
  if (entry.hidden.length > 0) {
    steps.push({
      state: 'part',
      text: `Columns: all except ${entry.hidden.join(', ')}`,
      note: entry.sees.map(({ name }) => name).join(', '),
    });
  }
  for (const { name, columns, rows } of entry.sees) {
    if (rows === undefined || rows === 'TRUE') continue;
    const all = columns.length + entry.hidden.length === cell.columns.length;
    const text = all ? `Rows: ${rows}` : `Cells: ${columns.join(', ')} where ${rows}`;
    steps.push({ state: 'part', text, note: `filter ${name}` });
  }
  return steps;
}

/** As the persona would be answered; nothing of it is kept in the history. */
async function countAs(
  lake: LocalLake,
  table: Table,
  persona: PersonaModel,
): Promise<{ rows: number | null; error: string | null }> {
  if (persona.workgroup === null) {
    const error =
      'AccessDeniedException: You are not authorized to perform: athena:StartQueryExecution on the resource.';
    return { rows: null, error };
  }
  const { rows, error } = await ask(lake, `SELECT count(*) FROM ${sqlNameOf(table)}`, principalOf(persona));
  return error === undefined ? { rows: Number(rows?.[0]?.[0]), error: null } : { rows: null, error };
}
