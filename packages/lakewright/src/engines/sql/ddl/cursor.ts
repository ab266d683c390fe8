import { SqlError } from '../errors';
import type { ColumnDefinition, DdlName, PartitionTerm, Properties } from './statement';
import { positionOf, type Token, tokenize } from './tokens';
import { readType } from './type-text';

/** Walks over a statement's tokens; each `expect` says what was expected in Athena's words. */
export class Cursor {
  private readonly tokens: readonly Token[];
  private at = 0;

  public constructor(public readonly sql: string) {
    this.tokens = tokenize(sql);
  }

  public peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)] as Token;
  }

  public next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Whether these keywords come next. */
  public looksAt(keywords: string): boolean {
    return keywords.split(' ').every((keyword, index) => {
      const token = this.peek(index);
      return (token.kind === 'word' || token.kind === 'symbol') && token.raw.toUpperCase() === keyword;
    });
  }

  public accept(keywords: string): boolean {
    if (!this.looksAt(keywords)) return false;
    this.at += keywords.split(' ').length;
    return true;
  }

  /** The first of these that comes next, consumed. */
  public acceptOneOf<K extends string>(...choices: K[]): K | undefined {
    return choices.find((choice) => this.accept(choice));
  }

  public expect(keywords: string): void {
    for (const keyword of keywords.split(' ')) if (!this.accept(keyword)) this.unexpected(`'${keyword}'`);
  }

  public expectOneOf<K extends string>(...choices: K[]): K {
    return this.acceptOneOf(...choices) ?? this.unexpected(choices.map((choice) => `'${choice}'`).join(', '));
  }

  public end(): void {
    if (this.peek().kind !== 'end') this.unexpected('<EOF>');
  }

  public unexpected(expecting: string): never {
    const token = this.peek();
    const found = token.kind === 'end' ? '<EOF>' : `'${token.raw}'`;
    throw new SqlError(
      'SYNTAX_ERROR',
      `mismatched input ${found}. Expecting: ${expecting}`,
      positionOf(this.sql, token.start),
    );
  }

  /** An identifier in lower case. Hive quotes with back quotes; double quotes only where Trino's grammar is at work. */
  public identifier(doubleQuotes = false): string {
    const token = this.peek();
    if (token.kind === 'word' || token.kind === 'backquoted' || (doubleQuotes && token.kind === 'quoted')) {
      this.at++;
      return token.text.toLowerCase();
    }
    return this.unexpected('<identifier>');
  }

  public name(doubleQuotes = false): DdlName {
    const parts = [this.identifier(doubleQuotes)];
    while (parts.length < 3 && this.accept('.')) parts.push(this.identifier(doubleQuotes));
    // dbt writes `db.table` into one pair of back quotes.
    if (parts.length === 1 && /^[\w-]+\.[\w-]+$/.test(parts[0] as string))
      parts.splice(0, 1, ...(parts[0] as string).split('.'));
    const [name, database, catalog] = parts.reverse();
    return { name: name as string, ...(database && { database }), ...(catalog && { catalog }) };
  }

  /** Hive takes single and double quotes for strings. */
  public string(): string {
    const token = this.peek();
    if (token.kind !== 'string' && token.kind !== 'quoted') this.unexpected('<string>');
    this.at++;
    return token.text;
  }

  public acceptString(): string | undefined {
    const { kind } = this.peek();
    return kind === 'string' || kind === 'quoted' ? this.string() : undefined;
  }

  /** `( item, item … )`, at least one. */
  public list<T>(item: () => T): T[] {
    this.expect('(');
    const items: T[] = [];
    do items.push(item());
    while (this.accept(','));
    if (!this.accept(')')) this.unexpected("')', ','");
    return items;
  }

  /** `('key' = 'value', …)` */
  public properties(): Properties {
    const entries = this.list(() => {
      const key = this.acceptString() ?? this.identifier();
      this.expect('=');
      return [key, this.acceptString() ?? this.next().text] as const;
    });
    return Object.fromEntries(entries);
  }

  /** `name type [COMMENT 'text']` */
  public column(): ColumnDefinition {
    const name = this.identifier();
    const type = readType(this);
    return { name, type, ...(this.accept('COMMENT') && { comment: this.string() }) };
  }

  /** `(dt = '2024-01-01', country = 'DE')` */
  public partitionTerms(): PartitionTerm[] {
    return this.list(() => {
      const column = this.identifier();
      const operator = this.expectOneOf('=', '<>', '!=', '<=', '>=', '<', '>');
      // `DATE '2024-01-01'` and a sign may stand before the value.
      this.acceptOneOf('DATE', 'TIMESTAMP');
      const sign = this.accept('-') ? '-' : '';
      const token = this.next();
      if (!['string', 'quoted', 'number', 'word'].includes(token.kind)) this.unexpected('<string>');
      return { column, operator: operator === '!=' ? '<>' : operator, value: sign + token.text };
    });
  }
}
