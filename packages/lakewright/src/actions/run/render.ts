import Table from 'cli-table3';
import type { ExpectationReport, PersonaReport, RunReport, TaskReport } from '../../report/report';

const NAME_WIDTH = 44;
/** Deeper tasks are in the report only. */
const DEPTH = 2;

/** What `run` leaves on the screen: the answers of the checks, the tables, the coverage, how to go on. */
export function renderRun(report: RunReport, workspace: string): string {
  const lines: string[] = [''];
  for (const answers of byCheck(report.personas)) lines.push(renderAnswers(answers), '');
  if (report.tables.length > 0) lines.push(renderTables(report), '');
  lines.push(renderCoverage(report), '');
  if (report.leftOut.length > 0) lines.push(...renderLeftOut(report), '');
  lines.push(renderClosing(report, workspace));
  return lines.join('\n');
}

/** A task and, indented, what ran inside of it: `  Make flights    3,000,000 rows   1.4 s` */
export function renderTask(task: TaskReport, depth: number, numbered = false): string {
  const rows = task.rowsOut ?? task.rowsIn;
  const measure = rows === null ? '' : `${rows.toLocaleString('en-US')} ${rows === 1 ? 'row' : 'rows'}`;
  const seconds = task.seconds === null ? '' : `${task.seconds.toFixed(1)} s`;
  const why = task.error ?? task.reason;
  const failed = task.state === 'SUCCEEDED' ? '' : `  ${task.state}${why ? `: ${why}` : ''}`;
  const name = `${'  '.repeat(depth)}${task.name}${numbered && task.iteration !== undefined ? ` #${task.iteration}` : ''}`;
  const quarantined = task.rowsQuarantined ? `  ${task.rowsQuarantined.toLocaleString('en-US')} quarantined` : '';
  const upToDate = task.state === 'SUCCEEDED' && task.filesIn === 0 ? '  up to date' : '';
  return [
    `${name.padEnd(NAME_WIDTH)} ${measure.padStart(16)}${seconds.padStart(9)}${quarantined}${upToDate}${failed}`,
    ...(depth < DEPTH ? (task.items ?? []) : []).map((item) => renderTask(item, depth + 1, task.type === 'Map')),
  ].join('\n');
}

/** The answers of one query to its personas, which follow each other in the report. */
function byCheck(personas: readonly PersonaReport[]): PersonaReport[][] {
  const groups: PersonaReport[][] = [];
  for (const report of personas) {
    const last = groups.at(-1);
    const same = last?.[0].check === report.check && last[0].query === report.query;
    if (same && !last.some(({ name }) => name === report.name)) last.push(report);
    else groups.push([report]);
  }
  return groups;
}

/** Side by side; rows become columns where the answers are wide. */
function renderAnswers(answers: readonly PersonaReport[]): string {
  const [first] = answers;
  if (answers.length === 1) return `${titleOf(first)}${first.columns === null ? ': ' : '\n'}${renderAnswer(first)}`;
  return `${first.check}\n${renderBeside(answers) ?? renderTurned(answers)}`;
}

/** So wide is a screen on which answers stand side by side. */
const WIDTH = 150;
/** Refusals are wrapped. */
const REFUSAL_WIDTH = 48;

function renderBeside(answers: readonly PersonaReport[]): string | undefined {
  const cells = answers.map(renderAnswer);
  const colWidths = answers.map(({ columns, name }, at) => {
    const widest = Math.max(name.length, ...cells[at].split('\n').map((line) => line.length));
    return (columns === null ? Math.min(widest, REFUSAL_WIDTH) : widest) + 2;
  });
  if (colWidths.reduce((sum, width) => sum + width, 0) > WIDTH) return undefined;
  const table = new Table({ head: answers.map(({ name }) => name), colWidths, ...WRAPPED });
  table.push(cells);
  return table.toString();
}

const WRAPPED = { style: { head: [], border: [] }, wordWrap: true, wrapOnWordBoundary: false };
/** So many rows are shown of an answer that is turned. */
const TURNED_ROWS = 3;

/** A line for each column that anybody sees, with the values of the first rows; `–` where a persona doesn't see it. */
function renderTurned(answers: readonly PersonaReport[]): string {
  const names = [...new Set(answers.flatMap(({ columns }) => columns ?? []))];
  const colWidths = [null, ...answers.map(({ columns }) => (columns === null ? REFUSAL_WIDTH + 2 : null))];
  const table = new Table({ head: ['', ...answers.map(({ name }) => name)], colWidths, ...WRAPPED });
  for (const [line, name] of ['rows', ...names].entries()) {
    const cells = answers.flatMap((answer): Table.Cell[] => {
      if (answer.columns === null) {
        return line === 0 ? [{ content: renderAnswer(answer), rowSpan: names.length + 1 }] : [];
      }
      if (line === 0) return [number(answer.rows)];
      const at = answer.columns.indexOf(name);
      const rows = (answer.sample ?? []).slice(0, TURNED_ROWS);
      return [at < 0 ? '–' : rows.map((row) => row[at] ?? 'NULL').join('\n')];
    });
    table.push([name, ...cells]);
  }
  const failed = answers.filter(({ columns, reason }) => columns !== null && reason);
  return [table.toString(), ...failed.map(({ name, reason }) => `${name}: ${reason}`)].join('\n');
}

function titleOf({ name, check }: PersonaReport): string {
  return name === 'local-admin' ? check : `${check}, as ${name}`;
}

function renderAnswer(check: PersonaReport): string {
  if (check.columns === null) return `${check.outcome}${check.reason ? `: ${check.reason}` : ''}`;
  const { columns, sample } = besideExpected(check, check.columns);
  const numeric = columns.map((_, index) => sample.every((row) => isNumber(row[index])));
  const table = new Table({
    head: [...columns],
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
  });
  for (const row of sample) table.push(row.map((cell) => cell ?? 'NULL'));
  const more = (check.rows ?? 0) > sample.length ? `\n… ${check.rows} rows in all` : '';
  return `${table.toString()}${more}${check.expected ? `\n${renderExpected(check, check.expected)}` : ''}`;
}

/** The answer, and beside it what was expected of its numbers, where the rows are the same ones. */
function besideExpected({ sample = [], expected }: PersonaReport, columns: readonly string[]) {
  if (expected?.outcome !== 'equal') return { columns, sample };
  const compared = columns.flatMap((name, index) =>
    sample.every((row) => isNumber(row[index])) ? [{ head: `${name} expected`, index }] : [],
  );
  return {
    columns: [...columns, ...compared.map(({ head }) => head)],
    sample: sample.map((row, at) => [...row, ...compared.map(({ index }) => expected.sample?.[at]?.[index] ?? null)]),
  };
}

/** Whether the check's own program worked out the same rows, and where it didn't. */
function renderExpected(check: PersonaReport, expected: ExpectationReport): string {
  const program = expected.command.join(' ');
  if (expected.outcome === 'equal') {
    return `expected: equal, ${number(expected.rows)} ${expected.rows === 1 ? 'row' : 'rows'} by ${program}`;
  }
  const table = new Table({
    head: ['row', '', ...(check.columns ?? [])],
    style: { head: [], border: [], compact: true },
  });
  for (const { row, answer, expected: should } of expected.differences ?? []) {
    const cells = (values: typeof answer) => values?.map((cell) => cell ?? 'NULL') ?? ['no such row'];
    table.push([String(row), 'answer', ...cells(answer)], ['', 'expected', ...cells(should)]);
  }
  const shown = expected.differences ? `\n${table.toString()}` : '';
  return `expected: ${expected.outcome.toUpperCase()}: ${expected.reason} (${program})${shown}`;
}

function renderTables(report: RunReport): string {
  const table = new Table({
    head: ['table', 'rows', 'bytes', 'made by'],
    colAligns: ['left', 'right', 'right', 'left'],
    style: { head: [], border: [], compact: true },
  });
  for (const { database, name, rows, bytes, producedBy } of report.tables) {
    table.push([
      `${database}.${name}`,
      number(rows),
      number(bytes),
      producedBy ? `${producedBy.type} ${producedBy.task}` : '',
    ]);
  }
  return table.toString();
}

function renderCoverage({ resources }: RunReport): string {
  const lines = [
    `coverage  ${resources.executed.length} executed, ${resources.simulated.length} simulated, ${resources.recorded.length} recorded, ${resources.unsupported.length} unsupported`,
  ];
  for (const { path, type, note } of resources.unsupported) {
    lines.push(`          unsupported: ${path} (${type})${note ? `: ${note}` : ''}`);
  }
  return lines.join('\n');
}

/** Once for each tool: what wasn't done without it, and how to get it. */
function renderLeftOut({ leftOut, tasks: all }: RunReport): string[] {
  const following = all.reduce((sum, task) => sum + followersIn(task), 0);
  return [
    ...leftOut.flatMap(({ missing, tasks, get }) => [
      `left out  without ${missing}`,
      ...tasks.map((task) => `          ${task}`),
      ...get.map((line, at) => `${at === 0 ? '  get it  ' : '          '}${line}`),
    ]),
    ...(following > 0 ? [`          ${following} ${following === 1 ? 'task' : 'tasks'} more would have followed`] : []),
    '          then run the lake again: it does what was left out',
  ];
}

function followersIn({ state, missing, items = [] }: TaskReport): number {
  if (items.length > 0) return items.reduce((sum, item) => sum + followersIn(item), 0);
  return state === 'SKIPPED' && missing === undefined ? 1 : 0;
}

function renderClosing(report: RunReport, workspace: string): string {
  // The shortest of the pipeline's tables: a view rather than one of its versions.
  const made = report.tables.filter(({ producedBy }) => producedBy?.type === 'task');
  const [example] = (made.length > 0 ? made : [...report.tables]).sort((a, b) => a.name.length - b.name.length);
  return [
    `${report.state === 'SUCCEEDED' ? 'done' : report.state.toLowerCase()} in ${report.seconds.toFixed(1)} s${report.leftOut.length > 0 ? ', without what was left out' : ''}`,
    `report  ${workspace}/runs/latest/report.json`,
    ...(example ? [`query   npx lakewright query "SELECT * FROM ${example.database}.${example.name} LIMIT 10"`] : []),
    'serve   npx lakewright serve   (AWS CLI, boto3, PyAthena and the SDKs through AWS_ENDPOINT_URL)',
  ].join('\n');
}

function number(value: number | null): string {
  return value === null ? '' : value.toLocaleString('en-US');
}

function isNumber(cell: string | null | undefined): boolean {
  return cell == null || /^-?\d+(\.\d+)?(E-?\d+)?$/i.test(cell);
}
