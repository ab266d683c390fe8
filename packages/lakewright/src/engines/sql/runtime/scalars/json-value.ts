import { javaDouble } from './java-number';

/** A JSON document that keeps the text of its numbers and the order of its keys. */
export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | JsonNumber
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[]; readonly broken?: boolean }
  /** A key that comes twice has its last value, at its first place. */
  | {
      readonly kind: 'object';
      readonly fields: ReadonlyMap<string, JsonValue>;
      readonly broken?: boolean;
      /** Members as written, doubles counted. */
      readonly size?: number;
    };

/** `decimal`: an exact number of SQL; one of a document is an integer or a double by its text. */
export interface JsonNumber {
  readonly kind: 'number';
  readonly text: string;
  readonly decimal?: boolean;
}

/** Undefined if the text isn't JSON. */
export function parseJson(text: string): JsonValue | undefined {
  const parser = new JsonParser(text);
  try {
    return parser.document();
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

/**
 * The beginning of a text as far as it's JSON, as Trino's functions on paths see it, which stop reading once they have
 * found something: an array or object that goes wrong is `broken` after its last readable part, what follows the value
 * isn't looked at, a key that comes twice has its first value. Undefined if there's nothing to read.
 */
export function readJson(text: string): JsonValue | undefined {
  try {
    return new JsonParser(text, true).first();
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class NotJson extends Error {}

const MAX_DEPTH = 1000;

class JsonParser {
  private at = 0;
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly lenient = false,
  ) {}

  public first(): JsonValue {
    const value = this.value();
    // A number could go on; a string and what is in brackets has its end.
    if (value.kind === 'number' && /[^ \t\n\r]/.test(this.text[this.at] ?? ' ')) throw new NotJson();
    return value;
  }

  public document(): JsonValue {
    const value = this.value();
    this.space();
    if (this.at < this.text.length) throw new NotJson();
    return value;
  }

  private value(): JsonValue {
    this.space();
    switch (this.text[this.at]) {
      case '{':
        return this.nested(() => this.object());
      case '[':
        return this.nested(() => this.array());
      case '"':
        return { kind: 'string', value: this.string() };
      default:
        return this.word();
    }
  }

  private nested(read: () => JsonValue): JsonValue {
    if (++this.depth > MAX_DEPTH) throw new NotJson();
    this.at++;
    const value = read();
    this.depth--;
    return value;
  }

  private object(): JsonValue {
    const fields = new Map<string, JsonValue>();
    let size = 0;
    const broken = this.members('}', () => {
      this.space();
      if (this.text[this.at] !== '"') throw new NotJson();
      const key = this.string();
      if (!this.accept(':')) throw new NotJson();
      const value = this.value();
      if (!this.lenient || !fields.has(key)) fields.set(key, value);
      size++;
      return value;
    });
    return { kind: 'object', fields, size, ...(broken && { broken }) };
  }

  private array(): JsonValue {
    const items: JsonValue[] = [];
    const broken = this.members(']', () => {
      const value = this.value();
      items.push(value);
      return value;
    });
    return { kind: 'array', items, ...(broken && { broken }) };
  }

  /** Reads members up to the bracket; whether they broke off, which only a lenient reader lets pass. */
  private members(end: string, read: () => JsonValue): boolean {
    try {
      if (this.accept(end)) return false;
      do {
        if (isBroken(read())) return true;
      } while (this.accept(','));
      if (!this.accept(end)) throw new NotJson();
      return false;
    } catch (error) {
      if (this.lenient && error instanceof NotJson) return true;
      throw error;
    }
  }

  private string(): string {
    let end = this.at + 1;
    while (end < this.text.length && this.text[end] !== '"') end += this.text[end] === '\\' ? 2 : 1;
    if (end >= this.text.length) throw new NotJson();
    const quoted = this.text.slice(this.at, end + 1);
    this.at = end + 1;
    try {
      return JSON.parse(quoted) as string;
    } catch {
      throw new NotJson();
    }
  }

  private word(): JsonValue {
    const pattern = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.at;
    const text = pattern.exec(this.text)?.[0];
    if (!text) throw new NotJson();
    this.at += text.length;
    if (/^[a-z]/.test(text) && /[\p{L}\p{N}_]/u.test(this.text[this.at] ?? '')) throw new NotJson();
    if (text === 'null') return { kind: 'null' };
    if (text === 'true' || text === 'false') return { kind: 'boolean', value: text === 'true' };
    return { kind: 'number', text };
  }

  private accept(token: string): boolean {
    this.space();
    if (this.text[this.at] !== token) return false;
    this.at++;
    return true;
  }

  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++;
  }
}

export const isBroken = (value: JsonValue): boolean =>
  (value.kind === 'array' || value.kind === 'object') && value.broken === true;

/**
 * A string as Trino's JSON writer (Jackson, into bytes) quotes it: control characters and the characters beyond the
 * basic plane in upper-case hex.
 */
export function quoteJson(text: string): string {
  return JSON.stringify(text)
    .replace(/\\u00([0-9a-f]{2})/g, (_, hex: string) => `\\u00${hex.toUpperCase()}`)
    .replace(/[\u{10000}-\u{10ffff}]/gu, (character) =>
      [0, 1].map((unit) => `\\u${character.charCodeAt(unit).toString(16).toUpperCase()}`).join(''),
    );
}

/** The text of a value as it was written; `sorted`: keys in order, as `json_parse` puts them. */
export function printJson(value: JsonValue, sorted = false): string {
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'number':
      return value.text;
    case 'string':
      return quoteJson(value.value);
    case 'array':
      return `[${value.items.map((item) => printJson(item, sorted)).join(',')}]`;
    case 'object': {
      const fields = [...value.fields];
      if (sorted) fields.sort(([a], [b]) => (a < b ? -1 : 1));
      return `{${fields.map(([key, item]) => `${quoteJson(key)}:${printJson(item, sorted)}`).join(',')}}`;
    }
  }
}

/** The value with its fractions as Java prints doubles: `1.50` → `1.5`, `1e10` → `1.0E10`. */
export function normalizeNumbers(value: JsonValue): JsonValue {
  switch (value.kind) {
    case 'number':
      if (value.decimal) return value;
      if (value.text === '-0') return { kind: 'number', text: '0' };
      if (!/[.eE]/.test(value.text)) return value;
      return Number.isFinite(Number(value.text))
        ? { kind: 'number', text: javaDouble(Number(value.text)) }
        : { kind: 'string', value: javaDouble(Number(value.text)) };
    case 'array':
      return { kind: 'array', items: value.items.map(normalizeNumbers) };
    case 'object':
      return {
        kind: 'object',
        fields: new Map([...value.fields].map(([key, item]) => [key, normalizeNumbers(item)])),
      };
    default:
      return value;
  }
}

/** The text of a scalar: a string's content, a number as written. Undefined for null, arrays and objects. */
export function scalarText(value: JsonValue): string | undefined {
  switch (value.kind) {
    case 'string':
      return value.value;
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    default:
      return undefined;
  }
}
