/** A scalar as it stands in the text: the digits of numbers are kept. */
export class JsonScalar {
  public constructor(
    public readonly text: string,
    public readonly quoted: boolean,
  ) {}
}

/** Members in order; names may come twice. */
export class JsonObject {
  public constructor(public readonly members: readonly (readonly [string, JsonText])[]) {}
}

export type JsonText = null | JsonScalar | JsonObject | readonly JsonText[];

export class JsonSyntaxError extends Error {}

const ESCAPES: Readonly<Record<string, string>> = { t: '\t', b: '\b', n: '\n', r: '\r', f: '\f' };

/**
 * Reads JSON without losing what `JSON.parse` loses: repeated names and the text of numbers.
 *
 * Lenient is the language of the OpenX SerDe: comments, single quotes, words without quotes, `=` and `;`, empty array
 * items. What follows the value is not looked at.
 */
export function readJsonText(text: string, lenient: boolean): JsonText {
  return new Reader(text, lenient).value();
}

class Reader {
  private at = 0;

  public constructor(
    private readonly text: string,
    private readonly lenient: boolean,
  ) {}

  public value(): JsonText {
    const character = this.token();
    switch (character) {
      case '':
        return this.fail('End of input');
      case '{':
        return this.object();
      case '[':
        return this.array();
      case '"':
        return new JsonScalar(this.string('"'), true);
      case "'":
        if (this.lenient) return new JsonScalar(this.string("'"), true);
    }
    this.at--;
    return this.literal();
  }

  private object(): JsonObject {
    const members: [string, JsonText][] = [];
    if (this.acceptToken('}')) return new JsonObject(members);
    for (;;) {
      const name = this.value();
      if (!(name instanceof JsonScalar) || (!this.lenient && !name.quoted)) return this.fail('Invalid field name');
      const colon = this.token();
      if (colon !== ':' && !(this.lenient && colon === '=')) return this.fail(`Expected ':' after field ${name.text}`);
      if (colon === '=' && this.text[this.at] === '>') this.at++;
      members.push([name.text, this.value()]);
      const next = this.token();
      if (next === '}') return new JsonObject(members);
      if (next !== ',' && !(this.lenient && next === ';')) return this.fail('Unterminated object');
    }
  }

  private array(): JsonText[] {
    const items: JsonText[] = [];
    let trailing = false;
    for (;;) {
      const next = this.token();
      if (next === '') return this.fail('Unterminated array');
      if (next === ']') {
        if (trailing && !this.lenient) return this.fail('Unexpected separator');
        return trailing ? [...items, null] : items;
      }
      if (next === ',' || (this.lenient && next === ';')) {
        if (!this.lenient) return this.fail('Unexpected separator');
        items.push(null);
        trailing = true;
        continue;
      }
      this.at--;
      items.push(this.value());
      const end = this.token();
      if (end === ']') return items;
      if (end !== ',' && !(this.lenient && end === ';')) return this.fail('Unterminated array');
      trailing = true;
    }
  }

  private string(quote: string): string {
    let result = '';
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined) return this.fail('Unterminated string');
      if (character === quote) return result;
      if (!this.lenient && character < ' ') return this.fail('Control character in a string');
      result += character === '\\' ? this.escaped() : character;
    }
  }

  private escaped(): string {
    const character = this.text[this.at++];
    if (character === undefined) return this.fail('Unterminated escape sequence');
    if (character === 'u') {
      const hex = this.text.slice(this.at, this.at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) return this.fail(`Invalid escape sequence: ${hex}`);
      this.at += 4;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const plain = ESCAPES[character];
    if (plain !== undefined) return plain;
    if (!this.lenient && !'"\\/'.includes(character)) return this.fail(`Unrecognized escape ${character}`);
    return character;
  }

  private literal(): JsonText {
    const text = /^[^ \r\n\t\f{}[\]/\\:,=;#]*/.exec(this.text.slice(this.at))?.[0] ?? '';
    if (text === '') return this.fail('Expected literal value');
    if (!this.lenient && !/^(?:null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.test(text)) {
      return this.fail(`Unrecognized token '${text}'`);
    }
    this.at += text.length;
    return text.toLowerCase() === 'null' ? null : new JsonScalar(text, false);
  }

  private acceptToken(character: string): boolean {
    const start = this.at;
    if (this.token() === character) return true;
    this.at = start;
    return false;
  }

  /** The next character after blanks and comments, consumed; '' at the end. */
  private token(): string {
    for (;;) {
      const character = this.text[this.at++];
      if (character === undefined) return '';
      if (character === ' ' || character === '\t' || character === '\n' || character === '\r') continue;
      if (!this.lenient || !this.comment(character)) return character;
    }
  }

  private comment(character: string): boolean {
    const next = this.text[this.at];
    if (character === '#' || (character === '/' && next === '/')) {
      const end = this.text.slice(this.at).search(/[\r\n]/);
      this.at = end < 0 ? this.text.length : this.at + end + 1;
      return true;
    }
    if (character !== '/' || next !== '*') return false;
    const end = this.text.indexOf('*/', this.at + 1);
    if (end < 0) this.fail('Unterminated c-style comment');
    this.at = end + 2;
    return true;
  }

  private fail(message: string): never {
    throw new JsonSyntaxError(`${message} at character ${this.at} of ${this.text}`);
  }
}

/** Back to compact text. */
export function jsonTextOf(value: JsonText): string {
  if (value === null) return 'null';
  if (value instanceof JsonScalar) return value.quoted ? JSON.stringify(value.text) : value.text;
  if (value instanceof JsonObject) {
    return `{${value.members.map(([name, member]) => `${JSON.stringify(name)}:${jsonTextOf(member)}`).join(',')}}`;
  }
  return `[${(value as readonly JsonText[]).map(jsonTextOf).join(',')}]`;
}
