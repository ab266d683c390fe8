import type { RequestContext } from './context';

const MANY = 0;
const ONE = 1;

/** `${aws:PrincipalTag/team, 'all'}` */
interface Variable {
  readonly key: string;
  readonly fallback?: string;
}

/** A literal character, a wildcard, or a variable. */
type Token = string | typeof MANY | typeof ONE | Variable;

/** Text of a policy that is compared with text of a request: wildcards and variables. */
export interface Pattern {
  readonly text: string;
  readonly tokens: readonly Token[];
  /** Set where the pattern is nothing but text. */
  readonly literal?: string;
  readonly hasVariables: boolean;
}

export interface PatternSyntax {
  /** `*` and `?` stand for others. */
  readonly wildcards: boolean;
  /** `${…}` stands for a value of the request: policies of version 2012-10-17 only. */
  readonly variables: boolean;
  /** Variables count from here on: an ARN's resource begins after its fifth colon. */
  readonly variablesFrom?: number;
}

/** What comparing came to: a variable may have a key that isn't known here. */
export type Match = boolean | { readonly unknownKeys: readonly string[] };

const VARIABLE = /^\$\{(?:([*?$])|([^${},\s]+)\s*(?:,\s*'([^']*)')?\s*)\}/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
export function compilePattern(text: string, { wildcards, variables, variablesFrom = 0 }: PatternSyntax): Pattern {
  const tokens: Token[] = [];
  for (let index = 0; index < text.length; ) {
    const rest = text[index] === '$' && variables && index >= variablesFrom ? VARIABLE.exec(text.slice(index)) : null;
    if (rest !== null) {
      const [whole, special, key, fallback] = rest;
      tokens.push(special ?? { key, fallback });
      index += whole.length;
      continue;
    }
    const character = text[index];
    if (wildcards && character === '*') tokens.push(MANY);
    else if (wildcards && character === '?') tokens.push(ONE);
    else tokens.push(character);
    index += 1;
  }
  const plain = tokens.every((token) => typeof token === 'string');
  return {
    text,
    tokens,
    hasVariables: tokens.some((token) => typeof token === 'object'),
    ...(plain && { literal: tokens.join('') }),
  };
}

/** Compares a text with a pattern; the values of variables are taken as they are, not as wildcards. */
export function matchPattern(pattern: Pattern, text: string, context: RequestContext): Match {
  if (pattern.literal !== undefined) return pattern.literal === text;
  if (!pattern.hasVariables) return glob(pattern.tokens, text);
  const tokens: Token[] = [];
  const unknownKeys: string[] = [];
  for (const token of pattern.tokens) {
    if (typeof token !== 'object') {
      tokens.push(token);
      continue;
    }
    const value = context.get(token.key)?.[0] ?? token.fallback;
    if (value !== undefined) tokens.push(...value.split(''));
    else if (context.knows(token.key)) return false;
    else unknownKeys.push(token.key);
  }
  return unknownKeys.length > 0 ? { unknownKeys } : glob(tokens, text);
}

/** Only the last `*` is ever tried again, so the time is bounded by the product of the lengths. */
function glob(tokens: readonly Token[], text: string): boolean {
  let token = 0;
  let at = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = tokens[token];
    if (wanted === ONE || wanted === text[at]) {
      token += 1;
      at += 1;
    } else if (wanted === MANY) {
      star = token;
      token += 1;
      resume = at;
    } else if (star >= 0) {
      token = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  while (tokens[token] === MANY) token += 1;
  return token === tokens.length;
}
