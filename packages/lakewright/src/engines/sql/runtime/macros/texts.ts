const KEY_VALUE = 'INVALID_FUNCTION_ARGUMENT: Key-value delimiter must appear exactly once in each entry';

/** Text and binary. */
export const textMacros: readonly string[] = [
  "lw_breverse(x) AS unhex(array_to_string(list_reverse(list_transform(range(octet_length(x)), lambda k: substr(hex(x), 2 * k + 1, 2))), ''))",
  "lw_split_limit(s, d, n) AS CASE WHEN s IS NULL OR d IS NULL OR n IS NULL THEN NULL WHEN n <= 0 OR n > 2147483647 THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: Limit must be positive and at most 2147483647') AS VARCHAR[]) WHEN d = '' THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string') AS VARCHAR[]) WHEN len(string_split(s, d)) <= n THEN string_split(s, d) ELSE list_append(string_split(s, d)[1:n - 1], lw_join(string_split(s, d)[n:], d)) END",
  "lw_hamming(a, b) AS CAST(CASE WHEN a IS NULL OR b IS NULL THEN NULL WHEN a = '' AND b = '' THEN 0 WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN hamming(a, b) ELSE len(list_filter(range(1, length(a) + 1), lambda k: a[k] <> b[k])) END AS BIGINT)",
  // Entries of split_to_map and split_to_multimap: an empty text behind the last delimiter is none.
  'lw_entries(s, d) AS string_split(CASE WHEN ends_with(s, d) THEN left(s, length(s) - length(d)) ELSE s END, d)',
  `lw_split_pairs(s, d, k) AS CASE WHEN s = '' THEN []::VARCHAR[] WHEN d = '' THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: entryDelimiter is empty') AS VARCHAR[]) WHEN k = '' THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: keyValueDelimiter is empty') AS VARCHAR[]) WHEN d = k THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: entryDelimiter and keyValueDelimiter must not be the same') AS VARCHAR[]) WHEN len(list_filter(lw_entries(s, d), lambda e: len(string_split(e, k)) <> 2)) > 0 THEN CAST(lw_fail('${KEY_VALUE}') AS VARCHAR[]) ELSE lw_entries(s, d) END`,
  'lw_pair_keys(es, k) AS list_transform(es, lambda e: split_part(e, k, 1))',
  "lw_pairs_map(es, k) AS CASE WHEN len(list_distinct(lw_pair_keys(es, k))) < len(es) THEN CAST(lw_fail('INVALID_FUNCTION_ARGUMENT: Duplicate keys are not allowed') AS MAP(VARCHAR, VARCHAR)) ELSE map(lw_pair_keys(es, k), list_transform(es, lambda e: split_part(e, k, 2))) END",
  'lw_split_to_map(s, d, k) AS CASE WHEN s IS NULL OR d IS NULL OR k IS NULL THEN NULL ELSE lw_pairs_map(lw_split_pairs(s, d, k), k) END',
  "lw_pairs_multimap(es, k) AS map_from_entries(list_transform(lw_distinct(lw_pair_keys(es, k)), lambda n: {'k': n, 'v': list_transform(list_filter(es, lambda e: split_part(e, k, 1) = n), lambda e: split_part(e, k, 2))}))",
  'lw_split_to_multimap(s, d, k) AS CASE WHEN s IS NULL OR d IS NULL OR k IS NULL THEN NULL ELSE lw_pairs_multimap(lw_split_pairs(s, d, k), k) END',
];
