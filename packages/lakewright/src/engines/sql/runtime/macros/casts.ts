const DATE = '\\d{4,}-\\d{1,2}-\\d{1,2}';
const TIME = '\\d{1,2}:\\d{1,2}(:\\d{1,2}(\\.\\d+)?)?';
const ZONE = ' ?(Z|[+-]\\d{1,2}(:?\\d{2})?)| [A-Za-z][A-Za-z0-9/_+-]*';
const TIMESTAMP = `${DATE}( ${TIME})?`;

/** Texts that CAST takes: the text itself (for DuckDB's TRY_CAST) or NULL. DuckDB alone takes much more than Trino. */
export const castMacros: readonly string[] = [
  "lw_cast_int(s) AS CASE WHEN regexp_full_match(s, '\\s*[+-]?\\d+\\s*') THEN trim(s) END",
  "lw_cast_dbl(s) AS CASE WHEN regexp_full_match(s, '\\s*([+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?|NaN|[+-]?Infinity)\\s*') THEN trim(s) END",
  "lw_cast_dec(s) AS CASE WHEN regexp_full_match(s, '\\s*[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?\\s*') THEN trim(s) END",
  `lw_cast_date(s) AS CASE WHEN regexp_full_match(s, '[+-]?${DATE}') THEN s END`,
  `lw_cast_ts(s) AS CASE WHEN regexp_full_match(s, '${TIMESTAMP}(${ZONE})?') THEN regexp_extract(s, '^(${TIMESTAMP})', 1) END`,
  `lw_cast_tz_zone(s) AS CASE WHEN regexp_full_match(s, '${TIMESTAMP}(${ZONE})?') THEN CASE WHEN regexp_matches(s, '(Z|[+-]\\d{1,2}:?(\\d{2})?| [A-Za-z][A-Za-z0-9/_+-]*)$') AND NOT regexp_full_match(s, '${DATE}') THEN lw_zone_id(trim(regexp_extract(s, '(Z|[+-]\\d{1,2}(:?\\d{2})?| [A-Za-z][A-Za-z0-9/_+-]*)$', 1))) ELSE 'UTC' END END`,
  "lw_cast_bool(s) AS CASE lower(s) WHEN 't' THEN true WHEN 'true' THEN true WHEN '1' THEN true WHEN 'f' THEN false WHEN 'false' THEN false WHEN '0' THEN false END",
];
