/** A number as it was written: `1` and `1.0` are different types to a schema. */
export class JsonNumber {
  public constructor(public readonly text: string) {}
}

export type JsonValue = null | boolean | string | JsonNumber | JsonValue[] | { [name: string]: JsonValue };

/** The text ends in the middle of a value: a longer sample may hold the rest. */
export class IncompleteJson extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const SPACE = /[\s\uFEFF]*/y;
const MAX_DEPTH = 200;

/** Reads JSON values that follow one another, as lines or not; numbers keep their text. */
export class JsonReader {
  private position = 0;

  public constructor(private readonly text: string) {}

  /** Where the next value begins. */
  public get offset(): number {
    return this.position;
  }

  public get atEnd(): boolean {
    this.skip();
    return this.position >= this.text.length;
  }

  /** The next value. Throws SyntaxError, or IncompleteJson at the end of the text. */
  public next(): JsonValue {
    const start = this.position;
    try {
      return this.value(0);
    } catch (error) {
      this.position = start;
      throw error;
    }
  }

  /** The whole elements of an array whose end may be missing. */
  public *elements(): Generator<JsonValue> {
    this.skip();
    this.take('[');
    if (this.peek() === ']') return;
    for (;;) {
      yield this.value(1);
      if (this.peek() !== ',') return;
      this.position++;
    }
  }

  private value(depth: number): JsonValue {
    if (depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH}`);
    const character = this.peek();
    if (character === '{') return this.object(depth);
    if (character === '[') return this.array(depth);
    if (character === '"') return this.string();
    for (const [word, value] of WORDS) {
      if (this.text.startsWith(word, this.position)) {
        this.position += word.length;
        return value;
      }
      if (word.startsWith(this.text.slice(this.position))) throw new IncompleteJson();
    }
    return new JsonNumber(this.match(NUMBER, 'a value'));
  }

  private object(depth: number): JsonValue {
    this.take('{');
    const members: [string, JsonValue][] = [];
    if (this.peek() !== '}') {
      do {
        this.peek();
        const name = this.string();
        this.take(':');
        members.push([name, this.value(depth + 1)]);
      } while (this.separator('}'));
    }
    this.take('}');
    return Object.fromEntries(members);
  }

  private array(depth: number): JsonValue {
    this.take('[');
    const elements: JsonValue[] = [];
    if (this.peek() !== ']') {
      do elements.push(this.value(depth + 1));
      while (this.separator(']'));
    }
    this.take(']');
    return elements;
  }

  private separator(close: string): boolean {
    const character = this.peek();
    if (character === close) return false;
    this.take(',');
    return true;
  }

  private string(): string {
    if (this.peek() !== '"') throw this.syntaxError('a string');
    for (let end = this.position + 1; end < this.text.length; end++) {
      if (this.text[end] === '\\') end++;
      else if (this.text[end] === '"') {
        const source = this.text.slice(this.position, end + 1);
        this.position = end + 1;
        return JSON.parse(source) as string;
      }
    }
    throw new IncompleteJson();
  }

  private match(pattern: RegExp, what: string): string {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) {
      throw this.syntaxError(what);
    }
    this.position += found.length;
    return found;
  }

  private peek(): string {
    this.skip();
    if (this.position >= this.text.length) throw new IncompleteJson();
    return this.text[this.position];
  }

  private take(character: string): void {
    if (this.peek() !== character) throw this.syntaxError(`"${character}"`);
    this.position++;
  }

  private skip(): void {
    SPACE.lastIndex = this.position;
    this.position += SPACE.exec(this.text)?.[0].length ?? 0;
  }

  private syntaxError(expected: string): SyntaxError {
    const line = this.text.slice(0, this.position).split('\n').length;
    return new SyntaxError(
      `line ${line}: expected ${expected}, got "${this.text.slice(this.position, this.position + 20)}"`,
    );
  }
}

const WORDS: readonly [string, JsonValue][] = [
  ['true', true],
  ['false', false],
  ['null', null],
];
