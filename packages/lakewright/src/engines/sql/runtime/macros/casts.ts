const DATE = '[+-]?\\d+-\\d{1,2}-\\d{1,2}';
const HOUR = '([01]?\\d|2[0-3])';
const TIME = `${HOUR}:[0-5]?\\d(:[0-5]?\\d(\\.\\d+)?)?`;
const OFFSET = '[+-]\\d{1,2}(:?\\d{2}(:?\\d{2})?)?';
const NAME = '[A-Za-z][A-Za-z0-9/_:+-]*';
/** A local time, then perhaps a zone. Its year has four digits at least; that of a date may have fewer. */
const TIMESTAMP = `\\s*[+-]?\\d{4,}-\\d{1,2}-\\d{1,2}( ${TIME})?`;
const ZONED = `${TIMESTAMP}\\s*(${OFFSET}|${NAME})?\\s*`;

const groups = (pattern: string): number => pattern.split(/\((?!\?)/).length - 1;

/** Texts that CAST takes: the text itself (for DuckDB's TRY_CAST) or NULL. DuckDB alone takes much more than Trino. */
export const castMacros: readonly string[] = [
  // DuckDB knows no sign before a year, and years before 1 as BC.
  "lw_date_text(s) AS CASE WHEN s[1] = '+' THEN substr(s, 2) WHEN s[1] = '-' THEN printf('%04d', CAST(regexp_extract(s, '\\d+') AS INTEGER) + 1) || regexp_replace(s, '^-\\d+(-\\d+-\\d+)', '\\1 (BC)') ELSE s END",
  "lw_cast_int(s) AS CASE WHEN regexp_full_match(s, '\\s*[+-]?\\d+\\s*') THEN trim(s) END",
  "lw_cast_dbl(s) AS CASE WHEN regexp_full_match(s, '\\s*([+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?[dDfF]?|NaN|[+-]?Infinity)\\s*') THEN rtrim(trim(s), CASE WHEN ends_with(trim(s), 'Infinity') THEN '' ELSE 'dDfF' END) END",
  // Without blanks, unlike the other numbers; DuckDB misreads what's too small for any decimal.
  "lw_cast_dec(s) AS CASE WHEN regexp_full_match(s, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?') THEN CASE WHEN abs(TRY_CAST(s AS DOUBLE)) < 1e-40 THEN '0' ELSE s END END",
  `lw_cast_date(s) AS CASE WHEN regexp_full_match(s, '\\s*${DATE}\\s*') THEN lw_date_text(trim(s)) END`,
  `lw_cast_time(s) AS CASE WHEN regexp_full_match(s, '${TIME}') THEN s END`,
  // The zone that stands in the text, '' for none, NULL for what is none.
  `lw_zone_text(s) AS trim(regexp_extract(s, '^${TIMESTAMP}\\s*(.*)$', ${1 + groups(TIMESTAMP)}))`,
  `lw_cast_tz_zone(s) AS CASE WHEN regexp_full_match(s, '${ZONED}') THEN CASE WHEN lw_zone_text(s) = '' THEN 'UTC' ELSE lw_known_zone(lw_zone_text(s)) END END`,
  `lw_cast_ts(s) AS CASE WHEN regexp_full_match(s, '${ZONED}') THEN lw_date_text(trim(regexp_extract(s, '^(${TIMESTAMP})', 1))) END`,
  // The seventh digit of the fraction rounds the sixth.
  "lw_read_ts(s) AS TRY_CAST(lw_cast_ts(s) AS TIMESTAMP) + to_microseconds(CASE WHEN regexp_matches(s, '\\.\\d{6}[5-9]') THEN 1 ELSE 0 END)",
  "lw_read_time(s) AS CAST(DATE '2000-01-01' + TRY_CAST(lw_cast_time(s) AS TIME) + to_microseconds(CASE WHEN regexp_matches(s, '\\.\\d{6}[5-9]') THEN 1 ELSE 0 END) AS TIME)",
  "lw_cast_bool(s) AS CASE lower(s) WHEN 't' THEN true WHEN 'true' THEN true WHEN '1' THEN true WHEN 'f' THEN false WHEN 'false' THEN false WHEN '0' THEN false END",
];
