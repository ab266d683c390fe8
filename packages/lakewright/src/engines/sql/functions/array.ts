import { NotCoveredError } from '../errors';
import { containsFloating } from '../types/build';
import type { TrinoType } from '../types/type';
import { type CallText, type FunctionArea, invalid, type RuntimeError } from './entry';

const sequenceErrors = [
  invalid('$3 = 0', 'step must not be zero'),
  invalid(
    '($2 > $1 AND $3 < 0) OR ($2 < $1 AND $3 > 0)',
    'sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start',
  ),
];
const tooLong = (when: string): RuntimeError =>
  invalid(when, 'result of sequence function must not have more than 10000 entries');

const tooManyMonths = tooLong("$3 <> 0 AND date_sub('month', $1, $2) // $3 >= 10000");

export function isFloat(type: TrinoType | undefined): boolean {
  return type?.kind === 'double' || type?.kind === 'real';
}

function elementType(type: TrinoType | undefined): TrinoType {
  if (type?.kind !== 'array') throw new Error(`not an array: ${type?.kind}`);
  return type.element;
}

const isNested = (type: TrinoType): boolean => type.kind === 'array' || type.kind === 'row' || type.kind === 'map';

/** DuckDB's `=` between elements is Trino's. */
const isPlain = (type: TrinoType): boolean =>
  !isNested(type) && !isFloat(type) && type.kind !== 'timestamp with time zone';

/** NULL when there's a NULL among the elements; NaN only when there is nothing else. */
function extreme(name: 'min' | 'max'): (call: CallText) => string {
  return (call) => {
    const array = call.args[0] ?? '';
    const element = elementType(call.types[0]);
    const hasNull = `list_count(${array}) < len(${array})`;
    if (isNested(element) && containsFloating(element)) {
      throw new NotCoveredError(`array_${name} of arrays or rows that hold double or real`); // by where NaN is
    }
    if (isNested(element) || element.kind === 'timestamp with time zone') {
      const e = call.fresh('e');
      const holds = call.holdsNull(element, e);
      const holding = `list_contains(list_transform(${array}, lambda ${e}: ${holds}), true)`;
      // Trino compares what stands before the NULL first.
      const refused = call.fail(
        'NOT_COVERED',
        `not covered by the local SQL engine: array_${name} of an array with NULL whose elements hold NULL`,
        call.result,
      );
      const guard = holds === 'false' ? '' : `WHEN ${hasNull} AND ${holding} THEN ${refused} `;
      return `CASE ${guard}WHEN ${hasNull} OR len(${array}) = 0 THEN NULL ELSE (${sort(call)})[${name === 'min' ? '1' : '-1'}] END`;
    }
    if (!isFloat(element)) return `CASE WHEN ${hasNull} THEN NULL ELSE list_${name}(${array}) END`;
    const e = call.fresh('e');
    const numbers = `list_filter(${array}, lambda ${e}: NOT isnan(${e}))`;
    return `CASE WHEN ${hasNull} THEN NULL WHEN len(${numbers}) > 0 THEN list_${name}(${numbers}) ELSE list_${name}(${array}) END`;
  };
}

/** Ascending, NULLs last. Where elements hold NULLs, each pair is compared first: one whose order depends on it fails. */
function sort(call: CallText): string {
  const array = call.args[0] ?? '';
  const element = elementType(call.types[0]);
  if (!isNested(element) && element.kind !== 'timestamp with time zone')
    return `list_sort(${array}, 'ASC', 'NULLS LAST')`;
  const [e, i, j, x] = [call.fresh('e'), call.fresh('i'), call.fresh('i'), call.fresh('x')];
  const indexes = `range(1, len(${array}) + 1)`;
  const ranked = `list_sort(list_transform(${indexes}, lambda ${i}: {'k': ${call.identity(element, `${array}[${i}]`)}, 'i': ${i}}))`;
  const sorted = `list_transform(${ranked}, lambda ${x}: ${array}[${x}.i])`;
  if (!isNested(element)) return sorted;
  const holding = `list_contains(list_transform(${array}, lambda ${e}: ${call.holdsNull(element, e)}), true)`;
  const pairs = `flatten(list_transform(${indexes}, lambda ${i}: list_transform(range(1, ${i}), lambda ${j}: ${call.less(element, `${array}[${i}]`, `${array}[${j}]`)})))`;
  return `CASE WHEN ${holding} THEN CASE WHEN len(${pairs}) >= 0 THEN ${sorted} END ELSE ${sorted} END`;
}

/** Each element compared with the value: 1 equal, 0 not, 2 unknown, -1 NULL. */
function matches(call: CallText): string {
  const [array = '', element = ''] = call.args;
  const e = call.fresh('e');
  const equal = call.equal(elementType(call.types[0]), e, element);
  return `list_transform(${array}, lambda ${e}: CASE WHEN ${e} IS NULL THEN -1 ELSE CASE ${equal} WHEN true THEN 1 WHEN false THEN 0 ELSE 2 END END)`;
}

/** `body` of the matches `m`, once both arguments are there. `first`: those after a match aren't looked at. */
function matching(call: CallText, first: boolean, body: (m: string) => string): string {
  const m = call.fresh('m');
  const [array, element] = call.args;
  const unknown = `list_contains(${m}, 2)${first ? ` AND (NOT list_contains(${m}, 1) OR list_position(${m}, 2) < list_position(${m}, 1))` : ''}`;
  const text = 'comparison of arrays, maps or rows that contain null is not supported';
  const checked = `CASE WHEN ${unknown} THEN ${call.fail('NOT_SUPPORTED', text, call.result)} ELSE ${body(m)} END`;
  return `CASE WHEN ${array} IS NULL OR ${element} IS NULL THEN NULL ELSE list_transform([${matches(call)}], lambda ${m}: ${checked})[1] END`;
}

/** Trino's `=`: NaN equals nothing, a NULL inside makes the answer unknown, which fails. */
function containsElement(call: CallText): string {
  const [array = '', element = ''] = call.args;
  if (isPlain(elementType(call.types[0]))) return `lw_contains(${array}, ${element})`;
  return matching(
    call,
    true,
    (m) => `CASE WHEN list_contains(${m}, 1) THEN true WHEN list_contains(${m}, -1) THEN NULL ELSE false END`,
  );
}

function positionOf(call: CallText): string {
  const [array = '', element = ''] = call.args;
  if (!isPlain(elementType(call.types[0]))) {
    return matching(
      call,
      true,
      (m) => `CASE WHEN list_contains(${m}, 1) THEN CAST(list_position(${m}, 1) AS BIGINT) ELSE 0::BIGINT END`,
    );
  }
  const absent = `NOT list_contains(${array}, ${element})`;
  return `CASE WHEN ${element} IS NULL OR ${array} IS NULL THEN NULL WHEN ${absent} THEN 0::BIGINT ELSE CAST(list_position(${array}, ${element}) AS BIGINT) END`;
}

function remove(call: CallText): string {
  const [array = '', element = ''] = call.args;
  if (!isPlain(elementType(call.types[0]))) {
    const i = call.fresh('i');
    const kept = (m: string) => `list_filter(range(1, len(${array}) + 1), lambda ${i}: ${m}[${i}] <> 1)`;
    const k = call.fresh('k');
    return matching(call, false, (m) => `list_transform(${kept(m)}, lambda ${k}: ${array}[${k}])`);
  }
  const e = call.fresh('e');
  return `CASE WHEN ${element} IS NULL THEN NULL ELSE list_filter(${array}, lambda ${e}: ${e} IS DISTINCT FROM ${element}) END`;
}

/**
 * A function that goes by identity: the macro over the arrays themselves, or where DuckDB's equality isn't Trino's
 * identity (zoned timestamps, maps) over pairs of what's compared and the element.
 */
function byIdentity(macro: string, results: 'elements' | 'value' = 'elements'): (call: CallText) => string {
  return (call) => {
    const element = elementType(call.types[0]);
    const e = call.fresh('e');
    if (call.identity(element, e) === e) return `${macro}(${call.args.join(', ')})`;
    if (results === 'value') {
      const lists = call.args.map((array) => `list_transform(${array}, lambda ${e}: ${call.identity(element, e)})`);
      return `${macro}(${lists.join(', ')})`;
    }
    const pair = `{'k': ${call.identity(element, e)}, 'e': ${e}}`;
    const lists = call.args.map((array) => `list_transform(${array}, lambda ${e}: ${pair})`);
    const x = call.fresh('x');
    return `list_transform(${macro}_by(${lists.join(', ')}), lambda ${x}: ${x}.e)`;
  };
}

function histogram(call: CallText): string {
  const element = elementType(call.types[0]);
  if (call.identity(element, 'x') === 'x') return `CAST(lw_hist(${call.args[0]}) AS ${call.physical(call.result)})`;
  throw new NotCoveredError(`array_histogram of values of type ${element.kind}`);
}

/** Rows of the n-th elements, NULL where an array is shorter. */
function zip(call: CallText): string {
  const i = call.fresh('i');
  const missing = call.args.map((array) => `${array} IS NULL`).join(' OR ');
  const length = `greatest(${call.args.map((array) => `len(${array})`).join(', ')})`;
  const fields = call.args.map((array, k) => `'f${k + 1}': ${array}[${i}]`).join(', ');
  return `CASE WHEN ${missing} THEN NULL ELSE list_transform(range(1, ${length} + 1), lambda ${i}: {${fields}}) END`;
}

/** Arrays as text: elements by Trino's CAST to varchar, NULLs left out or replaced. */
function join(call: CallText): string {
  const [array = '', separator = '', replacement] = call.args;
  const element = elementType(call.types[0]);
  const e = call.fresh('e');
  const texts =
    element.kind === 'varchar'
      ? array
      : `list_transform(${array}, lambda ${e}: ${call.cast(e, element, { kind: 'varchar' })})`;
  if (replacement === undefined) return `lw_join(${texts}, ${separator})`;
  return `CASE WHEN ${replacement} IS NULL THEN NULL ELSE lw_join(list_transform(${texts}, lambda ${e}: coalesce(${e}, ${replacement})), ${separator}) END`;
}

/** A NULL element isn't appended: it makes the result NULL. */
function concatArrays(call: CallText): string {
  const wrapped = call.args.map((arg, i) => (call.types[i]?.kind === 'array' && sameDepth(call, i) ? arg : `[${arg}]`));
  const joined = wrapped.reduce((left, right) => `list_concat(${left}, ${right})`);
  return `CASE WHEN ${call.args.map((arg) => `${arg} IS NULL`).join(' OR ')} THEN NULL ELSE ${joined} END`;
}

/** An argument is an array to append, and not an element that is an array itself. */
function sameDepth(call: CallText, argument: number): boolean {
  const depth = (type: TrinoType | undefined): number => (type?.kind === 'array' ? 1 + depth(type.element) : 0);
  return depth(call.types[argument]) === depth(call.result);
}

/** Arrays. */
export const array: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/array.html',
  scalar: {
    'cardinality(array(T)): bigint': 'CAST(len($1) AS BIGINT)',
    'array_sort(array(T)): array(T)': { sql: sort, orderable: ['T'] },
    'array_distinct(array(T)): array(T)': { sql: byIdentity('lw_distinct'), comparable: ['T'] },
    'array_union(array(T), array(T)): array(T)': {
      sql: byIdentity('lw_union'),
      comparable: ['T'],
    },
    'array_except(array(T), array(T)): array(T)': { sql: byIdentity('lw_except'), comparable: ['T'] },
    'array_intersect(array(T), array(T)): array(T)': { sql: byIdentity('lw_intersect'), comparable: ['T'] },
    'arrays_overlap(array(T), array(T)): boolean': { sql: byIdentity('lw_overlap', 'value'), comparable: ['T'] },
    'array_position(array(T), T): bigint': { sql: positionOf, comparable: ['T'] },
    'array_remove(array(T), T): array(T)': {
      sql: remove,
      comparable: ['T'],
    },
    'contains(array(T), T): boolean': { sql: containsElement, comparable: ['T'] },
    'array_max(array(T)): T': { sql: extreme('max'), orderable: ['T'] },
    'array_min(array(T)): T': { sql: extreme('min'), orderable: ['T'] },
    'reverse(array(T)): array(T)': 'list_reverse($1)',
    'shuffle(array(T)): array(T)': {
      sql: 'list_sort($1)',
      note: 'gives the elements in ascending order: one of the orders that a shuffle may give',
    },
    'slice(array(T), bigint, bigint): array(T)': {
      sql: 'CASE WHEN $3 > 9223372036854775807 - greatest($2, 1) OR $2 > len($1) OR ($2 < 0 AND -$2 > len($1)) THEN CASE WHEN $3 IS NOT NULL THEN list_slice($1, 2, 1) END ELSE list_slice($1, CASE WHEN $2 < 0 THEN len($1) + $2 + 1 ELSE $2 END, CASE WHEN $2 < 0 THEN len($1) + $2 ELSE $2 - 1 END + $3) END',
      errors: [
        invalid('$2 = 0', 'SQL array indices start at 1'),
        invalid('$3 < 0', 'length must be greater than or equal to 0'),
      ],
    },
    'element_at(array(T), bigint): T': {
      sql: '($1)[$2]',
      errors: [invalid('$2 = 0', 'SQL array indices start at 1')],
    },
    'flatten(array(array(T))): array(T)': 'flatten($1)',
    'repeat(T, bigint): array(T)': {
      sql: 'list_transform(range($2), lambda lw_e: $1)',
      errors: [
        invalid('$2 < 0', 'count argument of repeat function must be greater than or equal to 0'),
        invalid('$2 > 10000', 'count argument of repeat function must be less than or equal to 10000'),
      ],
      nulls: 'own',
    },
    'sequence(bigint, bigint): array(bigint)': {
      sql: 'generate_series($1, $2, CASE WHEN $2 >= $1 THEN 1 ELSE -1 END)',
      errors: [tooLong('abs(CAST($2 AS HUGEINT) - $1) >= 10000')],
    },
    'sequence(bigint, bigint, bigint): array(bigint)': {
      sql: 'generate_series($1, $2, $3)',
      errors: [...sequenceErrors, tooLong('$3 <> 0 AND (CAST($2 AS HUGEINT) - $1) // $3 >= 10000')],
    },
    'sequence(date, date): array(date)': {
      sql: 'CAST(generate_series(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP), to_days(CASE WHEN $2 >= $1 THEN 1 ELSE -1 END)) AS DATE[])',
      errors: [tooLong('abs($2 - $1) >= 10000')],
    },
    'sequence(date, date, interval day to second): array(date)': {
      sql: 'CAST(generate_series(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP), lw_millis($3)) AS DATE[])',
      errors: [
        invalid('$3 % 86400000 <> 0', 'sequence step must be a day interval if start and end values are dates'),
        ...sequenceErrors,
        tooLong('$3 <> 0 AND ($2 - $1) * 86400000 // $3 >= 10000'),
      ],
    },
    'sequence(date, date, interval year to month): array(date)': {
      sql: 'CAST(lw_seq_month(CAST($1 AS TIMESTAMP), CAST($2 AS TIMESTAMP), $3) AS DATE[])',
      errors: [tooManyMonths],
    },
    'sequence(timestamp(p), timestamp(p), interval day to second): array(timestamp(p))': {
      sql: 'generate_series($1, $2, lw_millis($3))',
      errors: [...sequenceErrors, tooLong('$3 <> 0 AND (epoch_ms($2) - epoch_ms($1)) // $3 >= 10000')],
    },
    'sequence(timestamp(p), timestamp(p), interval year to month): array(timestamp(p))': {
      sql: 'lw_seq_month($1, $2, $3)',
      errors: [tooManyMonths],
    },
    'array_join(array(T), varchar): varchar': { sql: join },
    'array_join(array(T), varchar, varchar): varchar': { sql: join },
    'trim_array(array(T), bigint): array(T)': {
      sql: 'list_slice($1, 1, len($1) - $2)',
      errors: [
        invalid('$2 < 0', 'size must not be negative'),
        invalid('$2 > len($1)', 'size must not exceed array cardinality'),
      ],
    },
    'ngrams(array(T), integer): array(array(T))': {
      sql: 'CASE WHEN len($1) <= $2 THEN [$1] ELSE list_transform(range(1, CAST(len($1) - $2 + 2 AS BIGINT)), lambda lw_i: list_slice($1, lw_i, lw_i + $2 - 1)) END',
      errors: [invalid('$2 < 1', 'N must be positive')],
    },
    'contains_sequence(array(T), array(T)): boolean': {
      sql: byIdentity('lw_contains_seq', 'value'),
      comparable: ['T'],
    },
    'array_histogram(array(T)): map(T,bigint)': { sql: histogram, comparable: ['T'] },
    'combinations(array(T), integer): array(array(T))': {
      sql: (call) => `CASE WHEN ${call.args[0]} IS NULL THEN NULL ELSE ${combinations(call)} END`,
    },
    'zip(array(T), array(U)): array(row(T,U))': { sql: zip },
    'zip(array(T), array(U), array(K)): array(row(T,U,K))': { sql: zip },
    'zip(array(T), array(U), array(K), array(V)): array(row(T,U,K,V))': { sql: zip },
    'zip(array(T), array(U), array(K), array(V), array(R)): array(row(T,U,K,V,R))': { sql: zip },
    'concat(array(T), array(T)...): array(T)': { sql: concatArrays },
    'concat(T, array(T)): array(T)': { sql: concatArrays, nulls: 'own' },
    'concat(array(T), T): array(T)': { sql: concatArrays, nulls: 'own' },
  },
  notCovered: ['array_first', 'array_last'],
};

function combinations(call: CallText): string {
  const [source = '', count = ''] = call.args;
  const refused = call.fail(
    'INVALID_FUNCTION_ARGUMENT',
    'combination size must not be negative or greater than 5',
    call.result,
  );
  const size = call.literals[1];
  if (size !== undefined)
    return Number(size) < 0 || Number(size) > 5 ? refused : combinationsOf(call, source, Number(size));
  const branches = [0, 1, 2, 3, 4, 5].map((n) => `WHEN ${n} THEN ${combinationsOf(call, source, n)}`);
  return `CASE WHEN ${count} IS NULL THEN NULL ELSE CASE ${count} ${branches.join(' ')} ELSE ${refused} END END`;
}

function combinationsOf(call: CallText, source: string, size: number): string {
  const target = call.physical(call.result);
  if (size === 0) return `CAST([[]] AS ${target})`;
  // Trino counts like an odometer whose first index moves fastest: (1,2) (1,3) (2,3) (1,4) …
  const names = Array.from({ length: size }, () => call.fresh('i'));
  let body = `[${names.map((name) => `${source}[${name}]`).join(', ')}]`;
  names.forEach((name, k) => {
    const upper = names[k + 1] ?? `(len(${source}) + 1)`;
    const list = `list_transform(range(${k + 1}, ${upper}), lambda ${name}: ${body})`;
    body = k === 0 ? list : `flatten(${list})`;
  });
  return `CASE WHEN len(${source}) < ${size} THEN CAST([] AS ${target}) ELSE ${body} END`;
}
