import { SqlError } from '../errors';
import type { TrinoType } from '../types/type';
import type { CallText, CallTypes, FunctionArea, RuntimeError } from './entry';

/** What Java's `Character.isWhitespace` trims, within ASCII. */
const WHITESPACE = "e' \\t\\n\\r\\x0B\\f'";

const invalid = (when: string, message: string): RuntimeError => ({
  when,
  name: 'INVALID_FUNCTION_ARGUMENT',
  message,
});

const padErrors = [
  invalid('$2 < 0', 'Target length must be in the range [0..2147483647]'),
  invalid("$3 = ''", 'Padding string must not be empty'),
];

const substring = (length: string, count: string): string =>
  `CASE WHEN $2 = 0${count ? ' OR $3 <= 0' : ''} THEN CASE WHEN $1 IS NOT NULL${count ? ' AND $2 IS NOT NULL AND $3 IS NOT NULL' : ''} THEN '' END ` +
  `WHEN $2 < 0 AND -$2 > ${length} THEN ${count ? "CASE WHEN $3 IS NOT NULL THEN '' END" : "''"} ` +
  `ELSE substr($1, $2${count}) END`;

function joinedLength(call: CallTypes): TrinoType {
  return { kind: 'char', length: charLength(call, 0) + charLength(call, 1) };
}

function concatChars(call: CallText): string {
  const padded = call.args.map((arg, i) => `rpad(${arg}, ${charLength(call, i)}, ' ')`);
  return `rtrim(${padded.join(' || ')}, ' ')`;
}

const NORMAL_FORMS: readonly unknown[] = ['NFC', 'NFD', 'NFKC', 'NFKD'];

/** Text. Lengths and positions count code points, as Trino's do. */
export const string: FunctionArea = {
  source: 'https://trino.io/docs/current/functions/string.html',
  scalar: {
    'length(varchar): bigint': 'length($1)',
    'length(char(n)): bigint': {
      sql: (call) => `CASE WHEN ${call.args[0]} IS NOT NULL THEN CAST(${charLength(call)} AS BIGINT) END`,
    },
    'lower(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN lower($1) ELSE lw_lower($1) END',
    'upper(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN upper($1) ELSE lw_upper($1) END',
    'lower(char(n)): char(n)': 'CASE WHEN strlen($1) = length($1) THEN lower($1) ELSE lw_lower($1) END',
    'upper(char(n)): char(n)': 'CASE WHEN strlen($1) = length($1) THEN upper($1) ELSE lw_upper($1) END',
    'trim(varchar(n)): varchar(n)': `trim($1, ${WHITESPACE})`,
    'ltrim(varchar(n)): varchar(n)': `ltrim($1, ${WHITESPACE})`,
    'rtrim(varchar(n)): varchar(n)': `rtrim($1, ${WHITESPACE})`,
    'trim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE trim($1, $2) END",
    'ltrim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE ltrim($1, $2) END",
    'rtrim(varchar(n), varchar): varchar(n)': "CASE WHEN $2 = '' THEN $1 ELSE rtrim($1, $2) END",
    // char(n) is carried without its trailing blanks, so the result is what trimming leaves of the rest.
    'trim(char(n)): char(n)': `trim($1, ${WHITESPACE})`,
    'ltrim(char(n)): char(n)': `ltrim($1, ${WHITESPACE})`,
    'rtrim(char(n)): char(n)': `rtrim($1, ${WHITESPACE})`,
    'reverse(varchar(n)): varchar(n)': 'CASE WHEN strlen($1) = length($1) THEN reverse($1) ELSE lw_reverse($1) END',
    'substr(varchar(n), bigint): varchar(n)': substring('length($1)', ''),
    'substr(varchar(n), bigint, bigint): varchar(n)': substring('length($1)', ', $3'),
    'strpos(varchar, varchar): bigint': 'instr($1, $2)',
    'strpos(varchar, varchar, bigint): bigint': 'lw_strpos($1, $2, $3)',
    'replace(varchar, varchar): varchar': "replace($1, $2, '')",
    'replace(varchar, varchar, varchar): varchar':
      "CASE WHEN $2 = '' THEN lw_replace_empty($1, $3) ELSE replace($1, $2, $3) END",
    'lpad(varchar, bigint, varchar): varchar': { sql: 'lpad($1, CAST($2 AS INTEGER), $3)', errors: padErrors },
    'rpad(varchar, bigint, varchar): varchar': { sql: 'rpad($1, CAST($2 AS INTEGER), $3)', errors: padErrors },
    'split(varchar(n), varchar): array(varchar(n))': {
      sql: 'CASE WHEN $2 IS NULL THEN NULL ELSE string_split($1, $2) END',
      errors: [invalid("$2 = ''", 'The delimiter may not be the empty string')],
    },
    'split(varchar(n), varchar, bigint): array(varchar(n))': 'lw_split_limit($1, $2, $3)',
    'split_part(varchar(n), varchar, bigint): varchar(n)': {
      sql: "CASE WHEN $2 = '' THEN CASE WHEN $3 > length($1) THEN NULL ELSE substr($1, $3, 1) END ELSE string_split($1, $2)[$3] END",
      errors: [invalid('$3 < 1', 'Index must be greater than zero')],
    },
    'split_to_map(varchar, varchar, varchar): map(varchar,varchar)': 'lw_split_to_map($1, $2, $3)',
    'split_to_map(varchar, varchar, varchar, (varchar,varchar,varchar)->varchar): map(varchar,varchar)': {
      sql: (call) => {
        const [text = '', entries = '', pair = ''] = call.args;
        const [key, item, index] = [call.fresh('k'), call.fresh('e'), call.fresh('i')];
        const value = (entry: string): string => `split_part(${entry}, ${pair}, 2)`;
        const values = `list_transform(list_filter(lw_split_pairs(${text}, ${entries}, ${pair}), lambda ${item}: split_part(${item}, ${pair}, 1) = ${key}), lambda ${item}: ${value(item)})`;
        const merged = `list_reduce(${values}, lambda ${item}, ${index}: ${call.lambda(3, [key, item, index])})`;
        return `CASE WHEN ${text} IS NULL OR ${entries} IS NULL OR ${pair} IS NULL THEN NULL ELSE map_from_entries(list_transform(lw_distinct(list_transform(lw_split_pairs(${text}, ${entries}, ${pair}), lambda ${item}: split_part(${item}, ${pair}, 1))), lambda ${key}: {'k': ${key}, 'v': ${merged}})) END`;
      },
    },
    'split_to_multimap(varchar, varchar, varchar): map(varchar,array(varchar))': 'lw_split_to_multimap($1, $2, $3)',
    'concat(varchar, varchar...): varchar': { sql: (call) => `(${call.args.join(' || ')})` },
    'concat(char(n), char(m)): char(n)': { sql: concatChars, type: joinedLength },
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
    'from_utf8(varbinary, bigint): varchar': 'lw_from_utf8($1, lw_chr($2))',
  },
  aliases: { substring: 'substr' },
  notCovered: ['word_stem', 'char2hexint', 'index'],
  partial: ['reverse'],
};

function charLength(call: CallTypes, argument = 0): number {
  const type = call.types[argument];
  if (type?.kind !== 'char') throw new Error(`not a char: ${type?.kind}`);
  return type.length;
}
