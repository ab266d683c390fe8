import { ScalarFailure } from '../support';
import type { JsonValue } from './json-value';

/** An expression of SQL/JSON's path language. */
export type PathExpression =
  | { readonly kind: 'root' | 'current' | 'last' }
  | { readonly kind: 'literal'; readonly value: JsonValue }
  | { readonly kind: 'variable'; readonly name: string }
  /** `name` undefined: every member. */
  | { readonly kind: 'member' | 'descendant'; readonly base: PathExpression; readonly name?: string }
  /** `subscripts` undefined: every item. */
  | { readonly kind: 'items'; readonly base: PathExpression; readonly subscripts?: readonly PathSubscript[] }
  | { readonly kind: 'filter'; readonly base: PathExpression; readonly predicate: PathPredicate }
  | { readonly kind: 'method'; readonly base: PathExpression; readonly method: PathMethod }
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly operand: PathExpression }
  | {
      readonly kind: 'arithmetic';
      readonly operator: ArithmeticOperator;
      readonly left: PathExpression;
      readonly right: PathExpression;
    };

export interface PathSubscript {
  readonly from: PathExpression;
  readonly to?: PathExpression;
}

export type PathPredicate =
  | {
      readonly kind: 'comparison';
      readonly operator: PathComparison;
      readonly left: PathExpression;
      readonly right: PathExpression;
    }
  | { readonly kind: 'starts with'; readonly value: PathExpression; readonly start: PathExpression }
  | { readonly kind: 'exists'; readonly path: PathExpression }
  | { readonly kind: 'not' | 'is unknown'; readonly operand: PathPredicate }
  | { readonly kind: 'and' | 'or'; readonly left: PathPredicate; readonly right: PathPredicate };

export type PathComparison = '==' | '<>' | '<' | '>' | '<=' | '>=';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';

const METHODS = ['type', 'size', 'double', 'ceiling', 'floor', 'abs', 'keyvalue'] as const;
export type PathMethod = (typeof METHODS)[number];

/** A path of `JSON_VALUE`, `JSON_QUERY`, `JSON_EXISTS`. */
export interface SqlJsonPath {
  readonly lax: boolean;
  readonly expression: PathExpression;
  readonly variables: ReadonlySet<string>;
}

const TOKEN =
  /\s+|(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|"((?:[^"]|"")*)"|(\$[A-Za-z_][A-Za-z0-9_]*)|([A-Za-z_][A-Za-z0-9_]*)|(\.\.|==|<>|!=|<=|>=|&&|\|\||[$@.*?()[\],+\-/%<>!])/y;

interface Token {
  readonly kind: 'number' | 'text' | 'variable' | 'word' | 'symbol';
  readonly text: string;
}

function invalid(path: string): never {
  throw new ScalarFailure('SYNTAX_ERROR', `Invalid JSON path: ${path}`);
}

function tokenize(path: string): Token[] {
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < path.length) {
    const match = TOKEN.exec(path);
    if (!match) return invalid(path);
    const [, number, text, variable, word, symbol] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replace(/""/g, '"') });
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable.slice(1) });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', text: symbol });
  }
  return tokens;
}

/**
 * Reads `lax $.a."b c"[0 to last]?(@.x > $limit).size()`.
 *
 * @throws ScalarFailure SYNTAX_ERROR when it isn't a path, NOT_SUPPORTED for `like_regex`, which Trino knows but
 * doesn't evaluate
 * @see https://trino.io/docs/current/functions/json.html#json-path-language
 */
export function parseSqlJsonPath(path: string): SqlJsonPath {
  return new PathParser(path).path();
}

class PathParser {
  private readonly tokens: readonly Token[];
  private readonly variables = new Set<string>();
  private at = 0;

  constructor(private readonly text: string) {
    this.tokens = tokenize(text);
  }

  public path(): SqlJsonPath {
    const mode = this.next();
    if (mode.kind !== 'word' || (mode.text !== 'lax' && mode.text !== 'strict')) return invalid(this.text);
    const expression = this.additive();
    if (this.at < this.tokens.length) return invalid(this.text);
    return { lax: mode.text === 'lax', expression, variables: this.variables };
  }

  private additive(): PathExpression {
    let left = this.multiplicative();
    for (;;) {
      const operator = this.accept('+') ?? this.accept('-');
      if (!operator) return left;
      left = { kind: 'arithmetic', operator: operator as ArithmeticOperator, left, right: this.multiplicative() };
    }
  }

  private multiplicative(): PathExpression {
    let left = this.signed();
    for (;;) {
      const operator = this.accept('*') ?? this.accept('/') ?? this.accept('%');
      if (!operator) return left;
      left = { kind: 'arithmetic', operator: operator as ArithmeticOperator, left, right: this.signed() };
    }
  }

  private signed(): PathExpression {
    const operator = this.accept('+') ?? this.accept('-');
    if (operator) return { kind: 'sign', operator: operator as '+' | '-', operand: this.signed() };
    return this.accessors(this.primary());
  }

  private primary(): PathExpression {
    const token = this.next();
    switch (token.kind) {
      case 'number':
        return { kind: 'literal', value: numberLiteral(token.text) };
      case 'text':
        return { kind: 'literal', value: { kind: 'string', value: token.text } };
      case 'variable':
        this.variables.add(token.text);
        return { kind: 'variable', name: token.text };
      case 'word':
        if (token.text === 'last') return { kind: 'last' };
        if (token.text === 'null') return { kind: 'literal', value: { kind: 'null' } };
        if (token.text !== 'true' && token.text !== 'false') return invalid(this.text);
        return { kind: 'literal', value: { kind: 'boolean', value: token.text === 'true' } };
      default:
        if (token.text === '$') return { kind: 'root' };
        if (token.text === '@') return { kind: 'current' };
        if (token.text !== '(') return invalid(this.text);
        return this.closed(this.additive());
    }
  }

  private accessors(start: PathExpression): PathExpression {
    let base = start;
    for (;;) {
      if (this.accept('.')) base = this.member(base);
      else if (this.accept('..')) base = { kind: 'descendant', base, name: this.name() };
      else if (this.accept('[')) base = { kind: 'items', base, subscripts: this.subscripts() };
      else if (this.accept('?')) {
        this.expect('(');
        base = { kind: 'filter', base, predicate: this.closed(this.disjunction()) };
      } else return base;
    }
  }

  private member(base: PathExpression): PathExpression {
    if (this.accept('*')) return { kind: 'member', base };
    const isCall = this.tokens[this.at]?.kind === 'word' && this.tokens[this.at + 1]?.text === '(';
    const name = this.name();
    if (!isCall || !this.accept('(')) return { kind: 'member', base, name };
    const method = METHODS.find((known) => known === name);
    if (!method) {
      if (name === 'datetime') throw new ScalarFailure('NOT_SUPPORTED', 'datetime() in a JSON path');
      return invalid(this.text);
    }
    this.expect(')');
    return { kind: 'method', base, method };
  }

  private name(): string {
    const token = this.next();
    return token.kind === 'word' || token.kind === 'text' ? token.text : invalid(this.text);
  }

  private subscripts(): readonly PathSubscript[] | undefined {
    if (this.accept('*')) {
      this.expect(']');
      return undefined;
    }
    const subscripts: PathSubscript[] = [];
    do {
      const from = this.additive();
      subscripts.push(this.acceptWord('to') ? { from, to: this.additive() } : { from });
    } while (this.accept(','));
    this.expect(']');
    return subscripts;
  }

  private disjunction(): PathPredicate {
    let left = this.conjunction();
    while (this.accept('||')) left = { kind: 'or', left, right: this.conjunction() };
    return left;
  }

  private conjunction(): PathPredicate {
    let left = this.negation();
    while (this.accept('&&')) left = { kind: 'and', left, right: this.negation() };
    return left;
  }

  private negation(): PathPredicate {
    if (!this.accept('!')) return this.predicate();
    if (this.acceptWord('exists')) return { kind: 'not', operand: this.exists() };
    this.expect('(');
    return { kind: 'not', operand: this.closed(this.disjunction()) };
  }

  private exists(): PathPredicate {
    this.expect('(');
    return { kind: 'exists', path: this.closed(this.additive()) };
  }

  private predicate(): PathPredicate {
    if (this.acceptWord('exists')) return this.exists();
    const start = this.at;
    if (this.accept('(')) {
      // A predicate in parentheses, unless it's a path in parentheses.
      const operand = this.attempt(() => this.closed(this.disjunction()));
      if (operand) {
        if (!this.acceptWord('is')) return operand;
        if (!this.acceptWord('unknown')) return invalid(this.text);
        return { kind: 'is unknown', operand };
      }
      this.at = start;
    }
    const left = this.additive();
    if (this.acceptWord('starts')) {
      if (!this.acceptWord('with')) return invalid(this.text);
      return { kind: 'starts with', value: left, start: this.primary() };
    }
    if (this.acceptWord('like_regex')) throw new ScalarFailure('NOT_SUPPORTED', 'like_regex in a JSON path');
    const operator = this.next();
    const known = ['==', '<>', '!=', '<', '>', '<=', '>='].includes(operator.text);
    if (operator.kind !== 'symbol' || !known) return invalid(this.text);
    const comparison = (operator.text === '!=' ? '<>' : operator.text) as PathComparison;
    return { kind: 'comparison', operator: comparison, left, right: this.additive() };
  }

  private attempt<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (error instanceof ScalarFailure) return undefined;
      throw error;
    }
  }

  private next(): Token {
    return this.tokens[this.at++] ?? invalid(this.text);
  }

  private accept(symbol: string): string | undefined {
    const token = this.tokens[this.at];
    if (token?.kind !== 'symbol' || token.text !== symbol) return undefined;
    this.at++;
    return symbol;
  }

  private acceptWord(word: string): boolean {
    const token = this.tokens[this.at];
    const isWord = token?.kind === 'word' && token.text === word;
    if (isWord) this.at++;
    return isWord;
  }

  private expect(symbol: string): void {
    if (!this.accept(symbol)) invalid(this.text);
  }

  private closed<T>(value: T): T {
    this.expect(')');
    return value;
  }
}

/** `2.5` is a decimal, `2.5e0` a double. */
function numberLiteral(text: string): JsonValue {
  return /[eE]/.test(text) || !text.includes('.')
    ? { kind: 'number', text }
    : { kind: 'number', text: text.replace(/^\./, '0.'), decimal: true };
}
