import { ParseCache, ScalarFailure, type ScalarFunction, scalar } from '../support';
import { type JsonValue, parseJson, printJson, scalarText } from './json-value';

/** A path of SQL/JSON (`JSON_VALUE`, `JSON_QUERY`, `JSON_EXISTS`). */
export interface SqlJsonPath {
  readonly lax: boolean;
  readonly steps: readonly SqlJsonStep[];
}

export type SqlJsonStep =
  | { readonly kind: 'key'; readonly name: string }
  | { readonly kind: 'item'; readonly index: number }
  | { readonly kind: 'every item' }
  | { readonly kind: 'size' };

const STEP =
  /\.\s*size\s*\(\s*\)|\.\s*([A-Za-z_][A-Za-z0-9_]*)(?!\s*\()|\.\s*"([^"]*)"|\[\s*(\d+)\s*\]|\[\s*(\*)\s*\]/y;

/**
 * Reads `lax $.a."b c"[0][*].size()`.
 *
 * @returns undefined for a path that may be valid but that this engine doesn't follow (filters, methods, ranges).
 * @throws ScalarFailure SYNTAX_ERROR when it doesn't begin as a path
 */
export function parseSqlJsonPath(path: string): SqlJsonPath | undefined {
  const match = /^\s*(lax|strict)?\s*\$(.*)$/s.exec(path);
  if (!match) throw new ScalarFailure('SYNTAX_ERROR', `Invalid JSON path: ${path}`);
  const rest = (match[2] ?? '').trim();
  const steps: SqlJsonStep[] = [];
  let at = 0;
  while (at < rest.length) {
    STEP.lastIndex = at;
    const step = STEP.exec(rest);
    if (!step) return undefined;
    steps.push(toStep(step));
    at = STEP.lastIndex;
    while (rest[at] === ' ') at++;
  }
  return { lax: match[1] !== 'strict', steps };
}

function toStep([, name, quoted, index, star]: RegExpExecArray): SqlJsonStep {
  if (name !== undefined || quoted !== undefined) return { kind: 'key', name: name ?? quoted ?? '' };
  if (index !== undefined) return { kind: 'item', index: Number(index) };
  return star === undefined ? { kind: 'size' } : { kind: 'every item' };
}

const paths = new ParseCache((path) => {
  const parsed = parseSqlJsonPath(path);
  if (!parsed) throw new ScalarFailure('NOT_COVERED', `not covered by the local SQL engine: JSON path ${path}`);
  return parsed;
});

/** Undefined for an error in strict mode: a missing key, an index out of range, a wrong kind. */
function evaluate(root: JsonValue, path: SqlJsonPath): readonly JsonValue[] | undefined {
  let current: readonly JsonValue[] = [root];
  for (const step of path.steps) {
    const next: JsonValue[] = [];
    for (const value of current) {
      const found = follow(value, step, path.lax);
      if (!found) return undefined;
      next.push(...found);
    }
    current = next;
  }
  return current;
}

function follow(value: JsonValue, step: SqlJsonStep, lax: boolean): readonly JsonValue[] | undefined {
  switch (step.kind) {
    case 'size':
      if (value.kind !== 'array' && !lax) return undefined;
      return [{ kind: 'number', text: String(value.kind === 'array' ? value.items.length : 1) }];
    case 'key':
      return followKey(value, step.name, lax);
    default: {
      // Lax: a value that isn't an array is taken for an array of it.
      const items = value.kind === 'array' ? value.items : lax ? [value] : undefined;
      if (!items || step.kind === 'every item') return items;
      const item = items[step.index];
      return item ? [item] : lax ? [] : undefined;
    }
  }
}

function followKey(value: JsonValue, name: string, lax: boolean): readonly JsonValue[] | undefined {
  const candidates = value.kind === 'array' && lax ? value.items : [value];
  const found: JsonValue[] = [];
  for (const candidate of candidates) {
    const field = candidate.kind === 'object' ? candidate.fields.get(name) : undefined;
    if (field) found.push(field);
    else if (!lax) return undefined;
  }
  return found;
}

/** Value: `V` + text; `N` null, `M` nothing found, `E` error. */
function value(text: string, path: string): string {
  const root = parseJson(text);
  const found = root && evaluate(root, paths.get(path));
  if (!found || found.length > 1) return 'E';
  const [only] = found;
  if (!only) return 'M';
  if (only.kind === 'null') return 'N';
  const scalarValue = scalarText(only);
  return scalarValue === undefined ? 'E' : `V${scalarValue}`;
}

function query(text: string, path: string, wrapper: string): string | null {
  const root = parseJson(text);
  const found = root && evaluate(root, paths.get(path));
  const [first] = found ?? [];
  if (!found || !first) return null;
  if (wrapper === 'WITHOUT') return found.length > 1 ? null : printJson(first);
  if (wrapper === 'CONDITIONAL' && found.length === 1 && (first.kind === 'array' || first.kind === 'object')) {
    return printJson(first);
  }
  return `[${found.map((item) => printJson(item)).join(',')}]`;
}

function exists(text: string, path: string): boolean {
  const root = parseJson(text);
  const found = root && evaluate(root, paths.get(path));
  return found !== undefined && found.length > 0;
}

/** JSON_VALUE, JSON_QUERY, JSON_EXISTS. */
export const sqlJsonScalars: readonly ScalarFunction[] = [
  scalar('lw_jv', ['VARCHAR', 'VARCHAR'], 'VARCHAR', value),
  scalar('lw_jq', ['VARCHAR', 'VARCHAR', 'VARCHAR'], 'VARCHAR', query),
  scalar('lw_jx', ['VARCHAR', 'VARCHAR'], 'BOOLEAN', exists),
];
