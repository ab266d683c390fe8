import { functions, type Overload } from '../../src/engines/sql/functions';
import { type Random, randomFrom } from '../fuzz-sql/random';
import { hinted, UNDETERMINED } from './hints';
import { type Bindings, isUsable, type Parameter, parametersOf } from './patterns';
import { type Kind, literal, roomyName, type ScalarName, scalar } from './values';

/**
 * Statements that go through the signature table: each overload over columns (rows of everyday and edge values, and one
 * with a NULL in each place) and over literals. An overload whose types have no literals isn't here, nor one whose
 * answer isn't determined.
 */
export function signatureQueries(): string[] {
  return functions.all().flatMap((overload, index) => {
    if (UNDETERMINED.has(overload.name) || !overload.behaviour.deterministic) return [];
    if (![overload.result, ...overload.parameters].every(isUsable)) return [];
    return bindingsOf(overload).flatMap((bindings, variant) =>
      queriesOf(overload, bindings, randomFrom(1 + index * 10 + variant)),
    );
  });
}

/** What the type variables stand for, in turn. */
const VARIABLES: readonly (readonly ScalarName[])[] = [
  ['integer', 'varchar', 'double', 'date'],
  ['varchar', 'double', 'timestamp', 'boolean'],
  ['decimal', 'timestamp with time zone', 'bigint', 'varchar'],
];

function bindingsOf({ signature, parameters }: Overload): Bindings[] {
  if (/\bI\b/.test(signature)) {
    return (['tinyint', 'bigint'] as const).map((name) => new Map([['I', scalar(name)]]) as Bindings);
  }
  const names = [...new Set(signature.match(/\b[TUKVRS]\b/g) ?? [])];
  if (names.length === 0 && !parameters.some(({ pattern }) => pattern === 'any')) return [new Map()];
  return VARIABLES.map((kinds) => new Map(names.map((name, i) => [name, scalar(kinds[i % 4] as ScalarName)])));
}

function queriesOf(overload: Overload, bindings: Bindings, random: Random): string[] {
  const parameters = parametersOf(overload, bindings, random, () => scalar('integer'));
  const columns = parameters.map((parameter, index) => columnOf(overload, parameter, index, parameters, random));
  const over = overload.kind === 'window' ? ' OVER (ORDER BY k)' : '';
  const call = (args: readonly string[]): string => `${overload.name}(${args.join(', ')})${over}`;
  const texts = columns.map((column) => column.text);
  const named = columns.filter((column) => column.values.length > 0);
  const constants = call(columns.map((column) => column.constant));
  const literals = overload.kind === 'window' ? `SELECT ${constants} FROM (VALUES 1, 2) t(k)` : `SELECT ${constants}`;
  if (named.length === 0) return [literals];
  const from = `FROM (VALUES ${rowsOf(named).join(', ')}) t(k, ${named.map((column) => column.text).join(', ')})`;
  const own = overload.kind === 'aggregate' ? grouped(call(texts), from) : [`SELECT k, ${call(texts)} ${from}`];
  // A row that fails hides the others: over a few, and over each that may fail under TRY.
  const tried = overload.kind === 'scalar' ? [`SELECT k, TRY(${call(texts)}) ${from}`] : [];
  return [...own, ...tried, literals, ...withNulls(columns, call, over)];
}

/** A NULL that the planner knows in each place. */
function withNulls(
  columns: readonly SignatureColumn[],
  call: (args: readonly string[]) => string,
  over: string,
): string[] {
  const calls = columns.flatMap((column, place) => {
    if (column.values.length === 0) return [];
    return call(columns.map(({ constant }, i) => (i === place ? `CAST(NULL AS ${column.type})` : constant)));
  });
  return calls.length > 0 ? [`SELECT ${calls.join(', ')}${over ? ' FROM (VALUES 1, 2) t(k)' : ''}`] : [];
}

const grouped = (call: string, from: string): string[] => [
  `SELECT ${call} ${from}`,
  `SELECT k % 2, ${call} ${from} GROUP BY 1`,
  `SELECT k, ${call} OVER (ORDER BY k) ${from}`,
];

interface SignatureColumn {
  /** The argument: a column's name, a literal or a lambda. */
  readonly text: string;
  readonly constant: string;
  /** Of the column; none where the argument is no column. */
  readonly values: readonly string[];
  readonly type: string;
}

const ROWS = 5;

function columnOf(
  { name, behaviour }: Overload,
  parameter: Parameter,
  index: number,
  parameters: readonly Parameter[],
  random: Random,
): SignatureColumn {
  if ('lambda' in parameter) {
    const text = lambdaOf(parameter.lambda, parameter.result, random);
    return { text, constant: text, values: [], type: '' };
  }
  const value = (): string => {
    const text = hinted(name, index, parameters, random);
    return text === undefined || text === 'k' ? literal(parameter, random, 3) : text;
  };
  const constant = value();
  const isPercentile = name === 'approx_percentile' && index > 0;
  if (isPercentile || behaviour.literals?.includes(index + 1))
    return { text: constant, constant, values: [], type: '' };
  return { text: `a${index + 1}`, constant, values: Array.from({ length: ROWS }, value), type: roomyName(parameter) };
}

/** The rows of values, and one with a NULL in each place. */
function rowsOf(columns: readonly SignatureColumn[]): string[] {
  const rows = Array.from({ length: ROWS }, (_, row) => columns.map((column) => column.values[row] as string));
  const first = rows[0] as readonly string[];
  const withNull = columns.map((_, place) => first.map((value, i) => (i === place ? 'NULL' : value)));
  return [...rows, ...withNull].map((row, index) => `(${[index + 1, ...row].join(', ')})`);
}

/** A body that reads its parameters where one of them has the result's type. */
function lambdaOf(parameters: readonly Kind[], result: Kind, random: Random): string {
  const names = parameters.map((_, index) => `x${'abc'[index]}`);
  const same = names.filter((_, index) => parameters[index]?.name === result.name);
  const body =
    result.name === 'boolean'
      ? `${names[0]} IS NOT NULL`
      : same.length > 0
        ? random.pick(same)
        : literal(result, random);
  return `${names.length === 1 ? names[0] : `(${names.join(', ')})`} -> ${body}`;
}
