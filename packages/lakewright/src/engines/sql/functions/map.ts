import { NotCoveredError } from '../errors';
import { someType } from '../types/build';
import type { TrinoType } from '../types/type';
import { type CallText, type CallTypes, type FunctionArea, invalid } from './entry';

/** The entries of an array of rows, whose physical field names aren't known: by position. */
function entriesOf(call: CallText): { readonly keys: string; readonly values: string } {
  const e = call.fresh('e');
  const [type] = call.types;
  // The entries of `ARRAY[]` and `ARRAY[NULL]` are no rows.
  const isRow = type?.kind === 'array' && type.element.kind === 'row';
  const field = (position: number): string =>
    `list_transform(${call.args[0]}, lambda ${e}: ${isRow ? `struct_extract_at(${e}, ${position})` : e})`;
  return { keys: field(1), values: field(2) };
}

const entryErrors = (call: CallText, keys: string): string => {
  const source = call.args[0];
  const fail = (message: string): string => call.fail('INVALID_FUNCTION_ARGUMENT', message, call.result);
  return (
    `CASE WHEN ${source} IS NULL THEN NULL WHEN list_count(${source}) < len(${source}) THEN ${fail('map entry cannot be null')} ` +
    `WHEN list_count(${keys}) < len(${source}) THEN ${fail('map key cannot be null')} `
  );
};

function fromEntries(call: CallText): string {
  const { keys, values } = entriesOf(call);
  const duplicate = call.fail('INVALID_FUNCTION_ARGUMENT', 'Duplicate map keys are not allowed', call.result);
  return `${entryErrors(call, keys)}WHEN len(list_distinct(${keys})) < len(${call.args[0]}) THEN ${duplicate} ELSE map(${keys}, ${values}) END`;
}

/** One entry per key in the order of first appearance, with the values that it has. */
function multimapFromEntries(call: CallText): string {
  const { keys, values } = entriesOf(call);
  const [k, i] = [call.fresh('k'), call.fresh('i')];
  const own = `list_transform(list_filter(range(1, len(${keys}) + 1), lambda ${i}: (${keys})[${i}] = ${k}), lambda ${i}: (${values})[${i}])`;
  return `${entryErrors(call, keys)}ELSE map_from_entries(list_transform(lw_distinct(${keys}), lambda ${k}: {'k': ${k}, 'v': ${own}})) END`;
}

/** Instants in two zones are one key, and two values for DuckDB. */
export const isZonedKey = (key: TrinoType | undefined): boolean =>
  key !== undefined && someType(key, ({ kind }) => kind === 'timestamp with time zone');

/** Refuses to make a map of zoned keys where that would need more than to tell whether two are the same. */
export function refuseZonedKeys({ types: [type] }: CallTypes): void {
  const rows = type?.kind === 'array' && type.element.kind === 'row' ? type.element.fields[0]?.type : undefined;
  const key = type?.kind === 'map' ? type.key : rows;
  if (isZonedKey(key))
    throw new NotCoveredError('maps made of maps or rows with keys of type timestamp with time zone');
}

function elementAt(call: CallText): string {
  const [source = '', key = ''] = call.args;
  const [type] = call.types;
  if (type?.kind !== 'map' || !isZonedKey(type.key)) return `(${source})[${key}]`;
  const k = call.fresh('k');
  const keys = `list_transform(map_keys(${source}), lambda ${k}: ${call.identity(type.key, k)})`;
  return `map_values(${source})[list_position(${keys}, ${call.identity(type.key, key)})]`;
}

/** Keys that hold NULL can't be told apart; `map_from_entries` lets them pass. */
function mapOf(call: CallText): string {
  const [keys = '', values = ''] = call.args;
  const type = call.types[0]?.kind === 'array' ? call.types[0].element : undefined;
  const made = `map(${keys}, ${values})`;
  const k = call.fresh('k');
  if (type && isZonedKey(type)) {
    const instants = `list_transform(${keys}, lambda ${k}: ${call.identity(type, k)})`;
    const fail = call.fail('INVALID_FUNCTION_ARGUMENT', 'Duplicate map keys are not allowed', call.result);
    return `CASE WHEN len(list_distinct(${instants})) < len(${keys}) THEN ${fail} ELSE ${made} END`;
  }
  const holds = type ? call.holdsNull(type, k) : 'false';
  if (holds === 'false') return made;
  const fail = call.fail('INVALID_FUNCTION_ARGUMENT', 'map key cannot be indeterminate', call.result);
  return `CASE WHEN list_contains(list_transform(${keys}, lambda ${k}: ${holds}), true) THEN ${fail} ELSE ${made} END`;
}

/**
 * Of a key the last value, and the last map's keys first, as Trino goes through them. DuckDB keeps a key where it came
 * first, and its last value.
 */
function concatMaps({ args }: CallText): string {
  const maps = [...[...args].reverse(), ...args.slice(1)];
  return `CASE WHEN ${args.map((map) => `${map} IS NULL`).join(' OR ')} THEN NULL ELSE map_concat(${maps.join(', ')}) END`;
}

/** Maps. Keys are unique and never NULL; a map has no order, but this engine keeps the order of insertion. */
export const map: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/map.html',
  scalar: {
    'cardinality(map(K,V)): bigint': 'CAST(cardinality($1) AS BIGINT)',
    'element_at(map(K,V), K): V': { sql: elementAt },
    'map(): map(unknown,unknown)': 'map([]::INTEGER[], []::INTEGER[])',
    'map(array(K), array(V)): map(K,V)': {
      sql: mapOf,
      errors: [
        invalid('len($1) <> len($2)', 'Key and value arrays must be the same length'),
        invalid('list_count($1) < len($1)', 'map key cannot be null'),
        invalid('len(list_distinct($1)) < len($1)', 'Duplicate map keys are not allowed'),
      ],
    },
    'map_keys(map(K,V)): array(K)': 'map_keys($1)',
    'map_values(map(K,V)): array(V)': 'map_values($1)',
    'map_from_entries(array(row(K,V))): map(K,V)': { sql: fromEntries, validate: refuseZonedKeys },
    'multimap_from_entries(array(row(K,V))): map(K,array(V))': { sql: multimapFromEntries, validate: refuseZonedKeys },
    'map_entries(map(K,V)): array(row(K,V))': {
      sql: (call) => {
        const e = call.fresh('e');
        return `list_transform(map_entries(${call.args[0]}), lambda ${e}: {'f1': ${e}.key, 'f2': ${e}.value})`;
      },
    },
    'map_concat(map(K,V), map(K,V)...): map(K,V)': { sql: concatMaps, validate: refuseZonedKeys },
  },
};
