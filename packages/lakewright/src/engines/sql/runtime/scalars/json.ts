import { invalidArgument, ParseCache, type ScalarFunction, scalar } from '../support';
import {
  isBroken,
  type JsonValue,
  normalizeNumbers,
  parseJson,
  printJson,
  quoteJson,
  readJson,
  scalarText,
} from './json-value';

const paths = new ParseCache<readonly string[]>(parsePath);

/**
 * `$.a[0]["b c"]` → its steps. Trino's own path language, not JSONPath's: a name may have letters, digits and
 * `_-:$/@|#`, a subscript in quotes anything; no wildcards, no `..`.
 */
function parsePath(path: string): readonly string[] {
  const fail = (): never => invalidArgument(`Invalid JSON path: '${path}'`);
  const step = /\.([\p{L}\p{Nd}_:$\-/@|#]+)|\[([\p{L}\p{Nd}_]+)\]|\["((?:[^"\\]|\\["\\])*)"\]/uy;
  if (!path.startsWith('$')) fail();
  const steps: string[] = [];
  let at = 1;
  while (at < path.length) {
    step.lastIndex = at;
    const match = step.exec(path);
    if (!match) return fail();
    steps.push(match[1] ?? match[2] ?? (match[3] ?? '').replace(/\\(.)/g, '$1'));
    at = step.lastIndex;
  }
  return steps;
}

function follow(value: JsonValue | undefined, steps: readonly string[]): JsonValue | undefined {
  let here = value;
  for (const step of steps) {
    if (here?.kind === 'object') here = here.fields.get(step);
    else if (here?.kind === 'array' && /^\d+$/.test(step)) here = here.items[Number(step)];
    else return undefined;
  }
  return here;
}

/** A wrong path fails, even on text that isn't JSON; text that isn't JSON is NULL, as far as it's read. */
function valueAt(text: string, path: string): JsonValue | undefined {
  const steps = paths.get(path);
  const found = follow(readJson(text), steps);
  return found && isBroken(found) ? undefined : found;
}

function parsed(text: string): JsonValue {
  return parseJson(text) ?? invalidArgument(`Cannot convert value to JSON: '${text.slice(0, 100)}'`);
}

function extract(text: string, path: string): string | null {
  const value = valueAt(text, path);
  return value ? printJson(normalizeNumbers(value)) : null;
}

function extractScalar(text: string, path: string): string | null {
  const value = valueAt(text, path);
  return (value && scalarText(value)) ?? null;
}

function sizeAt(text: string, path: string): bigint | null {
  const value = valueAt(text, path);
  if (!value) return null;
  if (value.kind === 'array') return BigInt(value.items.length);
  return value.kind === 'object' ? BigInt(value.size ?? value.fields.size) : 0n;
}

function arrayItem(text: string, index: bigint): string | null {
  const value = readJson(text);
  if (value?.kind !== 'array' || (index < 0n && value.broken)) return null;
  const item = value.items.at(Number(index));
  if (!item || item.kind === 'null' || isBroken(item)) return null;
  return item.kind === 'string' ? item.value : printJson(item);
}

function arrayLength(text: string): bigint | null {
  const value = readJson(text);
  return value?.kind === 'array' && !value.broken ? BigInt(value.items.length) : null;
}

/** `kind`: n = integer, d = double, s = text, b = boolean; `wanted` is the value's text. */
function contains(text: string, kind: string, wanted: string): boolean | null {
  const value = readJson(text);
  if (value?.kind !== 'array') return null;
  const found = value.items.some((item) => {
    switch (kind) {
      case 's':
        return item.kind === 'string' && item.value === wanted;
      case 'b':
        return item.kind === 'boolean' && String(item.value) === wanted;
      case 'd':
        return item.kind === 'number' && /[.eE]/.test(item.text) && Number(item.text) === Number(wanted);
      default:
        return item.kind === 'number' && /^-?\d+$/.test(item.text) && BigInt(item.text) === BigInt(wanted);
    }
  });
  return !found && value.broken ? null : found;
}

/** Trino's JSON functions of varchar and json. */
export const jsonScalars: readonly ScalarFunction[] = [
  scalar('lw_json_parse', ['VARCHAR'], 'VARCHAR', (text) => printJson(normalizeNumbers(parsed(text)), true)),
  scalar('lw_json_extract', ['VARCHAR', 'VARCHAR'], 'VARCHAR', extract),
  scalar('lw_json_scalar', ['VARCHAR', 'VARCHAR'], 'VARCHAR', extractScalar),
  scalar('lw_json_len', ['VARCHAR'], 'BIGINT', arrayLength),
  scalar('lw_json_size', ['VARCHAR', 'VARCHAR'], 'BIGINT', sizeAt),
  scalar('lw_json_isscalar', ['VARCHAR'], 'BOOLEAN', (text) => !['array', 'object'].includes(parsed(text).kind)),
  scalar('lw_json_get', ['VARCHAR', 'BIGINT'], 'VARCHAR', arrayItem),
  scalar('lw_json_contains', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'BOOLEAN', contains),
  scalar('lw_jquote', ['VARCHAR'], 'VARCHAR', quoteJson),
];
