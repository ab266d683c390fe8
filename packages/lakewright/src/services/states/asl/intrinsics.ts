import { createHash, randomUUID } from 'node:crypto';
import type { ApiShape } from '../../api-shape';
import { StatesError } from './errors';
import { MissingPath, type PathScope, readPath } from './json-path';

type Intrinsic = (args: ApiShape[], name: string) => ApiShape;

/** Longest text that Base64 and Hash take. */
const MAX_TEXT = 10_000;
const MAX_RANGE = 1000;
/** Intrinsic functions inside of each other. */
const MAX_DEPTH = 10;

/**
 * The intrinsic functions of JSONPath machines.
 *
 * Source: Step Functions Developer Guide, "Intrinsics for JSONPath states".
 */
const FUNCTIONS: Readonly<Record<string, Intrinsic>> = {
  Format: ([template, ...values], name) => {
    const parts = string(template, name).split('{}');
    if (parts.length - 1 !== values.length) {
      throw failure(name, `has ${parts.length - 1} placeholders and ${values.length} values`);
    }
    const text = parts.map((part, index) => (index === 0 ? part : `${shown(values[index - 1])}${part}`)).join('');
    return text.replaceAll(OPEN, '{').replaceAll(CLOSE, '}');
  },
  StringToJson: ([text], name) => {
    const source = string(text, name);
    try {
      return JSON.parse(source);
    } catch {
      throw failure(name, 'got text that is no JSON');
    }
  },
  JsonToString: ([value]) => JSON.stringify(value),
  Array: (values) => values,
  ArrayPartition: ([list, size], name) => {
    const length = integer(size, name);
    if (length < 1) throw failure(name, `wants a chunk size of 1 or more, got ${length}`);
    return partition(array(list, name), length);
  },
  ArrayContains: ([list, value], name) => array(list, name).some((entry) => same(entry, value)),
  ArrayRange: ([first, last, step], name) =>
    range(integer(first, name), integer(last, name), integer(step, name), name),
  ArrayGetItem: ([list, index], name) => {
    const [entries, at] = [array(list, name), integer(index, name)];
    if (at < 0 || at >= entries.length) throw failure(name, `has no item ${at} in a list of ${entries.length}`);
    return entries[at];
  },
  ArrayLength: ([list], name) => array(list, name).length,
  ArrayUnique: ([list], name) => unique(array(list, name)),
  Base64Encode: ([text], name) => Buffer.from(limited(text, name)).toString('base64'),
  Base64Decode: ([text], name) => Buffer.from(limited(text, name), 'base64').toString(),
  Hash: ([data, algorithm], name) => hash(data, algorithm, name),
  JsonMerge: ([left, right, deep], name) => {
    if (deep !== false) throw failure(name, 'supports the shallow mode only: its third argument must be false');
    return { ...object(left, name), ...object(right, name) };
  },
  MathRandom: ([start, end, seed], name) => {
    const [low, high] = [integer(start, name), integer(end, name)];
    if (low >= high) throw failure(name, `wants a start below its end, got ${low} and ${high}`);
    return low + Math.floor(random(seed) * (high - low));
  },
  MathAdd: ([left, right], name) => small(small(integer(left, name), name) + small(integer(right, name), name), name),
  StringSplit: ([text, delimiters], name) => {
    // Each character of the second argument is a delimiter; what lies between two of them isn't kept if empty.
    const marks = new Set(string(delimiters, name));
    const parts = [''];
    for (const character of string(text, name)) {
      if (marks.has(character)) parts.push('');
      else parts[parts.length - 1] += character;
    }
    return parts.filter((part) => part !== '');
  },
  UUID: () => randomUUID(),
};

/** Number of arguments: least and most. */
const ARITY: Readonly<Record<string, readonly [number, number]>> = {
  Format: [1, Number.POSITIVE_INFINITY],
  Array: [0, Number.POSITIVE_INFINITY],
  ArrayPartition: [2, 2],
  ArrayContains: [2, 2],
  ArrayRange: [3, 3],
  ArrayGetItem: [2, 2],
  Hash: [2, 2],
  JsonMerge: [3, 3],
  MathRandom: [2, 3],
  MathAdd: [2, 2],
  StringSplit: [2, 2],
  UUID: [0, 0],
};

export const INTRINSIC_NAMES: readonly string[] = Object.keys(FUNCTIONS);

/** Braces that were escaped in a literal: they aren't placeholders of States.Format. */
const OPEN = '\uE000';
const CLOSE = '\uE001';

/** An argument: a literal, a path, or a call. */
type Term =
  | { readonly kind: 'value'; readonly value: ApiShape }
  | { readonly kind: 'path'; readonly path: string }
  | { readonly kind: 'call'; readonly name: string; readonly terms: readonly Term[] };

export function isIntrinsic(text: string): boolean {
  return text.startsWith('States.');
}

/** @throws StatesError States.IntrinsicFailure for unknown functions, wrong arguments and bad syntax */
export function callIntrinsic(text: string, scope: PathScope): ApiShape {
  return evaluate(parseIntrinsic(text), scope);
}

/** Parses without evaluating: for validation. */
export function parseIntrinsic(text: string): Term {
  return new Parser(text).parse();
}

function evaluate(term: Term, scope: PathScope): ApiShape {
  if (term.kind === 'path') {
    try {
      return readPath(term.path, scope);
    } catch (error) {
      if (!(error instanceof MissingPath)) throw error;
      throw new StatesError('States.IntrinsicFailure', error.causeText);
    }
  }
  if (term.kind === 'value') return plain(term.value);
  const call = FUNCTIONS[term.name] as Intrinsic;
  const args = term.terms.map((inner, index) =>
    term.name === 'Format' && index === 0 && inner.kind === 'value' ? inner.value : evaluate(inner, scope),
  );
  return call(args, term.name);
}

const plain = (value: ApiShape): ApiShape =>
  typeof value === 'string' ? value.replaceAll(OPEN, '{').replaceAll(CLOSE, '}') : value;

class Parser {
  private at = 0;
  private depth = 0;

  public constructor(private readonly text: string) {}

  public parse(): Term {
    const term = this.term();
    this.space();
    if (this.at < this.text.length) throw this.error(`unexpected '${this.text.slice(this.at, this.at + 20)}'`);
    return term;
  }

  private term(): Term {
    this.space();
    const next = this.text[this.at];
    if (next === "'") return { kind: 'value', value: this.literal() };
    if (next === '$') return { kind: 'path', path: this.path() };
    const rest = this.text.slice(this.at);
    const call = /^States\.(\w+)\s*\(/.exec(rest);
    if (call !== null) {
      this.at += call[0].length;
      return this.call(call[1] as string);
    }
    const scalar = /^(?:-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.])/.exec(rest);
    if (scalar === null) throw this.error(`unexpected '${rest.slice(0, 20)}'`);
    this.at += scalar[0].length;
    return { kind: 'value', value: JSON.parse(scalar[0]) };
  }

  private call(name: string): Term {
    if (!Object.hasOwn(FUNCTIONS, name)) throw this.error(`'States.${name}' is no intrinsic function`);
    this.depth += 1;
    if (this.depth > MAX_DEPTH) throw this.error(`more than ${MAX_DEPTH} functions are nested`);
    const terms: Term[] = [];
    this.space();
    if (this.text[this.at] === ')') this.at += 1;
    else {
      for (;;) {
        terms.push(this.term());
        this.space();
        const mark = this.text[this.at];
        this.at += 1;
        if (mark === ')') break;
        if (mark !== ',') throw this.error(`',' or ')' expected in 'States.${name}'`);
      }
    }
    const [least, most] = ARITY[name] ?? [1, 1];
    if (terms.length < least || terms.length > most) {
      const wanted = most === Number.POSITIVE_INFINITY ? `at least ${least}` : [...new Set([least, most])].join(' to ');
      throw failure(name, `wants ${wanted} arguments, got ${terms.length}`);
    }
    this.depth -= 1;
    return { kind: 'call', name, terms };
  }

  /** `'it\'s'`: apostrophe, braces and backslash are escaped by a backslash. */
  private literal(): string {
    let value = '';
    for (this.at += 1; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] as string;
      if (character === "'") {
        this.at += 1;
        return value;
      }
      if (character !== '\\') {
        value += character;
        continue;
      }
      this.at += 1;
      const escaped = this.text[this.at] ?? '';
      value += escaped === '{' ? OPEN : escaped === '}' ? CLOSE : escaped;
    }
    throw this.error('a text has no end');
  }

  /** A path ends at a comma or bracket that isn't its own. */
  private path(): string {
    const start = this.at;
    let depth = 0;
    let quote = '';
    for (; this.at < this.text.length; this.at += 1) {
      const character = this.text[this.at] as string;
      if (quote !== '') {
        if (character === '\\') this.at += 1;
        else if (character === quote) quote = '';
      } else if (character === "'" || character === '"') quote = character;
      else if (character === '[' || character === '(') depth += 1;
      else if (depth > 0 && (character === ']' || character === ')')) depth -= 1;
      else if (depth === 0 && (character === ',' || character === ')')) break;
    }
    return this.text.slice(start, this.at).trim();
  }

  private space(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }

  private error(reason: string): StatesError {
    return new StatesError('States.IntrinsicFailure', `${reason} in '${this.text}'`);
  }
}

/** Chunks of a list; also JSONata's `$partition`. */
export function partition(list: readonly ApiShape[], size: number): ApiShape[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}

export function range(first: number, last: number, step: number, name = 'ArrayRange'): number[] {
  if (step === 0) throw failure(name, 'wants a step other than 0');
  const count = Math.max(0, Math.floor((last - first) / step) + 1);
  if (count > MAX_RANGE) throw failure(name, `makes at most ${MAX_RANGE} numbers, not ${count}`);
  return Array.from({ length: count }, (_, index) => first + index * step);
}

export function hash(data: ApiShape, algorithm: ApiShape, name = 'Hash'): string {
  const known = ['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'];
  if (!known.includes(algorithm)) throw failure(name, `knows ${known.join(', ')}, not ${JSON.stringify(algorithm)}`);
  const text = limited(typeof data === 'string' ? data : JSON.stringify(data), name);
  return createHash(String(algorithm).replace('-', '').toLowerCase()).update(text).digest('hex');
}

/** 0 ≤ x < 1, the same for the same seed. */
export function random(seed: ApiShape): number {
  if (seed === undefined) return Math.random();
  return createHash('sha256').update(String(seed)).digest().readUIntBE(0, 6) / 2 ** 48;
}

function unique(list: readonly ApiShape[]): ApiShape[] {
  const seen = new Map<string, ApiShape>();
  for (const entry of list) if (!seen.has(canonical(entry))) seen.set(canonical(entry), entry);
  return [...seen.values()];
}

function same(left: ApiShape, right: ApiShape): boolean {
  return canonical(left) === canonical(right);
}

/** The same text for equal values, whatever the order of members. */
function canonical(value: ApiShape): string {
  return JSON.stringify(value, (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function shown(value: ApiShape): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function string(value: ApiShape, name: string): string {
  if (typeof value === 'string') return value;
  throw failure(name, `wants text, got ${JSON.stringify(value)}`);
}

function limited(value: ApiShape, name: string): string {
  const text = string(value, name);
  if (text.length > MAX_TEXT) throw failure(name, `takes at most ${MAX_TEXT} characters, got ${text.length}`);
  return text;
}

function integer(value: ApiShape, name: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return Math.round(value);
  throw failure(name, `wants an integer, got ${JSON.stringify(value)}`);
}

/** Source: Developer Guide, "Intrinsics for math operations": from -2147483648 to 2147483647. */
function small(value: number, name: string): number {
  if (value >= -(2 ** 31) && value < 2 ** 31) return value;
  throw failure(name, `takes and gives numbers from -2147483648 to 2147483647, got ${value}`);
}

function array(value: ApiShape, name: string): ApiShape[] {
  if (Array.isArray(value)) return value;
  throw failure(name, `wants a list, got ${JSON.stringify(value)}`);
}

function object(value: ApiShape, name: string): Record<string, ApiShape> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw failure(name, `wants an object, got ${JSON.stringify(value)}`);
}

function failure(name: string, reason: string): StatesError {
  return new StatesError('States.IntrinsicFailure', `States.${name} ${reason}`);
}
