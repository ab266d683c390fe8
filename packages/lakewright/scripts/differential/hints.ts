import type { Random } from '../fuzz-sql/random';
import type { Parameter } from './patterns';
import type { Kind } from './values';

const UNITS = ["'second'", "'minute'", "'hour'", "'day'", "'week'", "'month'", "'quarter'", "'year'", "'millisecond'"];
const DATE_UNITS = ["'day'", "'week'", "'month'", "'quarter'", "'year'"];
const TIME_UNITS = ["'second'", "'minute'", "'hour'", "'millisecond'"];
const SMALL = ['0', '1', '2', '3', '5', '-1', '10'];
const COUNTS = ['0', '1', '2', '3', '7'];
const PATTERNS = [
  "'[a-z]+'",
  "'(\\w)(\\w*)'",
  "'\\d+'",
  "'a|b'",
  "''",
  "'^\\s*(.*?)\\s*$'",
  "'[^,]+'",
  "'(?i)HELLO'",
  "'.'",
];
const JSON_PATHS = ["'$'", "'$.a'", "'$.b[0]'", "'$[1]'", "'$.a.b'", '\'$["a b"]\'', "'$.b'"];
const ZONES = ["'UTC'", "'America/New_York'", "'Europe/Berlin'", "'Asia/Kathmandu'", "'+02:00'", "'-03:30'"];
const MYSQL_FORMATS = ["'%Y-%m-%d'", "'%d/%m/%y %H:%i:%s'", "'%W %M %e %Y'", "'%h:%i %p'", "'%j %f'", "'%x-%v'"];
const JODA_FORMATS = ["'yyyy-MM-dd'", "'dd/MM/yy HH:mm:ss.SSS'", "'EEEE d MMMM yyyy'", "'hh:mm a'", "'D w xxxx'"];
const SQL_FORMATS = ["'yyyy-mm-dd'", "'dd.mm.yyyy hh24:mi:ss'"];
const TEXT_PARTS = ["','", "'a'", "' '", "''", "'o'", "'bc'"];
const QUANTILES = ['0.5e0', '0e0', '1e0', '0.25e0', '0.9e0'];

/** What an argument (from 0) is usually given: at random, most calls would fail in the same way. */
const HINTS: Readonly<Record<string, readonly (readonly string[] | undefined)[]>> = {
  date_add: [undefined, SMALL],
  date_format: [undefined, MYSQL_FORMATS],
  date_parse: [["'2024-02-29'", "'1969-12-31'"], ["'%Y-%m-%d'"]],
  format_datetime: [undefined, JODA_FORMATS],
  parse_datetime: [["'29/02/24 10:11:12.123'", "'1/1/70 0:0:0.5'"], ["'dd/MM/yy HH:mm:ss.SSS'"]],
  to_char: [undefined, SQL_FORMATS],
  to_date: [["'2024-02-29'"], ["'yyyy-mm-dd'"]],
  to_timestamp: [["'29.02.2024 10:11:12'"], ["'dd.mm.yyyy hh24:mi:ss'"]],
  at_timezone: [undefined, ZONES],
  with_timezone: [undefined, ZONES],
  from_unixtime: [['0', '1.5e9', '-1e0', '1709210096.789e0'], ZONES, SMALL],
  from_iso8601_date: [["'2024-02-29'", "'2024-W09-4'", "'2024-060'"]],
  from_iso8601_timestamp: [["'2024-02-29T10:11:12.123Z'", "'2024-02-29'", "'2024-02-29T10:11+02:00'"]],
  from_iso8601_timestamp_nanos: [["'2024-02-29T10:11:12.123456Z'"]],
  parse_duration: [["'1.5h'", "'42ms'", "'3d'"]],
  parse_data_size: [["'1kB'", "'2.5MB'", "'7PB'"]],
  human_readable_seconds: [['0', '61e0', '100000e0']],
  regexp_like: [undefined, PATTERNS],
  regexp_extract: [undefined, PATTERNS, ['0', '1']],
  regexp_extract_all: [undefined, PATTERNS, ['0', '1']],
  regexp_replace: [undefined, PATTERNS, ["'#'", "'$0!'", "''"]],
  regexp_split: [undefined, PATTERNS],
  regexp_count: [undefined, PATTERNS],
  regexp_position: [undefined, PATTERNS, ['1', '2'], ['1', '2']],
  json_extract: [undefined, JSON_PATHS],
  json_extract_scalar: [undefined, JSON_PATHS],
  json_size: [undefined, JSON_PATHS],
  json_array_get: [undefined, SMALL],
  json_parse: [["'[1, 2]'", '\'{"a": null}\'', "'1.0'", "'x'", '\'"q"\'']],
  is_json_scalar: [["'[1]'", "'1'", "'null'", '\'"x"\'']],
  json_array_length: [["'[1, [2]]'", "'[]'", "'{}'", "'1'"]],
  json_array_contains: [['\'[1, "a", 2.5, true]\'', "'[]'"]],
  lpad: [undefined, COUNTS, TEXT_PARTS],
  rpad: [undefined, COUNTS, TEXT_PARTS],
  repeat: [undefined, COUNTS],
  substr: [undefined, SMALL, COUNTS],
  substring: [undefined, SMALL, COUNTS],
  split: [undefined, TEXT_PARTS, COUNTS],
  split_part: [undefined, TEXT_PARTS, COUNTS],
  split_to_map: [["'a=1,b=2'", "'a=1'", "''"], ["','"], ["'='"]],
  split_to_multimap: [["'a=1,a=2'", "'b=1'"], ["','"], ["'='"]],
  strpos: [undefined, TEXT_PARTS, SMALL],
  position: [TEXT_PARTS],
  replace: [undefined, TEXT_PARTS, TEXT_PARTS],
  translate: [undefined, ["'abc'", "'o '"], ["'xyz'", "''", "'0'"]],
  normalize: [undefined, ['NFC', 'NFD', 'NFKC', 'NFKD']],
  word_stem: [undefined, ["'en'"]],
  chr: [['65', '8364', '128512', '0']],
  codepoint: [["CAST('a' AS varchar(1))", "CAST('é' AS varchar(1))"]],
  levenshtein_distance: [undefined, ["'abc'", "'hello'", "''"]],
  hamming_distance: [
    ["'abc'", "'xyz'"],
    ["'abd'", "'abc'"],
  ],
  sequence: [SMALL, ['5', '7', '1'], ['1', '2', '3']],
  from_base: [
    ["'1011'", "'ff'", "'101'"],
    ['16', '36'],
  ],
  to_base: [undefined, ['2', '10', '16', '36']],
  round: [undefined, SMALL],
  truncate: [undefined, SMALL],
  width_bucket: [undefined, undefined, undefined, COUNTS],
  power: [undefined, ['2e0', '0.5e0', '-1e0']],
  from_hex: [["'00ff'", "'ABcd'"]],
  from_base64: [["'YWJj'", "'AP8='"]],
  from_base64url: [["'YWJj'"]],
  from_base32: [["'MFRGG==='"]],
  from_utf8: [undefined, ["'?'", '65533']],
  url_decode: [["'a%20b+c'", "'%C3%A9'"]],
  url_extract_host: [["'https://user@example.org:80/p/a?q=1&r=%20#f'", "'x'"]],
  url_extract_path: [["'https://example.org/p/a?q=1'", "'x y'"]],
  url_extract_port: [["'https://example.org:80/'", "'http://e'"]],
  url_extract_protocol: [["'https://example.org:80/'", "'//e'"]],
  url_extract_query: [["'https://example.org/p?q=1&r=%20#f'"]],
  url_extract_fragment: [["'https://example.org/p?q=1#f%20g'"]],
  url_extract_parameter: [["'https://example.org/p?q=1&r=%20&q=2'"], ["'q'", "'r'", "'s'"]],
  from_big_endian_32: [["X'00000a0b'", "X'ffffffff'"]],
  from_big_endian_64: [["X'000000000000000c'", "X'ff00000000000000'"]],
  from_ieee754_32: [["X'3fc00000'", "X'7fc00000'"]],
  from_ieee754_64: [["X'3ff8000000000000'", "X'8000000000000000'"]],
  element_at: [undefined, ['1', '2', '3', '-1', '5']],
  slice: [undefined, ['1', '2', '-2', '0'], COUNTS],
  combinations: [undefined, ['1', '2']],
  ngrams: [undefined, ['1', '2']],
  trim_array: [undefined, ['0', '1']],
  array_join: [undefined, TEXT_PARTS, ["'-'"]],
  bitwise_left_shift: [undefined, COUNTS],
  bitwise_right_shift: [undefined, COUNTS],
  bitwise_right_shift_arithmetic: [undefined, COUNTS],
  bit_count: [undefined, ['8', '32', '64']],
  approx_distinct: [undefined, ['0.05e0']],
  numeric_histogram: [['2', '3']],
  ntile: [['2', '3']],
  nth_value: [undefined, ['1', '2']],
  lag: [undefined, ['0', '1', '2']],
  lead: [undefined, ['0', '1', '2']],
  max: [undefined, ['1', '2']],
  min: [undefined, ['1', '2']],
  max_by: [undefined, ['k'], ['1', '2']],
  min_by: [undefined, ['k'], ['1', '2']],
  map_agg: [['k']],
  inverse_normal_cdf: [['0e0'], ['1e0', '2e0'], QUANTILES],
  normal_cdf: [['0e0'], ['1e0', '2e0']],
  wilson_interval_lower: [['1', '3'], ['4', '9'], ['1.96e0']],
  wilson_interval_upper: [['1', '3'], ['4', '9'], ['1.96e0']],
  contains_sequence: [],
  format: [["'%s|%s'", "'%s'", "'%10s'"]],
  parse_presto_data_size: [["'1kB'", "'2.5MB'"]],
  timestamp_objectid: [],
  luhn_check: [["'79927398713'", "'1234'"]],
  soundex: [["'Robert'", "'Smith'"]],
  hmac_md5: [undefined, ["X'01'"]],
  hmac_sha1: [undefined, ["X'01'"]],
  hmac_sha256: [undefined, ["X'01'"]],
  hmac_sha512: [undefined, ["X'01'"]],
};

/** The text for an argument (from 0) that has a usual one; undefined: any value of the type will do. */
export function hinted(
  name: string,
  index: number,
  parameters: readonly Parameter[],
  random: Random,
): string | undefined {
  const parameter = parameters[index];
  if (!parameter || 'lambda' in parameter) return undefined;
  const texts = usualTexts(name, index, parameters)?.filter((text) => suits(text, parameter));
  if (!texts || texts.length === 0) return undefined;
  return random.below(12) === 0 && !SPELLED.has(name) ? undefined : random.pick(texts);
}

function usualTexts(name: string, index: number, parameters: readonly Parameter[]): readonly string[] | undefined {
  if (name === 'approx_percentile' && index > 0) {
    if (index === 3) return ['0.01e0'];
    return index === 1 && parameters.length > 2 ? ['1', '2', '1e0'] : [...QUANTILES, 'ARRAY[0.5e0, 0.9e0]'];
  }
  if (index === 0 && UNITS_OF.has(name)) {
    const last = parameters.at(-1);
    const of = last && 'name' in last ? last.name : '';
    return of === 'date' ? DATE_UNITS : of === 'time' ? TIME_UNITS : UNITS;
  }
  return HINTS[name]?.[index];
}

/** Whether a usual text is of the parameter's type: it is for one overload of many. */
function suits(text: string, parameter: Kind): boolean {
  if (/^ARRAY/.test(text)) return parameter.name === 'array';
  if (/^X'/.test(text)) return parameter.name === 'varbinary';
  if (/^-?[\d.]+(e-?\d+)?$/.test(text)) return NUMBERS.has(parameter.name);
  if (/^(true|false)/.test(text)) return parameter.name === 'boolean';
  return !NUMBERS.has(parameter.name) && parameter.name !== 'array' && parameter.name !== 'map';
}

const NUMBERS: ReadonlySet<string> = new Set(['tinyint', 'smallint', 'integer', 'bigint', 'real', 'double', 'decimal']);

/** Names whose words must be spelled right: another text says nothing that the first one didn't. */
const SPELLED: ReadonlySet<string> = new Set([
  'approx_distinct',
  'approx_percentile',
  'date_add',
  'date_diff',
  'date_parse',
  'date_trunc',
  'from_base',
  'from_big_endian_32',
  'from_big_endian_64',
  'from_hex',
  'from_ieee754_32',
  'from_ieee754_64',
  'normalize',
  'parse_data_size',
  'parse_datetime',
  'parse_duration',
  'parse_presto_data_size',
  'to_date',
  'to_timestamp',
]);
const UNITS_OF: ReadonlySet<string> = new Set(['date_trunc', 'date_add', 'date_diff']);

/**
 * Functions whose answer isn't one: they depend on the order of rows that have none, the clock, or the session; and
 * those that come near it in steps, whose last digit would show in a text.
 */
export const UNDETERMINED: ReadonlySet<string> = new Set([
  'any_value',
  'arbitrary',
  'approx_most_frequent',
  'array_agg',
  'beta_cdf',
  'current_groups',
  'inverse_beta_cdf',
  'inverse_normal_cdf',
  'listagg',
  'map_union',
  'multimap_agg',
  'merge',
  'reduce_agg',
  'set_agg',
  'set_union',
  'normal_cdf',
  'shuffle',
  't_cdf',
  't_pdf',
  'version',
]);
