import type { Column, Partition } from '../../../workspace/catalog-store';
import { invalidInput } from '../errors';
import { HIVE_NULL, type PartitionType, partitionType } from './partition-value';

/** SQL's three values: undefined is unknown. */
type Truth = boolean | undefined;
type Predicate = (partition: Partition) => Truth;

/**
 * Compiles GetPartitions' Expression: `=`, `<>`, `<`, `>`, `<=`, `>=`, AND, OR, NOT, IN, BETWEEN, LIKE, IS NULL over the
 * table's partition keys, compared by the keys' types. A partition whose value is Hive's default partition is NULL.
 *
 * https://docs.aws.amazon.com/glue/latest/webapi/API_GetPartitions.html
 *
 * Throws InvalidInputException that names what it can't read.
 */
export function compilePartitionExpression(
  expression: string,
  keys: readonly Column[],
): (partition: Partition) => boolean {
  const predicate = new Parser(tokenize(expression), keys, expression).parse();
  return (partition) => predicate(partition) === true;
}

interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s+|'((?:[^']|'')*)'|"((?:[^"]|"")*)"|`((?:[^`]|``)*)`|([+-]?(?:\d+\.?\d*|\.\d+)(?![\w]))|([\p{L}_][\p{L}\p{N}_.$]*)|(<\s*>|!=|<\s*=|>\s*=|[=<>(),])/uy;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match)
      throw invalidInput(`Unsupported expression '${text}': can't read it from "${text.slice(at, at + 20)}".`);
    const [, string, double, backtick, number, word, symbol] = match;
    if (string !== undefined) tokens.push({ kind: 'string', text: string.replaceAll("''", "'") });
    else if (double !== undefined) tokens.push({ kind: 'quoted', text: double.replaceAll('""', '"') });
    else if (backtick !== undefined) tokens.push({ kind: 'quoted', text: backtick.replaceAll('``', '`') });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol.replaceAll(/\s/g, '') });
  }
  return [...tokens, { kind: 'end', text: 'end of expression' }];
}

interface Key {
  readonly index: number;
  readonly type: PartitionType;
}

const COMPARE: Record<string, (a: string | bigint, b: string | bigint) => boolean> = {
  '=': (a, b) => a === b,
  '<>': (a, b) => a !== b,
  '!=': (a, b) => a !== b,
  '<': (a, b) => a < b,
  '>': (a, b) => a > b,
  '<=': (a, b) => a <= b,
  '>=': (a, b) => a >= b,
};
const MIRRORED: Record<string, string> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

class Parser {
  private position = 0;

  public constructor(
    private readonly tokens: readonly Token[],
    private readonly keys: readonly Column[],
    private readonly source: string,
  ) {}

  public parse(): Predicate {
    const predicate = this.disjunction();
    if (this.next.kind !== 'end') throw this.unsupported();
    return predicate;
  }

  private disjunction(): Predicate {
    let left = this.conjunction();
    while (this.accept('OR')) {
      const [a, b] = [left, this.conjunction()];
      left = (partition) => or(a(partition), b(partition));
    }
    return left;
  }

  private conjunction(): Predicate {
    let left = this.negation();
    while (this.accept('AND')) {
      const [a, b] = [left, this.negation()];
      left = (partition) => and(a(partition), b(partition));
    }
    return left;
  }

  private negation(): Predicate {
    if (!this.accept('NOT')) return this.primary();
    const negated = this.negation();
    return (partition) => not(negated(partition));
  }

  private primary(): Predicate {
    if (this.accept('(')) {
      const inner = this.disjunction();
      this.expect(')');
      return inner;
    }
    if (this.isLiteral()) return this.mirroredComparison();
    const key = this.key();
    const operator = this.next.kind === 'symbol' ? this.next.text : undefined;
    if (operator && COMPARE[operator]) {
      this.position++;
      return this.comparison(key, operator, this.literal());
    }
    if (this.accept('IS')) {
      const negated = this.accept('NOT');
      this.expect('NULL');
      return (partition) => (keyValue(partition, key) === undefined) !== negated;
    }
    const negated = this.accept('NOT');
    const predicate = this.membership(key);
    return negated ? (partition) => not(predicate(partition)) : predicate;
  }

  /** `'2024' = year` */
  private mirroredComparison(): Predicate {
    const literal = this.literal();
    const operator = this.next.text;
    if (this.next.kind !== 'symbol' || !COMPARE[operator]) throw this.unsupported();
    this.position++;
    return this.comparison(this.key(), MIRRORED[operator] ?? operator, literal);
  }

  private comparison(key: Key, operator: string, literal: string): Predicate {
    const wanted = key.type.parse(literal);
    return test(key, (value) => COMPARE[operator](value, wanted));
  }

  private membership(key: Key): Predicate {
    if (this.accept('IN')) {
      this.expect('(');
      const wanted = new Set([key.type.parse(this.literal())]);
      while (this.accept(',')) wanted.add(key.type.parse(this.literal()));
      this.expect(')');
      return test(key, (value) => wanted.has(value));
    }
    if (this.accept('BETWEEN')) {
      const low = key.type.parse(this.literal());
      this.expect('AND');
      const high = key.type.parse(this.literal());
      return test(key, (value) => value >= low && value <= high);
    }
    if (this.accept('LIKE')) {
      const pattern = likePattern(this.literal());
      return (partition) => {
        const value = keyValue(partition, key);
        return value === undefined ? undefined : pattern.test(value);
      };
    }
    throw this.unsupported();
  }

  private key(): Key {
    const { kind, text } = this.next;
    if (kind !== 'word' && kind !== 'quoted') throw this.unsupported();
    const index = this.keys.findIndex((column) => column.Name.toLowerCase() === text.toLowerCase());
    if (index < 0) {
      const allowed = this.keys.map((column) => column.Name).join(', ') || 'none';
      throw invalidInput(
        `Unsupported expression '${this.source}': "${text}" is not a partition key of the table (${allowed}).`,
      );
    }
    this.position++;
    return { index, type: partitionType(this.keys[index].Type ?? 'string') };
  }

  private isLiteral(): boolean {
    return this.next.kind === 'string' || this.next.kind === 'number' || this.isTypedLiteral();
  }

  /** `DATE '2024-01-31'`, `TIMESTAMP '…'` */
  private isTypedLiteral(): boolean {
    return /^(date|timestamp)$/i.test(this.next.text) && this.tokens[this.position + 1]?.kind === 'string';
  }

  private literal(): string {
    if (this.isTypedLiteral()) this.position++;
    const { kind, text } = this.next;
    if (kind !== 'string' && kind !== 'number') throw this.unsupported();
    this.position++;
    return text;
  }

  private accept(text: string): boolean {
    const { kind, text: found } = this.next;
    if ((kind !== 'word' && kind !== 'symbol') || found.toUpperCase() !== text) return false;
    this.position++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) throw this.unsupported(`, expected ${text}`);
  }

  private get next(): Token {
    return this.tokens[this.position];
  }

  private unsupported(expected = '') {
    return invalidInput(`Unsupported expression '${this.source}': at "${this.next.text}"${expected}.`);
  }
}

const not = (a: Truth): Truth => (a === undefined ? undefined : !a);
const and = (a: Truth, b: Truth): Truth => (a === false || b === false ? false : a && b);
const or = (a: Truth, b: Truth): Truth => (a === true || b === true ? true : a === undefined ? undefined : b);

function keyValue(partition: Partition, key: Key): string | undefined {
  const value = partition.Values[key.index];
  return value === undefined || value === HIVE_NULL ? undefined : value;
}

function test(key: Key, matches: (value: string | bigint) => boolean): Predicate {
  return (partition) => {
    const value = keyValue(partition, key);
    return value === undefined ? undefined : matches(key.type.parse(value));
  };
}

function likePattern(pattern: string): RegExp {
  const source = [...pattern].map((character) => {
    if (character === '%') return '.*';
    return character === '_' ? '.' : character.replace(/[\\^$.*+?()[\]{}|/-]/, '\\$&');
  });
  return new RegExp(`^${source.join('')}$`, 'su');
}
