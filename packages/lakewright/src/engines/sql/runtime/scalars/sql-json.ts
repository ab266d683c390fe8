import { ParseCache, ScalarFailure, type ScalarFunction, scalar } from '../support';
import { inHashMapOrder } from './java-hash-map';
import { evaluatePath, isBeyondLong, kindOf, PathError } from './json-path';
import { parseSqlJsonPath } from './json-path-parse';
import { type JsonValue, normalizeNumbers, parseJson, printJson } from './json-value';

const paths = new ParseCache(parseSqlJsonPath);

const ERRORS = {
  PATH_EVALUATION_ERROR: 'path evaluation failed',
  JSON_INPUT_CONVERSION_ERROR: 'conversion to JSON failed',
  JSON_OUTPUT_CONVERSION_ERROR: 'conversion from JSON failed',
  JSON_VALUE_RESULT_ERROR: 'cannot extract SQL scalar from JSON',
} as const;
type ErrorName = keyof typeof ERRORS;

/** The items that the path finds; the name of the error where it fails. */
function find(text: string, path: string, variables: string): readonly JsonValue[] | ErrorName {
  const root = parseJson(text);
  if (!root) return 'JSON_INPUT_CONVERSION_ERROR';
  const named = variablesOf(variables);
  if (!named) return 'JSON_INPUT_CONVERSION_ERROR';
  try {
    return evaluatePath(paths.get(path), root, named);
  } catch (error) {
    if (error instanceof PathError) return 'PATH_EVALUATION_ERROR';
    throw error;
  }
}

/** `{"name": {"k": kind, "v": value}}`; kinds: `json` (a text to parse), `decimal` and `value`. */
function variablesOf(text: string): ReadonlyMap<string, JsonValue> | undefined {
  const all = parseJson(text);
  const found = new Map<string, JsonValue>();
  if (all?.kind !== 'object') return found;
  for (const [name, entry] of all.fields) {
    if (entry.kind !== 'object') continue;
    const [kind, value] = [entry.fields.get('k'), entry.fields.get('v')];
    if (kind?.kind !== 'string' || !value) continue;
    if (kind.value === 'json' && value.kind === 'string') {
      const parsed = parseJson(value.value);
      if (!parsed) return undefined;
      found.set(name, parsed);
    } else found.set(name, kind.value === 'decimal' && value.kind === 'number' ? { ...value, decimal: true } : value);
  }
  return found;
}

function raise(name: ErrorName): never {
  throw new ScalarFailure(name, ERRORS[name]);
}

/** `NULL`, `ERROR`, `EMPTY ARRAY`, `EMPTY OBJECT`, or for JSON_VALUE a letter that stands for the DEFAULT. */
function fallback(behaviour: string, error: ErrorName): string | null {
  switch (behaviour) {
    case 'ERROR':
      return raise(error);
    case 'EMPTY ARRAY':
      return '[]';
    case 'EMPTY OBJECT':
      return '{}';
    case 'NULL':
      return null;
    default:
      return behaviour;
  }
}

/** `S` text, `I` integer, `F` double, `D` decimal, `B` boolean, each followed by its text; `N` null, `M` and `E`: the defaults. */
function value(text: string, path: string, variables: string, onEmpty: string, onError: string): string | null {
  const found = find(text, path, variables);
  if (typeof found === 'string') return fallback(onError, found);
  const [only] = found;
  if (!only) return fallback(onEmpty, 'JSON_VALUE_RESULT_ERROR');
  if (found.length > 1 || only.kind === 'array' || only.kind === 'object') {
    return fallback(onError, 'JSON_VALUE_RESULT_ERROR');
  }
  switch (only.kind) {
    case 'null':
      return null;
    case 'string':
      return `S${only.value}`;
    case 'boolean':
      return `B${only.value}`;
    case 'number':
      if (isBeyondLong(only)) return fallback(onError, 'JSON_VALUE_RESULT_ERROR');
      return `${{ integer: 'I', double: 'F', decimal: 'D' }[kindOf(only)]}${only.text}`;
  }
}

interface QueryOptions {
  readonly wrapper: 'WITHOUT' | 'CONDITIONAL' | 'UNCONDITIONAL';
  readonly omitQuotes: boolean;
  readonly onEmpty: string;
  readonly onError: string;
}

const queryOptions = new ParseCache((text) => JSON.parse(text) as QueryOptions);

function query(text: string, path: string, variables: string, options: string): string | null {
  const { wrapper, omitQuotes, onEmpty, onError } = queryOptions.get(options);
  const found = find(text, path, variables);
  if (typeof found === 'string') return fallback(onError, found);
  const [first] = found;
  if (!first) return fallback(onEmpty, 'JSON_OUTPUT_CONVERSION_ERROR');
  const structured = first.kind === 'array' || first.kind === 'object';
  const plain = wrapper === 'WITHOUT' || (wrapper === 'CONDITIONAL' && found.length === 1 && structured);
  if (!plain) return printItem({ kind: 'array', items: found });
  if (found.length > 1) return fallback(onError, 'JSON_OUTPUT_CONVERSION_ERROR');
  return omitQuotes && first.kind === 'string' ? first.value : printItem(first);
}

/** Numbers as Java prints them, keys in the order of the document. */
const printItem = (item: JsonValue): string => printJson(normalizeNumbers(item));

function exists(text: string, path: string, variables: string, onError: string): boolean | null {
  const found = find(text, path, variables);
  if (typeof found !== 'string') return found.length > 0;
  if (onError === 'ERROR') return raise(found);
  return onError === 'UNKNOWN' ? null : onError === 'TRUE';
}

/** The value of JSON_OBJECT. `pairs`: `[["key", "json"], …]`, in which a key may stand twice. */
function object(pairs: string, unique: boolean): string {
  const seen = JSON.parse(pairs) as [string, string][];
  const keys = seen.map(([key]) => key);
  if (new Set(keys).size < keys.length) {
    if (unique) throw new ScalarFailure('INVALID_FUNCTION_ARGUMENT', 'duplicate key passed to JSON_OBJECT function');
    throw new ScalarFailure(
      'NOT_SUPPORTED',
      'cannot construct a JSON object with duplicate key. Use WITH UNIQUE KEYS constraint',
    );
  }
  const members = inHashMapOrder(seen, ([key]) => key);
  return `{${members.map(([key, item]) => `${printJson({ kind: 'string', value: key })}:${item}`).join(',')}}`;
}

/** A text given as FORMAT JSON, as a part of another JSON text. */
function formatted(text: string): string {
  const parsed = parseJson(text);
  return parsed ? printJson(normalizeNumbers(parsed)) : raise('JSON_INPUT_CONVERSION_ERROR');
}

/** JSON_VALUE, JSON_QUERY, JSON_EXISTS, JSON_OBJECT. */
export const sqlJsonScalars: readonly ScalarFunction[] = [
  scalar('lw_jv', ['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', value),
  scalar('lw_jq', ['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', query),
  scalar('lw_jx', ['VARCHAR', 'VARCHAR', 'VARCHAR', 'VARCHAR'], 'BOOLEAN', exists),
  scalar('lw_jobject', ['VARCHAR', 'BOOLEAN'], 'VARCHAR', object),
  scalar('lw_jformat', ['VARCHAR'], 'VARCHAR', formatted),
];
