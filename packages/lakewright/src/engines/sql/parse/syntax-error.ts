import type { Parser } from './antlr';
import type { RawToken } from './tree';

/**
 * A syntax error in Athena's words: `mismatched input 'FORM'. Expecting: ',', 'FROM', <expression>`.
 *
 * Trino names whole rules where a rule may start; the parser here only knows tokens, so the many tokens that start an
 * expression or an identifier are told as `<expression>` and `<identifier>`.
 */
export function syntaxMessage(parser: Parser, offending: RawToken | null, message: string): string {
  const found = offending?.type === -1 || offending?.text === '<EOF>' ? '<EOF>' : `'${offending?.text ?? ''}'`;
  if (!offending) return message;
  const expected = expecting(parser);
  return `mismatched input ${found}.${expected ? ` Expecting: ${expected}` : ''}`;
}

function expecting(parser: Parser): string {
  let tokens: string[];
  try {
    tokens = parser
      .getExpectedTokens()
      .toArray()
      .map((type) => tokenName(parser, type));
  } catch {
    return '';
  }
  const names = new Set(tokens);
  const rest = new Set(tokens);
  const rules: string[] = [];
  // These two start an expression and nothing else that matters; identifiers may be any non-reserved keyword.
  if (names.has("'CAST'") && names.has("'CASE'")) {
    rules.push('<expression>');
    for (const name of names) if (name !== '<EOF>' && !CLAUSE_STARTS.has(name)) rest.delete(name);
  } else if (names.has('IDENTIFIER')) {
    rules.push('<identifier>');
    for (const name of names) if (!STRUCTURAL.has(name)) rest.delete(name);
  }
  return [...[...rest].sort(), ...rules].join(', ');
}

const CLAUSE_STARTS: ReadonlySet<string> = new Set(["'SELECT'", "'VALUES'", "'DISTINCT'", "'ALL'", "'*'", "')'"]);
const STRUCTURAL: ReadonlySet<string> = new Set([
  '<EOF>',
  "','",
  "'.'",
  "'('",
  "')'",
  "';'",
  "'AS'",
  "'FROM'",
  "'WHERE'",
  "'GROUP'",
  "'HAVING'",
  "'ORDER'",
  "'UNION'",
  "'EXCEPT'",
  "'INTERSECT'",
  "'ON'",
  "'JOIN'",
  "'CROSS'",
  "'INNER'",
]);

function tokenName(parser: Parser, type: number): string {
  if (type === -1) return '<EOF>';
  const literal = parser.vocabulary.getLiteralName(type);
  if (literal) return literal;
  const symbolic = parser.vocabulary.getSymbolicName(type) ?? String(type);
  return symbolic.startsWith('KW_') ? `'${symbolic.slice(3)}'` : symbolic;
}
