import { SqlError } from '../errors';
import { VARCHAR, varchar } from '../types/build';
import type { TrinoType } from '../types/type';
import { type BehaviourSpec, type FunctionArea, invalid } from './entry';

/** Java's `Character.isWhitespace`: Unicode's separators without the no-break spaces, and the ASCII controls that part. */
export const WHITESPACE = `'${'\t\n\v\f\r\x1c\x1d\x1e\x1f \u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2008\u2009\u200a\u2028\u2029\u205f\u3000'}'`;

const padErrors = [
  invalid('$2 < 0 OR $2 > 2147483647', 'Target length must be in the range [0..2147483647]'),
  invalid("$3 = ''", 'Padding string must not be empty'),
];

/** `substr` without and with a count, over the text's DuckDB expression. DuckDB takes 32-bit offsets only. */
function substring(text: string, counted: boolean): BehaviourSpec {
  const start = 'greatest(least($2, 2147483648), -2147483648)';
  const empty = `$2 = 0 OR ($2 < 0 AND $2 + length(${text}) < 0)${counted ? ' OR $3 <= 0' : ''}`;
  const isNull = ['$1', '$2', ...(counted ? ['$3'] : [])].map((arg) => `${arg} IS NULL`).join(' OR ');
  const value = `substr(${text}, ${start}${counted ? ', least($3, 2147483647)' : ''})`;
  return {
    sql: `CASE WHEN ${isNull} THEN NULL WHEN ${empty} THEN '' ELSE ${value} END`,
    // Trino adds the position and the count as 32-bit integers (StringFunctions.substring).
    errors: counted
      ? [
          {
            when: `$2 < 0 AND $2 + length(${text}) > 0 AND $2 + length(${text}) + least($3, 2147483647) > 2147483647`,
            name: 'GENERIC_INTERNAL_ERROR',
            message: 'Index out of bounds',
          },
        ]
      : [],
  };
}

const NORMAL_FORMS: readonly unknown[] = ['NFC', 'NFD', 'NFKC', 'NFKD'];

/** Text. Lengths and positions count code points, as Trino's do. */
export const string: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/string.html',
  scalar: {
    'length(varchar): bigint': 'length($1)',
    'lower(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN lower($1) ELSE lw_lower($1) END',
    'upper(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN upper($1) ELSE lw_upper($1) END',
    'trim(varchar(n)): varchar(n)': `trim($1, ${WHITESPACE})`,
    'ltrim(varchar(n)): varchar(n)': `ltrim($1, ${WHITESPACE})`,
    'rtrim(varchar(n)): varchar(n)': `rtrim($1, ${WHITESPACE})`,
    'trim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE trim($1, $2) END",
    'ltrim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE ltrim($1, $2) END",
    'rtrim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE rtrim($1, $2) END",
    'reverse(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN reverse($1) ELSE lw_reverse($1) END',
    'substr(varchar(n), bigint): varchar(n)': substring('$1', false),
    'substr(varchar(n), bigint, bigint): varchar(n)': substring('$1', true),
    // No alias: varbinary and Trino's name for it is `substr` only.
    'substring(varchar(n), bigint): varchar(n)': substring('$1', false),
    'substring(varchar(n), bigint, bigint): varchar(n)': substring('$1', true),
    'strpos(varchar, varchar): bigint': 'instr($1, $2)',
    'strpos(varchar, varchar, bigint): bigint': 'lw_strpos($1, $2, $3)',
    'replace(varchar(n), varchar): varchar(n)': "replace($1, $2, '')",
    'replace(varchar(n), varchar(m), varchar(k)): varchar': {
      sql: "CASE WHEN $2 = '' THEN lw_replace_empty($1, $3) ELSE replace($1, $2, $3) END",
      type: ({ types }) => longest(textLength(types[0]) + textLength(types[2]) * (textLength(types[0]) + 1)),
    },
    'lpad(varchar, bigint, varchar): varchar': { sql: 'lpad($1, CAST($2 AS INTEGER), $3)', errors: padErrors },
    'rpad(varchar, bigint, varchar): varchar': { sql: 'rpad($1, CAST($2 AS INTEGER), $3)', errors: padErrors },
    'split(varchar(n), varchar): array(varchar(n))': {
      sql: 'CASE WHEN $2 IS NULL THEN NULL ELSE string_split($1, $2) END',
      errors: [invalid("$2 = ''", 'The delimiter may not be the empty string')],
    },
    'split(varchar(n), varchar, bigint): array(varchar(n))': 'lw_split_limit($1, $2, $3)',
    'split_part(varchar(n), varchar, bigint): varchar(n)': {
      sql: "CASE WHEN $2 = '' THEN CASE WHEN $3 > length($1) THEN NULL ELSE substr($1, $3, 1) END WHEN $2 IS NOT NULL THEN string_split($1, $2)[$3] END",
      errors: [invalid('$3 < 1', 'Index must be greater than zero')],
    },
    'split_to_map(varchar, varchar, varchar): map(varchar,varchar)': 'lw_split_to_map($1, $2, $3)',
    'split_to_multimap(varchar, varchar, varchar): map(varchar,array(varchar))': 'lw_split_to_multimap($1, $2, $3)',
    'concat(varchar, varchar...): varchar': { sql: (call) => `(${call.args.join(' || ')})` },
    'concat_ws(varchar, array(varchar)): varchar': 'lw_join($2, $1)',
    'concat_ws(varchar, varchar...): varchar': {
      sql: ({ args }) => `CASE WHEN ${args[0]} IS NULL THEN NULL ELSE concat_ws(${args.join(', ')}) END`,
      nulls: 'own',
    },
    'starts_with(varchar, varchar): boolean': 'starts_with($1, $2)',
    'translate(varchar, varchar, varchar): varchar': 'lw_translate($1, $2, $3)',
    'levenshtein_distance(varchar, varchar): bigint': 'lw_levenshtein($1, $2)',
    'hamming_distance(varchar, varchar): bigint': {
      sql: 'lw_hamming($1, $2)',
      errors: [
        invalid('length($1) <> length($2)', 'The input strings to hamming_distance function must have the same length'),
      ],
    },
    'chr(bigint): varchar(1)': 'lw_chr($1)',
    'codepoint(varchar(1)): integer': {
      sql: 'CAST(unicode($1) AS INTEGER)',
      errors: [invalid('length($1) <> 1', 'Input string must be a single character string')],
    },
    'normalize(varchar, varchar): varchar': {
      sql: 'lw_normalize($1, $2)',
      literals: [2],
      validate: ({ literals }) => {
        if (literals[1] !== undefined && !NORMAL_FORMS.includes(literals[1])) {
          throw new SqlError(
            'INVALID_FUNCTION_ARGUMENT',
            `Normalization form must be one of [${NORMAL_FORMS.join(', ')}]`,
          );
        }
      },
    },
    'normalize(varchar): varchar': "lw_normalize($1, 'NFC')",
    'soundex(varchar): varchar(4)': 'lw_soundex($1)',
    'luhn_check(varchar): boolean': 'lw_luhn($1)',
    'to_utf8(varchar): varbinary': 'encode($1)',
    'from_utf8(varbinary): varchar': 'lw_from_utf8($1, chr(65533))',
    'from_utf8(varbinary, varchar): varchar': {
      sql: 'lw_from_utf8($1, $2)',
      errors: [invalid('length($2) > 1', 'Replacement character string must be empty or a single character')],
    },
    'from_utf8(varbinary, bigint): varchar': {
      sql: 'lw_from_utf8($1, lw_chr($2))',
      errors: [{ when: '$2 < 0', name: 'GENERIC_INTERNAL_ERROR', message: 'Not a valid Unicode code point' }],
    },
  },
  notCovered: ['word_stem', 'char2hexint', 'index'],
};

/** An unbounded varchar counts as the greatest length, as in Trino's arithmetic of lengths. */
export const textLength = (type: TrinoType | undefined): number =>
  (type?.kind === 'varchar' ? type.length : undefined) ?? MAX_LENGTH;

/** `varchar(n)`; from the greatest length on it's an unbounded varchar. */
export const longest = (length: number): TrinoType => (length >= MAX_LENGTH ? VARCHAR : varchar(length));

const MAX_LENGTH = 2_147_483_647;
