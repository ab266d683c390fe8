import { aggregate } from './aggregate';
import { array } from './array';
import { binary } from './binary';
import { bitwise } from './bitwise';
import { char } from './char';
import { conditional } from './conditional';
import { datetime } from './datetime';
import type { FunctionArea } from './entry';
import { geospatial } from './geospatial';
import { ipAddress } from './ip-address';
import { json } from './json';
import { lambda } from './lambda';
import { map } from './map';
import { math } from './math';
import { others } from './not-covered';
import { regexp } from './regexp';
import { sketch } from './sketch';
import { string } from './string';
import { buildFunctionTable, type FunctionTable } from './table';
import { url } from './url';
import { window } from './window';

export type { Behaviour, BehaviourSpec, CallText, CallTypes, FunctionArea, RuntimeError } from './entry';
export type { Signature, TypeParameter, TypePattern } from './signature';
export type { FunctionKind, FunctionTable, Overload } from './table';

const AREAS: readonly FunctionArea[] = [
  math,
  bitwise,
  string,
  char,
  binary,
  url,
  regexp,
  datetime,
  json,
  array,
  map,
  lambda,
  conditional,
  aggregate,
  window,
  sketch,
  geospatial,
  ipAddress,
  others,
];

/**
 * The allow-list: every function that a statement may call.
 *
 * Not in it, because they are syntax or depend on the session: COALESCE, NULLIF, IF, TRY, `typeof`, subscripts,
 * GROUPING, the SQL/JSON functions, `now` and `current_…`, `localtime…`.
 */
export const functions: FunctionTable = buildFunctionTable(AREAS);

/** One line of the reference of covered functions. */
export interface FunctionReference {
  readonly name: string;
  /** Other names of it. */
  readonly aliases: readonly string[];
  readonly kind: 'scalar' | 'aggregate' | 'window';
  readonly signatures: readonly string[];
  readonly source: string;
  readonly notes: readonly string[];
}

/** The covered functions by area and name, for `docs/sql-functions.md`. */
export function functionTable(): FunctionReference[] {
  const rows = new Map<string, FunctionReference & { signatures: string[]; notes: string[] }>();
  for (const { kind, name, signature, source, behaviour } of functions.all()) {
    const key = `${source} ${kind} ${name}`;
    const row = rows.get(key) ?? { name, aliases: aliasesOf(name), kind, signatures: [], source, notes: [] };
    row.signatures.push(signature);
    if (behaviour.note !== undefined && !row.notes.includes(behaviour.note)) row.notes.push(behaviour.note);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function aliasesOf(name: string): string[] {
  const pairs = AREAS.flatMap((area) => Object.entries(area.aliases ?? {}));
  return pairs.flatMap(([alias, target]) => (target === name ? [alias] : [])).sort();
}

/** Names that Athena has and this engine refuses, sorted. */
export function notCoveredFunctions(): string[] {
  return AREAS.flatMap((area) => area.notCovered ?? []).sort();
}
