const DATE = '[+-]?\\d+-\\d{1,2}-\\d{1,2}';
const TIME = '([01]?\\d|2[0-3]):[0-5]?\\d(:[0-5]?\\d(\\.\\d+)?)?';
const ZONE = ' ?(Z|[+-]\\d{1,2}(:?\\d{2})?)| [A-Za-z][A-Za-z0-9/_+-]*';
const TIMESTAMP = `${DATE}( ${TIME})?`;

/** Texts that CAST takes: the text itself (for DuckDB's TRY_CAST) or NULL. DuckDB alone takes much more than Trino. */
export const castMacros: readonly string[] = [
  // DuckDB knows no sign before a year, and years before 1 as BC.
  "lw_date_text(s) AS CASE WHEN s[1] = '+' THEN substr(s, 2) WHEN s[1] = '-' THEN printf('%04d', CAST(regexp_extract(s, '\\d+') AS INTEGER) + 1) || regexp_replace(s, '^-\\d+(-\\d+-\\d+)', '\\1 (BC)') ELSE s END",
  "lw_cast_int(s) AS CASE WHEN regexp_full_match(s, '\\s*[+-]?\\d+\\s*') THEN trim(s) END",
  "lw_cast_dbl(s) AS CASE WHEN regexp_full_match(s, '\\s*([+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?[dDfF]?|NaN|[+-]?Infinity)\\s*') THEN rtrim(trim(s), CASE WHEN ends_with(trim(s), 'Infinity') THEN '' ELSE 'dDfF' END) END",
  // Without blanks, unlike the other numbers; DuckDB misreads what's too small for any decimal.
  "lw_cast_dec(s) AS CASE WHEN regexp_full_match(s, '[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?') THEN CASE WHEN abs(TRY_CAST(s AS DOUBLE)) < 1e-40 THEN '0' ELSE s END END",
  `lw_cast_date(s) AS CASE WHEN regexp_full_match(trim(s), '${DATE}') THEN lw_date_text(trim(s)) END`,
  `lw_cast_ts(s) AS CASE WHEN regexp_full_match(trim(s), '${TIMESTAMP}(${ZONE})?') THEN lw_date_text(regexp_extract(trim(s), '^(${TIMESTAMP})', 1)) END`,
  `lw_trimmed_zone(s) AS CASE WHEN regexp_full_match(s, '${TIMESTAMP}(${ZONE})?') THEN CASE WHEN regexp_matches(s, '(Z|[+-]\\d{1,2}:?(\\d{2})?| [A-Za-z][A-Za-z0-9/_+-]*)$') AND NOT regexp_full_match(s, '${DATE}') THEN lw_zone_id(trim(regexp_extract(s, '(Z|[+-]\\d{1,2}(:?\\d{2})?| [A-Za-z][A-Za-z0-9/_+-]*)$', 1))) ELSE 'UTC' END END`,
  'lw_cast_tz_zone(s) AS lw_trimmed_zone(trim(s))',
  "lw_cast_bool(s) AS CASE lower(s) WHEN 't' THEN true WHEN 'true' THEN true WHEN '1' THEN true WHEN 'f' THEN false WHEN 'false' THEN false WHEN '0' THEN false END",
];
