import { functions, type Overload } from '../../src/engines/sql/functions';
import type { Random } from '../fuzz-sql/random';
import { hinted, UNDETERMINED } from './hints';
import { type Bindings, bindResult, isUsable, type Parameter, parametersOf } from './patterns';
import {
  isOrderable,
  type Kind,
  literal,
  randomKind,
  randomScalar,
  type ScalarName,
  sameKind,
  scalar,
  typeName,
} from './values';

export interface Column {
  readonly sql: string;
  readonly kind: Kind;
}

/** What an expression may read. */
export interface Scope {
  readonly columns: readonly Column[];
  /** Aggregates are written over these, window functions too. */
  readonly random: Random;
}

const usable = (kind: Overload['kind']): readonly Overload[] =>
  functions
    .all()
    .filter(
      (overload) => overload.kind === kind && overload.behaviour.deterministic && !UNDETERMINED.has(overload.name),
    );
const SCALARS = usable('scalar');
const AGGREGATES = usable('aggregate').filter(({ result, parameters }) => [result, ...parameters].every(isUsable));
const WINDOWS = usable('window');

const NUMBERS: readonly ScalarName[] = ['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal'];
const isNumber = (kind: Kind): boolean => NUMBERS.includes(kind.name as ScalarName);

/** An expression of the type, `depth` calls deep at most. */
export function expression(kind: Kind, depth: number, scope: Scope): string {
  const { random } = scope;
  const columns = scope.columns.filter((column) => sameKind(column.kind, kind));
  if (depth <= 0 || random.below(6) === 0) {
    if (columns.length > 0 && random.below(8) > 0) return random.pick(columns).sql;
    return random.below(12) === 0 ? `CAST(NULL AS ${typeName(kind, random)})` : literal(kind, random);
  }
  const deeper = (other: Kind): string => expression(other, depth - 1, scope);
  switch (random.below(12)) {
    case 0:
      return conditional(kind, deeper, random);
    case 1:
      return `${random.pick(['CAST', 'TRY_CAST'])}(${deeper(castable(kind, random))} AS ${typeName(kind, random)})`;
    case 2:
      return subscript(kind, deeper, random);
    case 3:
    case 4:
    case 5:
      return operator(kind, deeper, random) ?? call(SCALARS, kind, depth, scope) ?? deeper(kind);
    default:
      return call(SCALARS, kind, depth, scope) ?? operator(kind, deeper, random) ?? deeper(kind);
  }
}

/** A type that can be cast to another, as a rule. */
function castable(kind: Kind, random: Random): Kind {
  if (random.below(20) === 0) return randomScalar(random);
  if (isNumber(kind)) return scalar(random.pick([...NUMBERS, 'varchar', 'boolean', 'json']));
  switch (kind.name) {
    case 'array':
      return random.below(4) ? { name: 'array', element: castable(kind.element, random) } : scalar('json');
    case 'map':
      return random.below(4) ? { ...kind, value: castable(kind.value, random) } : scalar('json');
    case 'row':
      return { name: 'row', fields: kind.fields.map((field) => castable(field, random)) };
    case 'varchar':
      return randomScalar(random);
    case 'json':
      return randomKind(random);
    case 'boolean':
      return scalar(random.pick([...NUMBERS, 'varchar', 'json']));
    case 'date':
    case 'timestamp':
    case 'timestamp with time zone':
    case 'time':
      return scalar(random.pick(['date', 'timestamp', 'timestamp with time zone', 'varchar']));
    default:
      return random.below(2) ? scalar('varchar') : kind;
  }
}

type Deeper = (kind: Kind) => string;

function conditional(kind: Kind, deeper: Deeper, random: Random): string {
  const condition = deeper(scalar('boolean'));
  switch (random.below(6)) {
    case 0:
      return `if(${condition}, ${deeper(kind)}, ${deeper(kind)})`;
    case 1:
      return `CASE WHEN ${condition} THEN ${deeper(kind)} ${random.pick(['', `ELSE ${deeper(kind)} `])}END`;
    case 2:
      return `coalesce(${deeper(kind)}, ${deeper(kind)})`;
    case 3:
      return isOrderable(kind) ? `nullif(${deeper(kind)}, ${deeper(kind)})` : deeper(kind);
    case 4: {
      const operand = randomScalar(random);
      if (!isOrderable(operand)) return deeper(kind);
      return `CASE ${deeper(operand)} WHEN ${deeper(operand)} THEN ${deeper(kind)} ELSE ${deeper(kind)} END`;
    }
    default:
      return `TRY(${deeper(kind)})`;
  }
}

function subscript(kind: Kind, deeper: Deeper, random: Random): string {
  switch (random.below(3)) {
    case 0:
      return `${deeper({ name: 'array', element: kind })}[${random.pick(['1', '2', '3'])}]`;
    case 1: {
      const key = scalar(random.pick(['varchar', 'integer'] as const));
      return `element_at(${deeper({ name: 'map', key, value: kind })}, ${deeper(key)})`;
    }
    default:
      return `(${deeper({ name: 'row', fields: [kind, randomScalar(random)] })}).f1`;
  }
}

/** An operator that gives the type; undefined if there is none. */
function operator(kind: Kind, deeper: Deeper, random: Random): string | undefined {
  if (isNumber(kind)) {
    if (random.below(8) === 0) return `(- ${deeper(kind)})`;
    return `(${deeper(kind)} ${random.pick(['+', '-', '*', '/', '%'])} ${deeper(kind)})`;
  }
  const plus = (interval: ScalarName): string =>
    `(${deeper(kind)} ${random.pick(['+', '-'])} ${deeper(scalar(interval))})`;
  switch (kind.name) {
    case 'boolean':
      return predicate(deeper, random);
    case 'varchar':
      return `(${deeper(kind)} || ${deeper(kind)})`;
    case 'array':
      return random.below(2)
        ? `(${deeper(kind)} || ${deeper(kind)})`
        : `ARRAY[${deeper(kind.element)}, ${deeper(kind.element)}]`;
    case 'row':
      return `CAST(ROW(${kind.fields.map(deeper).join(', ')}) AS ${typeName(kind, random)})`;
    case 'date':
      return plus(random.pick(['interval year to month', 'interval day to second']));
    case 'timestamp':
    case 'timestamp with time zone':
      return plus(random.pick(['interval year to month', 'interval day to second']));
    case 'time':
      return plus('interval day to second');
    case 'interval day to second':
      if (random.below(2)) return `(${deeper(scalar('timestamp'))} - ${deeper(scalar('timestamp'))})`;
      return `(${deeper(kind)} ${random.pick(['*', '/'])} ${random.pick(['2', '3', '0.5e0', '-1'])})`;
    case 'interval year to month':
      return `(${deeper(kind)} ${random.pick(['+', '-'])} ${deeper(kind)})`;
    default:
      return undefined;
  }
}

function predicate(deeper: Deeper, random: Random): string {
  const boolean = scalar('boolean');
  const kind = randomKind(random);
  const operand = isOrderable(kind) ? kind : scalar('integer');
  const not = random.pick(['', '', 'NOT ']);
  switch (random.below(9)) {
    case 0:
      return `(${deeper(boolean)} ${random.pick(['AND', 'OR'])} ${deeper(boolean)})`;
    case 1:
      return `(NOT ${deeper(boolean)})`;
    case 2:
      return `(${deeper(operand)} ${not}IN (${deeper(operand)}, ${deeper(operand)}))`;
    case 3:
      return `(${deeper(operand)} ${not}BETWEEN ${deeper(operand)} AND ${deeper(operand)})`;
    case 4:
      return `(${deeper(scalar('varchar'))} ${not}LIKE ${random.pick(["'%a%'", "'_b%'", "''", "'%'", "'a!%' ESCAPE '!'", "'Foo%r'"])})`;
    case 5:
      return `(${deeper(kind)} IS ${not}NULL)`;
    case 6:
      return `(${deeper(operand)} IS ${not}DISTINCT FROM ${deeper(operand)})`;
    default:
      return comparison(operand, deeper, random);
  }
}

/** Of one type, or of two numbers of different types. */
function comparison(kind: Kind, deeper: Deeper, random: Random): string {
  const other = isNumber(kind) ? scalar(random.pick(NUMBERS)) : kind;
  return `(${deeper(kind)} ${random.pick(['=', '<>', '<', '<=', '>', '>='])} ${deeper(other)})`;
}

/** A call of one of the functions that gives the type; undefined if there is none. */
function call(from: readonly Overload[], kind: Kind, depth: number, scope: Scope): string | undefined {
  const { random } = scope;
  const names = namesGiving(from, kind);
  if (names.length === 0) return undefined;
  const overload = random.pick(random.pick(names));
  const parameters = parametersOf(overload, bindResult(overload, kind) as Bindings, random);
  return `${overload.name}(${argumentsOf(overload, parameters, depth, scope).join(', ')})`;
}

const giving = new Map<string, Overload[][]>();

/** The functions that can give the type: by name, so that one of many overloads isn't drawn more often. */
function namesGiving(from: readonly Overload[], kind: Kind): Overload[][] {
  const key = `${from === SCALARS} ${JSON.stringify(kind)}`;
  const known = giving.get(key);
  if (known) return known;
  const byName = new Map<string, Overload[]>();
  for (const overload of from) {
    if (bindResult(overload, kind)) byName.set(overload.name, [...(byName.get(overload.name) ?? []), overload]);
  }
  giving.set(key, [...byName.values()]);
  return [...byName.values()];
}

function argumentsOf(
  { name, behaviour }: Overload,
  parameters: readonly Parameter[],
  depth: number,
  scope: Scope,
): string[] {
  const { random } = scope;
  return parameters.map((parameter, index) => {
    const text = hinted(name, index, parameter, random);
    if (text !== undefined) return text;
    if ('lambda' in parameter) return lambda(parameter.lambda, parameter.result, depth, scope);
    if (behaviour.literals?.includes(index + 1)) return literal(parameter, random);
    return expression(parameter, depth - 1, scope);
  });
}

function lambda(parameters: readonly Kind[], result: Kind, depth: number, scope: Scope): string {
  const own = parameters.map((kind, index): Column => ({ sql: `x${depth}${'abc'[index]}`, kind }));
  const names = own.map((column) => column.sql).join(', ');
  // The parameters first: a body that reads none of them tells little.
  const body = expression(result, depth - 1, { ...scope, columns: [...own, ...own, ...scope.columns] });
  return `${own.length === 1 ? names : `(${names})`} -> ${body}`;
}

/** An aggregate over the columns, of any type, and its text's type where that's known. */
export function aggregate(depth: number, scope: Scope): string {
  const { random } = scope;
  if (random.below(8) === 0) return 'count(*)';
  const overload = random.pick(AGGREGATES);
  const bindings = bindResult(overload, randomKind(random)) ?? new Map();
  const args = argumentsOf(overload, parametersOf(overload, bindings, random), depth, scope);
  const distinct = random.below(8) === 0 && args.length === 1 ? 'DISTINCT ' : '';
  const filter = random.below(6) === 0 ? ` FILTER (WHERE ${expression(scalar('boolean'), 1, scope)})` : '';
  return `${overload.name}(${distinct}${args.join(', ')})${filter}`;
}

/** A window function, or an aggregate as one; `k` orders the rows without ties. */
export function windowed(depth: number, scope: Scope): string {
  const { random } = scope;
  const partition = random.below(2) ? `PARTITION BY ${expression(randomOrderable(random), 1, scope)} ` : '';
  const order = `ORDER BY k${random.pick(['', ' DESC'])}`;
  if (random.below(2)) {
    const overload = random.pick(WINDOWS);
    const args = argumentsOf(overload, parametersOf(overload, new Map(), random), depth, scope);
    return `${overload.name}(${args.join(', ')}) OVER (${partition}${order})`;
  }
  const plain = aggregate(depth, scope).replace(/\(DISTINCT /, '(');
  return `${plain} OVER (${partition}${order}${frame(random)})`;
}

function frame(random: Random): string {
  return random.pick([
    '',
    ' ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING',
    ' ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW',
    ' ROWS BETWEEN 2 PRECEDING AND 1 PRECEDING',
    ' RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING',
    ' RANGE BETWEEN 1 PRECEDING AND CURRENT ROW',
    ' GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING',
  ]);
}

export function randomOrderable(random: Random): Kind {
  const kind = randomScalar(random);
  return isOrderable(kind) ? kind : scalar('integer');
}
