import type { Random } from '../fuzz-sql/random';
import { isOrderable, type Kind, randomKind, randomScalar, type ScalarName, scalar, typeName } from './values';

/** An expression of a type, one level deeper. */
export type Deeper = (kind: Kind) => string;

export const NUMBERS: readonly ScalarName[] = ['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal'];
export const isNumber = (kind: Kind): boolean => NUMBERS.includes(kind.name as ScalarName);

/** An operator that gives the type; undefined if there is none. */
export function operator(kind: Kind, deeper: Deeper, random: Random): string | undefined {
  if (isNumber(kind)) return arithmetic(kind, deeper, random);
  const plus = (interval: string): string => `(${deeper(kind)} ${random.pick(['+', '-'])} ${interval})`;
  const interval = (): string =>
    deeper(scalar(random.pick(['interval year to month', 'interval day to second'] as const)));
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
      // Hours can't be added to a date.
      return plus(random.pick(["INTERVAL '3' DAY", "INTERVAL '-40' DAY", deeper(scalar('interval year to month'))]));
    case 'timestamp':
    case 'timestamp with time zone':
      return plus(interval());
    case 'time':
      return plus(deeper(scalar('interval day to second')));
    case 'interval day to second':
      if (random.below(2)) return `(${deeper(scalar('timestamp'))} - ${deeper(scalar('timestamp'))})`;
      return `(${deeper(kind)} ${random.pick(['*', '/'])} ${random.pick(['2', '3', '0.5e0', '-1'])})`;
    case 'interval year to month':
      return plus(deeper(kind));
    default:
      return undefined;
  }
}

function arithmetic(kind: Kind, deeper: Deeper, random: Random): string {
  if (random.below(8) === 0) return `(- ${deeper(kind)})`;
  const sign = random.pick(['+', '-', '*', '/', '%']);
  const divides = sign === '/' || sign === '%';
  // Mostly by something else than zero, so that there is an answer.
  return `(${deeper(kind)} ${sign} ${divides && random.below(4) ? random.pick(['2', '3', '-7']) : deeper(kind)})`;
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

/** IF, CASE, COALESCE, NULLIF and TRY. */
export function conditional(kind: Kind, deeper: Deeper, random: Random): string {
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
      const [value, found] = [deeper(operand), deeper(operand)];
      // Trino 476 takes CASE x WHEN x for granted, even where x is NULL.
      if (!isOrderable(operand) || value === found) return deeper(kind);
      return `CASE ${value} WHEN ${found} THEN ${deeper(kind)} ELSE ${deeper(kind)} END`;
    }
    default:
      return `TRY(${deeper(kind)})`;
  }
}

/** An element of an array or map, a field of a row. */
export function subscript(kind: Kind, deeper: Deeper, random: Random): string {
  const list: Kind = { name: 'array', element: kind };
  switch (random.below(4)) {
    case 0:
      return `${deeper(list)}[1]`;
    case 1:
      return `element_at(${deeper(list)}, ${random.pick(['1', '2', '3', '-1'])})`;
    case 2: {
      const key = scalar(random.pick(['varchar', 'integer'] as const));
      return `element_at(${deeper({ name: 'map', key, value: kind })}, ${deeper(key)})`;
    }
    default:
      return `(${deeper({ name: 'row', fields: [kind, randomScalar(random)] })}).f1`;
  }
}

/** A type that can be cast to another, as a rule. */
export function castable(kind: Kind, random: Random): Kind {
  if (random.below(50) === 0) return randomScalar(random);
  if (isNumber(kind)) return scalar(random.pick([...NUMBERS, 'boolean', 'json']));
  switch (kind.name) {
    case 'array':
      return random.below(6) ? { name: 'array', element: castable(kind.element, random) } : scalar('json');
    case 'map':
      return random.below(6) ? { ...kind, value: castable(kind.value, random) } : scalar('json');
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
      return scalar(random.pick(['date', 'timestamp', 'timestamp with time zone', 'varchar']));
    case 'time':
      return scalar(random.pick(['time', 'timestamp', 'timestamp with time zone']));
    default:
      return random.below(4) ? kind : scalar('varchar');
  }
}
