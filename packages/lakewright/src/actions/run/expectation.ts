import { ProgramFailedError, runProgram } from '../../programs/run-program';
import type { ExpectationReport, RowDifference } from '../../report/report';
import type { ApiShape } from '../../services/api-shape';
import type { ProgramConfig } from '../../workspace/config';
import type { QueryResult } from '../query/query';

const TIMEOUT_SECONDS = 600;
/** So many of a check's rows are kept. */
export const SAMPLE_ROWS = 20;
/** So many differing rows are shown and kept. */
const SHOWN = 5;
const NUMERIC = /^(tinyint|smallint|integer|int|bigint|float|real|double|decimal)/;

type Cell = string | number | boolean | null;
type Answer = Pick<QueryResult, 'columns' | 'rows'>;

export interface ExpectationPlaces {
  /** The configuration's folder. */
  readonly directory: string;
  /** Name → URL of the services that run. */
  readonly services: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** Runs the program of a check's `expected`, and compares its rows with the query's answer. */
export async function expectation(
  { command, timeoutSeconds }: ProgramConfig,
  answer: Answer,
  places: ExpectationPlaces,
): Promise<ExpectationReport> {
  const started = performance.now();
  const failed = (reason: string): ExpectationReport => ({ command, outcome: 'failed', reason, rows: null });
  let rows: readonly (readonly Cell[])[];
  try {
    const text = await runProgram(command, {
      cwd: places.directory,
      env: { LAKEWRIGHT_SERVICES: JSON.stringify(places.services) },
      timeoutSeconds: timeoutSeconds ?? TIMEOUT_SECONDS,
      signal: places.signal,
    });
    rows = parseRows(text, answer.columns);
  } catch (error) {
    if (error instanceof ProgramFailedError || error instanceof RowsError) return failed(error.message);
    throw error;
  }
  const { count, differences } = compare(rows, answer);
  const found = {
    command,
    rows: rows.length,
    seconds: (performance.now() - started) / 1000,
    sample: rows.slice(0, SAMPLE_ROWS).map(texts),
  };
  if (count === 0) return { ...found, outcome: 'equal' };
  const reason =
    rows.length === answer.rows.length
      ? `${count} of ${rows.length} rows differ`
      : `${answer.rows.length} rows were answered, ${rows.length} expected; ${count} rows differ`;
  return { ...found, outcome: 'different', reason, differences };
}

/** What a program printed isn't rows. */
class RowsError extends Error {}

function parseRows(text: string, columns: Answer['columns']): readonly (readonly Cell[])[] {
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch (error) {
    const start = text.trim().slice(0, 80);
    throw new RowsError(`it printed "${start}" → a JSON array of rows is expected (${(error as Error).message})`);
  }
  if (!Array.isArray(rows)) throw new RowsError(`it printed ${kindOf(rows)} → a JSON array of rows is expected`);
  return rows.map((row, index) => parseRow(row, index, columns));
}

function parseRow(row: ApiShape, index: number, columns: Answer['columns']): readonly Cell[] {
  const where = `row ${index + 1}`;
  const names = columns.map(({ name }) => name);
  if (typeof row !== 'object' || row === null) {
    throw new RowsError(`${where} is ${kindOf(row)} → an object or an array is expected`);
  }
  if (Array.isArray(row) ? row.length !== names.length : !sameNames(Object.keys(row), names)) {
    const given = Array.isArray(row) ? `${row.length} values` : Object.keys(row).join(', ');
    throw new RowsError(`${where} has ${given} → the query answers the columns ${names.join(', ')}`);
  }
  const cells: unknown[] = Array.isArray(row) ? row : names.map((name) => row[name]);
  return cells.map((cell, column) => checkCell(cell, `${where}, column ${names[column]}`));
}

function checkCell(cell: unknown, where: string): Cell {
  if (cell !== null && typeof cell === 'object') {
    throw new RowsError(`${where} is ${kindOf(cell)} → null, numbers, booleans and text are compared`);
  }
  if (typeof cell === 'number' && Number.isInteger(cell) && !Number.isSafeInteger(cell)) {
    throw new RowsError(`${where} is ${cell}, beyond JSON's exact numbers → print it as text`);
  }
  return cell as Cell;
}

function compare(expected: readonly (readonly Cell[])[], { columns, rows }: Answer) {
  const differences: RowDifference[] = [];
  let count = 0;
  for (let index = 0; index < Math.max(expected.length, rows.length); index++) {
    const [should, is] = [expected[index], rows[index]];
    if (should && is && columns.every(({ type }, at) => isEqual(should[at], is[at], type))) continue;
    count += 1;
    if (differences.length === SHOWN) continue;
    differences.push({ row: index + 1, answer: is ?? null, expected: should ? texts(should) : null });
  }
  return { count, differences };
}

const texts = (row: readonly Cell[]): (string | null)[] => row.map((cell) => (cell === null ? null : String(cell)));

/** Numbers are compared by value, everything else by the text that Athena prints. */
function isEqual(expected: Cell, answer: string | null, type: string): boolean {
  if (expected === null || answer === null) return expected === answer;
  if (String(expected) === answer) return true;
  if (!NUMERIC.test(type)) return false;
  return typeof expected === 'number' ? expected === Number(answer) : sameDecimal(String(expected), answer);
}

/** `10.50` and `10.5`, without the loss that a number would bring. */
function sameDecimal(one: string, other: string): boolean {
  const plain = (text: string) =>
    /^-?\d+(\.\d+)?$/.test(text) ? text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '') : undefined;
  return plain(one) !== undefined && plain(one) === plain(other);
}

function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return new Set(other).size === other.length && [...one].sort().join('\n') === [...other].sort().join('\n');
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'an array' : `of type ${typeof value}`;
}
