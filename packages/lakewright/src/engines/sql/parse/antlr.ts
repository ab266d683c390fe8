import { SqlError } from '../errors';
import { syntaxMessage } from './syntax-error';
import { type RawContext, type RawToken, type TokenTypes, TreeNode } from './tree';

/** The bundled grammar (`scripts/bundle-grammar.mjs`); `src/` and `lib/` are siblings of `assets/`. */
interface GrammarBundle {
  readonly TrinoSqlLexer: new (input: unknown) => Lexer;
  readonly TrinoSqlParser: (new (tokens: unknown) => Parser) & TokenTypes;
  readonly antlr: {
    readonly CharStreams?: { fromString(text: string): unknown };
    readonly CharStream?: { fromString(text: string): unknown };
    readonly CommonTokenStream: new (lexer: unknown) => unknown;
    readonly BaseErrorListener: new () => object;
    readonly PredictionMode: { readonly SLL: number; readonly LL: number };
  };
}

interface Recognizer {
  removeErrorListeners(): void;
  addErrorListener(listener: object): void;
}
type Lexer = Recognizer;

export interface Parser extends Recognizer {
  readonly interpreter: { predictionMode: number };
  readonly vocabulary: { getLiteralName(type: number): string | null; getSymbolicName(type: number): string | null };
  getExpectedTokens(): { toArray(): number[] };
  program(): RawContext;
  singleStatement(): RawContext;
  getCurrentToken(): RawToken;
}

let bundle: GrammarBundle | undefined;

function grammar(): GrammarBundle {
  // Loaded late: parsing the 1.8 MB of tables costs 100 ms that a command without SQL doesn't need.
  bundle ??= require('../../../../assets/grammar.js') as GrammarBundle;
  return bundle;
}

/**
 * The `singleStatement` rule of Trino's grammar: the fast prediction mode first, the full one when that fails.
 *
 * Not the grammar's `program`, which takes statements without a semicolon between them: the end of
 * `x > ALL (SELECT 1)` would be a statement of its own. But that rule knows that the end of the text may follow, so its
 * errors are at the right place: it comes first where `isSuspect`, for a text that is most likely wrong.
 */
export function parseTrinoTree(text: string, isSuspect = false): TreeNode {
  const { PredictionMode } = grammar().antlr;
  if (isSuspect) parserOf(text, PredictionMode.LL).program();
  try {
    return attempt(text, PredictionMode.SLL);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
  }
  try {
    return attempt(text, PredictionMode.LL);
  } catch (error) {
    if (!isSuspect) parserOf(text, PredictionMode.LL).program();
    throw error;
  }
}

const END_OF_FILE = -1;

const endsWithSemicolon = (tree: RawContext): boolean => tree.children?.at(-1)?.symbol?.text === ';';

function attempt(text: string, mode: number): TreeNode {
  const parser = parserOf(text, mode);
  const tree = parser.singleStatement();
  const next = parser.getCurrentToken();
  if (next.type !== END_OF_FILE) {
    const position = { line: next.line, column: next.column + 1 };
    // Athena's own words where another statement follows.
    if (endsWithSemicolon(tree)) throw new SqlError('SYNTAX_ERROR', 'Only one sql statement is allowed', position);
    throw new SqlError('SYNTAX_ERROR', syntaxMessage(parser, next, ''), position);
  }
  return new TreeNode(tree, grammar().TrinoSqlParser);
}

function parserOf(text: string, mode: number): Parser {
  const { antlr, TrinoSqlLexer, TrinoSqlParser } = grammar();
  const streams = antlr.CharStreams ?? antlr.CharStream;
  if (!streams) throw new Error('the bundled grammar has no character stream');
  const lexer = new TrinoSqlLexer(streams.fromString(text));
  const parser = new TrinoSqlParser(new antlr.CommonTokenStream(lexer));
  const listener = Object.assign(new antlr.BaseErrorListener(), {
    syntaxError(_source: unknown, offending: RawToken | null, line: number, column: number, message: string) {
      throw new SqlError('SYNTAX_ERROR', syntaxMessage(parser, offending, message), { line, column: column + 1 });
    },
  });
  for (const recognizer of [lexer, parser]) {
    recognizer.removeErrorListeners();
    recognizer.addErrorListener(listener);
  }
  parser.interpreter.predictionMode = mode;
  return parser;
}
