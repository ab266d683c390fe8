import type { Behaviour, BehaviourSpec, FunctionArea } from './entry';
import { parseSignature, type Signature } from './signature';

export type FunctionKind = 'scalar' | 'aggregate' | 'window';

/** One entry of the allow-list, ready to be bound: its patterns and its contract with the defaults filled in. */
export interface Overload extends Signature {
  readonly kind: FunctionKind;
  /** As it's written in the area's file. */
  readonly signature: string;
  readonly behaviour: BehaviourSpec & { readonly nulls: 'strict' | 'own'; readonly deterministic: boolean };
  readonly source: string;
}

/** What the analyzer may ask about a function name (lower case). */
export interface FunctionTable {
  /** The overloads of a name (aliases resolved), in the order of the area's file; empty when there are none. */
  overloads(kind: FunctionKind, name: string): readonly Overload[];
  /** Every overload, for reports and tests. */
  all(): readonly Overload[];
  /** `pow` → `power`; the name itself otherwise. */
  canonicalName(name: string): string;
  /** Athena has it, this engine doesn't: refuse by name. */
  isNotCovered(name: string): boolean;
  /** Trino has more overloads of it than are listed: refuse arguments that fit none. */
  isPartial(name: string): boolean;
}

const KINDS: readonly FunctionKind[] = ['scalar', 'aggregate', 'window'];

/** Parses the areas' signatures, once per process. Two entries with one signature are our bug. */
export function buildFunctionTable(areas: readonly FunctionArea[]): FunctionTable {
  const byKind = new Map<FunctionKind, Map<string, Overload[]>>(KINDS.map((kind) => [kind, new Map()]));
  const all: Overload[] = [];
  const seen = new Set<string>();
  const aliases = new Map<string, string>();
  const notCovered = new Set<string>();
  const partial = new Set<string>();
  for (const area of areas) {
    for (const kind of KINDS) {
      for (const [signature, behaviour] of Object.entries(area[kind] ?? {})) {
        const key = `${kind} ${signature}`;
        if (seen.has(key)) throw new Error(`two entries for ${key}`);
        seen.add(key);
        const overload = toOverload(kind, signature, behaviour, area.source);
        const names = byKind.get(kind) as Map<string, Overload[]>;
        names.set(overload.name, [...(names.get(overload.name) ?? []), overload]);
        all.push(overload);
      }
    }
    for (const [alias, name] of Object.entries(area.aliases ?? {})) aliases.set(alias, name);
    for (const name of area.notCovered ?? []) notCovered.add(name);
    for (const name of area.partial ?? []) partial.add(name);
  }
  const canonicalName = (name: string): string => aliases.get(name) ?? name;
  return {
    overloads: (kind, name) => byKind.get(kind)?.get(canonicalName(name)) ?? [],
    all: () => all,
    canonicalName,
    isNotCovered: (name) => notCovered.has(name) || name.startsWith('st_'),
    isPartial: (name) => partial.has(canonicalName(name)),
  };
}

function toOverload(kind: FunctionKind, signature: string, behaviour: Behaviour, source: string): Overload {
  const spec = typeof behaviour === 'string' ? { sql: behaviour } : behaviour;
  return {
    ...parseSignature(signature),
    kind,
    signature,
    behaviour: { nulls: 'strict', deterministic: true, ...spec },
    source,
  };
}
