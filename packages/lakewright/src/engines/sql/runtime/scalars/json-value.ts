import { javaDouble } from './java-number';

/** A JSON document that keeps the text of its numbers and the order of its keys. */
export type JsonValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonValue[] }
  /** A key that comes twice has its last value, at its first place. */
  | { readonly kind: 'object'; readonly fields: ReadonlyMap<string, JsonValue> };

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

class NotJson extends Error {}

const MAX_DEPTH = 1000;

class JsonParser {
  private at = 0;
  private depth = 0;

  constructor(private readonly text: string) {}

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
    if (this.accept('}')) return { kind: 'object', fields };
    do {
      this.space();
      if (this.text[this.at] !== '"') throw new NotJson();
      const key = this.string();
      if (!this.accept(':')) throw new NotJson();
      fields.set(key, this.value());
    } while (this.accept(','));
    if (!this.accept('}')) throw new NotJson();
    return { kind: 'object', fields };
  }

  private array(): JsonValue {
    const items: JsonValue[] = [];
    if (this.accept(']')) return { kind: 'array', items };
    do {
      items.push(this.value());
    } while (this.accept(','));
    if (!this.accept(']')) throw new NotJson();
    return { kind: 'array', items };
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

/** A string as Trino's JSON writer (Jackson) quotes it: control characters in upper-case hex. */
export function quoteJson(text: string): string {
  return JSON.stringify(text).replace(/\\u00([0-9a-f]{2})/g, (_, hex: string) => `\\u00${hex.toUpperCase()}`);
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
      return /[.eE]/.test(value.text) ? { kind: 'number', text: javaDouble(Number(value.text)) } : value;
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
