/** Instants, zones, local times. A zoned timestamp is {i: instant in UTC, z: zone}. */
export const timeMacros: readonly string[] = [
  // Minutes east of Greenwich, at an instant.
  "lw_offset_z(z, i) AS CASE WHEN z = 'UTC' THEN 0 WHEN z[1] IN ('+', '-') THEN CAST(z[1] || '1' AS INTEGER) * (CAST(z[2:3] AS INTEGER) * 60 + CAST(z[5:6] AS INTEGER)) ELSE date_diff('second', i, timezone(z, timezone('UTC', i))) // 60 END",
  'lw_offset(x) AS CAST(lw_offset_z(CAST((x).z AS VARCHAR), CAST((x).i AS TIMESTAMP)) AS BIGINT)',
  "lw_local2(i, z) AS CASE WHEN z = 'UTC' THEN i WHEN z[1] IN ('+', '-') THEN i + to_minutes(lw_offset_z(z, i)) ELSE timezone(z, timezone('UTC', i)) END",
  // DuckDB's to_milliseconds goes through DOUBLE, which is exact for 285 years only.
  'lw_millis(n) AS to_microseconds(CAST(n AS BIGINT) * 1000)',
  // Milliseconds, half up.
  'lw_in_ms(x) AS make_timestamp(epoch_us(x) + 500 - ((epoch_us(x) + 500) % 1000 + 1000) % 1000)',
  'lw_half_up(us) AS (us + 500 - ((us + 500) % 1000 + 1000) % 1000) // 1000',
  'lw_local(x) AS lw_local2((x).i, (x).z)',
  "lw_mk_tz(i, z) AS CASE WHEN i IS NULL OR z IS NULL THEN NULL ELSE {'i': i, 'z': z} END",
  "lw_utc_tz(i) AS CASE WHEN i IS NULL THEN NULL ELSE {'i': i, 'z': 'UTC'} END",
  // A local time that a zone's clocks show twice is the earlier instant; DuckDB takes the later one, `i`.
  "lw_before(r) AS r.l + (r.i - INTERVAL 3 HOUR - timezone(r.z, timezone('UTC', r.i - INTERVAL 3 HOUR)))",
  "lw_earlier(e, r) AS CASE WHEN e < r.i AND timezone(r.z, timezone('UTC', e)) = r.l THEN e ELSE r.i END",
  "lw_icu_utc(l, z) AS list_transform([{'i': timezone('UTC', timezone(z, l)), 'l': l, 'z': z}], lambda r: lw_earlier(lw_before(r), r))[1]",
  "lw_to_utc(l, z) AS CASE WHEN z = 'UTC' THEN l WHEN z[1] IN ('+', '-') THEN l - to_minutes(CAST(z[1] || '1' AS INTEGER) * (CAST(z[2:3] AS INTEGER) * 60 + CAST(z[5:6] AS INTEGER))) ELSE lw_icu_utc(l, z) END",
  // Whole milliseconds since 1970, rounded down.
  'lw_ms(x) AS (epoch_us(x) - (epoch_us(x) % 1000 + 1000) % 1000) // 1000',
  "lw_from_local(l, z) AS CASE WHEN l IS NULL OR z IS NULL THEN NULL ELSE {'i': lw_to_utc(l, z), 'z': z} END",
  "lw_offset_zone(m) AS CASE WHEN m = 0 THEN 'UTC' ELSE printf('%s%02d:%02d', CASE WHEN m < 0 THEN '-' ELSE '+' END, CAST(abs(m) // 60 AS INTEGER), CAST(abs(m) % 60 AS INTEGER)) END",
  // 'yyyy-mm-dd hh:mm:ss.ffffff|zone', as the parsers in JavaScript return it.
  "lw_parse_tz(s) AS lw_from_local(CAST(split_part(s, '|', 1) AS TIMESTAMP), split_part(s, '|', 2))",
  // Years have four digits at least; DuckDB writes those before 1 in its own way. `plus` stands before five digits.
  "lw_ymd(x, plus) AS CASE WHEN year(x) < 0 THEN printf('-%04d', -year(x)) || strftime(x, '-%m-%d') WHEN year(x) > 9999 THEN plus || strftime(x, '%Y-%m-%d') ELSE strftime(x, '%Y-%m-%d') END",
  "lw_date_str(x) AS CASE WHEN year(x) >= 1 THEN CAST(x AS VARCHAR) ELSE lw_ymd(x, '') END",
  "lw_ts_text(x, p) AS lw_ymd(x, '+') || strftime(x, ' %H:%M:%S') || CASE WHEN p > 0 THEN '.' || substr(strftime(x, '%f'), 1, p) ELSE '' END",
  "lw_iso_off(m) AS CASE WHEN m = 0 THEN 'Z' ELSE lw_offset_zone(m) END",
  // Whole months from a to b by Joda's rule: from Jan 31 to Feb 29 is one, because Jan 31 plus a month is Feb 29.
  "lw_months_up(a, b) AS CAST((year(b) - year(a)) * 12 + month(b) - month(a) - CASE WHEN epoch_us(b) - epoch_us(date_trunc('month', b)) < epoch_us(a) - epoch_us(date_trunc('month', a)) - CASE WHEN CAST(b AS DATE) = last_day(b) AND day(a) > day(b) THEN (day(a) - day(b)) * 86400000000 ELSE 0 END THEN 1 ELSE 0 END AS BIGINT)",
  'lw_months_between(a, b) AS CASE WHEN b >= a THEN lw_months_up(a, b) ELSE -lw_months_up(b, a) END',
  // Microseconds since the new year; Feb 29 of a leap year counts as Feb 28 of another.
  "lw_year_part(x, other) AS epoch_us(x) - epoch_us(date_trunc('year', x)) - CASE WHEN dayofyear(x) >= 60 AND dayofyear(make_date(year(x), 12, 31)) = 366 AND dayofyear(make_date(year(other), 12, 31)) = 365 THEN 86400000000 ELSE 0 END",
  'lw_years_up(a, b) AS CAST(year(b) - year(a) - CASE WHEN lw_year_part(b, a) < lw_year_part(a, b) THEN 1 ELSE 0 END AS BIGINT)',
  'lw_years_between(a, b) AS CASE WHEN b >= a THEN lw_years_up(a, b) ELSE -lw_years_up(b, a) END',
  "lw_seq_month(a, b, m) AS CASE WHEN m = 0 OR (b > a AND m < 0) OR (b < a AND m > 0) THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start') AS TIMESTAMP[]) ELSE list_filter(list_transform(range(abs(date_diff('month', a, b)) // abs(m) + 2), lambda k: a + to_months(CAST(k * m AS INTEGER))), lambda x: CASE WHEN m > 0 THEN x <= b ELSE x >= b END) END",
];
