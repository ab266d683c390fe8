import { type FilterToken, fault, isReserved, tokenize } from './row-filter-tokens';

export interface FilterColumn {
  /** The column and, of a struct, its fields. */
  readonly path: readonly string[];
  readonly at: number;
}

export interface FilterLiteral {
  readonly kind: 'text' | 'number' | 'boolean';
  /** Without quotes; numbers with their sign. */
  readonly value: string;
  readonly at: number;
}

export type FilterOperator = '=' | '<>' | '<' | '<=' | '>' | '>=' | 'LIKE' | 'IN' | 'BETWEEN' | 'IS NULL';

/** `column operator constants`: all that a simple expression may be. */
export interface FilterComparison {
  readonly kind: 'comparison';
  readonly column: FilterColumn;
  readonly operator: FilterOperator;
  readonly negated: boolean;
  readonly values: readonly FilterLiteral[];
}

export type FilterExpression =
  | FilterComparison
  | { readonly kind: 'AND' | 'OR'; readonly terms: readonly FilterExpression[] }
  | { readonly kind: 'NOT'; readonly term: FilterExpression };

const COMPARISONS = '=, <>, !=, <, <=, >, >=, [NOT] IN, [NOT] LIKE, [NOT] BETWEEN … AND …, IS [NOT] NULL';
const SIMPLE = 'column, operator, constant';

/** Parses a row filter: a recursive descent over AWS's documented subset. */
export function parseFilter(source: string): FilterExpression {
  const parser = new Parser(tokenize(source));
  return parser.whole();
}

class Parser {
  private index = 0;

  public constructor(private readonly tokens: readonly FilterToken[]) {}

  public whole(): FilterExpression {
    if (this.tokens.length === 1) fault('nothing', 1, SIMPLE, 'use RowFilter.allRows() for all rows');
    const expression = this.chain('OR');
    const { kind, text, at } = this.token;
    if (kind !== 'end') fault(this.shown, at, 'AND, OR or the end', text === '=' ? 'write = once' : 'connect it');
    return expression;
  }

  private chain(kind: 'AND' | 'OR'): FilterExpression {
    const term = (): FilterExpression => (kind === 'OR' ? this.chain('AND') : this.negation());
    const terms = [term()];
    while (this.took(kind)) terms.push(term());
    const [only] = terms;
    if (terms.length === 1 && only) return only;
    return { kind, terms: terms.flatMap((each) => (each.kind === kind ? each.terms : [each])) };
  }

  private negation(): FilterExpression {
    if (this.took('NOT')) return { kind: 'NOT', term: this.negation() };
    if (!this.tookSymbol('(')) return this.comparison();
    if (this.is('SELECT')) this.subquery();
    const inner = this.chain('OR');
    this.expectSymbol(')');
    return inner;
  }

  private comparison(): FilterComparison {
    const column = this.column();
    if (this.took('IS')) {
      const negated = this.took('NOT');
      if (!this.took('NULL')) fault(this.shown, this.token.at, 'IS NULL, IS NOT NULL', 'write = TRUE for booleans');
      return { kind: 'comparison', column, operator: 'IS NULL', negated, values: [] };
    }
    const negated = this.took('NOT');
    const comparison = (operator: FilterOperator, values: FilterLiteral[]): FilterComparison => ({
      kind: 'comparison',
      column,
      operator,
      negated,
      values,
    });
    if (this.took('IN')) return comparison('IN', this.list());
    if (this.took('LIKE')) return comparison('LIKE', [this.pattern()]);
    if (this.took('BETWEEN')) {
      const low = this.literal();
      if (!this.took('AND')) fault(this.shown, this.token.at, 'BETWEEN low AND high', 'add AND and the upper end');
      return comparison('BETWEEN', [low, this.literal()]);
    }
    const symbol = this.token.text;
    if (negated || !/^(=|<>|!=|<|<=|>|>=)$/.test(symbol) || this.token.kind !== 'symbol') {
      fault(this.shown, this.token.at, COMPARISONS, 'compare the column to a constant');
    }
    this.index++;
    return comparison(symbol === '!=' ? '<>' : (symbol as FilterOperator), [this.literal()]);
  }

  private column(): FilterColumn {
    const { at, kind } = this.token;
    if (kind === 'text' || kind === 'number' || this.is('TRUE') || this.is('FALSE')) {
      fault(`the constant ${this.shown}`, at, SIMPLE, 'put the column on the left; "…" is for names, \'…\' for texts');
    }
    const path = [this.name()];
    while (this.tookSymbol('.')) path.push(this.name());
    if (this.token.text === '(' && this.token.kind === 'symbol') this.functionCall(path.join('.'), at);
    return { path, at };
  }

  private name(): string {
    const { kind, text, at } = this.token;
    if (kind === 'quoted') {
      if (text === '') fault('an empty name', at, 'a column of the table', 'name it');
      this.index++;
      return text;
    }
    if (kind !== 'word') fault(this.shown, at, 'a column', `the form is ${SIMPLE}`);
    if (this.is('SELECT') || this.is('EXISTS')) this.subquery();
    if (this.tokens[this.index + 1]?.text === '(' && !['IN', 'NOT', 'AND', 'OR'].includes(text.toUpperCase())) {
      this.functionCall(text, at);
    }
    if (isReserved(text)) fault(`the reserved word ${text}`, at, 'a column', `write the column as "${text}"`);
    this.index++;
    return text;
  }

  private list(): FilterLiteral[] {
    this.expectSymbol('(');
    if (this.is('SELECT')) this.subquery();
    const values = [this.literal()];
    while (this.tookSymbol(',')) values.push(this.literal());
    this.expectSymbol(')');
    return values;
  }

  private pattern(): FilterLiteral {
    const pattern = this.literal();
    if (pattern.kind !== 'text') fault(pattern.value, pattern.at, "LIKE '…'", 'put the pattern in single quotes');
    if (this.is('ESCAPE')) fault('ESCAPE', this.token.at, 'LIKE with % and _', 'take ESCAPE out: AWS does not list it');
    return pattern;
  }

  private literal(): FilterLiteral {
    const { at, text, kind } = this.token;
    if (kind === 'text') return this.take({ kind, value: text, at });
    if (kind === 'number') return this.take({ kind, value: text, at });
    if (kind === 'symbol' && (text === '-' || text === '+')) {
      this.index++;
      const number = this.token;
      if (number.kind !== 'number') fault(this.shown, number.at, 'a number after the sign', 'calculate it beforehand');
      return this.take({ kind: 'number', value: text === '-' ? `-${number.text}` : number.text, at });
    }
    if (this.is('TRUE') || this.is('FALSE')) return this.take({ kind: 'boolean', value: text.toUpperCase(), at });
    if (this.is('NULL')) fault('NULL', at, 'a constant', 'write IS NULL or IS NOT NULL');
    if (kind === 'symbol' && text === '(' && this.tokens[this.index + 1]?.text.toUpperCase() === 'SELECT') {
      this.subquery();
    }
    if (kind === 'word' && this.tokens[this.index + 1]?.text === '(') this.functionCall(text, at);
    if (kind === 'word' && this.tokens[this.index + 1]?.kind === 'text') {
      fault(
        `${text} '…'`,
        at,
        "'texts', numbers, TRUE and FALSE",
        'compare text columns to texts: AWS has no dates here',
      );
    }
    const column = kind === 'word' || kind === 'quoted';
    return fault(
      column ? `the column ${this.shown}` : this.shown,
      at,
      "a constant: 'text', number, TRUE or FALSE",
      column ? 'put texts in single quotes; columns can be compared to constants only' : `the form is ${SIMPLE}`,
    );
  }

  private functionCall(name: string, at: number): never {
    return fault(`the function ${name}()`, at, 'no functions', 'store what it gives in a column of its own');
  }

  private subquery(): never {
    return fault('a subquery', this.token.at, 'no subqueries', 'list the values: column IN (…)');
  }

  private get token(): FilterToken {
    return this.tokens[Math.min(this.index, this.tokens.length - 1)] as FilterToken;
  }

  private get shown(): string {
    const { kind, text } = this.token;
    return kind === 'text' ? `'${text}'` : kind === 'end' ? text : `"${text}"`;
  }

  private is(word: string): boolean {
    return this.token.kind === 'word' && this.token.text.toUpperCase() === word;
  }

  private took(word: string): boolean {
    if (!this.is(word)) return false;
    this.index++;
    return true;
  }

  private tookSymbol(symbol: string): boolean {
    if (this.token.kind !== 'symbol' || this.token.text !== symbol) return false;
    this.index++;
    return true;
  }

  private expectSymbol(symbol: string): void {
    if (!this.tookSymbol(symbol)) fault(this.shown, this.token.at, `"${symbol}"`, 'balance the parentheses');
  }

  private take(literal: FilterLiteral): FilterLiteral {
    this.index++;
    return literal;
  }
}
