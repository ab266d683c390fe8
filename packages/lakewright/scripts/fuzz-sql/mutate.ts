import type { Random } from './random';

const TOKENS = /'[^']*'|"[^"]*"|\w+|\s+|[^\w\s]/g;

/** What a random token may be: keywords, names, literals and what only looks like one. */
const WORDS = [
  ...'SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET FETCH WITH UNION ALL DISTINCT JOIN LEFT ON USING LATERAL'.split(
    ' ',
  ),
  ...'UNNEST VALUES TABLE ARRAY ROW MAP CASE WHEN THEN END CAST TRY AS IN EXISTS BETWEEN LIKE IS NOT NULL OVER'.split(
    ' ',
  ),
  ...'( ) [ ] , . ; * + - / % = <> -> => ? : || $ @ # ` " \' -- /* a t c1 nope 0 1 -1 1.5 1e9 99999999999999999999'.split(
    ' ',
  ),
  "'x'",
  '"x"',
  "X'0'",
  "DATE '2024-01-01'",
];

/** A statement that is one to four changes away from the given one. */
export function mutate(sql: string, random: Random, others: readonly string[]): string {
  let tokens: string[] = sql.match(TOKENS) ?? [];
  for (let changes = 1 + random.below(4); changes > 0; changes--) tokens = change(tokens, random, others);
  return tokens.join('');
}

function change(tokens: string[], random: Random, others: readonly string[]): string[] {
  if (tokens.length === 0) return [random.pick(WORDS)];
  const at = random.below(tokens.length);
  const changed = [...tokens];
  switch (random.below(8)) {
    case 0:
      changed.splice(at, 1);
      break;
    case 1:
      changed.splice(at, 0, tokens[at] ?? '', ' ');
      break;
    case 2: {
      const other = random.below(tokens.length);
      [changed[at], changed[other]] = [tokens[other] ?? '', tokens[at] ?? ''];
      break;
    }
    case 3:
      changed[at] = ` ${random.pick(WORDS)} `;
      break;
    case 4:
      return changed.slice(0, at + 1);
    case 5:
      changed[at] = unicode(random);
      break;
    case 6: {
      // A part of another statement.
      const other = random.pick(others).match(TOKENS) ?? [];
      const start = random.below(Math.max(1, other.length));
      changed.splice(at, 0, ...other.slice(start, start + 1 + random.below(12)));
      break;
    }
    default: {
      // A part repeated: nesting grows.
      const part = tokens.slice(at, at + 1 + random.below(10));
      changed.splice(at, 0, ...part, ...part);
    }
  }
  return changed;
}

function unicode(random: Random): string {
  const codes = [random.below(0x80), random.below(0x800), 0x1f600 + random.below(80), 0xd800 + random.below(0x800)];
  return String.fromCodePoint(random.pick(codes));
}
