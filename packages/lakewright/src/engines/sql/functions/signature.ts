import type { ScalarKind, TrinoType } from '../types/type';

/** A type in a signature: exact, or a pattern that binds variables. */
export type TypePattern =
  | { readonly pattern: 'exact'; readonly type: TrinoType }
  /** `*`: any type; not unified with anything. */
  | { readonly pattern: 'any' }
  /** `T U K V R S`. */
  | { readonly pattern: 'variable'; readonly name: string }
  /** `I`: tinyint, smallint, integer or bigint, the same one in the whole signature. */
  | { readonly pattern: 'integer' }
  | { readonly pattern: 'decimal'; readonly precision: TypeParameter; readonly scale: TypeParameter }
  | { readonly pattern: 'varchar' | 'char'; readonly length: TypeParameter }
  | {
      readonly pattern: 'timestamp' | 'timestamp with time zone' | 'time' | 'time with time zone';
      readonly precision: TypeParameter;
    }
  | { readonly pattern: 'array'; readonly element: TypePattern }
  | { readonly pattern: 'map'; readonly key: TypePattern; readonly value: TypePattern }
  | { readonly pattern: 'row'; readonly fields: readonly TypePattern[] }
  | { readonly pattern: 'lambda'; readonly parameters: readonly TypePattern[]; readonly result: TypePattern };

/** A number, or the name of a variable (`n`, `p`, `s`). */
export type TypeParameter = number | string;

export interface Signature {
  readonly name: string;
  readonly parameters: readonly TypePattern[];
  /** The last parameter may repeat (once or more; after `*...` none is possible, too). */
  readonly variadic: boolean;
  readonly result: TypePattern;
}

const SCALAR_KINDS: ReadonlySet<string> = new Set<ScalarKind>([
  'boolean',
  'tinyint',
  'smallint',
  'integer',
  'bigint',
  'real',
  'double',
  'date',
  'varbinary',
  'json',
  'uuid',
  'ipaddress',
  'interval day to second',
  'interval year to month',
  'Geometry',
  'BingTile',
  'HyperLogLog',
  'SetDigest',
  'tdigest',
  'qdigest(bigint)',
  'qdigest(double)',
  'qdigest(real)',
  'unknown',
]);

/** `split_part(varchar(n), varchar, bigint): varchar(n)` → its parts. A text that isn't a signature is our bug. */
export function parseSignature(text: string): Signature {
  const match = /^([a-z][a-z0-9_]*)\((.*)\): (.+)$/.exec(text);
  if (!match) throw new Error(`not a function signature: ${text}`);
  const [, name = '', list = '', result = ''] = match;
  const variadic = list.endsWith('...');
  const parameters = splitTypes(variadic ? list.slice(0, -3) : list).map(parsePattern);
  return { name, parameters, variadic, result: parsePattern(result) };
}

function parsePattern(text: string): TypePattern {
  const lambda = /^\((.*)\)->(.+)$/.exec(text);
  if (lambda) {
    return {
      pattern: 'lambda',
      parameters: splitTypes(lambda[1] ?? '').map(parsePattern),
      result: parsePattern(lambda[2] ?? ''),
    };
  }
  if (text === '*') return { pattern: 'any' };
  if (text === 'I') return { pattern: 'integer' };
  if (/^[A-Z]$/.test(text)) return { pattern: 'variable', name: text };
  if (text === 'varchar') return { pattern: 'exact', type: { kind: 'varchar' } };
  if (SCALAR_KINDS.has(text)) return { pattern: 'exact', type: { kind: text as ScalarKind } };
  const parts = /^([a-z]+)\((.*)\)( with time zone)?$/.exec(text);
  if (!parts) throw new Error(`not a type in a signature: ${text}`);
  return parseParameterized(`${parts[1]}${parts[3] ?? ''}`, splitTypes(parts[2] ?? ''), text);
}

function parseParameterized(kind: string, args: readonly string[], text: string): TypePattern {
  const [first = '', second = ''] = args;
  switch (kind) {
    case 'array':
      return { pattern: 'array', element: parsePattern(first) };
    case 'map':
      return { pattern: 'map', key: parsePattern(first), value: parsePattern(second) };
    case 'row':
      return { pattern: 'row', fields: args.map(parsePattern) };
    case 'decimal':
      return { pattern: 'decimal', precision: parseParameter(first), scale: parseParameter(second) };
    case 'varchar':
    case 'char':
      return { pattern: kind, length: parseParameter(first) };
    case 'timestamp':
    case 'time':
    case 'timestamp with time zone':
    case 'time with time zone':
      return { pattern: kind, precision: parseParameter(first) };
    default:
      throw new Error(`not a type in a signature: ${text}`);
  }
}

function parseParameter(text: string): TypeParameter {
  return /^\d+$/.test(text) ? Number(text) : text;
}

/** Splits at the commas outside parentheses. */
function splitTypes(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i];
    if (c === '(') depth++;
    else if (c === ')') depth--;
    else if (c === ',' && depth === 0) {
      parts.push(text.slice(start, i).trim());
      start = i + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last) parts.push(last);
  return parts;
}
