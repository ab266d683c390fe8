import type { SqlPosition } from '../../errors';
import { stringValue } from '../literals';
import { MAX_DEPTH, NestedTooDeep } from '../nesting';
import { Declined } from './declined';
import type { Token } from './tokens';
import { tokenize } from './tokens';
import { QUERY_STARTS, RESERVED } from './words';

/** A place in a statement's tokens. */
export class Cursor {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;

  public constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  public get token(): Token {
    return this.peek(0);
  }

  public get index(): number {
    return this.at;
  }

  public get position(): SqlPosition {
    return positionOf(this.token);
  }

  public peek(distance: number): Token {
    return this.tokenAt(this.at + distance);
  }

  /** Is the current token this word or symbol, and are the next ones the others? */
  public is(...keys: readonly string[]): boolean {
    return keys.every((key, distance) => this.peek(distance).key === key);
  }

  /** What was read since a token, as it stands in the statement. */
  public textSince({ start }: Token): string {
    return this.text.slice(start, this.tokenAt(this.at - 1).end);
  }

  public take(): Token {
    const { token } = this;
    this.at++;
    return token;
  }

  /** Takes the tokens if all are there. */
  public accept(...keys: readonly string[]): boolean {
    if (!this.is(...keys)) return false;
    this.at += keys.length;
    return true;
  }

  public expect(...keys: readonly string[]): void {
    if (!this.accept(...keys)) this.fail();
  }

  /** For what is rare, or told apart by a longer look alone. */
  public decline(): never {
    throw new Declined();
  }

  /** For what cannot stand here. */
  public fail(): never {
    throw new Declined(this.token);
  }

  /** Reads one more level; {@link MAX_DEPTH} of them fit on the stack, here and in what reads the tree. */
  public nested<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw new NestedTooDeep(this.position);
    const result = read();
    this.depth--;
    return result;
  }

  public isName(distance = 0): boolean {
    const token = this.peek(distance);
    return token.kind === 'quoted' || (token.kind === 'word' && !RESERVED.has(token.key));
  }

  /** A name as written, quotes removed. */
  public name(): string {
    if (!this.isName()) this.fail();
    const { kind, text } = this.take();
    return kind === 'quoted' ? text.slice(1, -1).replace(/""/g, '"') : text;
  }

  /** `a.b.c`. */
  public qualifiedName(): string[] {
    const parts = [this.name()];
    while (this.accept('.')) parts.push(this.name());
    return parts;
  }

  /** A table's name: of at most three parts. */
  public tableName(): string[] {
    const parts = this.qualifiedName();
    return parts.length > 3 ? this.decline() : parts;
  }

  /** The value of a string literal. */
  public string(): string {
    const { kind, text } = this.token;
    const { position } = this;
    if (kind !== 'string') this.fail();
    this.at++;
    return stringValue(text, position);
  }

  /** One or more, between commas. */
  public list<T>(item: () => T): T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  /** One or more in parentheses. */
  public parenthesized<T>(item: () => T): T[] {
    this.expect('(');
    const items = this.list(item);
    this.expect(')');
    return items;
  }

  /** The token behind the bracket that closes the current one, or a later one. */
  public behindBracket(distance = 1): Token {
    return this.tokenAt((this.token.closedBy ?? this.at) + distance);
  }

  /** Does a query stand in the brackets that start `distance` tokens from here, however many there are? */
  public opensQuery(distance = 0): boolean {
    let ahead = distance;
    while (this.peek(ahead).key === '(') ahead++;
    return ahead > distance && this.startsQuery(ahead);
  }

  /** Does the token start a query? `TABLE(` is a table function. */
  public startsQuery(distance = 0): boolean {
    const { key } = this.peek(distance);
    return QUERY_STARTS.has(key) && !(key === 'TABLE' && this.peek(distance + 1).key === '(');
  }

  private tokenAt(index: number): Token {
    return this.tokens[Math.min(index, this.tokens.length - 1)] as Token;
  }
}

export const positionOf = ({ line, column }: Token): SqlPosition => ({ line, column });
