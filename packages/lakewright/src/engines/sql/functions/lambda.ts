import { NotCoveredError } from '../errors';
import type { CallText, FunctionArea } from './entry';
import { refuseZonedKeys } from './map';

/** Calls the lambda (the second argument) with each key and value of the map. */
function perEntry(call: CallText): { readonly entry: string; readonly body: string } {
  const entry = call.fresh('e');
  return { entry, body: call.lambda(1, [`${entry}.key`, `${entry}.value`]) };
}

const unlessNull = (value: string | undefined, body: string): string =>
  `CASE WHEN ${value} IS NULL THEN NULL ELSE ${body} END`;

/**
 * DuckDB's list_reduce wants one type for state and element, so both travel in a struct. What the lambda reads from
 * outside travels with the elements: where lists differ in length DuckDB (1.5) gives it the values of other rows.
 */
function reduce(call: CallText): string {
  const [array = '', initial = ''] = call.args;
  const [x, left, right] = [call.fresh('e'), call.fresh('s'), call.fresh('s')];
  const arrayType = call.types[0];
  const state = call.physical(call.types[1] ?? call.result);
  const element = arrayType?.kind === 'array' ? call.physical(arrayType.element) : 'INTEGER';
  const { values, body } = call.captured(2);
  const step = body(
    [`${left}.s`, `${right}.e`],
    values.map((_value, index) => `${right}.c${index}`),
  );
  const captured = values.map((value, index) => `, 'c${index}': ${value}`).join('');
  const kept = values.map((_value, index) => `, 'c${index}': ${right}.c${index}`).join('');
  const folded =
    `list_reduce(list_transform(${array}, lambda ${x}: {'s': CAST(NULL AS ${state}), 'e': ${x}${captured}}), ` +
    `lambda ${left}, ${right}: {'s': ${step}, 'e': CAST(NULL AS ${element})${kept}}, ` +
    `{'s': ${initial}, 'e': CAST(NULL AS ${element})${captured}})`;
  const done = call.fresh('d');
  return unlessNull(array, `list_transform([${folded}], lambda ${done}: ${call.lambda(3, [`${done}.s`])})[1]`);
}

/**
 * Sorts by a comparator: all pairs are compared, and `lw_sort_order` goes through the same comparisons as Java's sort
 * does, so that a comparator that is no order (NULL < anything is NULL) gives the same array, too.
 */
function sortBy(call: CallText): string {
  const array = call.args[0] ?? '';
  const [i, j, x] = [call.fresh('i'), call.fresh('j'), call.fresh('x')];
  const compared = call.lambda(1, [`${array}[${i}]`, `${array}[${j}]`]);
  const indexes = `range(1, len(${array}) + 1)`;
  const matrix = `flatten(list_transform(${indexes}, lambda ${i}: list_transform(${indexes}, lambda ${j}: CAST(CASE WHEN ${i} = ${j} THEN 0 ELSE ifnull(${compared}, 9) END AS DOUBLE))))`;
  const order = `CAST(string_split(lw_sort_order(${matrix}), ',') AS BIGINT[])`;
  return `CASE WHEN len(${array}) < 2 THEN ${array} ELSE list_transform(${order}, lambda ${x}: ${array}[${x}]) END`;
}

function zipWith(call: CallText): string {
  const [left = '', right = ''] = call.args;
  const i = call.fresh('i');
  const body = call.lambda(2, [`${left}[${i}]`, `${right}[${i}]`]);
  return `CASE WHEN ${left} IS NULL OR ${right} IS NULL THEN NULL ELSE list_transform(range(1, greatest(len(${left}), len(${right})) + 1), lambda ${i}: ${body}) END`;
}

function mapZipWith(call: CallText): string {
  const [left = '', right = ''] = call.args;
  const k = call.fresh('k');
  const keys = `lw_distinct(list_concat(map_keys(${left}), map_keys(${right})))`;
  const value = call.lambda(2, [k, `${left}[${k}]`, `${right}[${k}]`]);
  return `CASE WHEN ${left} IS NULL OR ${right} IS NULL THEN NULL ELSE map_from_entries(list_transform(${keys}, lambda ${k}: {'k': ${k}, 'v': ${value}})) END`;
}

function transformKeys(call: CallText): string {
  const { entry, body } = perEntry(call);
  const source = call.args[0];
  if (call.types[1]?.kind === 'timestamp with time zone') throw new NotCoveredError('transform_keys to zoned keys');
  const keys = call.fresh('k');
  const fail = (message: string): string => call.fail('INVALID_FUNCTION_ARGUMENT', message, call.result);
  const checked =
    `CASE WHEN list_count(${keys}) < len(${keys}) THEN ${fail('map key cannot be null')} ` +
    `WHEN len(list_distinct(${keys})) < len(${keys}) THEN ${fail('Duplicate map keys are not allowed')} ` +
    `ELSE map(${keys}, map_values(${source})) END`;
  return unlessNull(
    source,
    `list_transform([list_transform(map_entries(${source}), lambda ${entry}: ${body})], lambda ${keys}: ${checked})[1]`,
  );
}

/** Functions that take lambdas. */
export const lambda: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/lambda.html',
  scalar: {
    'transform(array(T), (T)->U): array(U)': 'list_transform($1, $L2)',
    'filter(array(T), (T)->boolean): array(T)': 'list_filter($1, $L2)',
    'any_match(array(T), (T)->boolean): boolean': 'lw_any(list_transform($1, $L2))',
    'all_match(array(T), (T)->boolean): boolean': 'lw_all(list_transform($1, $L2))',
    'none_match(array(T), (T)->boolean): boolean': '(NOT lw_any(list_transform($1, $L2)))',
    'array_sort(array(T), (T,T)->integer): array(T)': { sql: sortBy },
    'reduce(array(T), S, (S,T)->S, (S)->R): R': { sql: reduce, nulls: 'own' },
    'zip_with(array(T), array(U), (T,U)->R): array(R)': { sql: zipWith },
    'map_filter(map(K,V), (K,V)->boolean): map(K,V)': {
      sql: (call) => {
        const { entry, body } = perEntry(call);
        const source = call.args[0];
        return unlessNull(source, `map_from_entries(list_filter(map_entries(${source}), lambda ${entry}: ${body}))`);
      },
    },
    'transform_values(map(K,V), (K,V)->U): map(K,U)': {
      sql: (call) => {
        const { entry, body } = perEntry(call);
        const source = call.args[0];
        return unlessNull(
          source,
          `map(map_keys(${source}), list_transform(map_entries(${source}), lambda ${entry}: ${body}))`,
        );
      },
    },
    'transform_keys(map(K,V), (K,V)->U): map(U,V)': { sql: transformKeys },
    'map_zip_with(map(K,V), map(K,U), (K,V,U)->R): map(K,R)': { sql: mapZipWith, validate: refuseZonedKeys },
  },
};
