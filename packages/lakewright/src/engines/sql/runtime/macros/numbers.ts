/** Numbers: rounding by Java's rules, buckets, vectors. */
export const numberMacros: readonly string[] = [
  // round(integer, d): digits before the point, half away from zero.
  'lw_round_int(x, d) AS CASE WHEN d >= 0 THEN x WHEN d < -19 THEN CASE WHEN x IS NOT NULL THEN 0 END ELSE CAST(sign(x) AS BIGINT) * ((abs(CAST(x AS HUGEINT)) + CAST(pow(10, -d) AS HUGEINT) // 2) // CAST(pow(10, -d) AS HUGEINT)) * CAST(pow(10, -d) AS HUGEINT) END',
  // round(double, d): Trino multiplies, rounds half up and divides, so 1.005 gives 1.0; too large to be multiplied = no fraction.
  'lw_round_dbl(x, d) AS CASE WHEN d IS NULL THEN NULL WHEN NOT isfinite(x) OR abs(x) * pow(10, d) >= 9.2e18 THEN x ELSE sign(x) * floor(abs(x) * pow(10, d) + 0.5) / pow(10, d) END',
  // a / b of integers, half away from zero.
  'lw_divh(a, b) AS a // b + CASE WHEN 2 * abs(a % b) >= abs(b) THEN CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE 0 END',
  'lw_bucket_up(x, lo, hi, n) AS CASE WHEN x < lo THEN 0 WHEN x >= hi THEN n + 1 ELSE CAST(trunc(CAST(n AS DOUBLE) * (x - lo) / (hi - lo) + 1) AS BIGINT) END',
  'lw_width_bucket(x, a, b, n) AS CASE WHEN a < b THEN lw_bucket_up(x, a, b, n) ELSE n - lw_bucket_up(x, b, a, n) + 1 END',
  // The great circle on a sphere of 6371.01 km: Vincenty's formula, as Trino has it.
  'lw_great_circle(a, b, c, d) AS atan2(sqrt(pow(cos(radians(c)) * sin(radians(b) - radians(d)), 2) + pow(cos(radians(a)) * sin(radians(c)) - sin(radians(a)) * cos(radians(c)) * cos(radians(b) - radians(d)), 2)), sin(radians(a)) * sin(radians(c)) + cos(radians(a)) * cos(radians(c)) * cos(radians(b) - radians(d))) * 6371.01',
  'lw_norm(a) AS sqrt(list_sum(list_transform(a, lambda x: x * x)))',
  // An empty vector has the norm 0.
  'lw_magnitude(a) AS coalesce(lw_norm(a), 0)',
  // Trino's loops read 0 where an element is NULL.
  'lw_vector(a) AS list_transform(a, lambda x: coalesce(x, 0))',
  // DuckDB's product fails over a NULL in any row of the column, not only in its own.
  "lw_cosine(a, b) AS CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN len(a) <> len(b) THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: The arguments must have the same length') AS DOUBLE) WHEN list_count(a) < len(a) OR list_count(b) < len(b) THEN NULL WHEN lw_magnitude(a) = 0 OR lw_magnitude(b) = 0 THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: Vector magnitude cannot be zero') AS DOUBLE) ELSE list_inner_product(lw_vector(a), lw_vector(b)) / (lw_norm(a) * lw_norm(b)) END",
  "lw_cosine_map(a, b) AS CASE WHEN a IS NULL OR b IS NULL OR list_count(map_values(a)) < cardinality(a) OR list_count(map_values(b)) < cardinality(b) THEN NULL WHEN lw_magnitude(map_values(a)) = 0 OR lw_magnitude(map_values(b)) = 0 THEN CAST('NaN' AS DOUBLE) ELSE coalesce(list_sum(list_transform(list_filter(map_entries(a), lambda e: map_contains(b, e.key)), lambda e: e.value * b[e.key])), 0) / (lw_norm(map_values(a)) * lw_norm(map_values(b))) END",
];
