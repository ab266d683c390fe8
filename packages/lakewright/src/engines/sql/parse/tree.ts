import { NotCoveredError, type SqlPosition } from '../errors';

/**
 * ANTLR's parse tree behind a small interface: nothing outside `parse/` knows ANTLR, and inside it only this file and
 * `antlr.ts` do.
 */
export class TreeNode {
  public constructor(
    private readonly context: RawContext,
    private readonly tokens: TokenTypes,
  ) {}

  /** The grammar's name of the alternative: `ArithmeticBinary`. */
  public get kind(): string {
    return this.context.constructor.name.replace(/^_/, '').replace(/Context\d*$/, '');
  }

  /** The text of its tokens, without white space between them. */
  public get text(): string {
    return this.context.getText();
  }

  public get position(): SqlPosition {
    return { line: this.context.start.line, column: this.context.start.column + 1 };
  }

  /** Offsets into the text, the end exclusive. */
  public get range(): { readonly start: number; readonly end: number } {
    return { start: this.context.start.start, end: (this.context.stop ?? this.context.start).stop + 1 };
  }

  /** The first sub-rule of this name, if there. */
  public maybe(rule: string): TreeNode | undefined {
    return this.all(rule)[0];
  }

  /** The first sub-rule of this name. */
  public child(rule: string): TreeNode {
    return this.maybe(rule) ?? this.unexpected(rule);
  }

  /** The sub-rules of this name in the order of the text. */
  public all(rule: string): TreeNode[] {
    const accessor = this.context[rule];
    if (typeof accessor !== 'function') return [];
    const found: unknown = accessor.call(this.context);
    const list = Array.isArray(found) ? found : [found];
    return list.filter((item) => item != null).map((item) => this.wrap(item as RawContext));
  }

  /** The sub-rule with this label in the grammar, if there. */
  public maybeLabelled(label: string): TreeNode | undefined {
    const found = this.context[`_${label}`] as RawContext | undefined;
    return found == null ? undefined : this.wrap(found);
  }

  public labelled(label: string): TreeNode {
    return this.maybeLabelled(label) ?? this.unexpected(label);
  }

  /** The text of the token with this label, in upper case. */
  public token(label: string): string | undefined {
    const found = this.context[`_${label}`] as RawToken | undefined;
    return found?.text?.toUpperCase();
  }

  public tokenPosition(label: string): SqlPosition {
    const found = this.context[`_${label}`] as RawToken | undefined;
    return found ? { line: found.line, column: found.column + 1 } : this.position;
  }

  /** Where one of its own tokens (`CONCAT`, `KW_AT`) stands. */
  public positionOf(token: string): SqlPosition {
    const type = this.tokens[token];
    const symbol = (this.context.children ?? []).find((child) => child.symbol?.type === type)?.symbol;
    return symbol ? { line: symbol.line, column: symbol.column + 1 } : this.position;
  }

  /** Is the keyword (`KW_NOT`) or token (`ASTERISK`) one of its own tokens? */
  public has(token: string): boolean {
    const type = this.tokens[token];
    return (this.context.children ?? []).some((child) => child.symbol !== undefined && child.symbol.type === type);
  }

  /** A construct of the grammar that has no place in our tree. */
  public notCovered(what: string): never {
    throw new NotCoveredError(what, this.position);
  }

  private wrap(context: RawContext): TreeNode {
    return new TreeNode(context, this.tokens);
  }

  private unexpected(part: string): never {
    throw new NotCoveredError(`${this.kind} without ${part}`, this.position);
  }
}

export type TokenTypes = Readonly<Record<string, number>>;

export interface RawToken {
  readonly type: number;
  readonly text?: string;
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly stop: number;
}

export interface RawContext {
  readonly [member: string]: unknown;
  readonly start: RawToken;
  readonly stop: RawToken | null;
  readonly children?: readonly { readonly symbol?: RawToken }[];
  getText(): string;
}
